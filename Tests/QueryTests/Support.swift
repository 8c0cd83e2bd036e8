import Ground
import Testing

@testable import Query

/// The tables of these tests: people with a column of each kind, and their orders.
enum Tables {
  static let levels = [QueryOption(id: "1001", name: "gold"), QueryOption(id: "1002", name: "silver")]

  static let people = QueryTable(
    key: "aaaa", name: "People",
    columns: [
      QueryColumn(key: "0000", name: "Name", kind: .text, isWritable: true),
      QueryColumn(key: "ag3e", name: "age", kind: .number, isWritable: true),
      QueryColumn(key: "chck", name: "done", kind: .boolean, isWritable: true),
      QueryColumn(key: "d4te", name: "born", kind: .date, isWritable: true),
      QueryColumn(key: "levl", name: "level", kind: .option(levels), isWritable: true),
      QueryColumn(key: "tags", name: "tags", kind: .options(levels), isWritable: true),
      QueryColumn(key: "owne", name: "owners", kind: .texts, isWritable: true),
      QueryColumn(key: "imag", name: "pictures", kind: .texts, isWritable: false),
      QueryColumn(
        key: "l1nk", name: "orders",
        kind: .links(QueryLink(id: "Ab1c", isFirst: true, tableKey: "bbbb", displayKey: "0000", display: .number)),
        isWritable: false),
      QueryColumn(key: "plce", name: "place", kind: .place, isWritable: false),
      QueryColumn(key: "file", name: "files", kind: .object, isWritable: false),
      QueryColumn(key: "form", name: "formula", kind: .unevaluated, isWritable: false),
      QueryColumn(key: "bttn", name: "press", kind: .button, isWritable: false),
      QueryColumn(key: "year", name: "year", kind: .number, isWritable: true),
      QueryColumn(key: "_ctime", name: "made", kind: .date, isWritable: false),
      QueryColumn(key: "odd1", name: "a`b c", kind: .text, isWritable: true),
    ])
  static let orders = QueryTable(
    key: "bbbb", name: "My Orders",
    columns: [
      QueryColumn(key: "0000", name: "number", kind: .number, isWritable: true),
      QueryColumn(key: "pers", name: "person", kind: .text, isWritable: true),
      QueryColumn(key: "nam2", name: "Name", kind: .text, isWritable: true),
    ])
  static let items = QueryTable(
    key: "cccc", name: "Items",
    columns: [QueryColumn(key: "0000", name: "order", kind: .number, isWritable: true)])
  static let all = [people, orders, items]

  /// 2026-11-06 09:30:00 UTC.
  static let now = Timestamp(seconds: 1_793_957_400)
}

/// Resolves a statement.
func resolved(_ sql: String, _ parameters: [JSON] = []) throws(QueryError) -> ResolvedQuery {
  try QueryStatement(sql).resolved(names: Tables.all.map(\.name), parameters: parameters, now: Tables.now) {
    Tables.all[$0]
  }
}

func select(_ sql: String, _ parameters: [JSON] = []) throws -> ResolvedSelect {
  guard case .select(let select) = try resolved(sql, parameters) else { throw NoSelect() }
  return select
}

struct NoSelect: Error {}

/// The condition of `SELECT * FROM People WHERE …`, as `sketch` draws it.
func condition(_ sql: String, _ parameters: [JSON] = []) throws -> String {
  guard let condition = try select("SELECT * FROM People WHERE \(sql)", parameters).condition else { return "" }
  return sketch(condition)
}

/// The refusal of a statement.
func refusal(_ sql: String, _ parameters: [JSON] = []) -> QueryError? {
  do throws(QueryError) {
    _ = try resolved(sql, parameters)
    return nil
  } catch {
    return error
  }
}

// MARK: Sketches, in which a call is `name(…)` and a conversion `value→type`

func sketch(_ term: QueryTerm) -> String {
  switch term {
  case .constant(let constant, let type): "\(sketch(constant)):\(sketch(type))"
  case .column(let column): "\(column.table).\(column.column)"
  case .converted(let term, let conversion): "\(sketch(term))→\(conversion)"
  case .filled(let term): "\(sketch(term))?"
  case .call(let function, let arguments, let type):
    "\(function.name)(\(arguments.map(sketch).joined(separator: ", "))):\(sketch(type))"
  case .arithmetic(let first, let steps):
    "[" + sketch(first) + steps.map { " \($0.operation.rawValue) \(sketch($0.operand))" }.joined() + "]"
  case .negated(let term): "-\(sketch(term))"
  case .aggregate(let aggregate, let term): "\(aggregate.rawValue)(\(term.map(sketch) ?? "*"))"
  case .truth(let condition): "{\(sketch(condition))}"
  }
}

func sketch(_ condition: QueryCondition) -> String {
  switch condition {
  case .always(let truth): "\(truth)"
  case .compare(let comparison, let left, let right): "\(comparison)(\(sketch(left)), \(sketch(right)))"
  case .isIn(let term, let constants): "in(\(sketch(term)), \(constants.map(sketch).joined(separator: ", ")))"
  case .identifierIn(let column, let ids):
    "id(\(column.table).\(column.column), \(ids.map(\.text).joined(separator: ", ")))"
  case .between(let term, let low, let high): "between(\([term, low, high].map(sketch).joined(separator: ", ")))"
  case .like(let term, let pattern, let ignoresCase):
    "\(ignoresCase ? "ilike" : "like")(\(sketch(term)), \(sketch(pattern)))"
  case .isNull(let term): "null(\(sketch(term)))"
  case .holds(let term): "holds(\(sketch(term)))"
  case .has(let column, let test, let items):
    "\(test)(\(column.table).\(column.column), \(items.map(\.text).joined(separator: ", ")))"
  case .not(let condition): "not \(sketch(condition))"
  case .and(let parts): "and(\(parts.map(sketch).joined(separator: ", ")))"
  case .or(let parts): "or(\(parts.map(sketch).joined(separator: ", ")))"
  }
}

func sketch(_ constant: QueryConstant) -> String {
  switch constant {
  case .null: "null"
  case .text(let text): "'\(text.text)'"
  case .number(let number): textOfNumber(number)
  case .boolean(let truth): "\(truth)"
  case .moment(let time): textOfDate(time)
  case .texts(let texts): "(\(texts.map(\.text).joined(separator: ", ")))"
  }
}

func sketch(_ type: QueryType) -> String {
  switch type {
  case .list(let element): "\(element)s"
  default: "\(type)"
  }
}

func sketch(_ pattern: QueryPattern) -> String {
  pattern.parts.map {
    switch $0 {
    case .text(let text): "‹\(text.text)›"
    case .anyOne: "_"
    case .anyRun: "%"
    }
  }.joined()
}
