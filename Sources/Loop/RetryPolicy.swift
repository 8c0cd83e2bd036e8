/// How often something that fails is tried, and how long the pauses are: each is twice as long as the one before, up to
/// the longest.
public struct RetryPolicy: Sendable, Equatable {
  /// How often it is tried in all, the first time included.
  public var attempts: Int
  /// The pause after the first attempt.
  public var firstPause: Duration
  /// What a pause grows to.
  public var longestPause: Duration

  /// A policy; without `attempts` it never gives up.
  public init(attempts: Int = .max, firstPause: Duration, longestPause: Duration) {
    (self.attempts, self.firstPause, self.longestPause) = (attempts, firstPause, longestPause)
  }

  /// The pause after so many attempts, 1 or more, have failed; nil if that is enough. It is cut by up to a half at random,
  /// so that those who failed together do not come back together.
  public func pause(afterAttempt number: Int) -> Duration? {
    number < attempts ? fullPause(afterAttempt: number) * Double.random(in: 0.5...1) : nil
  }

  /// The same before it is cut, whether there is another attempt or not.
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
