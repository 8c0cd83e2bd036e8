internal import Jobs

/// Calls a function at intervals while all loops turn, but not while one of them hangs.
struct Watchdog: Sendable {
  private let interval: Duration
  private let tell: @Sendable () -> Void
  private let turned: [Flag]

  init(every interval: Duration, loops: Int, _ tell: @escaping @Sendable () -> Void) {
    (self.interval, self.tell, turned) = (interval, tell, (1...loops).map { _ in Flag() })
  }

  /// The jobs of a loop, numbered from 1; the first loop calls the function.
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
