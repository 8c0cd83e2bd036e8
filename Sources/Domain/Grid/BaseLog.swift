package import Access
package import Grid
package import Ground
package import Postgres

/// What was done in a base: its operations, of which each may change many rows, and what they did to each row.
package struct BaseLog: Sendable {
  let app: App
  let base: ID<Base>

  /// Reads the app's database.
  package init(_ app: App, of base: ID<Base>) { (self.app, self.base) = (app, base) }

  // MARK: Operations

  /// A page of the operations, the newest first. What is too large is left out of them.
  package func operations(_ page: Page) async throws(PostgresError) -> [LoggedOperation] {
    let shown: SQL = """
      case when pg_column_size(own.operation) <= 16384 and octet_length(own.operation::text) <= 65536
      then own.operation else '{}' end
      """
    return try await app.db.rows(
      """
      select own.op_id, own.at, own.author, own.app, own.op_type, own.table_key, own.row_ids[1:1000] as row_ids,
             own.row_count::bigint as row_count, \(shown) as operation
      from data_operation as own
      where own.base_id = \(base)
      order by own.op_id desc \(page.limit)
      """)
  }

  // MARK: Activities

  /// A page of what was done to a row, or to all rows, the newest first, and how much there is in all.
  package func activities(
    of row: RowID?, _ page: Page
  ) async throws -> (activities: [RowActivity], count: Int64) {
    let schema = try await Schemas(app).current(of: base).schema
    let found = if let row { try await entries(of: row, page) } else { try await entries(page) }
    let ofRow: SQL = if let row { " and own.row_ids @> array[\(row)]::uuid[]" } else { "" }
    let amount: SQL = row == nil ? "sum(own.row_count)" : "count(*)"
    let count = try await app.db.count(
      """
      select coalesce(\(amount), 0)::bigint as count from data_operation as own
      where own.base_id = \(base) and \(Self.changesRows)\(ofRow)
      """)
    return (found.map { RowActivity($0, in: schema) }, count)
  }

  private static let changesRows: SQL = "own.op_type in ('append_rows', 'modify_rows', 'delete_rows')"

  private func entries(of row: RowID, _ page: Page) async throws(PostgresError) -> [ActivityEntry] {
    try await app.db.rows(
      """
      with page as (
        select own.op_id, array_position(own.row_ids, \(row)::uuid) as first,
               array_position(own.row_ids, \(row)::uuid) as last
        from data_operation as own
        where own.base_id = \(base) and \(Self.changesRows) and own.row_ids @> array[\(row)]::uuid[]
        order by own.op_id desc \(page.limit)
      )
      \(unfolded)
      """)
  }

  private func entries(_ page: Page) async throws(PostgresError) -> [ActivityEntry] {
    let (start, end) = ((page.number - 1) * page.size, page.number * page.size)
    return try await app.db.rows(
      """
      with counted as (
        select own.op_id, own.row_count, sum(own.row_count) over (order by own.op_id desc) as reached
        from data_operation as own
        where own.base_id = \(base) and \(Self.changesRows)
      ), page as (
        select op_id, greatest(\(start) - (reached - row_count), 0) + 1 as first,
               least(\(end) - (reached - row_count), row_count) as last
        from counted
        where reached > \(start) and reached - row_count < \(end)
      )
      \(unfolded)
      """)
  }

  /// The rows from `first` to `last` of each operation of `page`.
  private var unfolded: SQL {
    """
    select done.op_id, done.at, done.author, done.app, done.op_type, done.table_key,
           done.row_count::bigint as row_count, done.row_ids[item.place] as id,
           case when octet_length(item.content::text) <= 65536 then item.content end as content,
           (
             select case when octet_length((own.cells -> '0000')::text) <= 65536 then own.cells -> '0000' end
             from data_row as own
             where own.base_id = \(base) and own.table_key = done.table_key and own.id = done.row_ids[item.place]
           ) as name
    from page
    join data_operation as done on done.base_id = \(base) and done.op_id = page.op_id
    cross join lateral (
      select place,
             case done.op_type
               when 'append_rows' then done.operation -> 'rows' -> (place - 1)
               else done.operation -> 'rows' -> (done.row_ids[place]::text)
             end as content
      from generate_series(page.first::integer, page.last::integer) as place
      offset 0
    ) as item
    order by done.op_id desc, item.place
    """
  }
}

/// An operation, as the base's log has it.
package struct LoggedOperation: RowDecodable, Sendable {
  package let number: Int64
  package let time: Timestamp
  package let author: String
  package let app: String?
  let type: String
  let table: String?
  let rows: [RowID]
  let rowCount: Int64
  let content: JSON

  package init(_ row: Row) throws(PostgresError) {
    number = try row["op_id"]
    time = try row["at"]
    author = try row["author"]
    app = try row["app"]
    type = try row["op_type"]
    table = try row["table_key"]
    rows = try row["row_ids"]
    rowCount = try row["row_count"]
    content = (try? JSON(row["operation"] as [UInt8])) ?? .null
  }

  /// What was done, as one JSON text: `op_type`, `table_id`, `row_ids` and what more is known of it.
  package var description: String {
    var members: [JSON.Member] = [JSON.Member(name: "op_type", value: .string(type))]
    if let table { members.append(JSON.Member(name: "table_id", value: .string(table))) }
    if rowCount > 0 {
      members.append(JSON.Member(name: "row_ids", value: .array(rows.map { .string($0.text) })))
      members.append(JSON.Member(name: "row_count", value: .number("\(rowCount)")))
    }
    if case .object(let more) = content {
      members += more.filter { $0.value != .null }.map { JSON.Member(name: $0.name, value: Self.wired($0.value)) }
    }
    return String(decoding: JSONWriter.bytes(of: JSON.object(members)), as: UTF8.self)
  }

  /// The same with the keys of rows as clients have them.
  private static func wired(_ json: JSON) -> JSON {
    guard case .object(let members) = json else { return json }
    return .object(
      members.map { JSON.Member(name: RowID(uuid: $0.name.utf8)?.text ?? $0.name, value: $0.value) })
  }
}
