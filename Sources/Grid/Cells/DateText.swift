internal import Ground

/// A point in time as cells of dates have it: in UTC, in seconds.
struct DateText {
  /// Seconds since 1970.
  let seconds: Int64

  /// The first second of the year 1, and the first one after the year 9999.
  private static let range = daysSince1970(1, 1, 1) * 86_400..<daysSince1970(10_000, 1, 1) * 86_400

  /// Reads a date as clients write it: `2026-11-06`, `2026-11-6 9:00:00`, `2026/11/06 09:00`, RFC 3339 (an offset is
  /// counted in, a fraction dropped), or as the column's format says, each with a time of day or without. Nil for any
  /// other text, and for days that there are not.
  init?(_ text: some Collection<UInt8>, _ format: DateFormat) {
    guard text.count <= 64 else { return nil }
    var reader = DateReader(text)
    guard let days = reader.day(format), let seconds = reader.secondsOfDay() else { return nil }
    let total = days * 86_400 + seconds
    guard reader.isAtEnd, Self.range.contains(total) else { return nil }
    self.seconds = total
  }

  /// The canonical text: `YYYY-MM-DD`, with time ` HH:mm`.
  func append(hasTime: Bool, to text: inout [UInt8]) {
    let (days, second) = seconds.dividedFlooring(by: 86_400)
    appendDay(days, to: &text)
    guard hasTime else { return }
    text.append(UInt8(ascii: " "))
    appendTwoDigits(second / 3600, to: &text)
    text.append(UInt8(ascii: ":"))
    appendTwoDigits(second / 60 % 60, to: &text)
  }
}

/// Appends a day of the years 0 to 9999 as `YYYY-MM-DD`, given as days since 1970.
func appendDay(_ days: Int64, to text: inout [UInt8]) {
  let (year, month, day) = civil(days)
  appendTwoDigits(year / 100, to: &text)
  appendTwoDigits(year % 100, to: &text)
  text.append(UInt8(ascii: "-"))
  appendTwoDigits(month, to: &text)
  text.append(UInt8(ascii: "-"))
  appendTwoDigits(day, to: &text)
}

/// Appends a number below 100, with two digits.
func appendTwoDigits(_ number: Int64, to text: inout [UInt8]) {
  text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
  text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
}

/// Reads the parts of a date, in the order in which they stand.
private struct DateReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: some Collection<UInt8>) {
    rest = Array(text)[...].trimmed { $0 == 0x20 }
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Reads a day, as days since 1970.
  mutating func day(_ format: DateFormat) -> Int64? {
    guard let first = number(1...4) else { return nil }
    if first.digits == 4 {
      guard let separator = take("-") ?? take("/"), let month = number(1...2), take(separator) != nil,
        let day = number(1...2)
      else { return nil }
      return days(first.value, month.value, day.value)
    }
    let separator: Unicode.Scalar =
      switch format {
      case .day, .minute: "-"
      case .americanDay, .americanMinute, .europeanDay: "/"
      case .germanDay, .germanMinute: "."
      }
    guard format != .day, format != .minute, first.digits <= 2, take(separator) != nil, let second = number(1...2),
      take(separator) != nil, let year = number(4...4)
    else { return nil }
    let isAmerican = format == .americanDay || format == .americanMinute
    return isAmerican
      ? days(year.value, first.value, second.value) : days(year.value, second.value, first.value)
  }

  private func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
    guard year >= 1, (1...12).contains(month), (1...31).contains(day) else { return nil }
    let days = daysSince1970(year, month, day)
    return civil(days) == (year, month, day) ? days : nil
  }

  /// Reads a time of day with its offset, as seconds that may be negative; 0 if the text has ended.
  mutating func secondsOfDay() -> Int64? {
    if isAtEnd { return 0 }
    guard take("T") ?? take("t") ?? take(" ") != nil else { return nil }
    while take(" ") != nil {}
    guard let hour = number(1...2), hour.value < 24, take(":") != nil, let minute = number(1...2), minute.value < 60
    else { return nil }
    var seconds = hour.value * 3600 + minute.value * 60
    if take(":") != nil {
      guard let second = number(1...2), second.value < 60 else { return nil }
      seconds += second.value
      if take(".") != nil {
        guard number(1...18) != nil else { return nil }
      }
    }
    return offset().map { seconds - $0 }
  }

  /// Reads an offset from UTC, in seconds; 0 if there is none.
  private mutating func offset() -> Int64? {
    while take(" ") != nil {}
    if isAtEnd || take("Z") ?? take("z") != nil { return 0 }
    guard let sign = take("+") ?? take("-"), let first = number(2...4), first.digits != 3 else { return nil }
    let hours = first.digits == 4 ? first.value / 100 : first.value
    var minutes = first.digits == 4 ? first.value % 100 : 0
    if first.digits == 2, take(":") != nil {
      guard let second = number(2...2) else { return nil }
      minutes = second.value
    }
    guard hours < 24, minutes < 60 else { return nil }
    let seconds = hours * 3600 + minutes * 60
    return sign == "-" ? -seconds : seconds
  }

  private mutating func take(_ character: Unicode.Scalar) -> Unicode.Scalar? {
    guard rest.first == UInt8(ascii: character) else { return nil }
    rest.removeFirst()
    return character
  }

  /// Reads all digits that follow, if there are so many.
  private mutating func number(_ digits: ClosedRange<Int>) -> (value: Int64, digits: Int)? {
    let end = rest.firstIndex { !$0.isDigit } ?? rest.endIndex
    let text = rest[rest.startIndex..<end]
    guard digits.contains(text.count) else { return nil }
    rest = rest[end...]
    return (text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }, text.count)
  }
}
