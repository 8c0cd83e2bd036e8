internal import Ground

/// Failures that are alike, as in an outage: the first one is told at once, the others with their count.
struct RepeatedFailures {
  /// What has been counted.
  struct Summary: Equatable {
    let failure: String
    /// How many there were after the one that was told.
    let count: Int
  }

  /// How long those that are alike are counted before they are told.
  static let interval = Duration.seconds(10)
  /// How many that differ are kept apart; one more is told by itself, each time.
  private static let most = 64

  private var counts: [String: Int] = [:]
  private var begin: ContinuousClock.Instant?

  /// Counts one; true if it is to be told now.
  mutating func isNew(_ failure: String, at now: ContinuousClock.Instant = .now) -> Bool {
    if let count = counts[failure] {
      counts[failure] = count + 1
      return false
    }
    if counts.count < Self.most { counts[failure] = 0 }
    if begin == nil { begin = now }
    return true
  }

  /// When the next summaries are due; nil: when there is something to count.
  var due: ContinuousClock.Instant? { begin.map { $0 + Self.interval } }

  /// The summaries, if they are due, most frequent first: what was told again and again is counted anew, all else is
  /// forgotten.
  mutating func takeSummaries(at now: ContinuousClock.Instant = .now) -> [Summary] {
    guard let due, due <= now else { return [] }
    let summaries = counts.filter { $0.value > 0 }.map { Summary(failure: $0.key, count: $0.value) }
    counts = Dictionary(uniqueKeysWithValues: summaries.map { ($0.failure, 0) })
    begin = counts.isEmpty ? nil : now
    return summaries.sorted { ($1.count, $0.failure) < ($0.count, $1.failure) }
  }
}
