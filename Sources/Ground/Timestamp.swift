internal import Glibc

/// A point in time, with microsecond precision.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
  public var microseconds: Int64

  /// Makes a timestamp from microseconds since 1970.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Makes a timestamp from seconds since 1970.
  public init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  /// The system clock's current time.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Whole seconds since 1970, rounded down, as in a JWT.
  public var seconds: Int64 { microseconds.dividedFlooring(by: 1_000_000).quotient }

  /// Whether the left timestamp is earlier than the right one.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// A later time; fractions of a microsecond are cut off.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(microseconds: time.microseconds + duration.microseconds)
  }

  /// An earlier time; fractions of a microsecond are cut off.
  public static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

  /// The time from the right timestamp to the left one.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}
