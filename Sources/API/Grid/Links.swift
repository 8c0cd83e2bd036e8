internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let linkRoutes = Table(.links, [
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/query-links/", "listRowLinks",  as: BaseReader.self, listLinks, once: false, body: .rows)
    .also("/dtable-db/api/v1/linked-records/{base_uuid}/"),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/links/",       "createRowLink", as: BaseWriter.self, createLinks, body: .rows),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/links/",       "updateRowLink", as: BaseWriter.self, updateLinks, body: .rows)
    .alsoOld("batch-update-links/"),
  Route(.delete, "/api-gateway/api/v2/dtables/{base_uuid}/links/",       "deleteRowLink", as: BaseWriter.self, deleteLinks, body: .rows),
])

// MARK: Inputs

/// Links: `other_rows_ids_map`; or, as older clients have it, one row with one other (`table_row_id`,
/// `other_table_row_id`), or with several (`row_id`, `other_rows_ids`).
private struct NamedLinks: Input {
  let request: LinkRequest

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    request = LinkRequest(
      link: try body.requiredText("link_id"), table: try body.table(),
      otherTable: TableName(name: try body.text("other_table_name"), key: try body.text("other_table_id")),
      rows: try Self.rows(of: body))
  }

  private static func rows(of body: GridBody) throws -> [(row: RowID?, others: [RowID?])] {
    if let map = body.slice("other_rows_ids_map") {
      guard let members = try? map.members(upTo: most) else { throw FieldsError.invalid("other_rows_ids_map") }
      var count = 0
      return try members.map { member in
        let others = try ids(of: member.value, in: "other_rows_ids_map")
        count += others.count
        guard count <= most else { throw GridError.link(.tooMany(most)) }
        return (RowID(member.name), others)
      }
    }
    if let row = try body.text("table_row_id") {
      return [(RowID(row), [RowID(try body.requiredText("other_table_row_id"))])]
    }
    guard let row = try body.text("row_id"), let others = body.slice("other_rows_ids") else {
      throw FieldsError.invalid("other_rows_ids_map")
    }
    return [(RowID(row), try ids(of: others, in: "other_rows_ids"))]
  }

  /// The most links that are looked at, whatever the limits say.
  private static let most = 100_000

  private static func ids(of list: JSONSlice, in field: String) throws -> [RowID?] {
    guard let elements = list.elements(upTo: most) else { throw FieldsError.invalid(field) }
    return try elements.map { element in
      guard let text = element.string else { throw FieldsError.invalid(field) }
      return RowID(text)
    }
  }
}

/// Rows whose linked rows are listed, each with `offset` and `limit`: 10 if it says nothing, and 100 at most.
private struct ListedLinks: Input {
  let query: LinkQuery

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    let column = try body.text("link_column_name") ?? body.text("link_column_key") ?? body.text("link_column")
    guard let column else { throw FieldsError.invalid("link_column_key") }
    query = LinkQuery(table: try body.table(), column: column, rows: try body.trees("rows").map(Self.row))
  }

  private static func row(_ json: JSON) throws -> LinkQuery.LinkedRow {
    guard let id = json["row_id"]?.text, id.utf8.count <= 255 else { throw FieldsError.invalid("rows") }
    func number(_ name: String, orElse usual: Int64) throws -> Int64 {
      guard let value = json[name], value != .null else { return usual }
      guard let number = value.integer ?? value.text.flatMap({ Int64($0) }), number >= 0 else {
        throw FieldsError.invalid(name)
      }
      return number
    }
    return LinkQuery.LinkedRow(
      text: id, offset: try number("offset", orElse: 0), limit: min(try number("limit", orElse: 10), 100))
  }
}

// MARK: Outputs

/// How many links were deleted.
private struct DeletedLinks: Output, JSONEncodable {
  let count: Int

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("deleted_links_count", count)
    }
  }
}

// MARK: Operations

private func listLinks(by reader: BaseReader, _ listed: ListedLinks, _ app: App) async throws -> WrittenJSON {
  WrittenJSON(try await Domain.Rows(app, of: reader.bearer.base).linked(listed.query))
}

private func createLinks(by writer: BaseWriter, _ named: NamedLinks, _ app: App) async throws -> Success {
  try await Domain.Rows(app, of: writer.bearer.base).link(named.request, by: writer)
  return Success()
}

private func updateLinks(by writer: BaseWriter, _ named: NamedLinks, _ app: App) async throws -> Success {
  try await Domain.Rows(app, of: writer.bearer.base).relink(named.request, by: writer)
  return Success()
}

private func deleteLinks(by writer: BaseWriter, _ named: NamedLinks, _ app: App) async throws -> DeletedLinks {
  DeletedLinks(count: try await Domain.Rows(app, of: writer.bearer.base).unlink(named.request, by: writer))
}
