import Ground
import Postgres
import TestSupport

@testable import Domain
@testable import Query

/// Two tables with rows of every kind, in the base 7, and a row of the base 8 with the same keys.
struct StatementTables {
  let database: TestDatabase

  static func with(_ body: (StatementTables) async throws -> Void) async throws {
    try await TestDatabase.with { database async throws in
      try await database.execute(rows)
      try await body(StatementTables(database: database))
    }
  }

  private struct Result: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["result"] }
  }

  private static func resolved(_ sql: String) throws -> ResolvedQuery {
    try QueryStatement(sql).resolved(names: ["T", "U"], parameters: [], now: Timestamp(seconds: 1_793_957_400)) {
      [table, other][$0]
    }
  }

  /// The rows of a SELECT.
  func answer(_ sql: String) async throws -> [String] {
    guard case .select(let select) = try Self.resolved(sql) else { return [] }
    let statement = QueryCompiler.statement(select, base: 7 as Int64)
    return try await database.queried.onLoop { db -> [String] in
      let rows = try await db.reader.reading(
        "select result::text as result from (\(statement)) as answer", after: Self.inBase, statementTime: patience,
        as: Result.self)
      return try (0..<rows.count).map { try rows[$0].text }
    }
  }

  /// What the role for clients' SQL sees is one base.
  private static let inBase: SQL = "select set_config('basekeeper.base', '7', true)"

  /// How many rows a DELETE would delete.
  func changed(_ sql: String) async throws -> Int {
    guard case .delete(let delete) = try Self.resolved(sql) else { return 0 }
    let ids = QueryCompiler.ids(of: delete.table, where: delete.condition, base: 7 as Int64)
    return try await database.db.onLoop { db -> [Result] in
      try await db.rows(
        "select id::text as result from data_row where base_id = \(7 as Int64) and table_key = \("aaaa") and id in (\(ids))"
      )
    }.count
  }

  /// The lines of a statement's plan; if it is forced, as if the database could not read whole tables.
  func plan(_ sql: String, isForced: Bool = true) async throws -> [String] {
    let statement: SQL
    switch try Self.resolved(sql) {
    case .select(let select): statement = QueryCompiler.statement(select, base: 7 as Int64)
    case .delete(let delete):
      statement = QueryCompiler.ids(of: delete.table, where: delete.condition, base: 7 as Int64)
    case .update: return []
    }
    return try await database.db.onLoop { db in
      try await db.transaction { transaction -> [Plan] in
        try await transaction.run(Self.inBase)
        if isForced {
          try await transaction.run("set local enable_seqscan = off")
          try await transaction.run("set local enable_bitmapscan = off")
        }
        return try await transaction.rows("explain (costs off) \(statement)")
      }
    }.map(\.line)
  }

  private struct Plan: RowDecodable {
    let line: String
    init(_ row: Row) throws(PostgresError) { line = try row["QUERY PLAN"] }
  }

  /// Sets the text, and the boolean to true, of the first row.
  func set(_ text: String) async throws {
    _ = try await database.db.onLoop {
      try await $0.run(
        """
        update data_row set cells = jsonb_strip_nulls(jsonb_build_object('0000', nullif(\(text)::text, ''), 'bbbb', true))
        where base_id = 7 and table_key = 'aaaa' and position = 1
        """)
    }
  }

  /// Sets the number of the first row.
  func set(_ number: Double) async throws {
    _ = try await database.db.onLoop {
      try await $0.run(
        """
        update data_row set cells = jsonb_build_object('nnnn', \(String(describing: number))::float8)
        where base_id = 7 and table_key = 'aaaa' and position = 1
        """)
    }
  }

  // MARK: Contents

  private static let choices = [QueryOption(id: "1001", name: "gold"), QueryOption(id: "1002", name: "silver")]
  private static let link = QueryLink(
    id: "Ab1c", isFirst: true, tableKey: "bbbb", displayKey: "0000", display: .number)

  private static let table = QueryTable(
    key: "aaaa", name: "T",
    columns: [
      QueryColumn(key: "0000", name: "a", kind: .text, isWritable: true),
      QueryColumn(key: "nnnn", name: "n", kind: .number, isWritable: true),
      QueryColumn(key: "bbbb", name: "b", kind: .boolean, isWritable: true),
      QueryColumn(key: "dddd", name: "d", kind: .date, isWritable: true),
      QueryColumn(key: "oooo", name: "o", kind: .option(choices), isWritable: true),
      QueryColumn(key: "mmmm", name: "m", kind: .options(choices), isWritable: true),
      QueryColumn(key: "pppp", name: "p", kind: .texts, isWritable: true),
      QueryColumn(key: "llll", name: "l", kind: .links(link), isWritable: false),
      QueryColumn(key: "gggg", name: "g", kind: .place, isWritable: false),
      QueryColumn(key: "ffff", name: "f", kind: .object, isWritable: false),
      QueryColumn(key: "uuuu", name: "u", kind: .unevaluated, isWritable: false),
    ])
  private static let other = QueryTable(
    key: "bbbb", name: "U",
    columns: [
      QueryColumn(key: "0000", name: "k", kind: .number, isWritable: true),
      QueryColumn(key: "vvvv", name: "v", kind: .text, isWritable: true),
    ])

  private static let rows = """
    insert into data_row (base_id, table_key, id, position, creator, modifier, cells, created_at, modified_at) values
     (7, 'aaaa', '00000000-0000-4000-8000-000000000001', 1, 'x', 'x', '{"0000": "Ann", "nnnn": 5, "bbbb": true,
       "dddd": "2026-11-06", "oooo": "1001", "mmmm": ["1001", "1002"], "pppp": ["b@x", "a@x"],
       "gggg": {"country_region": "Peru"}, "ffff": [{"name": "x"}]}', '2026-11-06 09:00:00.5+00', '2026-11-06 09:00+00'),
     (7, 'aaaa', '00000000-0000-4000-8000-000000000002', 2, 'x', 'x', '{"0000": "12", "nnnn": -2.5, "bbbb": false,
       "dddd": "2026-01-31 10:30", "oooo": "1002", "mmmm": ["1002"], "pppp": ["5"]}',
       '2026-11-06 09:00+00', '2026-11-07 09:00+00'),
     (7, 'aaaa', '00000000-0000-4000-8000-000000000003', 3, 'y', 'x', '{}', '2026-11-06 09:00+00', '2026-11-08 09:00+00'),
     (7, 'aaaa', '00000000-0000-4000-8000-000000000004', 4, 'y', 'x', '{"0000": "ann", "nnnn": 5, "oooo": "1001"}',
       '2026-11-06 09:00+00', '2026-11-08 09:00+00'),
     (8, 'aaaa', '00000000-0000-4000-8000-000000000009', 4, 'y', 'x', '{"0000": "another base", "nnnn": 5}',
       '2026-11-06 09:00+00', '2026-11-08 09:00+00'),
     (7, 'bbbb', '00000000-0000-4000-8000-000000000011', 1, 'y', 'x', '{"0000": 5, "vvvv": "five"}',
       '2026-11-06 09:00+00', '2026-11-08 09:00+00'),
     (7, 'bbbb', '00000000-0000-4000-8000-000000000012', 2, 'y', 'x', '{"0000": 12, "vvvv": "twelve"}',
       '2026-11-06 09:00+00', '2026-11-08 09:00+00');
    insert into data_link (base_id, link_id, a, b, position) values
     (7, 'Ab1c', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000012', 1),
     (7, 'Ab1c', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011', 2),
     (7, 'Ab1c', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000011', 3),
     (8, 'Ab1c', '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000011', 3);
    """
}
