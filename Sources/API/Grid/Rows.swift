internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let rowRoutes = Table(.rows, [
  Route(.get,    "/api-gateway/api/v2/dtables/{base_uuid}/rows/",          "listRows",   as: BaseReader.self, listRows),
  Route(.post,   "/api-gateway/api/v2/dtables/{base_uuid}/rows/",          "appendRows", as: BaseWriter.self, appendRows, body: .rows)
    .alsoOld("batch-append-rows/"),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/rows/",          "updateRow",  as: BaseWriter.self, updateRows, body: .rows)
    .alsoOld("batch-update-rows/"),
  Route(.delete, "/api-gateway/api/v2/dtables/{base_uuid}/rows/",          "deleteRow",  as: BaseWriter.self, deleteRows, body: .rows)
    .alsoOld("batch-delete-rows/"),
  Route(.get,    "/api-gateway/api/v2/dtables/{base_uuid}/rows/{row_id}/", "getRow",     as: BaseReader.self, showRow),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/lock-rows/",     "lockRows",   as: BaseWriter.self, lockRows),
  Route(.put,    "/api-gateway/api/v2/dtables/{base_uuid}/unlock-rows/",   "unlockRows", as: BaseWriter.self, unlockRows),
])

// MARK: Inputs

/// The page of a table that is listed: `table_name` or `table_id`, `view_name` or `view_id`, `start`, `limit`,
/// `convert_keys`; as older clients send them, `order_by` and `direction`.
private struct Listed: Input {
  let page: RowPage
  let sort: (column: String, direction: String?)?
  let form: RowForm

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try parts.rowPage()
    let direction = try query.optionalText("direction", upTo: 10)
    sort = try query.optionalText("order_by", upTo: 255).map { ($0, direction) }
    form = try parts.rowForm()
  }
}

/// The row in the path, and its table in the query.
private struct Shown: NamedInput {
  let row: RowID?
  let table: TableName
  let form: RowForm

  init(_ path: RowSegment, _ parts: Parts) throws {
    row = path.row
    table = try parts.tableOfQuery()
    form = try parts.rowForm()
  }
}

private struct RowSegment: PathVariable {
  static let variable = "row_id"
  let row: RowID?
  init(_ segment: String) { row = RowID(segment) }
}

/// Rows to be added: `rows`, or as older clients have it, one `row`.
private struct Appended: Input {
  let table: TableName
  let rows: [JSONSlice]
  let appliesDefaults: Bool
  let isStrict: Bool
  /// Whether the answer is the row alone, as older clients expect it.
  let isOne: Bool

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    table = try body.table()
    isOne = parts.isOfOlderClient && body.slice("rows") == nil
    if let row = body.slice("row"), body.slice("rows") == nil { rows = [row] } else { rows = try body.list("rows") }
    appliesDefaults = try body.boolean("apply_default") ?? false
    isStrict = parts.isStrict
  }
}

/// Changes of rows: `updates`, or as older clients have it, one `row_id` and `row`.
private struct Updated: Input {
  let table: TableName
  let updates: [(id: RowID?, row: JSONSlice)]
  let isStrict: Bool

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    (table, isStrict) = (try body.table(), parts.isStrict)
    if let row = body.slice("row"), body.slice("updates") == nil {
      updates = [(try RowID(body.requiredText("row_id")), row)]
      return
    }
    updates = try body.list("updates").map { update throws in
      guard let members = try? update.members(), let id = members.first(where: { $0.name == "row_id" })?.value.string,
        let row = members.first(where: { $0.name == "row" })?.value, row.isObject
      else { throw FieldsError.invalid("updates") }
      return (RowID(id), row)
    }
  }
}

/// Rows of a table: `row_ids`, or as older clients have it, one `row_id`.
private struct NamedRows: Input {
  let table: TableName
  let ids: [RowID?]

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    table = try body.table()
    if body.slice("row_ids") == nil, let id = try body.text("row_id") {
      ids = [RowID(id)]
    } else {
      ids = try body.rowIDs("row_ids")
    }
  }

  /// The keys, each of which must be one.
  func all() throws(GridError) -> [RowID] {
    let known = ids.compactMap(\.self)
    guard known.count == ids.count else { throw .rowsNotFound }
    return known
  }
}

// MARK: Outputs

/// What was added. The first row is as it is stored, by the keys of its columns.
private struct AppendedList: Output, JSONEncodable {
  let rows: AppendedRows
  let isOne: Bool

  func write(to json: inout JSONWriter) {
    if isOne { return WrittenRow(bytes: rows.first ?? Array("{}".utf8)).write(to: &json) }
    json.object { json in
      json.add("inserted_row_count", rows.ids.count)
      json.add("row_ids", rows.ids.map(AppendedRow.init))
      json.add("first_row", rows.first.map(WrittenRow.init))
    }
  }
}

private struct AppendedRow: JSONEncodable {
  let id: RowID
  func write(to json: inout JSONWriter) { json.object { $0.add("_id", id) } }
}

/// A row that was written already.
private struct WrittenRow: JSONEncodable {
  let bytes: [UInt8]
  func write(to json: inout JSONWriter) { json.raw(bytes) }
}

/// How many rows were deleted.
private struct DeletedRows: Output, JSONEncodable {
  let count: Int

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("deleted_rows", count)
    }
  }
}

// MARK: Operations

private func listRows(by reader: BaseReader, _ listed: Listed, _ app: App) async throws -> WrittenJSON {
  let page = listed.page
  let query = RowQuery(
    table: page.table, view: page.view, start: page.start, limit: page.size(app), sort: listed.sort, form: listed.form,
    me: reader.bearer.author)
  return WrittenJSON("rows", try await Domain.Rows(app, of: reader.bearer.base).list(query))
}

private func showRow(by reader: BaseReader, _ shown: Shown, _ app: App) async throws -> WrittenJSON {
  guard let row = shown.row else { throw GridError.rowNotFound }
  return WrittenJSON(
    try await Domain.Rows(app, of: reader.bearer.base).show(row, of: shown.table, form: shown.form))
}

private func appendRows(by writer: BaseWriter, _ new: Appended, _ app: App) async throws -> AppendedList {
  let rows = NewRows(
    table: new.table, rows: new.rows, appliesDefaults: new.appliesDefaults,
    isStrict: new.isStrict || app.settings.rows.isStrict)
  let added = try await Domain.Rows(app, of: writer.bearer.base).append(rows, by: writer)
  return AppendedList(rows: added, isOne: new.isOne)
}

private func updateRows(by writer: BaseWriter, _ updated: Updated, _ app: App) async throws -> Success {
  let updates = updated.updates.compactMap { update in update.id.map { (id: $0, row: update.row) } }
  guard updates.count == updated.updates.count else { throw GridError.rowsNotFound }
  let changes = RowChanges(
    table: updated.table, updates: updates, isStrict: updated.isStrict || app.settings.rows.isStrict)
  try await Domain.Rows(app, of: writer.bearer.base).update(changes, by: writer)
  return Success()
}

/// Rows that are not there count as deleted before.
private func deleteRows(by writer: BaseWriter, _ named: NamedRows, _ app: App) async throws -> DeletedRows {
  let ids = named.ids.compactMap(\.self)
  let count = try await Domain.Rows(app, of: writer.bearer.base).delete(ids, of: named.table, by: writer)
  return DeletedRows(count: count)
}

private func lockRows(by writer: BaseWriter, _ named: NamedRows, _ app: App) async throws -> Success {
  try await Domain.Rows(app, of: writer.bearer.base).lock(named.all(), of: named.table, true, by: writer)
  return Success()
}

private func unlockRows(by writer: BaseWriter, _ named: NamedRows, _ app: App) async throws -> Success {
  try await Domain.Rows(app, of: writer.bearer.base).lock(named.all(), of: named.table, false, by: writer)
  return Success()
}
