public import Loop

/// A PostgreSQL database to read from, through the connections that one loop keeps to it. Who may write has it as a
/// `WritableDatabase`.
///
/// It reads by its type, and by its sessions: they begin read-only transactions unless one says otherwise, as those that
/// write do, so a statement that writes fails with 25006 here (read_only_sql_transaction). A pooler that keeps the
/// sessions' settings to itself leaves it to the type alone; a `begin read only` around each look-up would cost more than
/// the look-up's own work.
///
/// Connections are opened when they are first needed. While none is there and the last attempt to open one failed,
/// statements fail at once with `PostgresError.unavailable`; they work again as soon as the server does. Nothing waits
/// without a bound.
public final class Database: @unchecked Sendable {  // Sendable: owned by its loop's thread, on which all is called
  /// How to reach the server, and what may take how long.
  public struct Settings: Sendable {
    /// A URI or a connection string as libpq reads them; several hosts and `target_session_attrs` are allowed.
    public var url: String
    /// Whether this is a copy that the program can do without.
    public var isStandby = false
    /// Connections for look-ups. A second one lets the loop and the server work at the same time.
    public var sharedConnections = 2
    /// Connections for other statements and for transactions; each serves one at a time.
    public var pooledConnections = 4
    /// Whether statements are prepared once for each connection; if not, their texts are sent each time, for poolers that
    /// bear no prepared statements, and each is planned anew.
    public var preparesStatements = true
    /// How long the server may work on a statement.
    public var statementTime = Duration.seconds(5)
    /// How long a statement may wait for a lock.
    public var lockTime = Duration.seconds(2)
    /// How long a transaction may wait for its next statement.
    public var idleTransactionTime = Duration.seconds(10)
    /// How long one address may take to answer; libpq counts whole seconds, and at least two.
    public var connectTime = Duration.seconds(2)
    /// How long a statement may wait for a free connection.
    public var waitingTime = Duration.seconds(2)
    /// How many statements may wait for one.
    public var waitingLimit = 1000
    /// Who is told when the server is reached or lost; nil: nobody.
    public var reachability: Reachability?

    /// The default settings for a server.
    public init(url: String) { self.url = url }

    /// How long an answer may take, for statements that may take so long, or as long as usual: the server ends a
    /// statement after its time, and what is silent for longer is stopped, or cut off.
    func answerTimeout(for statementTime: Duration? = nil) -> Duration {
      (statementTime ?? self.statementTime) + .seconds(2)
    }
  }

  private let settings: Settings
  private let loop: Loop
  private let outbox: Outbox
  private let tally: Tally
  private let shared: SharedPool
  private let leased: LeasedPool
  /// The transaction in which everything happens, where this is a view of one.
  private let ambient: Transaction?
  private var isClosed = false

  /// Whether everything happens in a transaction, which keeps a connection to itself.
  public var isInTransaction: Bool { ambient != nil }

  /// A database whose connections live on the loop. From any thread; opens nothing yet.
  public init(_ settings: Settings, on loop: Loop) {
    (self.settings, self.loop) = (settings, loop)
    (outbox, tally) = (Outbox(loop), Tally())
    let catalogue = Catalogue(isPrepared: settings.preparesStatements)
    let parts = PoolParts(settings: settings, loop: loop, outbox: outbox, catalogue: catalogue, tally: tally)
    shared = SharedPool(parts, count: settings.sharedConnections)
    leased = LeasedPool(parts, count: settings.pooledConnections)
    ambient = nil
  }

  private init(_ database: Database, in transaction: Transaction) {
    (settings, loop, outbox, tally) = (database.settings, database.loop, database.outbox, database.tally)
    (shared, leased, ambient) = (database.shared, database.leased, transaction)
  }

  /// The same database as a transaction of it sees it: all statements run there, and a transaction within it is a
  /// savepoint of it. Of no use after the transaction has ended.
  func within(_ transaction: Transaction) -> Database { Database(self, in: transaction) }

  // MARK: Statements

  /// The first row of a quick read, if there is one: for what most requests begin with.
  ///
  /// All look-ups of one turn of the loop go out together, so what is slow holds up others here: use `row` for that.
  /// They share an implicit transaction, so nothing may be written.
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
        // A server with few places left may have given them to the others.
        guard shared.isRefused, leased.isOpen else { throw error }
        return try await answer(sql).first()
      }
    }
    let answer: Pipeline.Answer = await withUnsafeContinuation { continuation in
      // The load is compared at the moment of sending, so that one turn's look-ups are spread evenly.
      if let pipeline = shared.leastLoaded {
        pipeline.ask(sql, .lookup, continuation)
      } else {
        continuation.resume(returning: .failure(.unavailable("the connection was lost")))
      }
    }
    return try answer.get().first()
  }

  /// The first row of a statement's answer, if there is one.
  public func row<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    try await answer(sql).first()
  }

  /// All rows of a statement's answer.
  public func rows<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> [Value] {
    try await answer(sql).all()
  }

  private func answer(_ sql: SQL) async throws(PostgresError) -> ResultSet {
    if let ambient { return try await ambient.answer(sql) }
    try checkUse()
    let pipeline = try await leased.lease()
    defer { leased.release(pipeline) }
    return try await pipeline.answer(sql, as: .single)
  }

  /// Whether the server answers a trivial statement within the waiting time.
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

  /// What its connections do now, and what has happened on them.
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

  /// Performs a transaction on a connection of its own, again as long as the server asks for it.
  private func repeated<Value: Sendable>(
    after prelude: SQL? = nil, _ statementTime: Duration? = nil, _ perform: (Transaction) async throws -> Value
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
      let transaction = Transaction(on: pipeline, after: prelude, isNamed: isNamed)
      do {
        return try await perform(transaction)
      } catch {
        guard transaction.failure?.asksForRepetition == true, pipeline.isIdle,
          let pause = RetryPolicy.transactions.pause(afterAttempt: attempt)
        else { throw error }
        await loop.sleep(for: pause)
        attempt += 1
        if transaction.failure?.isOfName == true { isNamed = false }
      }
    }
  }

  // MARK: Ending

  /// Closes all connections; whoever waits for an answer gets `unavailable`.
  public func close() async {
    isClosed = true
    await shared.close()
    await leased.close()
    outbox.close()
  }

  private func checkUse() throws(PostgresError) {
    precondition(loop.isCurrent, "a database is used on its loop's thread alone")
    guard !isClosed else { throw .unavailable("the database is closed") }
  }
}

extension RetryPolicy {
  /// Transactions that have met each other.
  fileprivate static let transactions = RetryPolicy(
    attempts: 6, firstPause: .milliseconds(5), longestPause: .milliseconds(80))
}

private struct Answered: RowDecodable {
  init(_ row: Row) throws(PostgresError) { _ = try row["answered"] as Bool }
}

/// Yes or no, whichever comes first.
private final class Verdict: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private var continuation: UnsafeContinuation<Bool, Never>?

  init(_ continuation: UnsafeContinuation<Bool, Never>) { self.continuation = continuation }

  func settle(_ value: Bool) {
    continuation?.resume(returning: value)
    continuation = nil
  }
}
