internal import CLibPQ
internal import Loop

/// A connection in libpq's pipeline mode. It reports what happens on the connection to a `PipelineMachine`, and carries
/// out the machine's actions.
final class Pipeline: @unchecked Sendable {  // Sendable: owned by its loop's thread
  typealias Answer = Machine.Answer
  typealias Machine = PipelineMachine<Payload, ResultSet>

  /// A query's parameters, and who waits for its result.
  struct Payload {
    let parameters: [PostgresParameter]
    let asker: StatementAsker
  }

  /// Who waits for a result.
  enum StatementAsker {
    /// Nobody: the next query depends on this one.
    case nobody
    /// A task that takes the whole result.
    case task(UnsafeContinuation<Answer, Never>)
    /// Those who have asked the questions of one statement.
    case questions([Question])
  }

  private let loop: Loop
  private let outbox: Outbox
  let catalogue: Catalogue
  let tally: Tally
  var machine = Machine()
  private var link: Link?
  private var isInOutbox = false

  private var watch: Watch?
  private var watchesWriting = false

  /// How long the server may take to answer a batch. After that, the connection counts as dead.
  var answerTimeout: Duration {
    didSet { if answerTimeout != oldValue { watchSilence() } }
  }
  /// When each unanswered batch was sent.
  private var batches = Queue<ContinuousClock.Instant>()
  private var silenceTimer: Timer?

  /// Called once, when the connection is lost or closed.
  var onLoss: (PostgresError) -> Void = { _ in }
  /// Called if the connection is lost because the server did not answer in time.
  var onSilence: () -> Void = {}

  /// Makes a pipeline for a connection that is in pipeline mode.
  init(
    _ link: Link, on loop: Loop, _ outbox: Outbox, _ catalogue: Catalogue, _ tally: Tally, answerTimeout: Duration
  ) throws(LoopError) {
    (self.link, self.loop, self.outbox) = (link, loop, outbox)
    (self.catalogue, self.tally, self.answerTimeout) = (catalogue, tally, answerTimeout)
    watch = try loop.watch(PQsocket(link.pointer), for: .reading) { [weak self] readiness in self?.ready(readiness) }
  }

  var isOpen: Bool { link != nil }

  /// The number of unanswered queries.
  var load: Int { machine.unanswered }

  /// Whether the server has ever answered on this connection.
  var hasAnswered: Bool { machine.hasAnswered }

  /// Whether the connection is open and not in a transaction, so that it can be leased again.
  var isIdle: Bool {
    guard let link else { return false }
    return !machine.awaitsAnswer && !machine.hasOpenBatch && PQtransactionStatus(link.pointer) == PQTRANS_IDLE
  }

  /// Whether the connection is in a transaction that can be committed. Also true if the connection is lost; the commit
  /// fails then.
  var isInTransaction: Bool {
    guard let link else { return true }
    return PQtransactionStatus(link.pointer) == PQTRANS_INTRANS
  }

  // MARK: Sending

  /// Sends a query with this turn's batch, and waits for its result.
  func answer(_ sql: SQL, as role: QueryRole, isNamed: Bool = true) async throws(PostgresError) -> ResultSet {
    guard !sql.hasNUL else { throw .invalidText }
    let answer: Answer = await withUnsafeContinuation { ask(sql, role, isNamed: isNamed, $0) }
    return try answer.get()
  }

  /// Sends a query with this turn's batch, and resumes the continuation with its result. The query's texts must not
  /// contain NUL.
  func ask(_ sql: SQL, _ role: QueryRole, isNamed: Bool = true, _ continuation: UnsafeContinuation<Answer, Never>?) {
    if sql.planning != .general { ask(Self.planForValues, role, isNamed: isNamed, nil) }
    let asker: StatementAsker = if let continuation { .task(continuation) } else { .nobody }
    let isNamed = isNamed && sql.planning != .once && catalogue.isPrepared
    let payload = Payload(parameters: sql.parameters, asker: asker)
    machine.ask(Machine.Query(catalogue.statement(of: sql), as: role, isNamed: isNamed, payload))
    act()
    addToOutbox()
  }

  func addToOutbox() {
    guard machine.hasOpenBatch, !isInOutbox else { return }
    isInOutbox = true
    outbox.add(self)
  }

  /// Goes before a statement that is planned for its values, which the connection's setting does not allow: until the
  /// transaction ends, or the batch.
  static let planForValues: SQL = "select set_config('plan_cache_mode', 'force_custom_plan', true)"

  /// Sends `begin` and the prelude before a transaction's first query. If they fail, so does that query.
  func begin(_ prelude: SQL?, isReading: Bool, isNamed: Bool) {
    ask(isReading ? "begin read only" : "begin read write", .opensTransaction, isNamed: isNamed, nil)
    if let prelude { ask(prelude, .opensTransaction, isNamed: isNamed, nil) }
  }

  /// Sends a transaction of one query with this turn's batch, and waits until it is committed.
  func answer(
    transactionOf sql: SQL, after prelude: SQL?, isReading: Bool, isNamed: Bool
  ) async throws(PostgresError) -> ResultSet {
    guard !sql.hasNUL else { throw .invalidText }
    let answer: Answer = await withUnsafeContinuation {
      begin(prelude, isReading: isReading, isNamed: isNamed)
      ask(sql, .inTransaction, isNamed: isNamed, $0)
      ask("commit", .closesTransaction, isNamed: isNamed, nil)
    }
    return try answer.get()
  }

  /// Ends the batch and sends it. False if the connection was lost.
  func sync() -> Bool {
    isInOutbox = false
    machine.endBatch()
    act()
    return isOpen
  }

  /// Closes the connection. Unanswered queries fail with the reason.
  func lose(_ reason: String) { lose(.unavailable(reason)) }

  private func lose(_ error: PostgresError) {
    machine.lost(error)
    act()
  }

  // MARK: Carrying out actions

  /// Carries out the machine's actions until there are none left.
  func act() {
    while let action = machine.nextAction() {
      switch action {
      case .prepare(let statement, let name): check(link.map { prepare(statement, name, $0) })
      case .send(let query, let name): check(link.map { send(query, name, $0) })
      case .sync: endBatch()
      case .answer(let payload, let answer):
        tell(payload.asker, answer)
      case .close(let error): close(error)
      }
    }
  }

  private func tell(_ asker: StatementAsker, _ answer: Answer) {
    switch (asker, answer) {
    case (.questions(let questions), _): tell(questions, answer)
    case (.nobody, .failure(let error)): tally.failed(error)
    case (.nobody, .success): break
    case (.task(let continuation), _):
      if case .failure(let error) = answer { tally.failed(error) }
      continuation.resume(returning: answer)
    }
  }

  /// Takes the return value of a libpq function, which is 1 for success. Nil if there is no connection.
  private func check(_ code: Int32?) {
    if let link, code != 1 { machine.lost(.unavailable(link.reason)) }
  }

  private func prepare(_ statement: Statement, _ name: [CChar], _ link: Link) -> Int32 {
    PQsendPrepare(link.pointer, name, statement.text, 0, nil)
  }

  private func send(_ query: Machine.Query, _ name: [CChar]?, _ link: Link) -> Int32 {
    query.payload.parameters.withArrays {
      if let name {
        PQsendQueryPrepared(link.pointer, name, $0.count, $0.values, $0.lengths, $0.formats, 1)
      } else {
        PQsendQueryParams(link.pointer, query.statement.text, $0.count, nil, $0.values, $0.lengths, $0.formats, 1)
      }
    }
  }

  private func endBatch() {
    check(link.map { PQpipelineSync($0.pointer) })
    batches.append(.now)
    if silenceTimer == nil { watchSilence() }
    flush()
  }

  private func flush() {
    guard let link else { return }
    let left = PQflush(link.pointer)
    guard left >= 0 else { return machine.lost(.unavailable(link.reason)) }
    guard watchesWriting != (left == 1) else { return }
    watchesWriting = left == 1
    watch?.change(to: watchesWriting ? [.reading, .writing] : .reading)
  }

  private func close(_ error: PostgresError) {
    watch?.cancel()
    silenceTimer?.cancel()
    (link, watch, silenceTimer) = (nil, nil, nil)
    onLoss(error)
  }

  // MARK: Receiving

  private func ready(_ readiness: Readiness) {
    guard let link else { return }
    if !readiness.isDisjoint(with: [.reading, .broken]) {
      guard PQconsumeInput(link.pointer) == 1 else { return lose(.unavailable(link.reason)) }
      takeAnswers()
    }
    if watchesWriting {
      flush()
      act()
    }
  }

  /// Takes all complete results. `PQgetResult` returns NULL between results and also when there are no more, so the
  /// machine's state decides when to stop.
  private func takeAnswers() {
    var gaps = 0
    while let link, machine.awaitsAnswer, PQisBusy(link.pointer) == 0 {
      guard let pointer = PQgetResult(link.pointer) else {
        gaps += 1
        if gaps > 2 { lose("the connection is out of step") }
        continue
      }
      gaps = 0
      let result = ResultSet(owning: pointer)
      // The notice arrives before the result of the commit, or of the `Sync` that commits.
      guard !link.hasUnconfirmedCommit else { return lose(.unconfirmedCommit) }
      take(result)
      act()
    }
  }

  private func take(_ result: ResultSet) {
    switch result.status {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK: machine.succeeded(result)
    case PGRES_PIPELINE_ABORTED: machine.skipped()
    case PGRES_FATAL_ERROR: machine.failed(PostgresError(result), endsConnection: result.endsConnection)
    case PGRES_PIPELINE_SYNC:
      _ = batches.popFirst()
      machine.synced()
    default: machine.copies()
    }
  }

  // MARK: Answer timeout

  /// Closes the connection if the oldest unanswered batch has waited too long; otherwise checks again when its time is
  /// up.
  private func watchSilence() {
    silenceTimer?.cancel()
    silenceTimer = nil
    guard isOpen, let oldest = batches.first else { return }
    let left = answerTimeout - oldest.duration(to: .now)
    guard left > .zero else {
      lose("no answer for \(answerTimeout)")
      return onSilence()
    }
    silenceTimer = loop.after(left) { [weak self] in self?.watchSilence() }
  }
}
