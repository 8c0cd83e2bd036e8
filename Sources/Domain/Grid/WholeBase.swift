internal import Access
internal import Grid
internal import Ground
internal import Postgres

extension Rows {
  /// The most rows of a base that is shown as a whole.
  package static let mostOfWhole = 10_000

  /// All that a base holds, as it is at one moment: its metadata, with the rows of each table by the keys of their columns.
  package func whole() async throws -> [UInt8] {
    try await schemas.resolving(base) { stored in
      let found: [RowOfTable] = try await app.db.rows(
        ListedRow.select(
          base,
          """
          from data_row as own
          where own.base_id = \(base)
          order by own.table_key, own.position limit \(Int64(Self.mostOfWhole + 1))
          """, upTo: mostBytes))
      guard found.count <= Self.mostOfWhole else { throw GridError.tooLarge(Self.mostOfWhole) }
      guard try await isPresent(stored, at: found.first?.listed.version) else { return nil }
      guard found.last?.listed.isTooMuch != true else { throw GridError.answerTooLarge(mostBytes) }
      var rows: [String: [UInt8]] = [:]
      for (key, found) in Dictionary(grouping: found, by: \.table) {
        guard let table = stored.schema.tables.first(where: { $0.key.text == key }) else { return nil }
        let complete = try await withLinks(
          found.map(\.listed.row), in: table.columns, of: table, at: stored, form: .keys)
        guard let complete else { return nil }
        rows[key] = try await written(complete, by: RowWriter(table, form: .keys))
      }
      return JSONWriter.bytes(of: WholeContent(schema: stored.schema, rows: rows))
    }
  }
}

private struct RowOfTable: RowDecodable {
  let table: String
  let listed: ListedRow
  init(_ row: Row) throws(PostgresError) { (table, listed) = (try row["table_key"], try ListedRow(row)) }
}

private struct WholeContent: JSONEncodable {
  let schema: BaseSchema
  let rows: [String: [UInt8]]

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("version", schema.version)
      json.add("format_version", 9)
      json.add("settings", schema.settings)
      json.add("tables", schema.tables.map { GridTable.Whole(table: $0, rows: rows[$0.key.text] ?? Array("[]".utf8)) })
    }
  }
}
