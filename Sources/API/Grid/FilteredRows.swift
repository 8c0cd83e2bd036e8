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
  let page: RowPage
  let form: RowForm
  let filters: [JSON]
  let conjunction: Conjunction

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    page = try parts.rowPage()
    form = try parts.rowForm(usually: .names)
    filters = try body.json("filters") == .null ? [] : body.trees("filters")
    guard let conjunction = Conjunction(rawValue: try body.text("filter_conjunction") ?? "And") else {
      throw FieldsError.invalid("filter_conjunction")
    }
    self.conjunction = conjunction
  }
}

private func listFiltered(by reader: BaseReader, _ filtered: Filtered, _ app: App) async throws -> WrittenJSON {
  let page = filtered.page
  let query = RowQuery(
    table: page.table, view: page.view, start: page.start, limit: page.size(app), form: filtered.form,
    me: reader.bearer.author, filters: (filtered.filters, filtered.conjunction))
  return WrittenJSON("rows", try await Domain.Rows(app, of: reader.bearer.base).list(query))
}
