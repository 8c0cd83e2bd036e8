internal import Loop

/// What a runner measures its pauses by; tests have one of their own.
public protocol JobClock: AnyObject {
  /// A time to compare with others of the same clock.
  var now: ContinuousClock.Instant { get }
  /// Calls `action` on the loop after the delay; gives what makes it forget that.
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
