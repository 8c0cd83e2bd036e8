public import Ground

/// The key of a row: 16 bytes with the form of a random UUID (version 4). The wire has them as 22 characters of
/// base64url without padding, the database as a UUID.
public struct RowID: Sendable, Hashable {
  let high: UInt64
  let low: UInt64

  /// Makes the key of 128 bits. Any UUID is a key, also one that is not random.
  public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

  /// Makes the key of 16 random bytes, in which the six bits that mark a random UUID are set.
  public init(random high: UInt64, _ low: UInt64) {
    self.high = high & ~0xf000 | 0x4000
    self.low = low & ~(0b11 << 62) | 0b10 << 62
  }

  /// A new key, from the system's source of secure random bytes.
  public static func random() -> RowID {
    var source = SystemRandomNumberGenerator()
    return RowID(random: source.next(), source.next())
  }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) }
  }

  /// Makes the key of 16 bytes; nil if there are more or fewer. Any UUID is a key, also one that is not random.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for place in 0..<8 {
      high = high << 8 | UInt64(bytes[place])
      low = low << 8 | UInt64(bytes[8 + place])
    }
    (self.high, self.low) = (high, low)
  }

  /// Reads the 22 characters of the wire. Nil for any other text.
  public init?(_ text: String) {
    guard text.utf8.count == 22, let bytes = Base64URL.decode(text.utf8) else { return nil }
    self.init(bytes: bytes)
  }

  /// Reads a UUID as the database writes it: 32 hexadecimal digits, with hyphens or without. Nil for any other text.
  public init?(uuid text: some Sequence<UInt8>) {
    var (high, low, digits): (UInt64, UInt64, Int) = (0, 0, 0)
    for byte in text where byte != UInt8(ascii: "-") {
      guard let digit = hexadecimalValue(byte), digits < 32 else { return nil }
      if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
      digits += 1
    }
    guard digits == 32 else { return nil }
    (self.high, self.low) = (high, low)
  }

  /// The 22 characters of the wire.
  public var text: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The UUID as the database writes it: 36 characters in lower case.
  public var uuid: String {
    var text: [UInt8] = []
    append(uuidTo: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the 22 characters of the wire.
  public func append(to text: inout [UInt8]) {
    // Six bits a character; the last one has the last two bits.
    for place in 0..<21 {
      let shift = 122 - 6 * place
      let bits =
        shift >= 64
        ? high >> UInt64(shift - 64)
        : shift > 58 ? high << UInt64(64 - shift) | low >> UInt64(shift) : low >> UInt64(shift)
      text.append(base64Letters[Int(bits & 63)])
    }
    text.append(base64Letters[Int(low << 4 & 63)])
  }

  /// Appends the 36 characters of the database.
  public func append(uuidTo text: inout [UInt8]) {
    for place in 0..<32 {
      if place == 8 || place == 12 || place == 16 || place == 20 { text.append(UInt8(ascii: "-")) }
      let digit = (place < 16 ? high : low) >> UInt64(60 - 4 * (place % 16)) & 15
      text.append(hexadecimalLetters[Int(digit)])
    }
  }
}

private let base64Letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
private let hexadecimalLetters = Array("0123456789abcdef".utf8)

extension RowID: JSONEncodable {
  /// Writes the 22 characters as a JSON string.
  public func write(to json: inout JSONWriter) { text.write(to: &json) }
}
