package import Access
internal import Grid
internal import Ground
internal import Postgres
internal import Query

extension Statements {
  /// How many rows are changed, and noted, at a time.
  private static let portion = 10_000

  /// Runs an UPDATE or a DELETE, in one transaction.
  ///
  /// - Throws: `GridError`, or `Refusal.throttled` if too many statements run at once.
  package func run(_ statement: ClientStatement, by writer: BaseWriter) async throws {
    try await app.inTurn(of: base) { try await change(statement, by: writer) }
  }

  private func change(_ statement: ClientStatement, by writer: BaseWriter) async throws {
    try await Schemas(app).resolving(base) { stored -> Void? in
      switch try statement.resolved(in: stored.schema, now: app.now()) {
      case .select: throw GridError.statement("The statement does not write.")
      case .delete(let delete):
        let table = try stored.table(TableName(name: nil, key: delete.table.key))
        return try await each(rowOf: delete.table, where: delete.condition, for: "update", stored, writer) {
          try await rows.remove($0, of: table, Author(writer.bearer), $1)
        }
      case .update(let update):
        let table = try stored.table(TableName(name: nil, key: update.table.key))
        let read = try await ReadRows.read([row(of: update)], of: table, isStrict: statement.isStrict)
        guard read.unknownOptions.isEmpty else {
          guard try await rows.isPresent(stored) else { return nil }
          return try await rows.withOptions(read.unknownOptions, in: table, by: writer) {
            try await Statements($0.app, of: base).change(statement, by: writer)
          }
        }
        let new = read.rows[0]
        guard new.cells.count > 2 || !new.cleared.isEmpty else { return () }
        return try await each(rowOf: update.table, where: update.condition, for: "no key update", stored, writer) {
          try await set(new, in: $0, of: table, Author(writer.bearer), $1)
        }
      }
    }
  }

  private var rows: Rows { Rows(app, of: base) }

  /// What an UPDATE sets, as a client would send it for a row.
  private func row(of update: ResolvedUpdate) throws -> JSONSlice {
    var json = JSONWriter()
    json.object { json in
      for one in update.assignments { json.add(named: update.table.column(one.column.column).name, one.value) }
    }
    return try JSONSlice(json.bytes)
  }

  // MARK: Rows

  /// Finds and locks the rows for which a condition holds, and runs a body with some of them at a time; nil if the table is
  /// not any more what it was.
  private func each(
    rowOf table: QueryTable, where condition: QueryCondition?, for lock: SQL, _ stored: StoredSchema,
    _ writer: BaseWriter, _ body: ([RowID], Transaction) async throws -> Void
  ) async throws -> Void? {
    guard stored.isStored else { return () }
    let kept = try stored.table(TableName(name: nil, key: table.key))
    let matching = try bounded(QueryCompiler.ids(of: table, where: condition, base: base))
    // In a transaction of others, the time of their statements holds.
    let time = app.db.isInTransaction ? nil : app.settings.statements.time
    return try await GridOperation.noted {
      try await app.keep(.content, statementTime: time) { transaction in
        guard try await rows.hold([kept], at: stored, transaction) else { return nil }
        let found = try await find(matching, of: kept, transaction)
        for start in stride(from: 0, to: found.count, by: Self.portion) {
          let some = Array(found[start..<min(start + Self.portion, found.count)])
          try await self.lock(some, of: kept, for: lock, Author(writer.bearer), transaction)
          // What somebody else has changed until the rows were locked may not be what the condition says.
          let still = condition == nil ? some : try await find(matching, of: kept, among: some, transaction)
          if !still.isEmpty { try await body(still, transaction) }
        }
        return ()
      }
    }
  }

  private func find(
    _ matching: SQL, of table: GridTable, among ids: [RowID]? = nil, _ transaction: Transaction
  ) async throws -> [RowID] {
    let some: SQL = if let ids { " and own.id = any(\(ids)::uuid[])" } else { "" }
    do throws(PostgresError) {
      let found: [FoundRow] = try await transaction.rows(
        """
        select own.id from data_row as own
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id in (\(matching))\(some)
        order by own.id
        """)
      return found.map(\.id)
    } catch {
      throw refusal(of: error)
    }
  }

  private func lock(
    _ ids: [RowID], of table: GridTable, for lock: SQL, _ author: Author, _ transaction: Transaction
  ) async throws {
    let found: [HeldRow] = try await transaction.rows(
      """
      select own.id, own.locked_by from data_row as own
      where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
      order by own.id for \(lock)
      """)
    try await transaction.refuseLocks(found.map(\.lockedBy), for: author, in: base)
  }

  /// Sets the same cells in rows that are locked, and notes what they were.
  private func set(
    _ new: RowReading, in ids: [RowID], of table: GridTable, _ author: Author, _ transaction: Transaction
  ) async throws {
    let cells = PostgresJSON(new.cells)
    let cleared = new.cleared.map(\.text)
    let operation = GridOperation(type: "modify_rows", table: table.key, rows: ids, author: author)
    let notes: SQL = """
      select own.id, jsonb_build_object(
        'cells', \(cells)::jsonb, 'cleared', \(cleared)::text[],
        'old', coalesce((
          select jsonb_object_agg(old.key, old.value) from jsonb_each(own.cells) as old
          where \(cells)::jsonb ? old.key or old.key = any(\(cleared)::text[])), '{}')) as content
      from data_row as own
      where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
      """
    // What the cells were is read first, as where rows are changed one by one.
    try await transaction.run(
      """
      with former as materialized (
        \(GridOperation.notes(of: notes))
      ), changed as (
        update data_row as own
        set cells = own.cells - \(cleared)::text[] || \(cells)::jsonb, modified_at = \(rowTime),
            modifier = \(author.name)
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
      )
      insert into data_operation (\(GridOperation.columns))
      select \(operation.values(of: base, app, content: "former.content")) from former
      """)
  }
}

private struct FoundRow: RowDecodable {
  let id: RowID
  init(_ row: Row) throws(PostgresError) { id = try row["id"] }
}
