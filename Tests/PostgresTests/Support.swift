import Postgres
import TestSupport

/// A row with one column, `value`.
struct Only<Value: PostgresDecodable>: RowDecodable {
  let value: Value
  init(_ row: Row) throws(PostgresError) { value = try row["value"] }
}

extension Only: Equatable where Value: Equatable {}

/// Runs a body on the loop with an empty database and its own settings.
func onDatabase(
  _ change: @Sendable (inout Database.Settings) -> Void = { _ in },
  _ body: @escaping @Sendable (WritableDatabase) async throws -> Void
) async throws {
  try await TestDatabase.withEmpty { database in
    var settings = Database.Settings.patient(url: database.conninfo)
    change(&settings)
    try await onDatabase(settings, body)
  }
}

/// Runs a body on the loop with its own connections.
func onDatabase(
  _ settings: Database.Settings, _ body: @escaping @Sendable (WritableDatabase) async throws -> Void
) async throws {
  let db = WritableDatabase(settings, on: try TestDatabase.loop.get())
  try await db.onLoop { db in
    do {
      try await body(db)
    } catch {
      await db.close()
      throw error
    }
    await db.close()
  }
}

/// A counter.
actor Counter {
  private(set) var count = 0
  func add() { count += 1 }
}
