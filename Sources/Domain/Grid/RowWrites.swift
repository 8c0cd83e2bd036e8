package import Access
package import Grid
internal import Ground
internal import Postgres

/// Rows that were added.
package struct AppendedRows: Sendable {
  /// Their keys, in their order.
  package let ids: [RowID]
  /// The first of them as it is stored, a JSON object; nil if there is none.
  package let first: [UInt8]?
}

extension Rows {
  // MARK: Adding

  /// Adds rows at the end of a table. Options that they name are made if the column lacks them.
  package func append(_ new: NewRows, by writer: BaseWriter) async throws -> AppendedRows {
    guard new.rows.count <= app.settings.rows.ofRequest else {
      throw GridError.tooManyRows(app.settings.rows.ofRequest)
    }
    return try await schemas.resolving(base) { stored in
      let table = try stored.table(new.table)
      var read = try await ReadRows.read(new.rows, of: table, isStrict: new.isStrict)
      guard read.unknownOptions.isEmpty else {
        // They may have been made since the tables were read.
        guard try await isPresent(stored) else { return nil }
        return try await withOptions(read.unknownOptions, in: table, by: writer) {
          try await $0.append(new, by: writer)
        }
      }
      read.rows.removeAll { !$0.isKnown }
      if new.appliesDefaults {
        let defaults = RowDefaults(table)
        for index in read.rows.indices {
          defaults.fill(&read.rows[index], creator: writer.bearer.author, now: app.now())
        }
      }
      read.ids = read.rows.map { _ in .random() }
      return try await insert(read, into: table, at: stored, by: writer)
    }
  }

  /// Adds options to the columns of a table, and runs a body that writes rows with them, in one transaction.
  func withOptions<Value: Sendable>(
    _ options: [ColumnKey: [String]], in table: GridTable, by writer: BaseWriter,
    _ body: (Rows) async throws -> Value
  ) async throws -> Value {
    try await app.change(by: writer) { transaction in
      let inner = try app.within(transaction)
      try await SchemaChanges(inner, by: writer).addOptions(options, to: table.key)
      return try await body(Rows(inner, of: base))
    }
  }

  /// Inserts rows; nil if the table is not any more what it was when they were read.
  private func insert(
    _ read: ReadRows, into table: GridTable, at stored: StoredSchema, by writer: BaseWriter
  ) async throws -> AppendedRows? {
    guard !read.rows.isEmpty else { return AppendedRows(ids: [], first: nil) }
    guard stored.isStored else {
      try await app.keep(.content) { try await $0.open(base) }
      return nil
    }
    let numbered = table.columns.filter { $0.autoNumber != nil }
    let added = try await GridOperation.noted {
      if numbered.isEmpty, !writer.bearer.hasRowQuota, !app.db.isInTransaction {
        return try await insert(read.rows, read.ids, counters: [], into: table, at: stored, Author(writer.bearer))
      }
      return try await insert(read, numbered, into: table, at: stored, by: writer)
    }
    guard let added else {
      let now = try await schemas.current(of: base)
      guard now.isStored, now.version(of: table.key) == stored.version(of: table.key) else { return nil }
      throw GridError.baseFull(app.settings.rows.ofBase)
    }
    var first: [UInt8] = []
    let row = StoredRow(
      id: read.ids[0], created: added.time, modified: added.time, creator: writer.bearer.author,
      modifier: writer.bearer.author, cells: added.first)
    RowWriter(table, form: .stored).append(row, to: &first)
    return AppendedRows(ids: read.ids, first: first)
  }

  /// The statement that adds rows: it takes their places in the table, whose row it locks, and counts and notes them.
  /// PostgreSQL reads what was sent once, as the note, of which the rows are parts.
  /// The result is nil if the table has changed, or the base would have too many rows.
  private func insert(
    _ rows: [RowReading], _ ids: [RowID], counters: [JSON.Member], into table: GridTable, at stored: StoredSchema,
    _ author: Author
  ) async throws -> AddedRows? {
    let note = PostgresJSON(Array(#"{"rows":"#.utf8) + rows.cellsJSON + [UInt8(ascii: "}")])
    let counters = PostgresJSON(JSONWriter.bytes(of: JSON.object(counters)))
    let operation = GridOperation(type: "append_rows", table: table.key, rows: ids, author: author)
    let found = try await app.keep(
      .content,
      """
      with sent as materialized (
        select \(note)::jsonb as note
      ), held as (
        update data_table
        set row_count = row_count + \(rows.count), next_position = next_position + \(rows.count),
            counters = counters || \(counters)::jsonb
        where base_id = \(base) and key = \(table.key) and version = \(stored.version(of: table.key))
          and \(rows.count) + (
            select coalesce(sum(row_count), 0) from data_table where base_id = \(base)) <= \(app.settings.rows.ofBase)
        returning next_position - \(rows.count) as position
      ), made as (
        insert into data_row
          (base_id, table_key, id, position, created_at, modified_at, creator, modifier, cells)
        select \(base)::bigint, \(table.key)::text, (\(ids)::uuid[])[place], held.position + place - 1,
               \(rowTime), \(rowTime), \(author.name)::text, \(author.name)::text, new.cells
        from held
        cross join sent
        cross join jsonb_array_elements(sent.note -> 'rows') with ordinality as new (cells, place)
      ), noted as (
        insert into data_operation (\(GridOperation.columns))
        select \(operation.values(of: base, app, content: "sent.note"))
        from held cross join sent
      )
      select \(rowTime) as time from held
      """, returning: WriteTime.self)
    return found.map { AddedRows(time: $0.time, first: rows[0].cells) }
  }

  /// The same for a table with columns that number its rows, and for a team with a quota.
  private func insert(
    _ read: ReadRows, _ columns: [Column], into table: GridTable, at stored: StoredSchema, by writer: BaseWriter
  ) async throws -> AddedRows? {
    try await app.keep(.content) { transaction -> AddedRows? in
      if let team = writer.bearer.team, writer.bearer.hasRowQuota {
        try await transaction.admitRows(Int64(read.rows.count), toBasesOf: team)
      }
      let found: TableCounters? = try await transaction.row(
        """
        select key, counters from data_table where base_id = \(base) and key = \(table.key) for no key update
        """)
      guard let found else { return nil }
      var rows = read.rows
      var counters: [JSON.Member] = []
      for column in columns {
        let last = found.counters[column.key.text]?.integer ?? 0
        for index in rows.indices {
          rows[index].add(number: last + Int64(index) + 1, to: column, at: app.now())
        }
        counters.append(JSON.Member(name: column.key.text, value: .number("\(last + Int64(rows.count))")))
      }
      return try await Rows(app.within(transaction), of: base).insert(
        rows, read.ids, counters: counters, into: table, at: stored, Author(writer.bearer))
    }
  }
}

/// What is known of rows that were added.
private struct AddedRows: Sendable {
  let time: Timestamp
  let first: [UInt8]
}

/// When something was written.
struct WriteTime: RowDecodable {
  let time: Timestamp
  init(_ row: Row) throws(PostgresError) { time = try row["time"] }
}
