internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let filteredRowRoutes = Table(.filteredRows, [
  Route(.get,  "/api-gateway/api/v2/dtables/{base_uuid}/filtered-rows/", "listFilteredRows",  as: BaseReader.self, listFiltered),
  Route(.post, "/api-gateway/api/v2/dtables/{base_uuid}/filtered-rows/", "queryFilteredRows", as: BaseReader.self, listFiltered, once: false),
])

/// The page of a table that is listed, as for all rows, and in the body the filters that they must pass.
private struct Filtered: Input {
  let table: TableName
  let view: TableName
  let start: Int64
  let limit: Int64?
  let form: RowForm
  let filters: [JSON]
  let conjunction: Conjunction

  init(_ parts: Parts) throws {
    let (query, body) = (try parts.query(), try parts.grid())
    table = try parts.tableOfQuery()
    view = TableName(
      name: try query.optionalText("view_name", upTo: 255), key: try query.optionalText("view_id", upTo: 255))
    start = try query.optionalInteger("start", 0...1_000_000_000) ?? 0
    limit = try query.optionalInteger("limit", 1...1_000_000_000)
    form = try parts.rowForm(usually: .names)
    filters = try body.json("filters") == .null ? [] : body.trees("filters")
    guard let conjunction = Conjunction(rawValue: try body.text("filter_conjunction") ?? "And") else {
      throw FieldsError.invalid("filter_conjunction")
    }
    self.conjunction = conjunction
  }
}

private func listFiltered(by reader: BaseReader, _ filtered: Filtered, _ app: App) async throws -> WrittenJSON {
  let most = Int64(app.settings.rows.ofRequest)
  let query = RowQuery(
    table: filtered.table, view: filtered.view, start: filtered.start, limit: min(filtered.limit ?? most, most),
    form: filtered.form, me: reader.bearer.author, filters: (filtered.filters, filtered.conjunction))
  return WrittenJSON("rows", try await Domain.Rows(app, of: reader.bearer.base).list(query))
}
