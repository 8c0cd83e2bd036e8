internal import Access
internal import Grid
internal import Ground
internal import Postgres

/// What cells of link columns show.
package enum ShownLinks {
  /// The most linked rows that a cell shows.
  package static let most = 50
}

extension Rows {
  /// Rows with the cells of their link columns, each with 50 linked rows at most, in the order in which they were linked.
  /// Nil if the tables are not any more what they were.
  func withLinks(
    _ rows: [StoredRow], in columns: [Column], of table: GridTable, at stored: StoredSchema, form: RowForm
  ) async throws -> [StoredRow]? {
    let ends = columns.compactMap { LinkEnd($0, of: table, in: stored.schema, form: form) }
    guard !ends.isEmpty else { return rows }
    var rows = rows
    // So many rows at once that no answer has more than some ten thousand entries.
    let portion = max(1000 / ends.count, 1)
    var bytes = 0
    for start in stride(from: 0, to: rows.count, by: portion) {
      let places = start..<min(start + portion, rows.count)
      let found = try await entries(of: rows[places].map(\.id), ends)
      guard found.allSatisfy({ $0.version == stored.schema.version }) else { return nil }
      var first = found.startIndex
      while first < found.endIndex {
        let (row, end) = (found[first].row, found[first].end)
        let last = found[first...].firstIndex { $0.row != row || $0.end != end } ?? found.endIndex
        var cell: [UInt8] = []
        ends[end].writer.append(found[first..<last].map { ($0.id, $0.cell) }, to: &cell)
        rows[start + row].links.append((ends[end].column, cell))
        bytes += cell.count
        first = last
      }
      guard bytes <= mostBytes else { throw GridError.answerTooLarge(mostBytes) }
      await Task.yield()
    }
    return rows
  }

  /// The linked rows of rows, by row and column. One statement for any number of columns.
  private func entries(of rows: [RowID], _ ends: [LinkEnd]) async throws -> [LinkEntry] {
    try await bounded(
      """
      select (select version from data_base where base_id = \(base)) as version, own.place as row_place,
             shown.place as end_place, far.id, convert_to((far.cells -> shown.display)::text, 'UTF8') as cell
      from unnest(\(rows)::uuid[]) with ordinality as own (id, place)
      cross join unnest(
        \(ends.map(\.link.text))::text[], \(ends.map(\.table.text))::text[], \(ends.map(\.display.text))::text[],
        \(ends.map { $0.isFirst ? "a" : "b" })::text[]) with ordinality as shown (link, far_table, display, side, place)
      cross join lateral (
        select side.id, side.position
        from (
          select pair.b as id, pair.position from data_link as pair
          where pair.base_id = \(base) and pair.link_id = shown.link and pair.a = own.id and shown.side = 'a'
          union all
          select pair.a as id, pair.position from data_link as pair
          where pair.base_id = \(base) and pair.link_id = shown.link and pair.b = own.id and shown.side = 'b'
        ) as side
        order by side.position, side.id limit \(Int64(ShownLinks.most))
      ) as linked
      join data_row as far on far.base_id = \(base) and far.table_key = shown.far_table and far.id = linked.id
      order by own.place, shown.place, linked.position, linked.id
      """)
  }

  /// The entries that a statement selects, if their cells have at most as many bytes as an answer.
  private func bounded(_ select: SQL) async throws -> [LinkEntry] {
    let entries: [LinkEntry] = try await app.db.rows(
      """
      select entry.version, entry.row_place, entry.end_place, entry.id, entry.bytes,
             case when entry.bytes <= \(mostBytes) then entry.cell end as cell
      from (
        select entry.*, coalesce(sum(octet_length(entry.cell)) over (rows unbounded preceding), 0)::bigint as bytes
        from (\(select) offset 0) as entry
      ) as entry
      """)
    guard entries.last?.bytes ?? 0 <= mostBytes else { throw GridError.answerTooLarge(mostBytes) }
    return entries
  }

  // MARK: One column

  /// The rows that each of these is linked with, in the order in which they were made: an object by the keys of the rows.
  package func linked(_ query: LinkQuery) async throws -> [UInt8] {
    guard query.rows.count <= app.settings.rows.ofRequest else {
      throw GridError.tooManyRows(app.settings.rows.ofRequest)
    }
    return try await schemas.resolving(base) { stored in
      let table = try stored.table(query.table)
      guard let column = table.column(query.column) else { throw GridError.schema(.columnNotFound(query.column)) }
      guard let link = column.link, let end = LinkEnd(column, of: table, in: stored.schema, form: .keys) else {
        throw GridError.link(.notLink(column.name))
      }
      // Of a row that comes twice, the last one counts.
      var places: [String: Int] = [:]
      for (place, row) in query.rows.enumerated() { places[row.text] = place }
      let wanted = query.rows.enumerated().filter { places[$1.text] == $0 }.map(\.element)
      let found = try await entries(of: wanted, link, end)
      guard found.allSatisfy({ $0.version == stored.schema.version }) else { return nil }
      let byRow = Dictionary(grouping: found, by: \.row)
      var json = JSONWriter()
      json.object { json in
        for (place, row) in wanted.enumerated() {
          var cell: [UInt8] = []
          end.writer.append((byRow[place] ?? []).map { ($0.id, $0.cell) }, to: &cell)
          json.add(named: row.text, WrittenCell(bytes: cell))
        }
      }
      return json.bytes
    }
  }

  private func entries(
    of wanted: [LinkQuery.LinkedRow], _ link: LinkSettings, _ end: LinkEnd
  ) async throws -> [LinkEntry] {
    let (near, far): (SQL, SQL) = end.isFirst ? ("pair.a", "pair.b") : ("pair.b", "pair.a")
    let ids = wanted.map { $0.id?.uuid ?? "00000000-0000-0000-0000-000000000000" }
    return try await bounded(
      """
      select (select version from data_base where base_id = \(base)) as version, own.place as row_place,
             1::bigint as end_place, linked.id, linked.cell
      from unnest(\(ids)::uuid[], \(wanted.map(\.offset))::bigint[], \(wanted.map(\.limit))::bigint[])
        with ordinality as own (id, skipped, most, place)
      cross join lateral (
        select far.id, convert_to((far.cells -> \(end.display)::text)::text, 'UTF8') as cell, far.position
        from data_link as pair
        join data_row as far
          on far.base_id = \(base) and far.table_key = \(end.table) and far.id = \(far)
        where pair.base_id = \(base) and pair.link_id = \(link.link) and \(near) = own.id
        order by far.position offset own.skipped limit own.most
      ) as linked
      order by own.place, linked.position
      """)
  }
}

/// Which linked rows of which rows.
package struct LinkQuery: Sendable {
  /// A row and the page of its linked rows.
  package struct LinkedRow: Sendable {
    /// As the client names it.
    let text: String
    let offset: Int64
    let limit: Int64
    /// Nil if the text is the key of no row.
    var id: RowID? { RowID(text) }

    package init(text: String, offset: Int64, limit: Int64) {
      (self.text, self.offset, self.limit) = (text, offset, limit)
    }
  }

  let table: TableName
  let column: String
  let rows: [LinkedRow]

  package init(table: TableName, column: String, rows: [LinkedRow]) {
    (self.table, self.column, self.rows) = (table, column, rows)
  }
}

/// A link column, seen from its table.
private struct LinkEnd: Sendable {
  let column: ColumnKey
  let link: LinkKey
  /// The table at the other end, and its column that is shown.
  let table: TableKey
  let display: ColumnKey
  /// Whether the rows of the column's table are the first of each pair.
  let isFirst: Bool
  let writer: LinkWriter

  /// Nil for columns of other types.
  init?(_ column: Column, of own: GridTable, in schema: BaseSchema, form: RowForm) {
    guard let link = column.link, let far = schema.table(link.end(beyond: own.key)) else { return nil }
    let shown = far.column(link.displayColumn) ?? far.columns[0]
    (self.column, self.link, table, display) = (column.key, link.link, far.key, shown.key)
    isFirst = link.isFirst(own.key)
    writer = LinkWriter(showing: shown, form: form)
  }
}

/// A row that another one is linked with.
private struct LinkEntry: RowDecodable {
  let version: Int64
  /// Which of the rows, and which of the columns.
  let row: Int
  let end: Int
  let id: RowID
  let cell: [UInt8]?
  /// How many bytes the cells up to this one have.
  let bytes: Int64

  init(_ row: Row) throws(PostgresError) {
    version = try row["version"] ?? 0
    self.row = Int(try row["row_place"] as Int64) - 1
    end = Int(try row["end_place"] as Int64) - 1
    id = try row["id"]
    cell = try row["cell"]
    bytes = try row["bytes"]
  }
}

private struct WrittenCell: JSONEncodable {
  let bytes: [UInt8]
  func write(to json: inout JSONWriter) { json.raw(bytes) }
}
