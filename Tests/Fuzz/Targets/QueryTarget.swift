import Ground

@testable import Query

private let choices = [QueryOption(id: "1", name: "gold"), QueryOption(id: "2", name: "silver")]
private let link = QueryLink(id: "Ab1c", isFirst: true, tableKey: "bbbb", displayKey: "0000", display: .number)

private let tables = [
  QueryTable(
    key: "aaaa", name: "T",
    columns: [
      QueryColumn(key: "0000", name: "a", kind: .text, isWritable: true),
      QueryColumn(key: "0001", name: "n", kind: .number, isWritable: true),
      QueryColumn(key: "0002", name: "b", kind: .boolean, isWritable: true),
      QueryColumn(key: "0003", name: "d", kind: .date, isWritable: true),
      QueryColumn(key: "0004", name: "o", kind: .option(choices), isWritable: true),
      QueryColumn(key: "0005", name: "m", kind: .options(choices), isWritable: true),
      QueryColumn(key: "0006", name: "l", kind: .links(link), isWritable: false),
      QueryColumn(key: "0007", name: "p", kind: .place, isWritable: false),
      QueryColumn(key: "0008", name: "f", kind: .object, isWritable: false),
      QueryColumn(key: "0009", name: "x", kind: .button, isWritable: false),
    ]),
  QueryTable(
    key: "bbbb", name: "U",
    columns: [
      QueryColumn(key: "0000", name: "k", kind: .number, isWritable: true),
      QueryColumn(key: "0001", name: "v", kind: .text, isWritable: true),
    ]),
]

private let parameters: [JSON] = [
  .string("gold"), .number("1.5"), .boolean(true), .null, .array([.string("gold"), .number("2")]), .string("2026-1-5"),
]

/// Reads and resolves a statement, with parameters of every kind.
func resolvedQuery(_ bytes: [UInt8]) throws -> ResolvedQuery {
  let statement = try QueryStatement(string(bytes))
  let values = (0..<statement.parameterCount).map { parameters[$0 % parameters.count] }
  return try statement.resolved(names: tables.map(\.name), parameters: values, now: Timestamp(seconds: 1)) {
    tables[$0]
  }
}

/// A statement: its tokens written and read again are the same, and what is resolved keeps what its types promise.
func query(_ bytes: [UInt8]) throws {
  let text = Array(string(bytes).utf8)
  if text.count <= QueryBounds.bytes, let tokens = try? QueryLexer.tokens(of: text) {
    let again = try? QueryLexer.tokens(of: Array(tokens.map(written).joined(separator: " ").utf8))
    try expect(again?.map(\.form) == tokens.map(\.form), "the same tokens, there and back")
  }
  do {
    switch try resolvedQuery(bytes) {
    case .select(let select): try judge(select)
    case .update(let update):
      try judge(update.condition)
      try expect(!update.assignments.isEmpty, "an UPDATE sets something")
      try expect(
        update.assignments.allSatisfy { update.table.column($0.column.column).isWritable }, "only what can be written")
    case .delete(let delete): try judge(delete.condition)
    }
  } catch let error as QueryError {
    try expect(!error.message.isEmpty && error.message.utf8.count < text.count + 1000, "a message of a fair length")
  }
}

private func written(_ token: QueryToken) -> String {
  switch token.form {
  case .word(let word): word
  case .name(let name): "`\(doubled(name, "`"))`"
  case .text(let text): "'\(doubled(doubled(text, "\\"), "'"))'"
  case .number(let number): "\(number)"
  case .parameter: "?"
  case .sign(let sign): sign.rawValue
  case .end: ""
  }
}

private func doubled(_ text: String, _ mark: Unicode.Scalar) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar == mark { scalars.append(mark) }
    scalars.append(scalar)
  }
  return String(scalars)
}

private func judge(_ select: ResolvedSelect) throws(Finding) {
  try judge(select.condition)
  try judge(select.having)
  for term in select.items.map(\.value.term) + select.groups + select.order.map(\.key.term) { try judge(term) }
  try expect(!select.items.isEmpty, "a result has columns")
  try expect(Set(select.items.map { ExactText($0.name) }).count == select.items.count, "each name once")
  try expect((0...QueryBounds.rows).contains(select.limit) && select.offset >= 0, "rows within bounds")
  try expect(
    select.items.count + select.groups.count + select.order.count <= QueryBounds.columns, "columns within bounds")
}

private func judge(_ condition: QueryCondition?) throws(Finding) {
  if let condition { try judge(.truth(condition)) }
}

/// No term is without a type, a filled one is no constant, and a conversion is of another type.
private func judge(_ term: QueryTerm) throws(Finding) {
  var wrong: String?
  term.visit { part in
    if part.type == .nothing { wrong = "a term without a type" }
    if case .filled(.constant) = part { wrong = "a filled constant" }
    if case .converted(let inner, let conversion) = part, inner.type == conversion.result {
      wrong = "an idle conversion"
    }
    if case .arithmetic(let first, let steps) = part,
      ([first] + steps.map(\.operand)).contains(where: { $0.type != .number })
    {
      wrong = "arithmetic of what is no number"
    }
    return wrong == nil
  }
  try expect(wrong == nil, wrong ?? "")
}
