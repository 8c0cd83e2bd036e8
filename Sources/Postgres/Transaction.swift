/// A transaction in progress. It is passed to the body of `WritableDatabase.transaction`, and must not be used after
/// that.
public final class Transaction: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private enum Progress { case notBegun, begun, ended }

  private let pipeline: Pipeline
  private let prelude: SQL?
  /// Whether it can only read.
  private let isReading: Bool
  /// Whether its statements are prepared. False if it runs again because a prepared statement failed.
  private let isNamed: Bool
  private var state = Progress.notBegun
  /// The failure of the first statement that failed. After that, the server accepts only a rollback.
  private(set) var failure: PostgresError?

  init(on pipeline: Pipeline, after prelude: SQL?, isReading: Bool, isNamed: Bool) {
    (self.pipeline, self.prelude, self.isReading, self.isNamed) = (pipeline, prelude, isReading, isNamed)
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

  /// Runs a statement and returns the number of rows that it affected.
  @discardableResult
  public func run(_ sql: SQL) async throws(PostgresError) -> Int { try await answer(sql).affectedRows }

  func perform<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
    let value: Value
    do {
      value = try await body(self)
      if let failure { throw failure }
    } catch {
      await rollBack()
      throw error
    }
    try await commit()
    return value
  }

  /// Runs a transaction of one statement in a single round trip, so that its locks do not wait for the network.
  func perform(_ sql: SQL) async throws(PostgresError) -> ResultSet {
    state = .ended
    do throws(PostgresError) {
      return try await pipeline.answer(transactionOf: sql, after: prelude, isReading: isReading, isNamed: isNamed)
    } catch {
      failure = error
      if pipeline.isOpen && !pipeline.isIdle { await endByRollback() }
      throw error
    }
  }

  /// Runs a body in a savepoint. If it throws, its changes are undone and the transaction goes on.
  func nested<Value>(after prelude: SQL?, _ body: (Transaction) async throws -> Value) async throws -> Value {
    try await run("savepoint nested")
    let before = failure
    do {
      if let prelude { try await run(prelude) }
      let value = try await body(self)
      if let failure { throw failure }
      try await run("release savepoint nested")
      return value
    } catch {
      // If even this fails, the transaction is lost, which its `failure` records. A failure for which the whole
      // transaction should run again is kept, too. Rolling back to a savepoint does not remove it, and it would hide a
      // later one of the same name.
      let isUndone = await undoNested()
      if isUndone && failure?.isTransactionRetryable != true { failure = before }
      throw error
    }
  }

  private func undoNested() async -> Bool {
    do {
      try await run("rollback to savepoint nested")
      try await run("release savepoint nested")
      return true
    } catch {
      return false
    }
  }

  func answer(_ sql: SQL) async throws(PostgresError) -> ResultSet {
    guard state != .ended else { throw .unexpected("the transaction has ended") }
    // If even `begin` has failed, the statement would be committed on its own.
    if let failure, pipeline.isIdle { throw failure }
    if state == .notBegun {
      state = .begun
      pipeline.begin(prelude, isReading: isReading, isNamed: isNamed)
    }
    do throws(PostgresError) {
      return try await pipeline.answer(sql, as: .inTransaction, isNamed: isNamed)
    } catch {
      if failure == nil { failure = error }
      throw error
    }
  }

  private func commit() async throws(PostgresError) {
    guard state == .begun else { return state = .ended }
    state = .ended
    guard pipeline.isInTransaction else { throw .unexpected("the transaction was ended by its own statements") }
    do throws(PostgresError) {
      _ = try await pipeline.answer("commit", as: .inTransaction, isNamed: isNamed)
    } catch {
      failure = error
      // If the pooler's server does not know the `commit`, the transaction is still open, and cannot be committed.
      if pipeline.isOpen && !pipeline.isIdle { await endByRollback() }
      throw error
    }
  }

  private func rollBack() async {
    guard state == .begun else { return state = .ended }
    state = .ended
    // If even this fails, the connection is still in a transaction, or lost. The pool closes it.
    await endByRollback()
  }

  private func endByRollback() async {
    _ = try? await pipeline.answer("rollback", as: .inTransaction, isNamed: false)
  }
}
