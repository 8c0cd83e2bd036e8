internal import Access
internal import Postgres

/// Something that is shown with how many rows it has.
protocol RowCounted {
  /// What it is in a statement on `base`, `workspace` and, as `own`, tables of bases.
  static var rowsBelongTo: SQL { get }
  /// The bases whose rows count, as a condition on `base`.
  static var countsRowsOf: SQL { get }
  var keyOfRows: Int64 { get }
  var rows: Int64 { get set }
}

extension RowCounted {
  static var countsRowsOf: SQL { "base.deleted_at is null" }
}

extension Database {
  /// The things with their rows counted, all by one statement.
  func countingRows<Thing: RowCounted>(of things: [Thing]) async throws(PostgresError) -> [Thing] {
    guard !things.isEmpty else { return things }
    let counts: [RowCount] = try await rows(
      """
      select \(Thing.rowsBelongTo) as key, sum(own.row_count)::bigint as rows
      from base
      join workspace on workspace.id = base.workspace_id
      join data_table as own on own.base_id = base.id
      where \(Thing.rowsBelongTo) = any(\(things.map(\.keyOfRows))::bigint[]) and \(Thing.countsRowsOf)
      group by 1
      """)
    let rows = Dictionary(uniqueKeysWithValues: counts.map { ($0.key, $0.rows) })
    return things.map { thing in
      var thing = thing
      thing.rows = rows[thing.keyOfRows] ?? 0
      return thing
    }
  }

  /// The same for one thing.
  func countingRows<Thing: RowCounted>(of thing: Thing) async throws(PostgresError) -> Thing {
    try await countingRows(of: [thing]).first ?? thing
  }
}

private struct RowCount: RowDecodable {
  let key: Int64
  let rows: Int64
  init(_ row: Row) throws(PostgresError) { (key, rows) = (try row["key"], try row["rows"]) }
}

extension AdministeredBase: RowCounted {
  static var rowsBelongTo: SQL { "base.id" }
  /// Also of those in the trash, which are listed by themselves.
  static var countsRowsOf: SQL { "true" }
  var keyOfRows: Int64 { base.id.value }
}

extension SharedBase: RowCounted {
  static var rowsBelongTo: SQL { "base.id" }
  var keyOfRows: Int64 { base.id.value }
}

/// The rows of a person are those of the bases in their own workspace.
extension Person: RowCounted {
  static var rowsBelongTo: SQL { "workspace.account_id" }
  var keyOfRows: Int64 { account.value }
}

extension OwnAccountRecord: RowCounted {
  static var rowsBelongTo: SQL { "workspace.account_id" }
  var keyOfRows: Int64 { account.value }
}

extension TeamInfo: RowCounted {
  static var rowsBelongTo: SQL { "base.team_id" }
  var keyOfRows: Int64 { id.value }
}

extension TeamRecord: RowCounted {
  static var rowsBelongTo: SQL { "base.team_id" }
  var keyOfRows: Int64 { id.value }
}
