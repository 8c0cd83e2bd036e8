internal import Access
package import Grid
internal import Postgres

/// A table that was made as a copy of another one.
package struct CopiedTable: Sendable {
  /// The copy.
  package let table: GridTable
  let source: TableKey
  /// Its first rows, as many as a request may list and an answer may hold, each a JSON object.
  package fileprivate(set) var rows: [(id: RowID, row: [UInt8])] = []

  init(table: GridTable, source: TableKey) { (self.table, self.source) = (table, source) }
}

extension SchemaChanges {
  /// Copies the rows of a table to its copy: with new keys, and as made now, but in their order and with their numbers.
  func copyRows(to copy: CopiedTable, _ transaction: Transaction) async throws -> CopiedTable {
    let author = Author(writer.bearer)
    try await admit(rowsOf: copy.source, transaction)
    try await transaction.run(
      """
      with copied as (
        insert into data_row (base_id, table_key, id, position, created_at, modified_at, creator, modifier, cells)
        select \(base)::bigint, \(copy.table.key)::text, gen_random_uuid(), own.position, \(rowTime), \(rowTime),
               \(author.name)::text, \(author.name)::text, own.cells
        from data_row as own
        where own.base_id = \(base) and own.table_key = \(copy.source)
        returning 1
      )
      update data_table as copy
      set row_count = (select count(*) from copied), next_position = source.next_position, counters = source.counters
      from data_table as source
      where copy.base_id = \(base) and copy.key = \(copy.table.key)
        and source.base_id = \(base) and source.key = \(copy.source)
      """)
    let rows: [ListedRow] = try await transaction.rows(
      ListedRow.select(
        base,
        """
        from data_row as own
        where own.base_id = \(base) and own.table_key = \(copy.table.key)
        order by own.position limit \(Int64(app.settings.rows.ofRequest))
        """, upTo: app.settings.statements.bytes))
    let writer = RowWriter(copy.table, form: .stored)
    var copy = copy
    copy.rows = rows.prefix { !$0.isTooMuch }.map { found in
      var json: [UInt8] = []
      writer.append(found.row, to: &json)
      return (found.row.id, json)
    }
    return copy
  }

  /// Makes sure that there is room for as many rows as a table has.
  private func admit(rowsOf table: TableKey, _ transaction: Transaction) async throws {
    let most = app.settings.rows.ofBase
    let counted: CountedRows? = try await transaction.row(
      """
      select sum(row_count)::bigint as total, (sum(row_count) filter (where key = \(table)))::bigint as copied
      from data_table where base_id = \(base)
      """)
    let (total, copied) = (counted?.total ?? 0, counted?.copied ?? 0)
    guard total + copied <= most else { throw GridError.baseFull(most) }
    if let team = writer.bearer.team, writer.bearer.hasRowQuota {
      try await transaction.admitRows(copied, toBasesOf: team)
    }
  }
}

private struct CountedRows: RowDecodable {
  let total: Int64?
  let copied: Int64?
  init(_ row: Row) throws(PostgresError) { (total, copied) = (try row["total"], try row["copied"]) }
}
