internal import Jobs

/// Tells somebody in intervals that all loops turn, and nothing while one of them does not.
struct Watchdog: Sendable {
  private let interval: Duration
  private let tell: @Sendable () -> Void
  private let turned: [Flag]

  init(every interval: Duration, loops: Int, _ tell: @escaping @Sendable () -> Void) {
    (self.interval, self.tell, turned) = (interval, tell, (1...loops).map { _ in Flag() })
  }

  /// The jobs of one loop, counted from 1; the first one tells.
  func ofLoop(_ number: Int) -> [Job] {
    let own = Job("say-loop-turns", every: interval / 2) { _ in turned[number - 1].set() }
    return number == 1 ? [own, telling] : [own]
  }

  private var telling: Job {
    Job("tell-watchdog", every: interval, from: .afterInterval) { _ in
      guard turned.allSatisfy(\.isSet) else { return }
      for flag in turned { flag.clear() }
      tell()
    }
  }
}
