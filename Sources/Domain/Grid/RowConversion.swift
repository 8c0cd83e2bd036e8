internal import Access
internal import Grid
internal import Ground
internal import Postgres

/// What a change of tables does to rows and links, in its transaction.
struct RowConversion {
  /// How many cells are converted at a time.
  private static let portion = 1000
  /// The same of cells that may be large.
  private static let portionOfLarge = 64
  private let base: ID<Base>
  private let transaction: Transaction

  init(_ base: ID<Base>, _ transaction: Transaction) { (self.base, self.transaction) = (base, transaction) }

  func apply(_ change: RowChange, to edit: inout SchemaEdit) async throws {
    switch change {
    case .deleteRows(let table):
      try await transaction.run("delete from data_row where base_id = \(base) and table_key = \(table)")
    case .deleteLinks(let link):
      try await transaction.run("delete from data_link where base_id = \(base) and link_id = \(link)")
    case .deleteCells(let column, let table):
      try await transaction.run(
        """
        update data_row set cells = cells - \(column)::text
        where base_id = \(base) and table_key = \(table) and cells ? \(column)
        """)
    case .deleteOptions(let options, let column, let table): try await delete(options, of: column, in: table)
    case .convertCells(let conversion, let table): try await convert(conversion, in: table, &edit)
    case .numberRows(let column, let table): try await number(column, in: table)
    }
  }

  private func delete(_ options: [String], of column: Column, in table: TableKey) async throws {
    if column.type == .singleSelect {
      try await transaction.run(
        """
        update data_row set cells = cells - \(column.key)::text
        where base_id = \(base) and table_key = \(table) and cells ->> \(column.key) = any(\(options)::text[])
        """)
    } else {
      try await transaction.run(
        """
        update data_row
        set cells = case cells -> \(column.key) - \(options)::text[]
          when '[]' then cells - \(column.key)::text
          else jsonb_set(cells, array[\(column.key)::text], cells -> \(column.key) - \(options)::text[])
        end
        where base_id = \(base) and table_key = \(table) and cells -> \(column.key) ?| \(options)::text[]
        """)
    }
  }

  // MARK: Converting

  private func convert(_ wanted: CellConversion, in table: TableKey, _ edit: inout SchemaEdit) async throws {
    var conversion = wanted
    let column = wanted.new.key
    if conversion.makesOptions {
      let converter = conversion.converter
      var names: [String] = []
      var known: Set<ExactText> = []
      try await eachPortion(of: wanted.old, in: table) { cells in
        var found: [String] = []
        for cell in cells { _ = converter.convert(cell.cell, unknownOptions: &found) }
        names += found.filter { known.insert(ExactText($0)).inserted }
        guard names.count <= GridLimit.options else { throw GridError.schema(.tooMany(.options, GridLimit.options)) }
      }
      _ = try changing { () throws(SchemaError) in try edit.addOptions(named: names, to: column, in: table) }
      guard let new = edit.schema.tables.first(where: { $0.key == table })?.column(column) else { return }
      conversion = conversion.with(new)
    }
    let converter = conversion.converter
    var unknown: [String] = []
    try await eachPortion(of: wanted.old, in: table) { cells in
      try await write(
        cells.map { ($0.id, converter.convert($0.cell, unknownOptions: &unknown)) }, to: column, in: table)
    }
  }

  /// Runs a body with the cells of a column, as they were before it was changed, a portion at a time.
  private func eachPortion(
    of column: Column, in table: TableKey, _ body: ([StoredCell]) async throws -> Void
  ) async throws {
    let size =
      switch column.type.cellKind {
      case .number, .boolean, .date, .option: Self.portion
      default: Self.portionOfLarge
      }
    var last: RowID?
    while true {
      let cells: [StoredCell] = try await transaction.rows(
        """
        select id, cells -> \(column.key) as cell from data_row
        where base_id = \(base) and table_key = \(table) and cells ? \(column.key)
          and (\(last)::uuid is null or id > \(last)::uuid)
        order by id limit \(size)
        """)
      guard let end = cells.last?.id else { return }
      try await body(cells)
      last = end
      await Task.yield()
    }
  }

  /// Sets a cell of each of these rows; nil empties it.
  private func write(
    _ cells: [(id: RowID, cell: [UInt8]?)], to column: ColumnKey, in table: TableKey
  ) async throws {
    let kept = cells.filter { $0.cell != nil }
    let emptied = cells.filter { $0.cell == nil }.map(\.id)
    var json: [UInt8] = [UInt8(ascii: "[")]
    for (index, cell) in kept.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json += cell.cell ?? []
    }
    json.append(UInt8(ascii: "]"))
    try await transaction.run(
      """
      update data_row as own set cells = jsonb_set(own.cells, array[\(column)::text], sent.cell)
      from (
        select (\(kept.map(\.id))::uuid[])[place] as id, cell
        from jsonb_array_elements(\(PostgresJSON(json))::jsonb) with ordinality as new (cell, place)
      ) as sent
      where own.base_id = \(base) and own.table_key = \(table) and own.id = sent.id
      """)
    guard !emptied.isEmpty else { return }
    try await transaction.run(
      """
      update data_row set cells = cells - \(column)::text
      where base_id = \(base) and table_key = \(table) and id = any(\(emptied)::uuid[])
      """)
  }

  // MARK: Numbering

  private func number(_ column: Column, in table: TableKey) async throws {
    guard let form = column.autoNumber else { return }
    var number: Int64 = 0
    var last: Int64 = -1
    while true {
      let rows: [PlacedRow] = try await transaction.rows(
        """
        select id, position, created_at from data_row
        where base_id = \(base) and table_key = \(table) and position > \(last) order by position limit \(Self.portion)
        """)
      guard let end = rows.last?.position else { break }
      let cells = rows.map { row in
        number += 1
        return (id: row.id, cell: Optional(JSONWriter.bytes(of: form.text(number, at: row.created))))
      }
      try await write(cells, to: column.key, in: table)
      last = end
      await Task.yield()
    }
    let counter = JSON.object([JSON.Member(name: column.key.text, value: .number("\(number)"))])
    try await transaction.run(
      """
      update data_table set counters = counters || \(PostgresJSON(JSONWriter.bytes(of: counter)))::jsonb
      where base_id = \(base) and key = \(table)
      """)
  }
}

private struct StoredCell: RowDecodable {
  let id: RowID
  let cell: [UInt8]

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    cell = try row["cell"]
  }
}

private struct PlacedRow: RowDecodable {
  let id: RowID
  let position: Int64
  let created: Timestamp

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    position = try row["position"]
    created = try row["created_at"]
  }
}
