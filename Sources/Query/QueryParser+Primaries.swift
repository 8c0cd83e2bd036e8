/// What an expression begins with: constants, columns, functions and parentheses.
extension QueryParser {
  mutating func primary() throws(QueryRefusal) -> ExpressionSyntax {
    let (token, offset) = (token, token.offset)
    switch token.form {
    case .text(let text): return constant(.text(text))
    case .number(let number): return constant(.number(number))
    case .parameter: return ExpressionSyntax(form: .parameter(try parameter()), offset: offset)
    case .sign(.opening): return try parenthesis()
    case .name(let name):
      advance()
      return try column(name, isBare: false, offset)
    case .word(let word): return try self.word(word, offset)
    case .sign(.star):
      throw QueryRefusal(.syntax, "* stands alone after SELECT or in COUNT(*)", at: offset)
    default: throw unexpected("expected a column, a constant or a function")
    }
  }

  private mutating func constant(_ value: QueryConstant) -> ExpressionSyntax {
    defer { advance() }
    return ExpressionSyntax(form: .constant(value), offset: token.offset)
  }

  /// An expression in parentheses, or a list of constants.
  private mutating func parenthesis() throws(QueryRefusal) -> ExpressionSyntax {
    let offset = token.offset
    advance()
    if token.isWord("select") { throw QueryRefusal(.unsupported, "subqueries are not supported", at: token.offset) }
    return try deeper { (parser) throws(QueryRefusal) in try parser.inParenthesis(offset) }
  }

  private mutating func inParenthesis(_ offset: Int) throws(QueryRefusal) -> ExpressionSyntax {
    let inner = try expression()
    if take(.closing) { return inner }
    switch inner.form {
    case .constant, .parameter:
      guard take(.comma) else { throw unexpected("expected ) or a comma") }
      return ExpressionSyntax(form: .list(try items(offset, first: inner)), offset: offset)
    default: throw unexpected("expected )")
    }
  }

  private mutating func word(_ word: String, _ offset: Int) throws(QueryRefusal) -> ExpressionSyntax {
    if token.isWord("true") || token.isWord("false"), following.form != .sign(.opening) {
      return constant(.boolean(token.isWord("true")))
    }
    if token.isWord("null") { return constant(.null) }
    if following.form == .sign(.opening), !token.isWord("in") { return try called(word, offset) }
    if functions > 0, token.isWord("pi") { return constant(.number(.pi)) }
    if functions > 0, token.isWord("e") { return constant(.number(2.718281828459045)) }
    if token.isWord("case") {
      throw QueryRefusal(.unsupported, "CASE is not supported: use if, ifs or switch", at: offset)
    }
    if token.isWord("exists") { throw QueryRefusal(.unsupported, "subqueries are not supported", at: offset) }
    guard !isReserved(word) else { throw unexpected("expected a column, a constant or a function") }
    advance()
    return try column(word, isBare: true, offset)
  }

  /// A column, after its first name.
  private mutating func column(_ name: String, isBare: Bool, _ offset: Int) throws(QueryRefusal) -> ExpressionSyntax {
    guard take(.dot) else {
      return ExpressionSyntax(form: .column(table: nil, name: name, isBare: isBare), offset: offset)
    }
    if token.form == .sign(.star) {
      throw QueryRefusal(.unsupported, "table.* is not supported: name the columns, or write *", at: token.offset)
    }
    let column = try self.name("the name of a column")
    return ExpressionSyntax(form: .column(table: name, name: column, isBare: false), offset: offset)
  }

  private mutating func called(_ word: String, _ offset: Int) throws(QueryRefusal) -> ExpressionSyntax {
    if let aggregate = QueryAggregate(word: word) { return try aggregated(aggregate, offset) }
    guard let function = QueryFunction(word: word) else {
      let advice = word.utf8.count <= 32 ? refusedNames[word.uppercased()] : nil
      throw QueryRefusal(
        .unknownFunction, "no such function: \(shown(word))" + (advice.map { "; \($0)" } ?? ""), at: offset)
    }
    try call()
    advance()
    advance()
    functions += 1
    let arguments = try deeper { (parser) throws(QueryRefusal) in try parser.arguments() }
    functions -= 1
    let signature = function.signature
    guard signature.takes(arguments.count) else {
      throw QueryRefusal(
        .arity, "\(function.name) takes \(signature.counts), not \(arguments.count)", at: offset)
    }
    return ExpressionSyntax(form: .call(function, arguments), offset: offset)
  }

  private mutating func arguments() throws(QueryRefusal) -> [ExpressionSyntax] {
    if take(.closing) { return [] }
    var arguments: [ExpressionSyntax] = []
    repeat { arguments.append(try expression()) } while take(.comma)
    guard take(.closing) else { throw unexpected("expected ) or a comma") }
    return arguments
  }

  private mutating func aggregated(_ aggregate: QueryAggregate, _ offset: Int) throws(QueryRefusal) -> ExpressionSyntax
  {
    try call()
    advance()
    advance()
    if token.isWord("distinct") {
      throw QueryRefusal(
        .unsupported, "\(aggregate.rawValue)(DISTINCT …) is not supported: use GROUP BY", at: token.offset)
    }
    if take(.star) {
      guard aggregate == .count else {
        throw QueryRefusal(.type, "\(aggregate.rawValue) takes a column, not *", at: offset)
      }
      try expect(.closing)
      return ExpressionSyntax(form: .aggregate(.count, nil), offset: offset)
    }
    let argument = try deeper { (parser) throws(QueryRefusal) in try parser.expression() }
    if token.form == .sign(.comma) {
      throw QueryRefusal(.arity, "\(aggregate.rawValue) takes 1 argument", at: offset)
    }
    try expect(.closing)
    return ExpressionSyntax(form: .aggregate(aggregate, argument), offset: offset)
  }
}
