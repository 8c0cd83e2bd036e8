internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let tableRoutes = Table(.tables, [
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/tables/", "createTable", as: BaseWriter.self, createTable, body: .rows),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/tables/", "renameTable", as: BaseWriter.self, renameTable),
  Route(.delete, "/api-gateway/api/v2/dtables/{base_uuid}/tables/", "deleteTable", as: BaseWriter.self, deleteTable),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/tables/duplicate-table/", "duplicateTable", as: BaseWriter.self, duplicateTable),
])

// MARK: Inputs

private struct NewTable: Input {
  let name: String
  let columns: [NewColumn]

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    name = try body.requiredText("table_name")
    let columns = try body.json("columns") == .null ? [] : body.trees("columns")
    self.columns = try columns.map { column throws(GridError) in
      try changing { () throws(SchemaError) in try NewColumn(column) }
    }
  }
}

private struct RenamedTable: Input {
  let table: TableName
  let name: String

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    (table, name) = (try body.table(), try body.requiredText("new_table_name"))
  }
}

private struct NamedTable: Input {
  let table: TableName
  init(_ parts: Parts) throws { table = try parts.grid().table() }
}

/// A table, and whether its rows are copied with it (`is_duplicate_records`).
private struct CopiedName: Input {
  let table: TableName
  let withRows: Bool

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    (table, withRows) = (try body.table(), try body.boolean("is_duplicate_records") ?? false)
  }
}

// MARK: Outputs

/// A table that was made.
extension GridTable: Output {
  func response(publicURL: String) -> Response {
    var json = JSONWriter()
    write(withRows: [], to: &json)
    return Response(200, type: "application/json", json.bytes)
  }
}

/// A copy of a table, with the first of its rows.
extension CopiedTable: Output {
  func response(publicURL: String) -> Response {
    var json = JSONWriter()
    table.write(withRows: rows, to: &json)
    return Response(200, type: "application/json", json.bytes)
  }
}

// MARK: Operations

private func createTable(by writer: BaseWriter, _ new: NewTable, _ app: App) async throws -> GridTable {
  try await Shapes(app, by: writer).createTable(named: new.name, columns: new.columns)
}

private func renameTable(by writer: BaseWriter, _ renamed: RenamedTable, _ app: App) async throws -> Success {
  try await Shapes(app, by: writer).renameTable(renamed.table, to: renamed.name)
  return Success()
}

private func deleteTable(by writer: BaseWriter, _ named: NamedTable, _ app: App) async throws -> Success {
  try await Shapes(app, by: writer).deleteTable(named.table)
  return Success()
}

private func duplicateTable(by writer: BaseWriter, _ named: CopiedName, _ app: App) async throws -> CopiedTable {
  try await Shapes(app, by: writer).duplicateTable(named.table, withRows: named.withRows)
}
