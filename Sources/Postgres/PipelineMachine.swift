/// The state of one connection in pipeline mode. It is a pure value, which knows nothing of libpq, the loop, or the
/// tasks that wait. `Pipeline` reports events to it and carries out its actions.
///
/// Everything that is sent in one turn of the loop forms a batch: it ends with one `Sync`, and the server treats it as
/// one implicit transaction. After a failed query, the server skips the rest of the batch. Skipped queries go to the
/// retry queue, and are sent again after the `Sync`, each in a batch of its own. The server commits at the `Sync`, so
/// queries that may write are answered only after it.
///
/// A query that may have been executed is never sent again. This is what happens to the others:
///
/// | the server's response                              | outside a transaction       | in a transaction                |
/// |----------------------------------------------------|-----------------------------|---------------------------------|
/// | unknown statement (26000), or stale plan (0A000)   | sent again without a name   | the transaction is repeated     |
/// | statement already prepared (42P05)                 | sent again: it can be used  | the transaction is repeated     |
/// | skipped, because another query of the batch failed | sent again, alone           | fails                           |
/// | conflict with another transaction (40001, 40P01)   | sent again, up to 3 times   | the transaction is repeated     |
/// | anything else, including a lost connection         | fails                       | fails                           |
struct PipelineMachine<Payload, Rows> {
  typealias Answer = Result<Rows, PostgresError>

  /// A query and its progress.
  struct Query {
    /// What is needed to send and answer the query. The machine does not look at it.
    let payload: Payload
    let statement: Statement
    let role: QueryRole
    /// Whether the query may use a prepared statement. False if it is sent again because the prepared statement failed.
    fileprivate(set) var isNamed: Bool
    /// How often the query may still be sent again after a conflict.
    fileprivate var conflictRetries = 3
    /// Whether the statement was prepared for this very query. Preparing it again would not help then.
    fileprivate var isPreparedForIt = false
    /// The number of the preparation that the query relies on; 0 if none.
    fileprivate var preparation = 0

    init(_ statement: Statement, as role: QueryRole, isNamed: Bool, _ payload: Payload) {
      (self.statement, self.role, self.isNamed, self.payload) = (statement, role, isNamed, payload)
    }
  }

  /// What `Pipeline` has to do, in order.
  enum Action {
    /// Send a statement to be prepared under a NUL-terminated name.
    case prepare(Statement, name: [CChar])
    /// Send a query by the name of its prepared statement. If the name is nil, send its text.
    case send(Query, name: [CChar]?)
    /// Send a `Sync`, which ends the batch.
    case sync
    /// Resume the task that waits for the query. Each query gets exactly one answer.
    case answer(Payload, Answer)
    /// Close the connection. Only answers come before this action, and nothing is sent after it.
    case close(PostgresError)
  }

  /// What was sent and is not answered yet.
  private enum InFlight {
    case preparation(Statement, number: Int)
    case query(Query)
    case sync
  }

  private var inFlight = Queue<InFlight>()
  private var actions = Queue<Action>()
  /// Answers that become valid when the server has committed, at the `Sync`.
  private var uncommitted: [(query: Query, answer: Answer)] = []
  /// Queries to be sent again after the `Sync`.
  private var retryQueue: [Query] = []
  /// Why the prerequisite of the next query failed (its preparation, or the `begin` before it); nil if it did not.
  private var failedPrerequisite: PostgresError?
  private var prepared = PreparedStatements()

  /// Whether anything was sent since the last `Sync`.
  private(set) var hasOpenBatch = false
  /// The number of unanswered queries.
  private(set) var unanswered = 0
  /// Whether the server has ever answered on this connection.
  private(set) var hasAnswered = false
  /// Why the connection was lost; nil while it is open.
  private(set) var loss: PostgresError?

  /// Whether the server has not answered everything that was sent.
  var awaitsAnswer: Bool { !inFlight.isEmpty }

  /// Takes the next action; nil if there is none until the next event.
  mutating func nextAction() -> Action? { actions.popFirst() }
}

/// The role of a query among others on the same connection.
enum QueryRole {
  /// A read that shares its batch with others. It is answered as soon as its rows arrive.
  case lookup
  /// A query outside a transaction that may write. It is answered after the `Sync`.
  case single
  /// A query in a transaction. It cannot be sent again on its own.
  case inTransaction
  /// Begins a transaction, before its first query. That fails if this does.
  case opensTransaction
  /// Commits a transaction in the same batch as its query. The query takes effect only if this succeeds.
  case closesTransaction

  var isInTransaction: Bool { self != .lookup && self != .single }
}

// MARK: Events from the program

extension PipelineMachine {
  /// A query is to be sent.
  mutating func ask(_ query: Query) {
    unanswered += 1
    if let loss { answer(query, .failure(loss)) } else { send(query) }
  }

  private mutating func send(_ query: Query) {
    var query = query
    var name: [CChar]?
    query.isPreparedForIt = false
    if query.isNamed {
      let known = prepared[query.statement]
      let preparation = known ?? prepared.add(query.statement)
      if known == nil {
        inFlight.append(.preparation(query.statement, number: preparation.number))
        actions.append(.prepare(query.statement, name: preparation.name))
        query.isPreparedForIt = true
      }
      (name, query.preparation) = (preparation.name, preparation.number)
    }
    inFlight.append(.query(query))
    actions.append(.send(query, name: name))
    hasOpenBatch = true
  }

  /// The turn of the loop ends, and with it the batch.
  mutating func endBatch() {
    guard hasOpenBatch else { return }
    hasOpenBatch = false
    inFlight.append(.sync)
    actions.append(.sync)
  }
}

// MARK: Events from the server

extension PipelineMachine {
  /// The server has prepared a statement, or executed a query.
  mutating func succeeded(_ rows: Rows) {
    switch inFlight.popFirst() {
    case .preparation: break
    case .query(let query) where query.role == .lookup: answer(query, .success(rows))
    case .query(let query): uncommitted.append((query, .success(rows)))
    case .sync, nil: loseSequence()
    }
  }

  /// The server has skipped something because an earlier part of the batch failed.
  mutating func skipped() {
    switch inFlight.popFirst() {
    case .preparation(let statement, let number): prepared.forget(statement, number)
    case .query(let query): skipped(query)
    case .sync, nil: loseSequence()
    }
  }

  /// Something has failed. If `endsConnection` is true, the server will send nothing more.
  mutating func failed(_ error: PostgresError, endsConnection: Bool) {
    switch inFlight.first {
    case .preparation(let statement, let number):
      _ = inFlight.popFirst()
      failedToPrepare(statement, number, error)
    case .query(let query):
      _ = inFlight.popFirst()
      if query.role == .opensTransaction { failedPrerequisite = error }
      if error.isStaleStatement {
        prepared.forget(query.statement, query.preparation, isStale: !error.isUnknownStatement)
      }
      retryOrFail(query, error)
    case .sync:
      // The commit failed: for example, a deferred constraint was violated. The `Sync` still gets its own answer.
      failUncommitted(error)
    case nil: return loseSequence()
    }
    if endsConnection { lost(error) }
  }

  /// The server has passed a `Sync`, and has committed what came before it.
  mutating func synced() {
    guard case .sync? = inFlight.first else { return loseSequence() }
    _ = inFlight.popFirst()
    hasAnswered = true
    for (query, answer) in uncommitted { self.answer(query, answer) }
    uncommitted.removeAll(keepingCapacity: true)
    guard !retryQueue.isEmpty else { return }
    let queries = retryQueue
    retryQueue = []
    endBatch()
    for query in queries {
      send(query)
      endBatch()
    }
  }

  /// The server has begun a `copy`, which is not supported.
  mutating func copies() {
    if case .query(let query) = inFlight.first {
      _ = inFlight.popFirst()
      answer(query, .failure(.unexpected("a statement that copies")))
    }
    loseSequence()
  }

  /// The connection is lost, or unusable. Unanswered queries fail: they may have been executed.
  mutating func lost(_ error: PostgresError) {
    guard loss == nil else { return }
    loss = error
    hasOpenBatch = false
    let pending = actions
    actions = Queue()
    pending.forEach { if case .answer = $0 { actions.append($0) } }
    failUncommitted(error)
    for (query, answer) in uncommitted { self.answer(query, answer) }
    for query in retryQueue { answer(query, .failure(error)) }
    (uncommitted, retryQueue) = ([], [])
    while let next = inFlight.popFirst() {
      if case .query(let query) = next { answer(query, .failure(error)) }
    }
    actions.append(.close(error))
  }

  private mutating func loseSequence() { lost(.unavailable("the connection is out of step")) }
}

// MARK: Outcomes of a query

extension PipelineMachine {
  private mutating func answer(_ query: Query, _ answer: Answer) {
    unanswered -= 1
    actions.append(.answer(query.payload, answer))
  }

  private mutating func failedToPrepare(_ statement: Statement, _ number: Int, _ error: PostgresError) {
    guard error.isDuplicateStatement else {
      prepared.forget(statement, number)
      return failedPrerequisite = error
    }
    // Behind a pooler, another client has prepared the statement on this server, so it can be used. The query after it
    // was skipped, and is sent again; in a transaction, the whole transaction is.
    if case .query(let query) = inFlight.first, query.role.isInTransaction { failedPrerequisite = error }
  }

  private mutating func skipped(_ query: Query) {
    if let error = failedPrerequisite {
      if query.role != .opensTransaction { failedPrerequisite = nil }
      retryOrFail(query, error)
    } else if query.role.isInTransaction {
      // in_failed_sql_transaction, as the server answers to queries after the batch
      fail(query, .statement(sqlstate: "25P02", constraint: nil, message: "current transaction is aborted"))
    } else {
      retryQueue.append(query)
    }
  }

  /// Queues the query to be sent again if that may help; otherwise fails it.
  private mutating func retryOrFail(_ query: Query, _ error: PostgresError) {
    var query = query
    if !query.role.isInTransaction && error.isStaleStatement && !query.isPreparedForIt && query.isNamed {
      query.isNamed = false
      retryQueue.append(query)
    } else if !query.role.isInTransaction && error.isConflict && query.conflictRetries > 0 {
      query.conflictRetries -= 1
      retryQueue.append(query)
    } else {
      fail(query, error)
    }
  }

  private mutating func fail(_ query: Query, _ error: PostgresError) {
    if query.role == .closesTransaction { failUncommitted(error) }
    uncommitted.append((query, .failure(error)))
  }

  /// Turns uncommitted successes into failures.
  private mutating func failUncommitted(_ error: PostgresError) {
    for index in uncommitted.indices {
      if case .success = uncommitted[index].answer { uncommitted[index].answer = .failure(error) }
    }
  }
}
