internal import Access
internal import Grid
internal import Postgres

extension Transaction {
  /// Writes down what a base holds that was never changed, so that it can be. It does nothing to other bases.
  ///
  /// - Throws: `Refusal.notFound`, if the base is gone or in the trash.
  func open(_ base: ID<Base>) async throws {
    // Whoever deletes the base waits, so that nothing is left of it.
    let found: ID<Base>? = try await row(
      "select id from base where id = \(base) and deleted_at is null for key share")
    guard found != nil else { throw Refusal.notFound(.base("")) }
    guard try await run("insert into data_base (base_id) values (\(base)) on conflict do nothing") > 0 else { return }
    for (index, table) in BaseSchema.new.tables.enumerated() {
      try await insert(table, of: base, at: index, version: 1)
    }
  }

  /// Adds a table without rows.
  func insert(_ table: GridTable, of base: ID<Base>, at position: Int, version: Int64) async throws(PostgresError) {
    try await run(
      """
      insert into data_table (base_id, key, name, position, version, columns, views)
      values (
        \(base), \(table.key), \(table.name), \(position), \(version), \(PostgresJSON(table.columnsJSON))::jsonb,
        \(PostgresJSON(table.viewsJSON))::jsonb)
      """)
  }
}
