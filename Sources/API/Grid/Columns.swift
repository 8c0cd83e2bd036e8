internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let columnRoutes = Table(.columns, [
  Route(.get,    "/api-gateway/api/v2/dtables/{base_uuid}/columns/",                 "listColumns",         as: BaseReader.self, listColumns),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/columns/",                 "insertColumn",        as: BaseWriter.self, insertColumn, body: .rows),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/columns/",                 "updateColumn",        as: BaseWriter.self, updateColumn, body: .rows),
  Route(.delete, "/api-gateway/api/v2/dtables/{base_uuid}/columns/",                 "deleteColumn",        as: BaseWriter.self, deleteColumn),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/batch-append-columns/",    "appendColumns",       as: BaseWriter.self, appendColumns, body: .rows),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/column-options/",          "addSelectOption",     as: BaseWriter.self, addOptions, body: .rows),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/column-options/",          "updateSelectOption",  as: BaseWriter.self, updateOptions, body: .rows),
  Route(.delete, "/api-gateway/api/v2/dtables/{base_uuid}/column-options/",          "deleteSelectOption",  as: BaseWriter.self, deleteOptions, body: .rows),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/column-cascade-settings/", "updateColumnCascade", as: BaseWriter.self, setCascade, body: .rows),
])

// MARK: Inputs

private struct ListedColumns: Input {
  let table: TableName
  let view: TableName

  init(_ parts: Parts) throws {
    let query = try parts.query()
    table = try parts.tableOfQuery()
    view = TableName(
      name: try query.optionalText("view_name", upTo: 255), key: try query.optionalText("view_id", upTo: 255))
  }
}

private struct InsertedColumn: Input {
  let table: TableName
  let column: NewColumn

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    table = try body.table()
    let wish = try body.object(["column_name", "column_type", "column_data", "anchor_column"])
    column = try changing { () throws(SchemaError) in try NewColumn(wish) }
  }
}

private struct AppendedColumns: Input {
  let table: TableName
  let columns: [NewColumn]

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    table = try body.table()
    columns = try body.trees("columns").map { column throws(GridError) in
      try changing { () throws(SchemaError) in try NewColumn(column) }
    }
  }
}

/// A column by its name or its key in `column`, or as older clients send it, in `column_name` or `column_key`.
private struct NamedColumn {
  let table: TableName
  let column: String

  init(_ body: GridBody) throws {
    table = try body.table()
    guard let name = try body.text("column") ?? body.text("column_name") ?? body.text("column_key") else {
      throw FieldsError.invalid("column")
    }
    column = name
  }
}

private struct ChangedColumn: Input {
  let named: NamedColumn
  let change: ColumnChange

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    named = try NamedColumn(body)
    switch try body.requiredText("op_type") {
    case "rename_column": change = .rename(to: try body.requiredText("new_column_name"))
    case "resize_column":
      guard let width = try body.integer("new_column_width") else { throw FieldsError.invalid("new_column_width") }
      change = .resize(to: width)
    case "freeze_column":
      guard let isFrozen = try body.boolean("frozen") else { throw FieldsError.invalid("frozen") }
      change = .freeze(isFrozen)
    case "move_column": change = .move(rightOf: try body.requiredText("target_column"))
    case "modify_column_type":
      let word = try body.requiredText("new_column_type")
      guard let type = ColumnType(rawValue: word) else { throw GridError.schema(.unknownType(word)) }
      change = .retype(to: type, data: try body.json("column_data"))
    default: throw FieldsError.invalid("op_type")
    }
  }
}

private struct DeletedColumn: Input {
  let named: NamedColumn
  init(_ parts: Parts) throws { named = try NamedColumn(parts.grid()) }
}

private struct ColumnOptions: Input {
  let named: NamedColumn
  let options: [JSON]
  let returnsThem: Bool

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    (named, options) = (try NamedColumn(body), try body.trees("options"))
    returnsThem = try body.boolean("return_options") ?? false
  }
}

private struct NamedOptions: Input {
  let named: NamedColumn
  let names: [String]

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    (named, names) = (try NamedColumn(body), try body.texts("option_names"))
  }
}

private struct Cascade: Input {
  let table: TableName
  let parent: String
  let child: String
  let settings: JSON

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    table = try body.table()
    (parent, child) = (try body.requiredText("parent_column"), try body.requiredText("child_column"))
    settings = try body.json("cascade_settings")
  }
}

// MARK: Outputs

/// A column that was made or changed.
extension Column: Output {}

/// Options that were changed, if the client wants to see them.
private struct ChangedOptions: Output, JSONEncodable {
  let options: [SelectOption]?

  func write(to json: inout JSONWriter) {
    json.object { if let options { $0.add("options", options) } else { $0.add("success", true) } }
  }
}

// MARK: Operations

private func listColumns(by reader: BaseReader, _ listed: ListedColumns, _ app: App) async throws -> NamedList<Column> {
  let table = try await Schemas(app).current(of: reader.bearer.base).table(listed.table)
  guard listed.view.name != nil || listed.view.key != nil else { return NamedList("columns", table.columns) }
  guard let view = table.view(name: listed.view.name, key: listed.view.key) else { throw GridError.viewNotFound }
  return NamedList("columns", table.columns(shownBy: view))
}

private func insertColumn(by writer: BaseWriter, _ inserted: InsertedColumn, _ app: App) async throws -> Column {
  try await Shapes(app, by: writer).insertColumn(inserted.column, to: inserted.table)
}

private func updateColumn(by writer: BaseWriter, _ changed: ChangedColumn, _ app: App) async throws -> Column {
  try await Shapes(app, by: writer).changeColumn(changed.named.column, of: changed.named.table, changed.change)
}

private func deleteColumn(by writer: BaseWriter, _ deleted: DeletedColumn, _ app: App) async throws -> Success {
  try await Shapes(app, by: writer).deleteColumn(deleted.named.column, of: deleted.named.table)
  return Success()
}

private func appendColumns(
  by writer: BaseWriter, _ appended: AppendedColumns, _ app: App
) async throws -> NamedList<Column> {
  NamedList("columns", try await Shapes(app, by: writer).addColumns(appended.columns, to: appended.table))
}

private func addOptions(by writer: BaseWriter, _ added: ColumnOptions, _ app: App) async throws -> Success {
  let column = added.named.column
  _ = try await Shapes(app, by: writer).editColumn(column, of: added.named.table, as: "modify_column_options") {
    (edit, table) throws(SchemaError) in try edit.addOptions(added.options, to: column, in: table)
  }
  return Success()
}

private func updateOptions(by writer: BaseWriter, _ changed: ColumnOptions, _ app: App) async throws -> ChangedOptions {
  let column = changed.named.column
  let options = try await Shapes(app, by: writer).editColumn(
    column, of: changed.named.table, as: "modify_column_options"
  ) { (edit, table) throws(SchemaError) in try edit.changeOptions(changed.options, of: column, in: table) }
  return ChangedOptions(options: changed.returnsThem ? options : nil)
}

private func deleteOptions(by writer: BaseWriter, _ deleted: NamedOptions, _ app: App) async throws -> Success {
  let column = deleted.named.column
  try await Shapes(app, by: writer).editColumn(column, of: deleted.named.table, as: "modify_column_options") {
    (edit, table) throws(SchemaError) in try edit.deleteOptions(named: deleted.names, of: column, in: table)
  }
  return Success()
}

private func setCascade(by writer: BaseWriter, _ cascade: Cascade, _ app: App) async throws -> Success {
  try await Shapes(app, by: writer).editColumn(cascade.child, of: cascade.table, as: "modify_column_cascade") {
    (edit, table) throws(SchemaError) in
    try edit.setCascade(parent: cascade.parent, child: cascade.child, settings: cascade.settings, in: table)
  }
  return Success()
}
