internal import Access
public import HTTP
public import Postgres

/// A time as the wire has it: seconds and a numeric offset, `2021-03-02T09:47:41+00:00`.
extension Timestamp: JSONEncodable {
  /// Writes a string.
  public func write(to json: inout JSONWriter) { wire.write(to: &json) }

  var wire: String {
    let (days, second) = Int64(microseconds / 1_000_000).quotientAndRemainderFlooring(by: 86_400)
    let (year, month, day) = civil(days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
      + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))+00:00"
  }
}

extension App.Settings {
  /// The picture of everybody who has none of his own.
  var avatarURL: String { "\(publicURL)/media/avatars/default.png" }
  /// The picture of every group.
  var groupAvatarURL: String { "\(publicURL)/media/avatars/groups/default.png" }
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar.
private func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  // Counted from 0000-03-01, so that the leap day is a year's last: 146 097 days make 400 years.
  let (era, dayOfEra) = (days + 719_468).quotientAndRemainderFlooring(by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
  fileprivate func quotientAndRemainderFlooring(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
