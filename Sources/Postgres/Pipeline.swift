internal import CLibPQ
internal import Loop

/// One connection in libpq's pipeline mode: what was sent on it, and what the server owes for that.
///
/// Everything that is sent in one turn of the loop goes out with one `Sync` at its end, and is one implicit transaction
/// for the server: after a failed statement it skips the others up to the `Sync`. Those are sent again, each with a
/// `Sync` of its own. The server commits at the `Sync`, so what may have written is answered after that.
///
/// Nothing is sent again that may have been done. What becomes of a statement that was not:
///
/// | the server says                                       | by itself                    | in a transaction          |
/// |-------------------------------------------------------|------------------------------|---------------------------|
/// | the name is unknown (26000), or its plan stale (0A000)| sent again without a name    | all of it runs again, too |
/// | the name is known (42P05), of what prepares it        | sent again: it may be used   | the same                  |
/// | skipped, since another of its batch has failed        | sent again, alone            | fails                     |
/// | it met another transaction (40001, 40P01)             | sent again, up to 3 times    | all of it runs again, too |
/// | anything else, also that the connection is lost       | fails                        | fails                     |
final class Pipeline: @unchecked Sendable {  // Sendable: owned by its loop's thread
  typealias Answer = Result<ResultSet, PostgresError>

  /// What a statement is to others on the same connection.
  enum Role {
    /// A read that shares its batch with others, and is answered as soon as its rows are there.
    case lookup
    /// Alone in its batch.
    case single
    /// In a transaction: what failed or was skipped cannot be sent again by itself.
    case inTransaction
  }

  private struct Query {
    let statement: Statement
    let parameters: [PostgresParameter]
    let role: Role
    /// Whether it may use a name; not when it is sent again because of that.
    var isNamed: Bool
    /// How often it may be sent again because it met another transaction.
    var chances = 3
    /// Prepared for this very query: preparing it anew would not help.
    var isFresh = false
    /// Which of the connection's preparations it relies on.
    var preparation = 0
    /// Nil where nobody waits for the answer: what begins a transaction, on which the next query depends.
    let continuation: UnsafeContinuation<Answer, Never>?
  }

  private enum Debt {
    case preparation(Statement, number: Int)
    case answer(Query)
    case sync(sentAt: ContinuousClock.Instant)
  }

  private let loop: Loop
  private let outbox: Outbox
  private let catalogue: Catalogue
  private let tally: Tally
  /// How long an answer may be owed before the connection counts as dead.
  var patience: Duration
  private var link: Link?
  private var watch: Watch?
  private var watchesWriting = false
  private var watchdog: Timer?

  private var owed = Queue<Debt>()
  private var isUnsynced = false
  /// Why that failed which the next query depends on: its preparation, or the `begin` before it.
  private var failedPrelude: PostgresError?
  /// What the server has answered, but not yet committed.
  private var uncommitted: [(query: Query, answer: Answer)] = []
  /// To be sent again, each alone, once the server is past the `Sync`.
  private var again: [Query] = []

  private var prepared = PreparedStatements()

  /// How many queries are unanswered.
  private(set) var load = 0
  /// Whether the server has ever answered here.
  private(set) var hasAnswered = false
  /// Why the connection is gone.
  private var loss: PostgresError?
  /// Called once, when the connection is gone.
  var onLoss: (PostgresError) -> Void = { _ in }
  /// Called where it was lost because the server was silent for too long.
  var onSilence: () -> Void = {}

  /// A pipeline on a connection in pipeline mode, which counts as dead when an answer is owed for longer than `patience`.
  init(
    _ link: Link, on loop: Loop, _ outbox: Outbox, _ catalogue: Catalogue, _ tally: Tally, patience: Duration
  ) throws(LoopError) {
    (self.link, self.loop, self.outbox) = (link, loop, outbox)
    (self.catalogue, self.tally, self.patience) = (catalogue, tally, patience)
    watch = try loop.watch(PQsocket(link.pointer), for: .reading) { [weak self] readiness in self?.ready(readiness) }
  }

  var isOpen: Bool { link != nil }

  /// Open, and in no transaction: fit for somebody else.
  var isIdle: Bool {
    guard let link else { return false }
    return owed.isEmpty && !isUnsynced && PQtransactionStatus(link.pointer) == PQTRANS_IDLE
  }

  /// In a transaction that can be committed; also when the connection was lost, which the commit will tell.
  var isInTransaction: Bool {
    guard let link else { return true }
    return PQtransactionStatus(link.pointer) == PQTRANS_INTRANS
  }

  // MARK: Sending

  /// Sends a statement with this turn's batch, and waits for its answer.
  func answer(_ sql: SQL, as role: Role, isNamed: Bool = true) async throws(PostgresError) -> ResultSet {
    guard !sql.hasNUL else { throw .invalidText }
    let answer: Answer = await withUnsafeContinuation { ask(sql, role, isNamed: isNamed, $0) }
    return try answer.get()
  }

  /// Sends a statement whose texts have no NUL, and resumes the continuation with its answer.
  func ask(
    _ sql: SQL, _ role: Role, isNamed: Bool = true, _ continuation: UnsafeContinuation<Answer, Never>?
  ) {
    load += 1
    let statement = catalogue.statement(of: sql.shape)
    send(
      Query(
        statement: statement, parameters: sql.parameters, role: role, isNamed: isNamed && catalogue.isPrepared,
        continuation: continuation))
  }

  /// Sends what begins a transaction, before its first statement; where it fails, so does that.
  func begin(_ prelude: SQL?, isNamed: Bool) {
    ask("begin", .inTransaction, isNamed: isNamed, nil)
    if let prelude { ask(prelude, .inTransaction, isNamed: isNamed, nil) }
  }

  private func send(_ query: Query) {
    guard let link else { return finish(query, .failure(loss ?? .unavailable("the connection is closed"))) }
    var query = query
    query.isFresh = false
    var prepared: PreparedStatements.Known?
    if query.isNamed {
      prepared = self.prepared[query.statement]
      if prepared == nil {
        let new = self.prepared.add(query.statement)
        query.isFresh = true
        guard PQsendPrepare(link.pointer, new.name, query.statement.text, 0, nil) == 1 else {
          owed.append(.answer(query))
          return lose(link.reason)
        }
        owed.append(.preparation(query.statement, number: new.preparation))
        prepared = new
      }
    }
    query.preparation = prepared?.preparation ?? 0
    owed.append(.answer(query))
    let sent = query.parameters.withArrays {
      if let prepared {
        PQsendQueryPrepared(link.pointer, prepared.name, $0.count, $0.values, $0.lengths, $0.formats, 1)
      } else {
        PQsendQueryParams(link.pointer, query.statement.text, $0.count, nil, $0.values, $0.lengths, $0.formats, 1)
      }
    }
    guard sent == 1 else { return lose(link.reason) }
    if !isUnsynced {
      isUnsynced = true
      outbox.add(self)
    }
  }

  /// Ends the batch and writes it; false where the connection was lost.
  func sync() -> Bool {
    guard let link, isUnsynced else { return isOpen }
    isUnsynced = false
    guard PQpipelineSync(link.pointer) == 1 else {
      lose(link.reason)
      return false
    }
    owed.append(.sync(sentAt: .now))
    if watchdog == nil { watchdog = loop.after(patience) { [weak self] in self?.checkPatience() } }
    flush()
    return isOpen
  }

  private func flush() {
    guard let link else { return }
    let left = PQflush(link.pointer)
    guard left >= 0 else { return lose(link.reason) }
    guard watchesWriting != (left == 1) else { return }
    watchesWriting = left == 1
    watch?.change(to: watchesWriting ? [.reading, .writing] : .reading)
  }

  // MARK: Receiving

  private func ready(_ readiness: Readiness) {
    guard let link else { return }
    if !readiness.isDisjoint(with: [.reading, .broken]) {
      guard PQconsumeInput(link.pointer) == 1 else { return lose(link.reason) }
      takeAnswers()
    }
    if watchesWriting { flush() }
  }

  /// Takes what is complete. `PQgetResult` gives NULL between the answers and also when there is nothing more, so what
  /// is owed tells when to stop.
  private func takeAnswers() {
    var gaps = 0
    while let link, !owed.isEmpty, PQisBusy(link.pointer) == 0 {
      guard let pointer = PQgetResult(link.pointer) else {
        gaps += 1
        if gaps > 2 { lose("the connection is out of step") }
        continue
      }
      gaps = 0
      let result = ResultSet(owning: pointer)
      // Told before the answer to the commit, or to the `Sync` that commits.
      guard !link.hasUnconfirmedCommit else { return lose(.unconfirmedCommit) }
      take(result)
    }
  }

  private func take(_ result: ResultSet) {
    if result.status == PGRES_FATAL_ERROR, case .sync = owed.first { return refusedCommit(result) }
    switch (result.status, owed.popFirst()) {
    case (PGRES_TUPLES_OK, .answer(let query)), (PGRES_COMMAND_OK, .answer(let query)): succeeded(query, result)
    case (PGRES_COMMAND_OK, .preparation): break
    case (PGRES_PIPELINE_SYNC, .sync): synced()
    case (PGRES_PIPELINE_ABORTED, .preparation(let statement, let number)): prepared.forget(statement, number)
    case (PGRES_PIPELINE_ABORTED, .answer(let query)): skipped(query)
    case (PGRES_FATAL_ERROR, .preparation(let statement, let number)): notPrepared(statement, number, result)
    case (PGRES_FATAL_ERROR, .answer(let query)): failed(query, result)
    case (_, .answer(let query)):
      finish(query, .failure(.unexpected("a statement that copies")))
      lose("the connection is out of step")
    default: lose("the connection is out of step")
    }
  }

  private func succeeded(_ query: Query, _ result: ResultSet) {
    switch query.role {
    case .lookup: finish(query, .success(result))
    case .single, .inTransaction: uncommitted.append((query, .success(result)))
    }
  }

  private func notPrepared(_ statement: Statement, _ number: Int, _ result: ResultSet) {
    let error = PostgresError(result)
    guard error.isOfKnownStatement else {
      prepared.forget(statement, number)
      failedPrelude = error
      if result.endsConnection { lose(error) }
      return
    }
    // Another client has prepared it on this server, behind a pooler: it may be used. What came with it was skipped, and is
    // sent again; in a transaction, as a whole.
    if case .answer(let query) = owed.first, query.role == .inTransaction { failedPrelude = error }
  }

  private func failed(_ query: Query, _ result: ResultSet) {
    let error = PostgresError(result)
    if query.continuation == nil { failedPrelude = error }
    if error.isOfStaleStatement {
      prepared.forget(query.statement, query.preparation, isStale: !error.isOfUnknownStatement)
    }
    failed(query, error)
    if result.endsConnection { lose(error) }
  }

  /// Sends a statement again where that may help, or answers with the error.
  private func failed(_ query: Query, _ error: PostgresError) {
    var query = query
    let isAlone = query.role != .inTransaction
    if isAlone && error.isOfStaleStatement && !query.isFresh && query.isNamed {
      query.isNamed = false
      again.append(query)
    } else if isAlone && error.isOfConflict && query.chances > 0 {
      query.chances -= 1
      again.append(query)
    } else {
      uncommitted.append((query, .failure(error)))
    }
  }

  private func skipped(_ query: Query) {
    if let error = failedPrelude {
      if query.continuation != nil { failedPrelude = nil }
      failed(query, error)
    } else if query.role != .inTransaction {
      again.append(query)
    } else {
      // in_failed_sql_transaction, as the server says to what comes after the batch
      let message = "current transaction is aborted"
      uncommitted.append((query, .failure(.statement(sqlstate: "25P02", constraint: nil, message: message))))
    }
  }

  /// A deferred constraint, for example, is checked when the server commits.
  private func refusedCommit(_ result: ResultSet) {
    let error = PostgresError(result)
    uncommitted = uncommitted.map { ($0.query, .failure(error)) }
    if result.endsConnection { lose(error) }
  }

  private func synced() {
    hasAnswered = true
    for (query, answer) in uncommitted { finish(query, answer) }
    uncommitted.removeAll(keepingCapacity: true)
    guard !again.isEmpty else { return }
    let queries = again
    again = []
    _ = sync()
    for query in queries {
      send(query)
      _ = sync()
    }
  }

  private func finish(_ query: Query, _ answer: Answer) {
    load -= 1
    if case .failure(let error) = answer { tally.failed(error) }
    query.continuation?.resume(returning: answer)
  }

  // MARK: Losing

  private func checkPatience() {
    watchdog = nil
    let oldest = owed.firstNonNil { debt in
      if case .sync(let sentAt) = debt { sentAt } else { nil }
    }
    guard isOpen, let oldest else { return }
    let left = patience - oldest.duration(to: .now)
    guard left > .zero else {
      lose("no answer for \(patience)")
      return onSilence()
    }
    watchdog = loop.after(left) { [weak self] in self?.checkPatience() }
  }

  /// Closes the connection; whoever waits for an answer learns why.
  func lose(_ reason: String) { lose(.unavailable(reason)) }

  private func lose(_ error: PostgresError) {
    guard isOpen else { return }
    loss = error
    watch?.cancel()
    watchdog?.cancel()
    (link, watch, watchdog) = (nil, nil, nil)
    isUnsynced = false
    for (query, answer) in uncommitted {
      if case .success = answer { finish(query, .failure(error)) } else { finish(query, answer) }
    }
    for query in again { finish(query, .failure(error)) }
    (uncommitted, again) = ([], [])
    while let debt = owed.popFirst() {
      if case .answer(let query) = debt { finish(query, .failure(error)) }
    }
    onLoss(error)
  }
}
