import Postgres
import TestSupport

/// A row of one column called `value`.
struct Only<Value: PostgresDecodable>: RowDecodable {
  let value: Value
  init(_ row: Row) throws(PostgresError) { value = try row["value"] }
}

extension Only: Equatable where Value: Equatable {}

/// Runs a body on the loop with a database in which there is nothing, and with settings of its own.
func onDatabase(
  _ change: @Sendable (inout Database.Settings) -> Void = { _ in },
  _ body: @escaping @Sendable (Database) async throws -> Void
) async throws {
  try await TestDatabase.withEmpty { database in
    var settings = Database.Settings(url: database.conninfo)
    change(&settings)
    try await onDatabase(settings, body)
  }
}

/// Runs a body on the loop with connections of its own.
func onDatabase(
  _ settings: Database.Settings, _ body: @escaping @Sendable (Database) async throws -> Void
) async throws {
  let db = Database(settings, on: try TestDatabase.loop.get())
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

/// Asks until the condition holds; false where it does not within 20 s and a thousand questions, of which there are
/// fewer on a machine that is busy.
func poll(_ condition: () async throws -> Bool) async rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(20)
  var questions = 0
  while questions < 1000 || .now < deadline {
    if try await condition() { return true }
    questions += 1
    try? await Task.sleep(for: .milliseconds(5))
  }
  return false
}

/// Counts.
actor Counter {
  private(set) var count = 0
  func add() { count += 1 }
}

/// Where some wait for each other; whoever comes later passes.
actor Meeting {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(of count: Int) { missing = count }

  func arrive() async {
    missing -= 1
    guard missing > 0 else {
      for continuation in waiting { continuation.resume() }
      waiting = []
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }
}
