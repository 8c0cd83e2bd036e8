internal import Glibc

/// A point in time as PostgreSQL's `timestamptz` has it, counted in microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
  public var microseconds: Int64

  /// A time in microseconds since 1970.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// A time in seconds since 1970.
  public init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  /// What the system's clock shows.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Whole seconds since 1970, rounded down, as a JWT counts them.
  public var seconds: Int64 { microseconds.quotientAndRemainder(flooringBy: 1_000_000).quotient }

  /// Whether the one is before the other.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// A time later than another; what is below a microsecond is cut off.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(microseconds: time.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// A time earlier than another; what is below a microsecond is cut off.
  public static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

  /// How much later the one is than the other.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}

extension Timestamp: PostgresEncodable, PostgresDecodable, PostgresElement {
  private static let microsecondsPerDay: Int64 = 86_400_000_000
  /// PostgreSQL counts from 2000-01-01 in its binary format.
  private static let postgresEpoch = 10_957 * microsecondsPerDay
  /// The Julian day of 1970-01-01: PostgreSQL reads `J2440588 12:30:00+00` whatever its DateStyle is.
  private static let julianDayOf1970: Int64 = 2_440_588

  /// As Julian day and time of day.
  public var postgresParameter: PostgresParameter {
    let (days, rest) = microseconds.quotientAndRemainder(flooringBy: Self.microsecondsPerDay)
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
    let clock = "\(seconds / 3600):\(seconds / 60 % 60):\(seconds % 60)"
    let digits = String(fraction)
    let decimals = String(repeating: "0", count: 6 - digits.utf8.count) + digits
    return .text("J\(days + Self.julianDayOf1970) \(clock).\(decimals)+00")
  }

  /// From `timestamptz`; `infinity` has no place here.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    let (microseconds, overflow) = try cell.time().addingReportingOverflow(Self.postgresEpoch)
    guard !overflow, microseconds > .min + Self.postgresEpoch else { throw cell.unexpected("is infinite") }
    self.microseconds = microseconds
  }
}

extension Int64 {
  fileprivate func quotientAndRemainder(flooringBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
