package import Access
package import Grid
package import Ground

/// What people and programs do with the tables, columns and views of a base.
package struct Shapes: Sendable {
  private let changes: SchemaChanges

  /// Changes the writer's base.
  package init(_ app: App, by writer: BaseWriter) { changes = SchemaChanges(app, by: writer) }

  // MARK: Tables

  /// Adds a table.
  package func createTable(named name: String, columns: [NewColumn]) async throws -> GridTable {
    try await changes.change { edit, _ in
      let table = try changing { () throws(SchemaError) in try edit.createTable(named: name, columns: columns) }
      return (table, Self.note("insert_table", .table, .made, table, after: Self.named(table.name)))
    }
  }

  /// Gives a table another name.
  package func renameTable(_ named: TableName, to name: String) async throws {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      try changing { () throws(SchemaError) in try edit.renameTable(table.key, to: name) }
      return (
        (),
        Self.note("rename_table", .table, .changed, table, before: Self.named(table.name), after: Self.named(name))
      )
    }
  }

  /// Adds a copy of a table: with its rows, or without. Links are not copied.
  package func duplicateTable(_ named: TableName, withRows: Bool) async throws -> CopiedTable {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      let copy = try changing { () throws(SchemaError) in try edit.duplicateTable(table.key) }
      let note = Self.note("duplicate_table", .table, .made, copy, after: Self.named(copy.name))
      return (CopiedTable(table: copy, source: table.key), note)
    } then: { copy, transaction in
      withRows ? try await changes.copyRows(to: copy, transaction) : copy
    }
  }

  /// Removes a table with its rows.
  package func deleteTable(_ named: TableName) async throws {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      try changing { () throws(SchemaError) in try edit.deleteTable(table.key) }
      return ((), Self.note("delete_table", .table, .deleted, table, before: Self.named(table.name)))
    }
  }

  // MARK: Columns

  /// Adds columns, all or none.
  package func addColumns(_ columns: [NewColumn], to named: TableName) async throws -> [Column] {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      let added = try changing { () throws(SchemaError) in try edit.appendColumns(columns, in: table.key) }
      let after = JSON.array(added.map { Self.json($0) })
      return (added, Self.note("insert_columns", .column, .made, table, after: Self.object(("columns", after))))
    }
  }

  /// Adds a column.
  package func insertColumn(_ column: NewColumn, to named: TableName) async throws -> Column {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      let added = try changing { () throws(SchemaError) in try edit.insertColumn(column, in: table.key) }
      return (added, Self.note("insert_column", .column, .made, table, added, after: Self.json(added)))
    }
  }

  /// Changes a column by one of its changes.
  package func changeColumn(_ name: String, of named: TableName, _ change: ColumnChange) async throws -> Column {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      guard let old = table.column(name) else { throw GridError.schema(.columnNotFound(name)) }
      let new = try change.apply(to: name, of: table.key, &edit)
      let note = Self.note(
        change.operation, .column, .changed, table, old, before: Self.json(old), after: Self.json(new))
      return (new, note)
    }
  }

  /// Removes a column with its cells.
  package func deleteColumn(_ name: String, of named: TableName) async throws {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      guard let old = table.column(name) else { throw GridError.schema(.columnNotFound(name)) }
      try changing { () throws(SchemaError) in try edit.deleteColumn(name, in: table.key) }
      return ((), Self.note("delete_column", .column, .deleted, table, old, before: Self.json(old)))
    }
  }

  /// Changes something of a column by a body that edits the tables.
  package func editColumn<Value: Sendable>(
    _ name: String, of named: TableName, as operation: StaticString,
    _ body: (inout SchemaEdit, TableKey) throws(SchemaError) -> Value
  ) async throws -> Value {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      guard let old = table.column(name) else { throw GridError.schema(.columnNotFound(name)) }
      let value = try changing { () throws(SchemaError) in try body(&edit, table.key) }
      let new = edit.schema.tables.first { $0.key == table.key }?.column(old.key)
      let note = Self.note(
        operation, .column, .changed, table, old, before: Self.json(old), after: new.map { Self.json($0) } ?? .null)
      return (value, note)
    }
  }

  // MARK: Views

  /// Adds a view that shows everything.
  package func createView(
    named name: String, type: String?, isLocked: Bool, of named: TableName
  ) async throws -> GridView {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      let view = try changing { () throws(SchemaError) in
        try edit.createView(named: name, type: type, isLocked: isLocked, in: table.key)
      }
      return (view, Self.note("insert_view", .view, .made, table, view: view, after: Self.json(view)))
    }
  }

  /// Changes a view.
  package func changeView(_ name: String, of named: TableName, _ change: ViewChange) async throws -> GridView {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      guard let old = table.view(name) else { throw GridError.viewNotFound }
      let new = try changing { () throws(SchemaError) in try edit.changeView(old.key, in: table.key, change) }
      let note = Self.note(
        "modify_view", .view, .changed, table, view: old, before: Self.json(old), after: Self.json(new))
      return (new, note)
    }
  }

  /// Removes a view.
  package func deleteView(_ name: String, of named: TableName) async throws {
    try await changes.change { edit, stored in
      let table = try stored.table(named)
      guard let old = table.view(name) else { throw GridError.viewNotFound }
      try changing { () throws(SchemaError) in try edit.deleteView(old.key, in: table.key) }
      return ((), Self.note("delete_view", .view, .deleted, table, view: old, before: Self.json(old)))
    }
  }

  // MARK: Notes

  private static func note(
    _ operation: StaticString, _ thing: SchemaChanges.ChangeNote.ChangedPart,
    _ event: SchemaChanges.ChangeNote.ChangeEvent, _ table: GridTable, _ column: Column? = nil,
    view: GridView? = nil, before: JSON = .null, after: JSON = .null
  ) -> SchemaChanges.ChangeNote {
    var detail = [("table_id", JSON.string(table.key.text)), ("table_name", .string(table.name))]
    if let column { detail += [("column_key", .string(column.key.text)), ("column_name", .string(column.name))] }
    if let view { detail += [("view_id", .string(view.key.text)), ("view_name", .string(view.name))] }
    let members = detail.map { JSON.Member(name: $0.0, value: $0.1) }
    return SchemaChanges.ChangeNote(
      operation, thing, event, table: table.key, detail: .object(members), before: before, after: after)
  }

  private static func object(_ member: (name: String, value: JSON)) -> JSON {
    .object([JSON.Member(name: member.name, value: member.value)])
  }

  private static func named(_ name: String) -> JSON { object(("name", .string(name))) }

  private static func json(_ value: some JSONEncodable) -> JSON { (try? JSON(JSONWriter.bytes(of: value))) ?? .null }
}

/// A change of one column.
package enum ColumnChange: Sendable {
  case rename(to: String)
  case resize(to: Int64)
  case freeze(Bool)
  case move(rightOf: String)
  case retype(to: ColumnType, data: JSON)

  fileprivate var operation: StaticString {
    switch self {
    case .rename: "rename_column"
    case .resize: "resize_column"
    case .freeze: "freeze_column"
    case .move: "move_column"
    case .retype: "modify_column_type"
    }
  }

  fileprivate func apply(
    to column: String, of table: TableKey, _ edit: inout SchemaEdit
  ) throws(GridError) -> Column {
    do throws(SchemaError) {
      return switch self {
      case .rename(let name): try edit.renameColumn(column, in: table, to: name)
      case .resize(let width): try edit.resizeColumn(column, in: table, to: width)
      case .freeze(let isFrozen): try edit.freezeColumn(column, in: table, isFrozen)
      case .move(let target): try edit.moveColumn(column, in: table, rightOf: target)
      case .retype(let type, let data): try edit.retypeColumn(column, in: table, to: type, data: data)
      }
    } catch {
      if case .rename = self, case .columnExists = error { throw .nameTaken }
      throw .schema(error)
    }
  }
}
