public import Loop

/// A PostgreSQL database to write to. All writing is in transactions; reading is as with `reader`.
public struct WritableDatabase: Sendable {
  /// The same database, for those who only read.
  public let reader: Database

  /// A database whose connections live on the loop. From any thread; opens nothing yet.
  public init(_ settings: Database.Settings, on loop: Loop) { reader = Database(settings, on: loop) }

  private init(_ reader: Database) { self.reader = reader }

  /// The same database as a transaction of it sees it: all statements run there, and a transaction within it is a
  /// savepoint of it. Of no use after the transaction has ended.
  public func within(_ transaction: Transaction) -> WritableDatabase { WritableDatabase(reader.within(transaction)) }

  /// Runs the body in a transaction, and commits when it returns. The `prelude` travels with its first statement: what
  /// is to hold for the transaction. If one of its statements may take longer than others, `statementTime` says how long.
  ///
  /// A body that throws is rolled back. So is one that returns although a statement has failed: it throws that failure.
  /// Where the server asks for it (a deadlock, a serialization failure) the whole body runs again, up to five times; so
  /// it may change nothing but the database.
  ///
  /// - Throws: What the body threw, or `PostgresError`.
  public func transaction<Value: Sendable>(
    after prelude: SQL? = nil, statementTime: Duration? = nil, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    try await reader.transaction(after: prelude, statementTime: statementTime, body)
  }

  /// Runs one statement in a transaction of its own, and says how many rows it touched. It goes to the server and back
  /// once, which makes its locks shorter than those of a `transaction` of one statement.
  @discardableResult
  public func run(_ sql: SQL) async throws -> Int { try await reader.write(sql).affectedRows }

  /// The same for a statement that returns something: the first row of it, if there is one.
  public func run<Value: RowDecodable>(_ sql: SQL, returning type: Value.Type) async throws -> Value? {
    try await reader.write(sql).first()
  }

  // MARK: Reading

  /// The first row of a quick read, if there is one; see `Database.lookup`.
  public func lookup<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    try await reader.lookup(sql)
  }

  /// The first row of a statement that reads, if there is one.
  public func row<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    try await reader.row(sql)
  }

  /// All rows of a statement that reads.
  public func rows<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> [Value] {
    try await reader.rows(sql)
  }

  /// Whether the server answers a trivial statement within the waiting time.
  public func ping() async -> Bool { await reader.ping() }

  /// What its connections do now, and what has happened on them.
  public var load: Database.Load { reader.load }

  /// Closes all connections; whoever waits for an answer gets `unavailable`.
  public func close() async { await reader.close() }
}
