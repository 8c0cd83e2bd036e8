internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let baseLogRoutes = Table(.baseLog, [
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/operations/", "getBaseActivityLog", as: BaseReader.self, listOperations)
    .also("/api/v2.1/dtables/{base_uuid}/operations/"),
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/activities/", "listRowActivities",  as: BaseReader.self, listActivities)
    .also("/api/v2.1/dtables/{base_uuid}/activities/"),
])

// MARK: Inputs

/// A page of a base's log: `page` from 1, `per_page` up to 100.
private struct LogPage: Input {
  let page: Page

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = Page(
      number: try query.optionalInteger("page", 1...1_000_000) ?? 1,
      size: min(try query.optionalInteger("per_page", 1...1000) ?? 25, 100))
  }
}

/// A page of what was done to the row in `row_id`, or to all rows.
private struct ListedActivities: Input {
  let row: (named: Bool, id: RowID?)
  let page: Page

  init(_ parts: Parts) throws {
    let text = try parts.query().optionalText("row_id", upTo: 255)
    row = (text != nil, text.flatMap { RowID($0) })
    page = try LogPage(parts).page
  }
}

// MARK: Outputs

private struct OperationList: Output, JSONEncodable {
  let uuid: BaseUUID
  let operations: [LoggedOperation]

  func write(to json: inout JSONWriter) {
    json.object { $0.add("operations", operations.map { OperationOfBase(uuid: uuid, operation: $0) }) }
  }
}

private struct OperationOfBase: JSONEncodable {
  let uuid: BaseUUID
  let operation: LoggedOperation

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("id", operation.number)
      json.add("op_id", operation.number)
      json.add("op_time", operation.time.microseconds / 1000)
      json.add("author", operation.author)
      if let app = operation.app { json.add("app", app) } else { json.add("app", JSON.null) }
      json.add("dtable_uuid", uuid)
      json.add("operation", operation.description)
    }
  }
}

private struct ActivityList: Output, JSONEncodable {
  let uuid: BaseUUID
  let activities: [RowActivity]
  let count: Int64

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("activities", activities.map { ActivityOfBase(uuid: uuid, activity: $0) })
      json.add("total_count", count)
    }
  }
}

private struct ActivityOfBase: JSONEncodable {
  let uuid: BaseUUID
  let activity: RowActivity

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("id", activity.number)
      json.add("dtable_uuid", uuid)
      json.add("row_id", activity.row)
      json.add("row_count", activity.rowCount)
      json.add("op_user", activity.author)
      if let app = activity.app { json.add("op_app", app) } else { json.add("op_app", JSON.null) }
      json.add("op_type", activity.type)
      json.add("op_time", LogTime(time: activity.time))
      json.add("detail") { detail in
        detail.add("table_id", activity.tableKey)
        detail.add("table_name", activity.tableName)
        detail.add("row_name", activity.rowName)
        detail.add("row_name_option", "")
        detail.add("row_data", activity.cells.map(CellOfRow.init))
      }
    }
  }
}

private struct CellOfRow: JSONEncodable {
  let cell: RowActivity.CellActivity

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("column_key", cell.column.key)
      json.add("column_name", cell.column.name)
      json.add("column_type", cell.column.type.rawValue)
      json.add("column_data", cell.data)
      json.add("value", cell.value)
      if let old = cell.oldValue { json.add("old_value", old) }
    }
  }
}

/// `2026-11-27T09:00:00.123Z`
private struct LogTime: JSONEncodable {
  let time: Timestamp

  func write(to json: inout JSONWriter) {
    var text: [UInt8] = []
    time.append(rowTimeTo: &text)
    json.raw("\"".utf8)
    json.raw(text.prefix { $0 != UInt8(ascii: "+") })
    json.raw("Z\"".utf8)
  }
}

// MARK: Operations

/// Visitors by an external link see what is there, and not what was: they get an empty list.
private func listOperations(by reader: BaseReader, _ page: LogPage, _ app: App) async throws -> OperationList {
  if reader.bearer.isVisitor { return OperationList(uuid: reader.bearer.uuid, operations: []) }
  let log = Domain.BaseLog(app, of: reader.bearer.base)
  return OperationList(uuid: reader.bearer.uuid, operations: try await log.operations(page.page))
}

private func listActivities(
  by reader: BaseReader, _ listed: ListedActivities, _ app: App
) async throws -> ActivityList {
  // What is the key of no row names a row to which nothing was done.
  let isOfNoRow = listed.row.named && listed.row.id == nil
  if reader.bearer.isVisitor || isOfNoRow {
    return ActivityList(uuid: reader.bearer.uuid, activities: [], count: 0)
  }
  let (activities, count) = try await Domain.BaseLog(app, of: reader.bearer.base).activities(
    of: listed.row.id, listed.page)
  return ActivityList(uuid: reader.bearer.uuid, activities: activities, count: count)
}
