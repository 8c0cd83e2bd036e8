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

  /// The most bytes that an operation says of rows; of those beyond it says only that they were changed.
  private static let most = 16 << 20

  /// What is said of rows, in a column `content`: an object by their keys. `rows` selects each row's `id` and `content`.
  static func notes(of rows: SQL) -> SQL {
    """
    select jsonb_build_object('rows', coalesce(
      jsonb_object_agg(note.id, note.content) filter (where note.bytes <= \(most)), '{}')) as content
    from (
      select note.id, note.content, sum(pg_column_size(note.content)) over (rows unbounded preceding) as bytes
      from (\(rows) offset 0) as note
    ) as note
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

  /// Runs a body that writes an operation, and again if somebody else has taken its number: other loops and other copies
  /// of the service count the same microseconds. Nothing else that bodies write can be there already.
  ///
  /// Inside a transaction, the body must be one of its own.
  static func noted<Value>(_ body: () async throws -> Value) async throws -> Value {
    var attempts = 1
    while true {
      do { return try await body() } catch {
        guard attempts < 5, (error as? PostgresError)?.isTaken == true else { throw error }
      }
      attempts += 1
    }
  }

  /// The number of a new operation: microseconds since 1970, or one more than the last number that the loop has given.
  private static func number(_ app: App) -> Int64 {
    app.memory.value { OperationNumbers() }.next(at: app.now().microseconds)
  }
}

/// The time of a change, as rows have it: clients see milliseconds, and what they compare with must be what they see.
let rowTime: SQL = "date_trunc('milliseconds', now())"

private final class OperationNumbers {
  private var last: Int64 = 0

  func next(at now: Int64) -> Int64 {
    last = max(last + 1, now)
    return last
  }
}
