public import Ground

extension Timestamp: PostgresEncodable, PostgresDecodable, PostgresElement {
  private static let microsecondsPerDay: Int64 = 86_400_000_000
  /// PostgreSQL's binary format counts from 2000-01-01.
  private static let postgresEpoch = 10_957 * microsecondsPerDay
  /// The Julian day of 1970-01-01. PostgreSQL reads `J2440588 12:30:00+00` with any DateStyle.
  private static let julianDayOf1970: Int64 = 2_440_588

  /// The Julian day and the time of day, as text.
  public var postgresParameter: PostgresParameter {
    let (days, rest) = microseconds.dividedFlooring(by: Self.microsecondsPerDay)
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
    let clock = "\(seconds / 3600):\(seconds / 60 % 60):\(seconds % 60)"
    return .text("J\(days + Self.julianDayOf1970) \(clock).\(zeroPadded(fraction, to: 6))+00")
  }

  /// Reads a `timestamptz`. Throws for `infinity`.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    let (microseconds, overflow) = try cell.time().addingReportingOverflow(Self.postgresEpoch)
    guard !overflow, microseconds > .min + Self.postgresEpoch else { throw cell.unexpected("is infinite") }
    self.init(microseconds: microseconds)
  }
}
