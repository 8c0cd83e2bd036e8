public import Ground
internal import Postgres
internal import Synchronization

/// A clock that runs until a test stops or advances it.
public final class TestClock: Sendable {
  private struct State {
    var stopped: Int64?
    var offset: Int64 = 0
  }

  private let state = Mutex(State())

  /// The time it shows.
  public var now: Timestamp {
    state.withLock { Timestamp(microseconds: ($0.stopped ?? Timestamp.now.microseconds) + $0.offset) }
  }

  /// Stops it where it is.
  public func stop() { state.withLock { $0.stopped = Timestamp.now.microseconds } }

  /// Advances it by this many seconds.
  public func advance(by seconds: Double) { state.withLock { $0.offset += Int64(seconds * 1_000_000) } }
}
