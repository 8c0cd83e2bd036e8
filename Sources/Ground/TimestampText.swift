/// The wire format of a timestamp: whole seconds and a numeric offset, `2021-03-02T09:47:41+00:00`.
extension Timestamp: JSONEncodable {
  /// Writes a JSON string.
  public func write(to json: inout JSONWriter) { wire.write(to: &json) }

  /// The wire format, in UTC with the offset `+00:00`.
  public var wire: String { text(endingWith: "+00:00") }

  /// Date and time in UTC, without an offset: `2021-03-02T09:47:41`.
  public var dateAndTime: String { text(endingWith: "") }

  /// Lists have many timestamps, so each is written in one piece.
  private func text(endingWith end: StaticString) -> String {
    let (days, second) = Int64(microseconds / 1_000_000).dividedFlooring(by: 86_400)
    let (year, month, day) = civil(days)
    let digits = zeroPadded(year, to: 4)  // years far from now have a sign, or more digits
    return String(unsafeUninitializedCapacity: digits.utf8.count + 15 + end.utf8CodeUnitCount) { text in
      var place = 0
      func put(_ byte: UInt8) {
        text[place] = byte
        place += 1
      }
      func put(_ separator: Unicode.Scalar, _ number: Int64) {
        put(UInt8(ascii: separator))
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
      }
      for byte in digits.utf8 { put(byte) }
      put("-", month)
      put("-", day)
      put("T", second / 3600)
      put(":", second / 60 % 60)
      put(":", second % 60)
      end.withUTF8Buffer { for byte in $0 { put(byte) } }
      return place
    }
  }
}

extension Timestamp {
  /// Parses a time as it appears in queries: `2023-03-25T22:09:51+00:00`, also with `Z`, without an offset (UTC), with
  /// a blank in place of the `T`, or a date alone, which means midnight UTC. Fractions of a second are dropped. Nil for
  /// any other text.
  public init?(wire text: String) {
    var rest = Substring(text)
    guard let year = rest.number(4), rest.take("-"), let month = rest.number(2), rest.take("-"),
      let day = rest.number(2), (1...12).contains(month), (1...31).contains(day), year >= 1
    else { return nil }
    let days = daysSince1970(year, month, day)
    guard civil(days) == (year, month, day) else { return nil }  // there is no 31st of February
    guard !rest.isEmpty else {
      self.init(seconds: days * 86_400)
      return
    }
    // An unescaped plus arrives as a blank.
    guard rest.take("T") || rest.take(" "), let hour = rest.number(2), rest.take(":"), let minute = rest.number(2),
      hour < 24, minute < 60
    else { return nil }
    var second: Int64 = 0
    if rest.take(":") {
      guard let value = rest.number(2), value < 60 else { return nil }
      second = value
      if rest.take(".") { rest = rest.drop { ("0"..."9").contains($0) } }
    }
    guard let offset = rest.offset() else { return nil }
    self.init(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset)
  }
}

extension Substring {
  /// Consumes the character if it comes next.
  fileprivate mutating func take(_ character: Character) -> Bool {
    guard first == character else { return false }
    removeFirst()
    return true
  }

  /// Consumes exactly this many digits.
  fileprivate mutating func number(_ digits: Int) -> Int64? {
    let text = prefix(digits)
    guard text.utf8.count == digits, text.utf8.areDigits else { return nil }
    removeFirst(digits)
    return Int64(text)
  }

  /// Reads the rest as an offset from UTC, in seconds.
  fileprivate mutating func offset() -> Int64? {
    if isEmpty || self == "Z" || self == "z" { return 0 }
    let sign: Int64 = if take("+") || take(" ") { 1 } else if take("-") { -1 } else { 0 }
    guard sign != 0, let hours = number(2), take(":") || true, let minutes = number(2), isEmpty, hours < 24,
      minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}

/// The year, month and day for a number of days since 1970-01-01, in the proleptic Gregorian calendar.
public func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  // Counted from 0000-03-01, so that the leap day is the last day of its year. 400 years have 146 097 days.
  let (era, dayOfEra) = (days + 719_468).dividedFlooring(by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}

/// The number of days from 1970-01-01 to a date in the same calendar.
public func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let (era, yearOfEra) = (month <= 2 ? year - 1 : year).dividedFlooring(by: 400)
  let monthFromMarch = month > 2 ? month - 3 : month + 9
  let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
