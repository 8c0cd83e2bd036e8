/// The bytes as lower-case hexadecimal digits, two for each byte.
public func hexadecimal(_ bytes: [UInt8]) -> String {
  String(unsafeUninitializedCapacity: 2 * bytes.count) { buffer in
    var place = 0
    for byte in bytes {
      buffer[place] = hexadecimalDigit(byte >> 4)
      buffer[place + 1] = hexadecimalDigit(byte & 15)
      place += 2
    }
    return place
  }
}

/// A number as eight lower-case hexadecimal digits, with leading zeros.
public func hexadecimal(_ number: UInt32) -> String {
  hexadecimal([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) })
}

/// Whether all are lower-case hexadecimal digits; true if there are none.
public func isHexadecimal(_ digits: UnsafeBufferPointer<UInt8>) -> Bool {
  for digit in digits where !digit.isDigit && (digit < UInt8(ascii: "a") || UInt8(ascii: "f") < digit) { return false }
  return true
}

/// Whether all characters are lower-case hexadecimal digits; true if there are none.
public func isHexadecimal(_ text: String) -> Bool {
  var text = text
  return text.withUTF8 { isHexadecimal($0) }
}

/// The value of a hexadecimal digit in either case; nil for any other byte.
@inlinable
public func hexadecimalValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// The lower-case digit for a value below 16.
func hexadecimalDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}
