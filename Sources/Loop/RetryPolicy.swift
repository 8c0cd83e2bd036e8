/// How often something that fails is tried, and the pauses between the attempts: each is twice as long as the one
/// before, up to the longest.
public struct RetryPolicy: Sendable, Equatable {
  /// The number of attempts, including the first.
  public var attempts: Int
  /// The pause after the first attempt.
  public var firstPause: Duration
  /// The longest pause.
  public var longestPause: Duration

  /// A policy that, without `attempts`, never gives up.
  public init(attempts: Int = .max, firstPause: Duration, longestPause: Duration) {
    (self.attempts, self.firstPause, self.longestPause) = (attempts, firstPause, longestPause)
  }

  /// The pause after this many failed attempts, 1 or more; nil if there is no further attempt. It is shortened by up to
  /// a half at random, so that those who failed together do not try again together.
  public func pause(afterAttempt number: Int) -> Duration? {
    number < attempts ? fullPause(afterAttempt: number) * Double.random(in: 0.5...1) : nil
  }

  /// The same before it is shortened, whether there is a further attempt or not.
  public func fullPause(afterAttempt number: Int) -> Duration {
    var pause = firstPause
    var left = number - 1
    while left > 0 && pause < longestPause {
      pause *= 2
      left -= 1
    }
    return min(pause, longestPause)
  }
}
