public import Loop

/// A PostgreSQL database for reading, with one loop's connections to it. Code that may write gets a `WritableDatabase`.
///
/// The type has no methods that write. Its sessions are read-only, too: transactions are read-only by default, except
/// those that begin with `begin read write`, so a statement that writes fails here with 25006
/// (read_only_sql_transaction). With a pooler that does not pass on session settings, only the type protects. Wrapping
/// each look-up in `begin read only` would cost more than the look-up itself.
///
/// Connections are opened when they are first needed. If none is open and the last attempt failed, statements fail at
/// once with `PostgresError.unavailable`; they work again as soon as the server does. All waiting is bounded.
public final class Database: @unchecked Sendable {  // Sendable: used only on its loop's thread
  /// How to reach the server, and the timeouts.
  public struct Settings: Sendable {
    /// A libpq URI or connection string. Several hosts and `target_session_attrs` are allowed.
    public var url: String
    /// Whether this is a standby, which the service can do without.
    public var isStandby = false
    /// The number of connections for look-ups. With two, the loop and the server can work at the same time.
    public var sharedConnections = 2
    /// The number of connections for other statements and for transactions. Each serves one at a time.
    public var pooledConnections = 4
    /// Whether each connection prepares its statements once. If not, statements are sent as text and planned each time,
    /// for poolers without support for prepared statements.
    public var preparesStatements = true
    /// The statement timeout: how long the server may work on a statement.
    public var statementTime = Duration.seconds(5)
    /// The lock timeout: how long a statement may wait for a lock.
    public var lockTime = Duration.seconds(2)
    /// How long a transaction may be idle between statements.
    public var idleTransactionTime = Duration.seconds(10)
    /// How long connecting to one address may take. libpq counts whole seconds, and at least two.
    public var connectTime = Duration.seconds(2)
    /// How long a statement may wait for a free connection.
    public var waitingTime = Duration.seconds(2)
    /// How many statements may wait for a free connection.
    public var waitingLimit = 1000
    /// Is told when the server is reached or lost; nil if nothing needs to know.
    public var reachability: Reachability?

    /// Makes the default settings for a server.
    public init(url: String) { self.url = url }

    /// The answer timeout for statements with the given statement timeout (nil: the default one). The server cancels a
    /// statement after its statement timeout. If it is silent for even longer, the connection counts as dead: the
    /// server hangs or cannot be reached.
    func answerTimeout(for statementTime: Duration? = nil) -> Duration {
      (statementTime ?? self.statementTime) + .seconds(2)
    }
  }

  private let settings: Settings
  private let loop: Loop
  private let outbox: Outbox
  private let catalogue: Catalogue
  private let gathering: Gathering
  private let tally: Tally
  private let shared: SharedPool
  private let leased: LeasedPool
  /// The transaction in which all statements run; nil if this is not a view of a transaction.
  private let ambient: Transaction?
  private var isClosed = false

  /// Whether all statements run in one transaction, which keeps a connection to itself.
  public var isInTransaction: Bool { ambient != nil }

  /// Makes a database whose connections belong to the loop. May be called on any thread, and opens no connection yet.
  public init(_ settings: Settings, on loop: Loop) {
    (self.settings, self.loop) = (settings, loop)
    (outbox, tally) = (Outbox(loop), Tally())
    catalogue = Catalogue(isPrepared: settings.preparesStatements)
    let parts = PoolParts(settings: settings, loop: loop, outbox: outbox, catalogue: catalogue, tally: tally)
    shared = SharedPool(parts, count: settings.sharedConnections)
    gathering = Gathering(loop, shared)
    leased = LeasedPool(parts, count: settings.pooledConnections)
    ambient = nil
  }

  private init(_ database: Database, in transaction: Transaction) {
    (settings, loop, outbox, tally) = (database.settings, database.loop, database.outbox, database.tally)
    (catalogue, gathering) = (database.catalogue, database.gathering)
    (shared, leased, ambient) = (database.shared, database.leased, transaction)
  }

  /// This database as seen by one of its transactions: all statements run there, and a nested transaction is a
  /// savepoint. Must not be used after the transaction has ended.
  func within(_ transaction: Transaction) -> Database { Database(self, in: transaction) }

  // MARK: Statements

  /// The first row of a quick read; nil if there are no rows. Most requests begin with a look-up.
  ///
  /// All look-ups of one turn of the loop are sent together, and equal ones as one statement, so a slow one delays the
  /// others: use `row` for those. They share an implicit transaction, so they must not write.
  public func lookup<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    if let ambient { return try await ambient.row(sql) }
    try checkUse()
    guard !sql.hasNUL else { throw .invalidText }
    if shared.leastLoaded == nil {
      do throws(PostgresError) {
        _ = try await shared.wait()
      } catch {
        // If the server has few connection slots left, the other pool may have taken them.
        guard shared.isRefused, leased.isOpen else { throw error }
        return try await answer(sql).first()
      }
    }
    let answer: Question.FirstRow = await withUnsafeContinuation { gathering.add(question(sql, $0)) }
    return try answer.get().map { (row) throws(PostgresError) in try Value(row) }
  }

  private func question(_ sql: SQL, _ continuation: UnsafeContinuation<Question.FirstRow, Never>) -> Question {
    let statement = catalogue.statement(of: sql)
    return Question(
      statement: statement, gathered: sql.planning == .general ? catalogue.gathered(statement) : nil,
      parameters: sql.parameters, planning: sql.planning, continuation: continuation)
  }

  /// The first row of a statement's result; nil if there are no rows.
  public func row<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    try await answer(sql).first()
  }

  /// All rows of a statement's result.
  public func rows<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> [Value] {
    try await answer(sql).all()
  }

  /// All rows of a statement's result, from a read-only transaction of its own. The rows stay in the form in which the
  /// server sent them until they are read one by one. The `prelude` is sent together with the statement; it must set the
  /// server's `statement_timeout` to `statementTime`.
  public func reading<Value: RowDecodable>(
    _ sql: SQL, after prelude: SQL, statementTime: Duration, as type: Value.Type = Value.self
  ) async throws -> ReceivedRows<Value> {
    if let ambient { return ReceivedRows(try await ambient.answer(sql)) }
    let result = try await repeated(after: prelude, statementTime, isReading: true) { try await $0.perform(sql) }
    return ReceivedRows(result)
  }

  private func answer(_ sql: SQL) async throws(PostgresError) -> ResultSet {
    if let ambient { return try await ambient.answer(sql) }
    try checkUse()
    let pipeline = try await leased.lease()
    defer { leased.release(pipeline) }
    return try await pipeline.answer(sql, as: .single)
  }

  /// Whether the server answers a trivial statement within `waitingTime`.
  public func ping() async -> Bool {
    await withUnsafeContinuation { continuation in
      let verdict = Verdict(continuation)
      loop.after(settings.waitingTime) { verdict.settle(false) }
      Task(executorPreference: loop) { [self] in
        let answer = try? await lookup("select true as answered", as: Answered.self)
        verdict.settle(answer != nil)
      }
    }
  }

  /// What the connections are doing now, and their history.
  public var load: Load {
    var load = Load()
    shared.report(to: &load)
    leased.report(to: &load)
    load.history = tally.history
    return load
  }

  // MARK: Transactions

  /// See `WritableDatabase.run`.
  func write(_ sql: SQL) async throws -> ResultSet {
    if let ambient { return try await ambient.answer(sql) }
    return try await repeated { try await $0.perform(sql) }
  }

  /// See `WritableDatabase.transaction`.
  func transaction<Value: Sendable>(
    after prelude: SQL? = nil, statementTime: Duration? = nil, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    if let ambient { return try await ambient.nested(after: prelude, body) }
    return try await repeated(after: prelude, statementTime) { try await $0.perform(body) }
  }

  /// Runs a transaction on a leased connection, and repeats it as long as its failure asks for that.
  private func repeated<Value: Sendable>(
    after prelude: SQL? = nil, _ statementTime: Duration? = nil, isReading: Bool = false,
    _ perform: (Transaction) async throws -> Value
  ) async throws -> Value {
    try checkUse()
    let pipeline = try await leased.lease()
    pipeline.answerTimeout = settings.answerTimeout(for: statementTime)
    defer {
      pipeline.answerTimeout = settings.answerTimeout()
      leased.release(pipeline)
    }
    var attempt = 1
    var isNamed = true
    while true {
      let transaction = Transaction(on: pipeline, after: prelude, isReading: isReading, isNamed: isNamed)
      do {
        return try await perform(transaction)
      } catch {
        guard transaction.failure?.isTransactionRetryable == true, pipeline.isIdle,
          let pause = RetryPolicy.transactions.pause(afterAttempt: attempt)
        else { throw error }
        await loop.sleep(for: pause)
        attempt += 1
        if transaction.failure?.isStatementMismatch == true { isNamed = false }
      }
    }
  }

  // MARK: Ending

  /// Closes all connections. Statements in flight fail with `unavailable`.
  public func close() async {
    isClosed = true
    await shared.close()
    await leased.close()
    gathering.close()
    outbox.close()
  }

  private func checkUse() throws(PostgresError) {
    precondition(loop.isCurrent, "a database is used on its loop's thread alone")
    guard !isClosed else { throw .unavailable("the database is closed") }
  }
}

extension RetryPolicy {
  /// For transactions that conflicted with each other.
  fileprivate static let transactions = RetryPolicy(
    attempts: 6, firstPause: .milliseconds(5), longestPause: .milliseconds(80))
}

private struct Answered: RowDecodable {
  init(_ row: Row) throws(PostgresError) { _ = try row["answered"] as Bool }
}

/// A continuation that is resumed by the first of two events.
private final class Verdict: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private var continuation: UnsafeContinuation<Bool, Never>?

  init(_ continuation: UnsafeContinuation<Bool, Never>) { self.continuation = continuation }

  func settle(_ value: Bool) {
    continuation?.resume(returning: value)
    continuation = nil
  }
}
