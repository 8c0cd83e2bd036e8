internal import Ground

/// Identical failures, as in an outage: the first one is reported at once, the others later with their count.
struct RepeatedFailures {
  /// The count of one kind of failure.
  struct Summary: Equatable {
    let failure: String
    /// How many there were after the reported one.
    let count: Int
  }

  /// How long identical failures are counted before they are reported.
  static let interval = Duration.seconds(10)
  /// How many kinds are counted; further ones are reported each time.
  private static let most = 64

  private var counts: [String: Int] = [:]
  private var begin: ContinuousClock.Instant?

  /// Counts a failure; true if it must be reported now.
  mutating func isNew(_ failure: String, at now: ContinuousClock.Instant = .now) -> Bool {
    if let count = counts[failure] {
      counts[failure] = count + 1
      return false
    }
    if counts.count < Self.most { counts[failure] = 0 }
    if begin == nil { begin = now }
    return true
  }

  /// When the next summaries are due; nil if nothing has been counted.
  var due: ContinuousClock.Instant? { begin.map { $0 + Self.interval } }

  /// The summaries, if they are due, the most frequent first. Repeated failures are counted anew; the others are
  /// forgotten.
  mutating func takeSummaries(at now: ContinuousClock.Instant = .now) -> [Summary] {
    guard let due, due <= now else { return [] }
    let summaries = counts.filter { $0.value > 0 }.map { Summary(failure: $0.key, count: $0.value) }
    counts = Dictionary(uniqueKeysWithValues: summaries.map { ($0.failure, 0) })
    begin = counts.isEmpty ? nil : now
    return summaries.sorted { ($1.count, $0.failure) < ($0.count, $1.failure) }
  }
}
