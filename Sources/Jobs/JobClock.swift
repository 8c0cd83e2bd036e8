internal import Loop

/// The clock that a runner uses for its pauses. Tests provide their own.
public protocol JobClock: AnyObject {
  /// The current time, comparable with other times of this clock.
  var now: ContinuousClock.Instant { get }
  /// Calls `action` on the loop after the delay. Returns a function that cancels this.
  func after(_ delay: Duration, _ action: @escaping () -> Void) -> () -> Void
}

/// The clock of a loop.
final class LoopClock: JobClock {
  private let loop: Loop

  init(_ loop: Loop) { self.loop = loop }

  var now: ContinuousClock.Instant { .now }

  func after(_ delay: Duration, _ action: @escaping () -> Void) -> () -> Void {
    let timer = loop.after(delay, action)
    return { timer.cancel() }
  }
}
