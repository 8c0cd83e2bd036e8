internal import Glibc

/// A point in time to the microsecond.
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
  public var seconds: Int64 { microseconds.dividedFlooring(by: 1_000_000).quotient }

  /// Whether the one is before the other.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// A time later than another; what is below a microsecond is cut off.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(microseconds: time.microseconds + duration.microseconds)
  }

  /// A time earlier than another; what is below a microsecond is cut off.
  public static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

  /// How much later the one is than the other.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}
