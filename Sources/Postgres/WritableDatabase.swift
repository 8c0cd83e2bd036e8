public import Loop

/// A PostgreSQL database for reading and writing. All writes run in transactions; reads work as with `reader`.
public struct WritableDatabase: Sendable {
  /// The same database, only for reading.
  public let reader: Database

  /// Makes a database whose connections belong to the loop. May be called on any thread, and opens no connection yet.
  public init(_ settings: Database.Settings, on loop: Loop) { reader = Database(settings, on: loop) }

  private init(_ reader: Database) { self.reader = reader }

  /// This database as seen by one of its transactions: all statements run there, and a nested transaction is a
  /// savepoint. Must not be used after the transaction has ended.
  public func within(_ transaction: Transaction) -> WritableDatabase { WritableDatabase(reader.within(transaction)) }

  /// Runs the body in a transaction, and commits when the body returns. The `prelude` is sent together with the first
  /// statement; use it for settings of the transaction. If its statements may take longer than usual, pass their
  /// `statementTime`: the answer timeout follows it. The prelude must set the server's `statement_timeout`.
  ///
  /// If the body throws, the transaction is rolled back. If the body returns although a statement has failed, that
  /// failure is thrown. After a deadlock or a serialization failure, the whole body runs again, up to five times. So it
  /// must not change anything but the database.
  ///
  /// - Throws: What the body threw, or `PostgresError`.
  public func transaction<Value: Sendable>(
    after prelude: SQL? = nil, statementTime: Duration? = nil, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    try await reader.transaction(after: prelude, statementTime: statementTime, body)
  }

  /// Runs one statement in its own transaction, and returns the number of rows that it affected. This takes a single
  /// round trip, so its locks are held for less time than in a `transaction` of one statement.
  @discardableResult
  public func run(_ sql: SQL) async throws -> Int { try await reader.write(sql).affectedRows }

  /// Runs one statement in its own transaction, and returns the first row of its result; nil if there are no rows.
  public func run<Value: RowDecodable>(_ sql: SQL, returning type: Value.Type) async throws -> Value? {
    try await reader.write(sql).first()
  }

  // MARK: Reading

  /// The first row of a quick read; nil if there are no rows. See `Database.lookup`.
  public func lookup<Value: RowDecodable>(
    _ sql: SQL, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    try await reader.lookup(sql)
  }

  /// The first row of a statement that reads; nil if there are no rows.
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

  /// Whether the server answers a trivial statement within `waitingTime`.
  public func ping() async -> Bool { await reader.ping() }

  /// What the connections are doing now, and their history.
  public var load: Database.Load { reader.load }

  /// Closes all connections. Statements in flight fail with `unavailable`.
  public func close() async { await reader.close() }
}
