package import Access
internal import Postgres

/// What bases hold, as a whole.
package struct Contents: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// Deletes what bases have left that are gone for good, in batches. Returns of how many bases.
  package func deleteLeftBehind() async throws -> Int {
    var total = 0
    while !Task.isCancelled {
      let gone: [ID<Base>] = try await app.db.rows(
        """
        select own.base_id as id from data_base as own
        left join base on base.id = own.base_id
        where base.id is null limit 100
        """)
      for base in gone {
        guard try await delete(base) else { return total }
        total += 1
      }
      if gone.isEmpty { break }
    }
    return total
  }

  /// Deletes what a base holds. Without its tables nobody adds a row to it. False if the task was cancelled meanwhile.
  private func delete(_ base: ID<Base>) async throws -> Bool {
    try await app.keep(.retention, "delete from data_table where base_id = \(base)")
    for batch in Self.batches(of: base) {
      while try await app.keep(.retention, batch) > 0 { if Task.isCancelled { return false } }
    }
    guard try await Files.deleteAll(of: base, app) else { return false }
    try await app.keep(.retention, "delete from data_base where base_id = \(base)")
    return true
  }

  private static func batches(of base: ID<Base>) -> [SQL] {
    [
      """
      delete from data_row where base_id = \(base) and (table_key, id) in (
        select table_key, id from data_row where base_id = \(base) limit 2000)
      """,
      """
      delete from data_link where base_id = \(base) and (link_id, a, b) in (
        select link_id, a, b from data_link where base_id = \(base) limit 5000)
      """,
      """
      delete from data_operation where base_id = \(base) and op_id in (
        select op_id from data_operation where base_id = \(base) limit 500)
      """,
    ]
  }

  /// Deletes the operations of more than `days` days ago, in batches.
  package func deleteOldOperations(afterDays days: Int) async throws {
    let old: SQL = """
      select base_id, op_id from data_operation where at < now() - make_interval(days => \(days)) limit 500
      """
    while try await app.keep(.retention, "delete from data_operation where (base_id, op_id) in (\(old))") > 0 {
      if Task.isCancelled { return }
    }
  }
}

extension Transaction {
  /// Copies the tables, rows and links that a base holds, as they are at this moment, into a new base: with the same keys
  /// of tables, columns and rows, but without what was done to it.
  func copyContent(of source: ID<Base>, to copy: ID<Base>) async throws(PostgresError) {
    try await run(
      """
      with copied_base as (
        insert into data_base (base_id, version, settings)
        select \(copy)::bigint, version, settings from data_base where base_id = \(source)
      ), copied_tables as (
        insert into data_table
          (base_id, key, name, position, version, columns, views, attributes, counters, row_count, next_position)
        select \(copy)::bigint, key, name, position, version, columns, views, attributes, counters, row_count, next_position
        from data_table where base_id = \(source)
      ), copied_links as (
        insert into data_link (base_id, link_id, a, b, position)
        select \(copy)::bigint, link_id, a, b, position from data_link where base_id = \(source)
      )
      insert into data_row
        (base_id, table_key, id, position, created_at, modified_at, creator, modifier, cells)
      select \(copy)::bigint, table_key, id, position, created_at, modified_at, creator, modifier, cells
      from data_row where base_id = \(source)
      """)
  }
}
