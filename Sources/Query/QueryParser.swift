/// Reads a statement by recursive descent. It looks at most two tokens ahead and never back, so its work is linear.
///
///     statement  = select | update | delete | insert, [ ";" ]
///     select     = SELECT [ DISTINCT ] item { "," item } FROM table { "," table } [ WHERE expression ]
///                  [ GROUP BY expression { "," expression } ] [ HAVING expression ]
///                  [ ORDER BY expression [ ASC | DESC ] { "," … } ] [ LIMIT count [ OFFSET count ] ]
///     update     = UPDATE table SET column = value { "," column = value } [ WHERE expression ]
///     delete     = DELETE FROM table [ WHERE expression ]
///     insert     = INSERT INTO table [ "(" column { "," column } ")" ] VALUES "(" value { "," value } ")" { "," … }
///     item       = "*" | expression [ [ AS ] name ]
///     table      = name [ [ AS ] name ]
///
/// INSERT is read to its end and refused. The grammar of expressions is in `QueryParser+Expressions`.
struct QueryParser {
  private let tokens: [QueryToken]
  private var index = 0
  /// How deep the present expression is.
  var depth = 0
  /// How many calls and operators there were.
  var calls = 0
  /// How many parameters there were.
  private(set) var parameters = 0
  /// How many functions the present place is in: constants like `pi` stand only there.
  var functions = 0

  /// The statement, and how many parameters it has.
  static func parse(_ text: [UInt8]) throws(QueryRefusal) -> (statement: QuerySyntax, parameters: Int) {
    guard text.count <= QueryBounds.bytes else {
      throw QueryRefusal(.bounds, "the statement has more than \(QueryBounds.bytes) bytes")
    }
    var parser = QueryParser(tokens: try QueryLexer.tokens(of: text))
    let statement = try parser.statement()
    return (statement, parser.parameters)
  }

  private init(tokens: [QueryToken]) { self.tokens = tokens }

  private mutating func statement() throws(QueryRefusal) -> QuerySyntax {
    let statement: QuerySyntax
    if take("select") {
      statement = .select(try select())
    } else if take("update") {
      statement = try update()
    } else if take("delete") {
      try expect("from")
      let table = try table()
      statement = .delete(table: table, condition: take("where") ? try expression() : nil)
    } else if take("insert") {
      statement = try insert()
    } else {
      throw unexpected("a statement begins with SELECT, UPDATE or DELETE")
    }
    _ = take(.semicolon)
    guard token.form == .end else { throw unexpected("expected the end of the statement") }
    return statement
  }

  private mutating func select() throws(QueryRefusal) -> SelectSyntax {
    var select = SelectSyntax()
    select.isDistinct = take("distinct")
    repeat { select.items.append(try item()) } while take(.comma)
    guard take("from") else { throw unexpected("expected FROM and a table, or a comma and another column") }
    repeat { select.tables.append(try table()) } while take(.comma)
    if take("where") { select.condition = try expression() }
    if take("group") {
      try expect("by")
      repeat { select.groups.append(try expression()) } while take(.comma)
    }
    if take("having") { select.having = try expression() }
    if take("order") {
      try expect("by")
      repeat { select.order.append(try order()) } while take(.comma)
    }
    if take("limit") {
      select.limit = try count()
      if token.form == .sign(.comma) { throw unexpected("write LIMIT count OFFSET start") }
      if take("offset") { select.offset = try count() }
    }
    return select
  }

  private mutating func item() throws(QueryRefusal) -> ItemSyntax {
    if take(.star) { return .all }
    let expression = try expression()
    return .expression(expression, alias: try alias())
  }

  /// A name for an item or a table, with or without AS.
  private mutating func alias() throws(QueryRefusal) -> String? {
    if take("as") {
      if case .text(let text) = token.form {
        guard !text.isEmpty else { throw unexpected("expected a name") }
        advance()
        return text
      }
      return try name("a name")
    }
    switch token.form {
    case .word(let word) where !isReserved(word): return try name("a name")
    case .name: return try name("a name")
    default: return nil
    }
  }

  private mutating func order() throws(QueryRefusal) -> OrderSyntax {
    let expression = try expression()
    if take("desc") { return OrderSyntax(expression: expression, isDescending: true) }
    _ = take("asc")
    return OrderSyntax(expression: expression, isDescending: false)
  }

  private mutating func count() throws(QueryRefusal) -> CountSyntax {
    let offset = token.offset
    if token.form == .parameter { return .parameter(try parameter(), offset: offset) }
    guard case .number(let number) = token.form, let count = wholeCount(number) else {
      throw unexpected("expected a whole number from 0 or a parameter")
    }
    advance()
    return .number(count)
  }

  private mutating func table() throws(QueryRefusal) -> TableSyntax {
    let offset = token.offset
    if token.form == .sign(.opening) { throw QueryRefusal(.unsupported, "subqueries are not supported", at: offset) }
    let name = try name("the name of a table")
    if token.form == .sign(.dot) {
      throw unexpected("expected a table of this base: a name has no dot outside of backticks")
    }
    let table = TableSyntax(name: name, alias: try alias(), offset: offset)
    if case .word(let word) = token.form, Self.joins.contains(word.lowercased()) {
      throw QueryRefusal(
        .unsupported, "JOIN is not supported: write FROM a, b WHERE a.column = b.column", at: token.offset)
    }
    return table
  }

  private static let joins: Set = ["join", "inner", "outer", "cross", "natural", "on", "using"]

  private mutating func update() throws(QueryRefusal) -> QuerySyntax {
    let table = try table()
    try expect("set")
    var assignments: [AssignmentSyntax] = []
    repeat {
      let offset = token.offset
      let first = try name("the name of a column")
      let second = take(.dot) ? try name("the name of a column") : nil
      try expect(.equal)
      assignments.append(
        AssignmentSyntax(
          table: second == nil ? nil : first, column: second ?? first, value: try value(), offset: offset))
    } while take(.comma)
    let condition = take("where") ? try expression() : nil
    if token.isWord("limit") || token.isWord("order") { throw unexpected("UPDATE has no ORDER BY and no LIMIT") }
    return .update(table: table, assignments: assignments, condition: condition)
  }

  /// A constant of SET or VALUES.
  private mutating func value() throws(QueryRefusal) -> ExpressionSyntax {
    let value = try additive()
    switch value.form {
    case .constant, .parameter, .list: return value
    case .column(table: nil, let name, isBare: true) where name.utf8.count < 64:
      throw QueryRefusal(.type, "expected a constant, not a column: a text stands in quotes", at: value.offset)
    default: throw QueryRefusal(.type, "expected a constant: expressions cannot be assigned", at: value.offset)
    }
  }

  private mutating func insert() throws(QueryRefusal) -> QuerySyntax {
    let start = token.offset
    try expect("into")
    _ = try table()
    if take(.opening) {
      repeat { _ = try name("the name of a column") } while take(.comma)
      try expect(.closing)
    }
    try expect("values")
    repeat {
      try expect(.opening)
      repeat { _ = try value() } while take(.comma)
      try expect(.closing)
    } while take(.comma)
    throw QueryRefusal(
      .unsupported, "base not found: INSERT works only in bases with a big data storage; append rows in place of it",
      at: start)
  }

  // MARK: Tokens

  var token: QueryToken { tokens[index] }

  /// The token after this one.
  var following: QueryToken { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  mutating func take(_ word: StaticString) -> Bool {
    guard token.isWord(word) else { return false }
    advance()
    return true
  }

  mutating func take(_ sign: QuerySign) -> Bool {
    guard token.form == .sign(sign) else { return false }
    advance()
    return true
  }

  mutating func expect(_ word: StaticString) throws(QueryRefusal) {
    guard take(word) else { throw unexpected("expected \("\(word)".uppercased())") }
  }

  mutating func expect(_ sign: QuerySign) throws(QueryRefusal) {
    guard take(sign) else { throw unexpected("expected \(sign.rawValue)") }
  }

  /// A parameter's number, from 0.
  mutating func parameter() throws(QueryRefusal) -> Int {
    guard parameters < QueryBounds.parameters else {
      throw QueryRefusal(.bounds, "there are more than \(QueryBounds.parameters) parameters", at: token.offset)
    }
    advance()
    parameters += 1
    return parameters - 1
  }

  mutating func name(_ what: String) throws(QueryRefusal) -> String {
    switch token.form {
    case .word(let word) where !isReserved(word):
      advance()
      return word
    case .name(let name):
      advance()
      return name
    case .word(let word): throw unexpected("expected \(what); \(shown(word)) is a keyword, so put it in backticks")
    case .text: throw unexpected("expected \(what); quotes are for texts, names stand bare or in backticks")
    default: throw unexpected("expected \(what)")
    }
  }

  func isReserved(_ word: String) -> Bool { word.utf8.count <= 10 && reservedWords.contains(word.lowercased()) }

  /// A syntax error at this token.
  func unexpected(_ message: String) -> QueryRefusal {
    let found =
      switch token.form {
      case .word(let word): shown(word)
      case .name(let name): "`\(shown(name))`"
      case .text: "a text"
      case .number: "a number"
      case .parameter: "?"
      case .sign(let sign): sign.rawValue
      case .end: "the end"
      }
    if token.isWord("union") || token.isWord("intersect") || token.isWord("except") {
      return QueryRefusal(.unsupported, "\(found.uppercased()) is not supported", at: token.offset)
    }
    return QueryRefusal(.syntax, "\(message); found \(found)", at: token.offset)
  }
}

/// A number of rows: whole, not negative, and not beyond what is ever skipped.
func wholeCount(_ number: Double) -> Int? {
  guard number >= 0, number.rounded() == number else { return nil }
  return Int(min(number, Double(QueryBounds.offset)))
}
