import Foundation
import Ground
import Postgres
import TestSupport
import Testing

@testable import Domain
@testable import Query

/// Clients' statements, run on PostgreSQL. What each part of a statement means stands at the types of `Query`.
@Suite(.timeLimit(.minutes(30))) struct StatementTests {
  @Test func `functions give the values of SeaTable's manual`() async throws {
    try await StatementTables.with { tables async throws in
      for (expression, expected) in StatementTables.values {
        let sql = "SELECT \(expression) AS x FROM T LIMIT 1"
        #expect(try await tables.answer(sql) == ["[\(expected)]"], "\(expression)")
      }
    }
  }

  @Test func `conditions are two-valued, whatever the types`() async throws {
    try await StatementTables.with { tables async throws in
      for (condition, names) in StatementTables.conditions {
        let expected = names.split(separator: " ").map { $0 == "-" ? "[null]" : "[\"\($0)\"]" }
        #expect(try await tables.answer("SELECT a FROM T WHERE \(condition)") == expected, "\(condition)")
        let others = ["[\"Ann\"]", "[\"12\"]", "[null]", "[\"ann\"]"].filter { !expected.contains($0) }
        #expect(try await tables.answer("SELECT a FROM T WHERE NOT (\(condition))") == others, "NOT \(condition)")
        let rows = try await tables.changed("DELETE FROM T WHERE \(condition)")
        #expect(rows == expected.count, "DELETE \(condition)")
      }
    }
  }

  @Test func `rows are grouped, sorted, joined and cut`() async throws {
    try await StatementTables.with { tables async throws in
      for (sql, expected) in StatementTables.statements {
        #expect(try await tables.answer(sql).joined(separator: " ") == expected, "\(sql)")
      }
    }
  }

  @Test func `constants become what columns' values become`() async throws {
    let texts = [
      "1", " 1.5 ", "+.5", "5.", "-0", "1e3", "1e400", "-1e400", "1e-400", "1e99999", "x", "", "1,5", "0x1", "NaN",
      "Infinity",
      "12abc", "9007199254740993", "2026-11-6", "2026/1/5 9:05", "2026-02-30", "2024-02-29T23:59:59.5Z",
      "2026-11-06 09:00+02:00",
      "2026-11-06 24:00", "0001-01-01", "0000-01-01", "9999-12-31 23:59:59", "9999-12-31 23:59-01:00", "true", "FALSE",
      "yes",
      "2026-13-01", "2026-11-06 09:60", "2026-11/06", "2026-11-06 09:00:00.1234567", " 2026-1-1 ", "1e", ".", "--1",
      "1 2",
    ]
    let first = "FROM T WHERE _id = 'AAAAAAAAQACAAAAAAAAAAQ'"
    try await StatementTables.with { tables async throws in
      for text in texts {
        try await tables.set(text)
        for (ours, theirs) in [("value('\(text)')", "value(a)"), ("dateAdd('\(text)', 0)", "dateAdd(a, 0)")] {
          let constant = try await tables.answer("SELECT \(ours) AS x \(first)")
          #expect(try await tables.answer("SELECT \(theirs) AS x \(first)") == constant, "\(ours)")
        }
        let isBoolean =
          try await tables.answer("SELECT a \(first) AND a = b").count == 1
        #expect(isBoolean == (QueryConstant.text(text).converted(to: .boolean) == .boolean(true)), "\(text)")
      }
      for number in [0, 1, -1.5, 0.1, 1e15, 1.5e20, 1e21, 1e-5, 1e-6, 1e-7, 123456789.125, 1e300, 1e-300, -2.5e-10] {
        try await tables.set(number)
        #expect(
          try await tables.answer("SELECT concatenate(n) \(first)")
            == ["[\"\(textOfNumber(number))\"]"])
      }
    }
  }

  @Test func `no statement ends in an error of PostgreSQL`() async throws {
    var chance = Chance(state: 7)
    let statements = (0..<1500).map { _ in RandomStatement.select(&chance) }
    try await StatementTables.with { tables async throws in
      var answered = 0
      for sql in statements {
        do {
          _ = try await tables.answer(sql)
          answered += 1
        } catch is QueryError {
        } catch {
          Issue.record("\(sql): \(error)")
        }
      }
      #expect(answered > statements.count / 2)
    }
  }

  @Test func `every scan of a table of rows is of one base, by its index`() async throws {
    try await StatementTables.with { tables async throws in
      for sql in StatementTables.statements.map(\.sql)
        + StatementTables.conditions.flatMap({
          ["SELECT a FROM T WHERE \($0.condition)", "DELETE FROM T WHERE \($0.condition)"]
        })
      {
        let plan = try await tables.plan(sql)
        let scans = plan.filter { $0.contains("Scan") && $0.contains("data_") }
        let conditions = plan.filter { $0.contains("Index Cond:") && $0.contains("base_id = ") }
        #expect(scans.count == conditions.count, "\(sql)\n\(plan.joined(separator: "\n"))")
        #expect(!plan.contains { $0.contains("Seq Scan on data_") })
      }
    }
  }

  @Test func `a statement is planned for the values that it has`() async throws {
    try await StatementTables.with { tables async throws in
      try await tables.database.execute(
        """
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells, created_at, modified_at)
        select 7, 'aaaa', gen_random_uuid(), 100 + n, 'x', 'x', '{}', '2026-01-01', '2026-01-01'
        from generate_series(1, 5000) as n;
        analyze data_row;
        """)
      for (time, isByTime) in [("2026-11-08", true), ("2025-11-08", false)] {
        let plan = try await tables.plan("SELECT a FROM T WHERE _mtime >= '\(time)' ORDER BY n", isForced: false)
        #expect(plan.contains { $0.contains("data_row_modified_index") } == isByTime, "\(plan)")
      }
    }
  }
}

/// Statements of every function and operator, over columns of every kind and values at the edges.
private enum RandomStatement {
  private static let columns = [
    "a", "n", "b", "d", "o", "m", "p", "l", "u", "_id", "_ctime", "_mtime", "_creator", "_locked", "_locked_by",
    "_archived",
  ]
  private static let constants = [
    "'x'", "'12'", "''", "0", "1", "-1", "2.5", "1e308", "-1e308", "1e-308", "1e15", "true", "false", "NULL",
    "'2026-11-06'",
    "'2024-02-29 10:30'", "'gold'", "'days'", "'months'", "'M'", "'YD'", "'Monday'", "'euro'", "'percent'", "'\\\\'",
    "'%_\\\\'",
    "9999", "-9999", "'0001-01-01'", "'9999-12-31 23:59:59'", "3000000", "'1e400'", "21",
  ]

  private static func pick(_ choices: [String], _ chance: inout Chance) -> String {
    choices[chance.below(choices.count)]
  }

  private static func expression(_ depth: Int, _ chance: inout Chance) -> String {
    let kind = chance.below(10)
    if depth == 0 || kind < 3 { return pick(chance.below(2) == 0 ? columns : constants, &chance) }
    if kind < 8 {
      let function = QueryFunction.allCases[chance.below(QueryFunction.allCases.count)]
      guard function != .country else { return "country(g)" }
      let counts = (0...6).filter { function.signature.takes($0) && (function != .ifs || $0 % 2 == 0) }
      let count = counts[chance.below(counts.count)]
      let arguments = (0..<count).map { _ in
        chance.below(5) == 0 ? condition(depth - 1, &chance) : expression(depth - 1, &chance)
      }
      return "\(function.name)(\(arguments.joined(separator: ", ")))"
    }
    return
      "(\(expression(depth - 1, &chance)) \(pick(["+", "-", "*", "/"], &chance)) \(expression(depth - 1, &chance)))"
  }

  private static func condition(_ depth: Int, _ chance: inout Chance) -> String {
    let inner = max(depth - 1, 0)
    let left = expression(inner, &chance)
    switch chance.below(8) {
    case 0, 1: return "\(left) \(pick(["=", "!=", "<", "<=", ">", ">="], &chance)) \(expression(inner, &chance))"
    case 2: return "\(left) \(pick(["LIKE", "NOT LIKE", "ILIKE"], &chance)) \(pick(constants, &chance))"
    case 3:
      return "\(left) \(pick(["IN", "NOT IN"], &chance)) (\(pick(constants, &chance)), \(pick(constants, &chance)))"
    case 4: return "\(left) BETWEEN \(expression(inner, &chance)) AND \(expression(inner, &chance))"
    case 5: return "\(left) \(pick(["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT TRUE"], &chance))"
    case 6:
      let test = pick(["HAS ANY OF", "HAS ALL OF", "HAS NONE OF", "IS EXACTLY"], &chance)
      return "\(pick(["m", "p", "l"], &chance)) \(test) (\(pick(constants, &chance)), \(pick(constants, &chance)))"
    default:
      guard depth > 0 else { return "b" }
      return
        "(\(condition(depth - 1, &chance)) \(pick(["AND", "OR", "AND NOT"], &chance)) \(condition(depth - 1, &chance)))"
    }
  }

  static func select(_ chance: inout Chance) -> String {
    let (x, y) = (expression(3, &chance), expression(2, &chance))
    switch chance.below(4) {
    case 0:
      return """
        SELECT \(x) AS x, COUNT(*), SUM(\(y)), MIN(\(y)) AS y, MAX(\(pick(columns, &chance))) FROM T GROUP BY \(x) \
        HAVING COUNT(*) > 0 OR MAX(\(y)) > \(pick(constants, &chance)) ORDER BY x, y DESC
        """
    case 1: return "SELECT DISTINCT \(x) AS x, \(pick(columns, &chance)) FROM T ORDER BY x DESC"
    default:
      return
        "SELECT \(x) AS x, \(y) AS y FROM T WHERE \(condition(3, &chance)) ORDER BY x, y DESC, \(pick(columns, &chance))"
    }
  }
}
