internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let viewRoutes = Table(.views, [
  Route(.get,    "/api-gateway/api/v2/dtables/{base_uuid}/views/",             "listViews",  as: BaseReader.self, listViews),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/views/",             "createView", as: BaseWriter.self, createView),
  Route(.get,    "/api-gateway/api/v2/dtables/{base_uuid}/views/{view_name}/", "getView",    as: BaseReader.self, showView),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/views/{view_name}/", "updateView", as: BaseWriter.self, updateView),
  Route(.delete, "/api-gateway/api/v2/dtables/{base_uuid}/views/{view_name}/", "deleteView", as: BaseWriter.self, deleteView),
])

// MARK: Inputs

private struct ListedViews: Input {
  let table: TableName
  init(_ parts: Parts) throws { table = try parts.tableOfQuery() }
}

private struct NewView: Input {
  let table: TableName
  let name: String
  let type: String?
  let isLocked: Bool

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    table = try parts.tableOfQuery()
    (name, type) = (try body.requiredText("name"), try body.text("type"))
    isLocked = try body.boolean("is_locked") ?? false
  }
}

private struct ViewSegment: PathVariable {
  static let variable = "view_name"
  let name: String
  init(_ segment: String) { name = segment }
}

private struct NamedView: NamedInput {
  let table: TableName
  let name: String

  init(_ path: ViewSegment, _ parts: Parts) throws { (table, name) = (try parts.tableOfQuery(), path.name) }
}

private struct ChangedView: NamedInput {
  let table: TableName
  let name: String
  let change: ViewChange

  init(_ path: ViewSegment, _ parts: Parts) throws {
    (table, name) = (try parts.tableOfQuery(), path.name)
    let wish = try parts.grid().object([
      "name", "is_locked", "filter_conjunction", "filters", "sorts", "groupbys", "hidden_columns",
    ])
    change = try changing { () throws(SchemaError) in try ViewChange(wish) }
  }
}

// MARK: Outputs

/// A view.
extension GridView: Output {}

// MARK: Operations

private func listViews(by reader: BaseReader, _ listed: ListedViews, _ app: App) async throws -> NamedList<GridView> {
  NamedList("views", try await Schemas(app).current(of: reader.bearer.base).table(listed.table).views)
}

private func createView(by writer: BaseWriter, _ new: NewView, _ app: App) async throws -> GridView {
  try await Shapes(app, by: writer).createView(
    named: new.name, type: new.type, isLocked: new.isLocked, of: new.table)
}

private func showView(by reader: BaseReader, _ named: NamedView, _ app: App) async throws -> GridView {
  let table = try await Schemas(app).current(of: reader.bearer.base).table(named.table)
  guard let view = table.view(named.name) else { throw GridError.viewNotFound }
  return view
}

private func updateView(by writer: BaseWriter, _ changed: ChangedView, _ app: App) async throws -> GridView {
  try await Shapes(app, by: writer).changeView(changed.name, of: changed.table, changed.change)
}

private func deleteView(by writer: BaseWriter, _ named: NamedView, _ app: App) async throws -> Success {
  try await Shapes(app, by: writer).deleteView(named.name, of: named.table)
  return Success()
}
