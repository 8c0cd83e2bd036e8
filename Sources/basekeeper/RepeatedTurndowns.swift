internal import Server

/// What the server refuses before there is a request. That costs a client next to nothing, so the log must not have a
/// line for each: the first of a kind and an address is reported at once, the others later with their count. Beyond 64
/// of these at a time, only the kinds are counted.
struct RepeatedTurndowns {
  /// How long they are counted before they are reported.
  static let interval = Duration.seconds(10)
  private static let most = 64

  private var counts: [Turndown: Int] = [:]
  private var others: [Turndown.Kind: Int] = [:]
  private var begin: ContinuousClock.Instant?

  /// Counts one; true if it must be reported now.
  mutating func isNew(_ turndown: Turndown, at now: ContinuousClock.Instant = .now) -> Bool {
    if begin == nil { begin = now }
    if let count = counts[turndown] {
      counts[turndown] = count + 1
      return false
    }
    guard counts.count < Self.most else {
      others[turndown.kind, default: 0] += 1
      return false
    }
    counts[turndown] = 0
    return true
  }

  /// When the next summaries are due; nil if nothing has been counted.
  var due: ContinuousClock.Instant? { begin.map { $0 + Self.interval } }

  /// What was counted and not reported, if that is due. Those of addresses that were not told apart have none.
  mutating func takeSummaries(at now: ContinuousClock.Instant = .now) -> [(turndown: Turndown, count: Int)] {
    guard let due, due <= now else { return [] }
    let summaries =
      counts.filter { $0.value > 0 }.map { ($0.key, $0.value) }
      + others.map { (Turndown(kind: $0.key, address: ""), $0.value) }
    (counts, others, begin) = ([:], [:], nil)
    return summaries
  }
}
