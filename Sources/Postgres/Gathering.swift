internal import Loop

/// Gathers the look-ups of a turn of the loop. Those with the same statement travel as one: starting a statement costs the
/// server more than looking up a row.
///
/// They are sent at the end of the turn. While the server works on questions on all connections, more are gathered, since
/// the next ones leave as soon as a connection is free. They do not wait for a slow look-up: for at most `patience`.
final class Gathering: Turn {
  /// The most questions in one statement.
  private static let most = 100
  /// How long questions are held back, in milliseconds.
  private static let patience: Int32 = 5

  private let loop: Loop
  private let pool: SharedPool
  private var kinds: [[Question]] = []
  private var isInLoop = false
  /// Since when questions are held back; nil if none are.
  private var held: ContinuousClock.Instant?

  init(_ loop: Loop, _ pool: SharedPool) { (self.loop, self.pool) = (loop, pool) }

  var longestSleep: Int32 { held == nil ? -1 : Self.patience }

  /// Asks a question with the others of this turn.
  func add(_ question: Question) {
    if !isInLoop {
      isInLoop = true
      loop.add(self)
    }
    if let kind = kind(of: question) { kinds[kind].append(question) } else { kinds.append([question]) }
  }

  private func kind(of question: Question) -> Int? {
    guard let gathered = question.gathered else { return nil }
    return kinds.firstIndex { $0[0].gathered === gathered && $0.count < Self.most }
  }

  func turn() -> Bool {
    guard !kinds.isEmpty else { return false }
    guard let pipeline = pool.leastLoaded else {
      fail(.unavailable("the connection was lost"))
      return true
    }
    guard pipeline.load == 0 || isOverdue else { return false }
    held = nil
    let questions = kinds
    kinds.removeAll(keepingCapacity: true)
    for questions in questions { pipeline.ask(questions) }
    return true
  }

  private var isOverdue: Bool {
    let now = ContinuousClock.now
    guard let held else {
      held = now
      return false
    }
    return held.duration(to: now) >= .milliseconds(Int(Self.patience))
  }

  /// Fails all questions that were not sent.
  private func fail(_ error: PostgresError) {
    held = nil
    for question in kinds.joined() { question.continuation.resume(returning: .failure(error)) }
    kinds.removeAll(keepingCapacity: true)
  }

  func close() {
    fail(.unavailable("the database is closed"))
    loop.remove(self)
    isInLoop = false
  }
}
