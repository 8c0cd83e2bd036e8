package import Access
package import Grid
internal import Ground
internal import Postgres

extension Rows {
  // MARK: Changing

  /// Changes cells of rows: all of the changes, or none.
  package func update(_ changes: RowChanges, by writer: BaseWriter) async throws {
    guard changes.updates.count <= app.settings.rows.ofRequest else {
      throw GridError.tooManyRows(app.settings.rows.ofRequest)
    }
    try await schemas.resolving(base) { stored -> Void? in
      let table = try stored.table(changes.table)
      let read = try await ReadRows.read(
        changes.updates.map(\.row), ids: changes.updates.map(\.id), of: table, isStrict: changes.isStrict)
      guard read.unknownOptions.isEmpty else {
        // They may have been made since the tables were read.
        guard try await isPresent(stored) else { return nil }
        return try await withOptions(read.unknownOptions, in: table, by: writer) {
          try await $0.update(changes, by: writer)
        }
      }
      guard !read.rows.isEmpty else { return () }
      return try await GridOperation.noted {
        try await app.keep(.content) { transaction in
          guard try await hold([table], at: stored, transaction) else { return nil }
          try await hold(read.ids, of: table, for: Author(writer.bearer), transaction)
          try await write(read, to: table, Author(writer.bearer), transaction)
        }
      }
    }
  }

  /// Keeps tables as they are for as long as the transaction; false if one is not any more what it was. The one that is
  /// `counted` is kept from all who add to it, too, since the transaction will take places in it.
  func hold(
    _ tables: [GridTable], counted: TableKey? = nil, at stored: StoredSchema, _ transaction: Transaction
  ) async throws -> Bool {
    // Always in the same order, and with the strongest lock at once: so nobody waits for each other.
    for table in tables.sorted(by: { $0.key.text < $1.key.text }) {
      let version = stored.version(of: table.key)
      let lock: SQL = table.key == counted ? "for no key update" : "for key share"
      let found: Held? = try await transaction.row(
        """
        select from data_table where base_id = \(base) and key = \(table.key) and version = \(version) \(lock)
        """)
      if found != nil { continue }
      // Nobody has ever changed the base, so it has no rows.
      guard stored.isStored else { throw GridError.rowsNotFound }
      return false
    }
    return true
  }

  /// Locks rows against other writers, in one order. All of them must be there, and nobody else may have locked one.
  private func hold(
    _ ids: [RowID], of table: GridTable, for author: Author, _ transaction: Transaction
  ) async throws {
    let found: [HeldRow] = try await transaction.rows(
      """
      select own.id, own.locked_by from data_row as own
      where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
      order by own.id for no key update
      """)
    guard found.count == Set(ids).count else { throw GridError.rowsNotFound }
    try await transaction.refuseLocks(found.map(\.lockedBy), for: author, in: base)
  }

  /// Writes the cells, and what they were. The rows are locked, so this statement sees what it changes.
  private func write(
    _ read: ReadRows, to table: GridTable, _ author: Author, _ transaction: Transaction
  ) async throws {
    let changes = RowPatch.list(of: read)
    let json = PostgresJSON(RowPatch.json(of: changes))
    let operation = GridOperation(type: "modify_rows", table: table.key, rows: changes.map(\.id), author: author)
    let notes: SQL = """
      select own.id, jsonb_build_object(
        'cells', sent.cells, 'cleared', sent.cleared,
        'old', coalesce((
          select jsonb_object_agg(old.key, old.value) from jsonb_each(own.cells) as old
          where sent.cells ? old.key or old.key = any(sent.cleared)), '{}')) as content
      from data_row as own join sent on own.id = sent.id
      where own.base_id = \(base) and own.table_key = \(table.key)
      """
    // What the cells were is read first, so that it is what they were also where the parts run one after the other.
    try await transaction.run(
      """
      with sent as (
        select (value ->> 'i')::uuid as id, value -> 'c' as cells, string_to_array(value ->> 'd', ',') as cleared
        from jsonb_array_elements(\(json)::jsonb) as sent
      ), former as materialized (
        \(GridOperation.notes(of: notes))
      ), changed as (
        update data_row as own
        set cells = own.cells - sent.cleared || sent.cells, modified_at = \(rowTime), modifier = \(author.name)
        from sent
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id = sent.id
      )
      insert into data_operation (\(GridOperation.columns))
      select \(operation.values(of: base, app, content: "former.content")) from former
      """)
  }

  // MARK: Deleting

  /// Deletes rows, with their links. Returns how many there were.
  package func delete(_ ids: [RowID], of named: TableName, by writer: BaseWriter) async throws -> Int {
    let most = 10 * app.settings.rows.ofRequest
    guard ids.count <= most else { throw GridError.tooManyRows(most) }
    let author = Author(writer.bearer)
    return try await schemas.resolving(base) { stored in
      let table = try stored.table(named)
      guard stored.isStored, !ids.isEmpty else { return 0 }
      return try await GridOperation.noted {
        try await app.keep(.content) { transaction in
          guard try await hold([table], at: stored, transaction) else { return nil }
          let found: [HeldRow] = try await transaction.rows(
            """
            select own.id, own.locked_by from data_row as own
            where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
            order by own.id for update
            """)
          try await transaction.refuseLocks(found.map(\.lockedBy), for: author, in: base)
          if !found.isEmpty { try await remove(found.map(\.id), of: table, author, transaction) }
          return found.count
        }
      }
    }
  }

  /// Deletes rows that are locked, with their links, and notes it.
  func remove(
    _ ids: [RowID], of table: GridTable, _ author: Author, _ transaction: Transaction
  ) async throws {
    let operation = GridOperation(type: "delete_rows", table: table.key, rows: ids, author: author)
    let links = table.columns.compactMap { $0.link?.link }
    try await transaction.run(
      """
      with gone as (
        delete from data_row as own
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
        returning own.id, own.cells
      ), unlinked as (
        delete from data_link as own
        where own.base_id = \(base) and own.link_id = any(\(links)::text[])
          and (own.a = any(\(ids)::uuid[]) or own.b = any(\(ids)::uuid[]))
      ), counted as (
        update data_table set row_count = row_count - (select count(*) from gone)
        where base_id = \(base) and key = \(table.key)
      )
      insert into data_operation (\(GridOperation.columns))
      select \(operation.values(
        of: base, app,
        // Joined with nothing, so that their size is not that of what is compressed.
        content: "(\(GridOperation.notes(of: "select gone.id, gone.cells || '{}' as content from gone")))"))
      """)
  }

  // MARK: Locking

  /// Locks rows, so that nobody else changes or deletes them, or unlocks those that are the caller's own, and those whose
  /// holder is gone.
  package func lock(
    _ ids: [RowID], of named: TableName, _ isLocked: Bool, by writer: BaseWriter
  ) async throws {
    guard ids.count <= app.settings.rows.ofRequest else { throw GridError.tooManyRows(app.settings.rows.ofRequest) }
    let author = Author(writer.bearer)
    try await schemas.resolving(base) { stored -> Void? in
      let table = try stored.table(named)
      return try await GridOperation.noted {
        try await app.keep(.content) { transaction in
          guard try await hold([table], at: stored, transaction) else { return nil }
          try await hold(ids, of: table, for: author, transaction)
          try await setHolder(isLocked ? author.name : nil, of: ids, in: table, author, transaction)
        }
      }
    }
  }

  private func setHolder(
    _ holder: String?, of ids: [RowID], in table: GridTable, _ author: Author, _ transaction: Transaction
  ) async throws {
    let type: StaticString = holder == nil ? "unlock_rows" : "lock_rows"
    let operation = GridOperation(type: type, table: table.key, rows: ids, author: author)
    try await transaction.run(
      """
      with changed as (
        update data_row as own set locked_by = \(holder)
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
      )
      insert into data_operation (\(GridOperation.columns)) select \(operation.values(of: base, app, content: "'{}'"))
      """)
  }
}

private struct Held: RowDecodable {
  init(_ row: Row) {}
}

/// A row that is kept as it is.
struct HeldRow: RowDecodable {
  let id: RowID
  let lockedBy: String?
  init(_ row: Row) throws(PostgresError) { (id, lockedBy) = (try row["id"], try row["locked_by"]) }
}
