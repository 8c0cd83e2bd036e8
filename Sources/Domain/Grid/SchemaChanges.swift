package import Access
package import Grid
package import Ground
package import Postgres

/// Changes of the tables, columns and views of a base. Each is one transaction: the tables, what becomes of rows and
/// links, the entry in the audit log, and the operation.
package struct SchemaChanges: Sendable {
  let app: App
  let writer: BaseWriter
  var base: ID<Base> { writer.bearer.base }

  /// Changes the writer's base.
  package init(_ app: App, by writer: BaseWriter) { (self.app, self.writer) = (app, writer) }

  /// What a change is called in the logs.
  package struct ChangeNote: Sendable {
    /// What is made, changed or deleted.
    package enum ChangedPart: String, Sendable {
      case table = "base_table"
      case column = "base_column"
      case view = "base_view"
    }

    package enum ChangeEvent: String, Sendable { case made, changed, deleted }

    let operation: StaticString
    let thing: ChangedPart
    let event: ChangeEvent
    let table: TableKey?
    let detail: JSON
    let before: JSON
    let after: JSON

    package init(
      _ operation: StaticString, _ thing: ChangedPart, _ event: ChangeEvent, table: TableKey?, detail: JSON,
      before: JSON = .null,
      after: JSON = .null
    ) {
      (self.operation, self.thing, self.event, self.table) = (operation, thing, event, table)
      (self.detail, self.before, self.after) = (detail, before, after)
    }
  }

  /// Runs a body that edits the tables, and does what follows from it; then what more there is to do with rows.
  package func change<Value: Sendable>(
    _ body: (inout SchemaEdit, StoredSchema) throws -> (Value, ChangeNote),
    then finish: (Value, Transaction) async throws -> Value = { value, _ in value }
  ) async throws -> Value {
    try await GridOperation.noted { try await changed(body, finish) }
  }

  private func changed<Value: Sendable>(
    _ body: (inout SchemaEdit, StoredSchema) throws -> (Value, ChangeNote),
    _ finish: (Value, Transaction) async throws -> Value
  ) async throws -> Value {
    try await app.change(by: writer, statementTime: .seconds(60)) { transaction in
      let stored = try await hold(transaction)
      var edit = SchemaEdit(stored.schema)
      let (value, note) = try body(&edit, stored)
      guard edit.schema.tables.count <= max(app.settings.rows.tables, stored.schema.tables.count) else {
        throw GridError.tooManyTables(app.settings.rows.tables)
      }
      try await apply(&edit, transaction)
      try await write(note, transaction)
      return try await finish(value, transaction)
    }
  }

  /// Adds the options that rows name, in the transaction that writes these.
  func addOptions(_ options: [ColumnKey: [String]], to table: TableKey) async throws {
    try await change { edit, _ in
      for (column, names) in options.sorted(by: { $0.key.text < $1.key.text }) {
        _ = try changing { () throws(SchemaError) in try edit.addOptions(named: names, to: column, in: table) }
      }
      let detail = JSON.object([JSON.Member(name: "table_id", value: .string(table.text))])
      return ((), ChangeNote("modify_column_options", .column, .changed, table: table, detail: detail))
    }
  }

  /// The tables of the base, which nobody else changes before the transaction ends.
  private func hold(_ transaction: Transaction) async throws -> StoredSchema {
    let lock: SQL = "select base_id as id from data_base where base_id = \(base) for update"
    if try await transaction.row(lock, as: ID<Base>.self) == nil {
      try await transaction.open(base)
      _ = try await transaction.row(lock, as: ID<Base>.self)
    }
    return try StoredSchema(try await transaction.rows(StoredSchema.select(base)))
  }

  /// Writes the tables that were changed. Whoever writes their rows is waited for, and comes to see the new version.
  private func apply(_ edit: inout SchemaEdit, _ transaction: Transaction) async throws {
    let touched = edit.changedTables + edit.deletedTables
    try await transaction.run(
      """
      select from data_table where base_id = \(base) and key = any(\(touched)::text[]) order by key for update
      """)
    let version = edit.schema.version + 1
    for place in edit.rowChanges.indices {
      try await RowConversion(base, transaction).apply(edit.rowChanges[place], to: &edit)
    }
    for table in edit.deletedTables {
      try await transaction.run("delete from data_table where base_id = \(base) and key = \(table)")
    }
    for table in edit.changedTables {
      guard let index = edit.schema.tables.firstIndex(where: { $0.key == table }) else { continue }
      try await store(edit.schema.tables[index], at: index, version, transaction)
    }
    try await boundSize(transaction)
    try await transaction.run("update data_base set version = \(version) where base_id = \(base)")
  }

  private func boundSize(_ transaction: Transaction) async throws {
    let found: SchemaSize? = try await transaction.row(
      """
      select coalesce(sum(octet_length(columns::text) + octet_length(views::text)), 0)::bigint as bytes
      from data_table where base_id = \(base)
      """)
    guard found?.bytes ?? 0 <= GridLimit.schema else { throw GridError.schemaTooLarge(GridLimit.schema) }
  }

  private func store(
    _ table: GridTable, at index: Int, _ version: Int64, _ transaction: Transaction
  ) async throws {
    let count = try await transaction.run(
      """
      update data_table
      set name = \(table.name), position = \(index), version = \(version),
          columns = \(PostgresJSON(table.columnsJSON))::jsonb, views = \(PostgresJSON(table.viewsJSON))::jsonb
      where base_id = \(base) and key = \(table.key)
      """)
    if count == 0 { try await transaction.insert(table, of: base, at: index, version: version) }
  }

  private func write(_ note: ChangeNote, _ transaction: Transaction) async throws {
    let (before, after) = (Self.json(note.before), Self.json(note.after))
    try await transaction.run(
      """
      select audit_part(
        \(base), \(note.thing.rawValue), \(note.event.rawValue), \(Self.json(note.detail))::jsonb, \(before)::jsonb,
        \(after)::jsonb)
      """)
    let operation = GridOperation(type: note.operation, table: note.table, author: Author(writer.bearer))
    let content = JSON.object([
      JSON.Member(name: "detail", value: note.detail), JSON.Member(name: "before", value: note.before),
      JSON.Member(name: "after", value: note.after),
    ])
    try await operation.write(to: base, app, content: content, transaction)
  }

  private static func json(_ json: JSON) -> PostgresJSON? {
    json == .null ? nil : PostgresJSON(JSONWriter.bytes(of: json))
  }
}

private struct SchemaSize: RowDecodable {
  let bytes: Int64
  init(_ row: Row) throws(PostgresError) { bytes = try row["bytes"] }
}
