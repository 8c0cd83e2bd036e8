internal import Access
internal import Grid
internal import Ground
internal import Postgres

/// What a request does to a base, for the base's log of operations.
struct GridOperation: Sendable {
  /// What it is called, as with SeaTable: `append_rows`.
  let type: StaticString
  let table: TableKey?
  var rows: [RowID] = []
  let author: Author

  /// The columns that `values` and `insert` fill.
  static let columns: SQL = "base_id, op_id, at, author, app, op_type, table_key, row_ids, operation"

  /// The values of the columns, with `content` for what was done: an expression that is a `jsonb`.
  func values(of base: ID<Base>, _ app: App, content: SQL) -> SQL {
    """
    \(base)::bigint, \(Self.number(app))::bigint, now(), \(author.name)::text, \(author.app)::text, \("\(type)")::text,
    \(table?.text)::text, \(rows)::uuid[], \(content)
    """
  }

  /// Writes it in a transaction of its own change.
  func write(to base: ID<Base>, _ app: App, content: JSON, _ transaction: Transaction) async throws(PostgresError) {
    let json = PostgresJSON(JSONWriter.bytes(of: content))
    try await transaction.run(
      """
      insert into data_operation (\(Self.columns))
      select \(values(of: base, app, content: "\(json)::jsonb"))
      """)
  }

  /// The number of a new operation: microseconds since 1970, or one more than the last number that the loop has given.
  private static func number(_ app: App) -> Int64 {
    app.memory.value { OperationNumbers() }.next(at: app.now().microseconds)
  }
}

private final class OperationNumbers {
  private var last: Int64 = 0

  func next(at now: Int64) -> Int64 {
    last = max(last + 1, now)
    return last
  }
}
