package import Access
package import Grid
internal import Ground
package import Postgres

/// The tables of bases, as far as a request must know them. Each loop remembers those that it has read last.
package struct Schemas: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// The tables of a base as they are now.
  package func current(of base: ID<Base>) async throws(PostgresError) -> StoredSchema {
    let found: BaseVersion? = try await app.db.lookup("select version from data_base where base_id = \(base)")
    guard let found else { return .new }
    if let known = cache?.schema(of: base), known.schema.version == found.version { return known }
    return try await read(base)
  }

  /// The tables of a base as its metadata show them: with the last number of each column that numbers its rows.
  package func metadata(of base: ID<Base>) async throws(PostgresError) -> BaseSchema {
    let schema = try await current(of: base).schema
    guard schema.tables.contains(where: { $0.columns.contains { $0.autoNumber != nil } }) else { return schema }
    let counted: [TableCounters] = try await app.db.rows(
      "select key, counters from data_table where base_id = \(base)")
    let tables = schema.tables.map { table in
      counted.first { $0.key == table.key.text }.map { table.with(lastNumbers: $0.lastNumbers) } ?? table
    }
    return BaseSchema(version: schema.version, settings: schema.settings, tables: tables)
  }

  /// Runs a body with the tables of a base, at first with those that are remembered. The body returns nil where it finds
  /// that they are not the present ones; then it runs again, as also where it does not find what the request names.
  func resolving<Value>(
    _ base: ID<Base>, _ body: (StoredSchema) async throws -> Value?
  ) async throws -> Value {
    if let known = cache?.schema(of: base) {
      do {
        if let value = try await body(known) { return value }
      } catch let error as GridError {
        guard try await current(of: base).schema.version != known.schema.version else { throw error }
      }
    }
    // Who writes while tables are changed again and again has to lose to each change once.
    for _ in 1...20 {
      if let value = try await body(try await read(base)) { return value }
    }
    throw Refusal.throttled(.changes, seconds: 1)
  }

  private func read(_ base: ID<Base>) async throws(PostgresError) -> StoredSchema {
    let stored = try StoredSchema(try await app.db.rows(StoredSchema.select(base)))
    if stored.isStored { cache?.keep(stored, of: base) }
    return stored
  }

  /// What the loop remembers. In a transaction there is nothing: it may see tables that are never committed.
  private var cache: SchemaCache? {
    app.db.isInTransaction ? nil : app.memory.value { SchemaCache() }
  }
}

/// The tables that a loop has read last.
private final class SchemaCache {
  /// About how many bytes they may take.
  private static let most = 32 << 20

  private var entries: [ID<Base>: (schema: StoredSchema, use: UInt64)] = [:]
  private var size = 0
  private var uses: UInt64 = 0

  func schema(of base: ID<Base>) -> StoredSchema? {
    uses += 1
    guard let entry = entries[base] else { return nil }
    entries[base]?.use = uses
    return entry.schema
  }

  func keep(_ schema: StoredSchema, of base: ID<Base>) {
    if let former = entries[base] { size -= former.schema.size }
    uses += 1
    entries[base] = (schema, uses)
    size += schema.size
    if size > Self.most { forgetHalf() }
  }

  /// Forgets what has lain unused longest, at least half of it, so that this is rare.
  private func forgetHalf() {
    for (base, entry) in entries.sorted(by: { $0.value.use < $1.value.use }) where size > Self.most / 2 {
      size -= entry.schema.size
      entries[base] = nil
    }
  }
}

/// The last numbers of a table's columns.
struct TableCounters: RowDecodable {
  let key: String
  let counters: JSON

  init(_ row: Row) throws(PostgresError) {
    key = try row["key"]
    guard let json = try? JSON(row["counters"] as [UInt8]) else { throw .unexpected("counters cannot be read") }
    counters = json
  }

  var lastNumbers: [ColumnKey: Int64] {
    guard case .object(let members) = counters else { return [:] }
    return members.reduce(into: [:]) { numbers, member in
      if let column = ColumnKey(member.name) { numbers[column] = member.value.integer }
    }
  }
}

private struct BaseVersion: RowDecodable {
  let version: Int64
  init(_ row: Row) throws(PostgresError) { version = try row["version"] }
}
