internal import Ground

/// The point in time that a text is; see `QueryConversion.dateOfText`.
func dateOfText(_ text: String) -> Timestamp? {
  var rest = DateDigits(bytes: text.utf8.prefix(80).trimmed { $0 == 0x20 || (0x09...0x0d).contains($0) })
  guard text.utf8.count <= 80, let year = rest.number(4...4), let separator = rest.takeAny("-/"),
    let month = rest.number(1...2), rest.take(separator), let day = rest.number(1...2)
  else { return nil }
  var time: (hour: Int64, minute: Int64, second: Int64, microsecond: Int64) = (0, 0, 0, 0)
  if rest.takeAny(" Tt") != nil {
    guard let hour = rest.number(1...2), rest.take(UInt8(ascii: ":")), let minute = rest.number(1...2) else {
      return nil
    }
    (time.hour, time.minute) = (hour, minute)
    if rest.take(UInt8(ascii: ":")) {
      guard let second = rest.number(1...2) else { return nil }
      time.second = second
      if rest.take(UInt8(ascii: ".")) {
        guard let fraction = rest.fraction() else { return nil }
        time.microsecond = fraction
      }
    }
    guard let offset = rest.zone() else { return nil }
    time.minute -= offset
    guard hour < 24, minute < 60, time.second < 60 else { return nil }
  }
  // The day itself is checked by what reads times elsewhere: there is no February 30.
  guard rest.isEmpty, year > 0,
    let midnight = Timestamp(wire: "\(zeroPadded(year, to: 4))-\(zeroPadded(month, to: 2))-\(zeroPadded(day, to: 2))")
  else { return nil }
  let seconds = (time.hour * 60 + time.minute) * 60 + time.second
  let moment = Timestamp(microseconds: midnight.microseconds + seconds * 1_000_000 + time.microsecond)
  return QueryDates.range.contains(moment) ? moment : nil
}

/// The range of dates.
enum QueryDates {
  /// The years 1 to 9999.
  static let range = Timestamp(seconds: -62_135_596_800)...Timestamp(microseconds: 253_402_300_799_999_999)
}

/// The text of a date; see `QueryConversion.textOfDate`.
func textOfDate(_ time: Timestamp) -> String {
  let text = Timestamp(seconds: time.seconds).dateAndTime.utf8.map { $0 == UInt8(ascii: "T") ? 0x20 : $0 }
  let second = time.seconds.dividedFlooring(by: 86_400).remainder
  let isWhole = time.microseconds == time.seconds * 1_000_000
  let length = isWhole && second == 0 ? 10 : isWhole && second % 60 == 0 ? 16 : text.count
  return String(decoding: text.prefix(length), as: UTF8.self)
}

/// The bytes of a date's text that are still to be read.
private struct DateDigits {
  var bytes: Substring.UTF8View

  init(bytes: some Collection<UInt8>) { self.bytes = Substring(String(decoding: bytes, as: UTF8.self)).utf8 }

  var isEmpty: Bool { bytes.isEmpty }

  mutating func take(_ byte: UInt8) -> Bool {
    guard bytes.first == byte else { return false }
    bytes.removeFirst()
    return true
  }

  mutating func takeAny(_ choices: StaticString) -> UInt8? {
    guard let first = bytes.first, choices.withUTF8Buffer({ $0.contains(first) }) else { return nil }
    bytes.removeFirst()
    return first
  }

  mutating func number(_ digits: ClosedRange<Int>) -> Int64? {
    let text = bytes.prefix(digits.upperBound).prefix(while: \.isDigit)
    guard text.count >= digits.lowerBound, let number = Int64(String(Substring(text))) else { return nil }
    bytes.removeFirst(text.count)
    return number
  }

  /// Digits behind a point, in microseconds; more than six are cut off.
  mutating func fraction() -> Int64? {
    let text = bytes.prefix(while: \.isDigit)
    guard !text.isEmpty else { return nil }
    bytes.removeFirst(text.count)
    let six = String(Substring(text.prefix(6)))
    return Int64(six + String(repeating: "0", count: 6 - six.utf8.count))
  }

  /// Minutes east of UTC; 0 if nothing follows.
  mutating func zone() -> Int64? {
    if isEmpty || takeAny("Zz") != nil { return 0 }
    let sign: Int64
    switch takeAny("+-") {
    case UInt8(ascii: "+"): sign = 1
    case UInt8(ascii: "-"): sign = -1
    default: return nil
    }
    guard let hours = number(2...2) else { return nil }
    _ = take(UInt8(ascii: ":"))
    guard let minutes = number(2...2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 60 + minutes)
  }
}
