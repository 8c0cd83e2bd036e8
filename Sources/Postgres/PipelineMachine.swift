/// What one connection in pipeline mode owes, and what follows from each event on it: a pure value, which knows neither
/// libpq, nor the loop, nor who waits. `Pipeline` tells it what happens and carries out its actions.
///
/// Everything that is sent in one turn of the loop is a batch: it ends with one `Sync`, and is one implicit transaction
/// for the server. After a failed query the server skips the rest of the batch. Those go to the retry queue, and are sent
/// again after the `Sync`, each in a batch of its own. The server commits at the `Sync`, so what may have written is
/// answered after that.
///
/// Nothing is sent again that may have been done. What becomes of a query that was not:
///
/// | the server says                                        | by itself                   | in a transaction          |
/// |--------------------------------------------------------|-----------------------------|---------------------------|
/// | the name is unknown (26000), or its plan stale (0A000) | sent again without a name   | all of it runs again, too |
/// | the name is known (42P05), to what prepares it         | sent again: it may be used  | the same                  |
/// | skipped, since another of its batch has failed         | sent again, alone           | fails                     |
/// | it met another transaction (40001, 40P01)              | sent again, up to 3 times   | all of it runs again, too |
/// | anything else, also that the connection is lost        | fails                       | fails                     |
struct PipelineMachine<Payload, Rows> {
  typealias Answer = Result<Rows, PostgresError>

  /// A query, and what has become of it so far.
  struct Query {
    /// What it needs to be sent and answered, of no matter here.
    let payload: Payload
    let statement: Statement
    let role: QueryRole
    /// Whether it may use a prepared statement; not if it is sent again because of that.
    fileprivate(set) var isNamed: Bool
    /// How often it may still be sent again because it met another transaction.
    fileprivate var conflictRetries = 3
    /// Whether its statement was prepared for this very query: preparing it anew would not help.
    fileprivate var isPreparedForIt = false
    /// Which of the connection's preparations it relies on; 0: none.
    fileprivate var preparation = 0

    init(_ statement: Statement, as role: QueryRole, isNamed: Bool, _ payload: Payload) {
      (self.statement, self.role, self.isNamed, self.payload) = (statement, role, isNamed, payload)
    }
  }

  /// What is to be done, in order.
  enum Action {
    /// Send a statement to be prepared under a name, which is NUL-terminated.
    case prepare(Statement, name: [CChar])
    /// Send a query: by the name of its prepared statement, or by its text if that is nil.
    case send(Query, name: [CChar]?)
    /// End the batch, and write it.
    case sync
    /// Answer whoever waits for the query. Each query that was asked gets one answer.
    case answer(Payload, Answer)
    /// Close the connection. Nothing but answers comes before that, and nothing after it is sent.
    case close(PostgresError)
  }

  /// What was sent, and is not answered.
  private enum InFlight {
    case preparation(Statement, number: Int)
    case query(Query)
    case sync
  }

  private var inFlight = Queue<InFlight>()
  private var actions = Queue<Action>()
  /// Answers that hold once the server has committed, at the `Sync`.
  private var uncommitted: [(query: Query, answer: Answer)] = []
  /// What is sent again once the server is past the `Sync`.
  private var retryQueue: [Query] = []
  /// Why that has failed which the next query needs: its preparation, or the `begin` before it; nil: it has not.
  private var failedPrerequisite: PostgresError?
  private var prepared = PreparedStatements()

  /// Whether something was sent since the last `Sync`.
  private(set) var hasOpenBatch = false
  /// How many queries have no answer yet.
  private(set) var unanswered = 0
  /// Whether the server has ever answered here.
  private(set) var hasAnswered = false
  /// Why the connection is lost; nil while it is not.
  private(set) var loss: PostgresError?

  /// Whether the server owes an answer.
  var isOwed: Bool { !inFlight.isEmpty }

  /// What is to be done next; nil until the next event.
  mutating func nextAction() -> Action? { actions.popFirst() }
}

/// What a query is to others on the same connection.
enum QueryRole {
  /// A read that shares its batch with others, and is answered as soon as its rows are there.
  case lookup
  /// Alone in its batch.
  case single
  /// In a transaction: what failed or was skipped cannot be sent again by itself.
  case inTransaction
  /// What begins a transaction, before its first query, which fails if this does.
  case opensTransaction
  /// What commits it, in the batch of its query, which is not done unless this is.
  case closesTransaction

  var isInTransaction: Bool { self != .lookup && self != .single }
}

// MARK: What the program asks for

extension PipelineMachine {
  /// A query is asked.
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

  /// The turn of the loop ends, and so does its batch.
  mutating func endBatch() {
    guard hasOpenBatch else { return }
    hasOpenBatch = false
    inFlight.append(.sync)
    actions.append(.sync)
  }
}

// MARK: What the server says

extension PipelineMachine {
  /// It has prepared a statement, or run a query.
  mutating func succeeded(_ rows: Rows) {
    switch inFlight.popFirst() {
    case .preparation: break
    case .query(let query) where query.role == .lookup: answer(query, .success(rows))
    case .query(let query): uncommitted.append((query, .success(rows)))
    case .sync, nil: loseStep()
    }
  }

  /// It has skipped something, since what came before it in the batch has failed.
  mutating func skipped() {
    switch inFlight.popFirst() {
    case .preparation(let statement, let number): prepared.forget(statement, number)
    case .query(let query): skipped(query)
    case .sync, nil: loseStep()
    }
  }

  /// Something has failed. If that `endsConnection`, nothing more will come.
  mutating func failed(_ error: PostgresError, endsConnection: Bool) {
    switch inFlight.first {
    case .preparation(let statement, let number):
      _ = inFlight.popFirst()
      failedToPrepare(statement, number, error)
    case .query(let query):
      _ = inFlight.popFirst()
      if query.role == .opensTransaction { failedPrerequisite = error }
      if error.isOfStaleStatement {
        prepared.forget(query.statement, query.preparation, isStale: !error.isOfUnknownStatement)
      }
      retryOrFail(query, error)
    case .sync:
      // The commit: a deferred constraint, for example, is checked there. Its own answer follows.
      failUncommitted(error)
    case nil: return loseStep()
    }
    if endsConnection { lost(error) }
  }

  /// It is past a `Sync`, and has committed what came before it.
  mutating func synced() {
    guard case .sync? = inFlight.first else { return loseStep() }
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

  /// It has begun to copy, which nothing here can go on with.
  mutating func copies() {
    if case .query(let query) = inFlight.first {
      _ = inFlight.popFirst()
      answer(query, .failure(.unexpected("a statement that copies")))
    }
    loseStep()
  }

  /// The connection is lost, or of no use any more. What was not answered fails: it may have been done.
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

  private mutating func loseStep() { lost(.unavailable("the connection is out of step")) }
}

// MARK: What becomes of a query

extension PipelineMachine {
  private mutating func answer(_ query: Query, _ answer: Answer) {
    unanswered -= 1
    actions.append(.answer(query.payload, answer))
  }

  private mutating func failedToPrepare(_ statement: Statement, _ number: Int, _ error: PostgresError) {
    guard error.isOfKnownStatement else {
      prepared.forget(statement, number)
      return failedPrerequisite = error
    }
    // Another client has prepared it on this server, behind a pooler: it may be used. What came with it was skipped, and
    // is sent again; in a transaction, as a whole.
    if case .query(let query) = inFlight.first, query.role.isInTransaction { failedPrerequisite = error }
  }

  private mutating func skipped(_ query: Query) {
    if let error = failedPrerequisite {
      if query.role != .opensTransaction { failedPrerequisite = nil }
      retryOrFail(query, error)
    } else if query.role.isInTransaction {
      // in_failed_sql_transaction, as the server says to what comes after the batch
      fail(query, .statement(sqlstate: "25P02", constraint: nil, message: "current transaction is aborted"))
    } else {
      retryQueue.append(query)
    }
  }

  /// Has a query sent again if that may help; or else it fails with the error.
  private mutating func retryOrFail(_ query: Query, _ error: PostgresError) {
    var query = query
    if !query.role.isInTransaction && error.isOfStaleStatement && !query.isPreparedForIt && query.isNamed {
      query.isNamed = false
      retryQueue.append(query)
    } else if !query.role.isInTransaction && error.isOfConflict && query.conflictRetries > 0 {
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

  /// What has succeeded was not committed.
  private mutating func failUncommitted(_ error: PostgresError) {
    for index in uncommitted.indices {
      if case .success = uncommitted[index].answer { uncommitted[index].answer = .failure(error) }
    }
  }
}
