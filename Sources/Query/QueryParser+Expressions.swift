/// Expressions and conditions, which are one grammar here; the resolver knows where which may stand.
///
///     expression  = conjunction { OR conjunction }
///     conjunction = negation { AND negation }
///     negation    = { NOT } predicate
///     predicate   = additive [ comparison additive | [ NOT ] LIKE additive | [ NOT ] ILIKE additive | [ NOT ] IN list
///                   | [ NOT ] BETWEEN additive AND additive | IS [ NOT ] NULL | IS [ NOT ] TRUE
///                   | HAS ANY OF list | HAS ALL OF list | HAS NONE OF list | IS EXACTLY list ]
///     additive    = multiple { ( "+" | "-" ) multiple }
///     multiple    = signed { ( "*" | "/" ) signed }
///     signed      = { "-" | "+" } primary
///     primary     = constant | "(" expression ")" | "(" constant { "," constant } ")" | function "(" [ arguments ] ")"
///                   | aggregate "(" ( "*" | expression ) ")" | [ name "." ] name
///     list        = "(" constant { "," constant } ")"
///     constant    = number | text | TRUE | FALSE | NULL | "?" ; pi and e inside of functions
extension QueryParser {
  mutating func expression() throws(QueryRefusal) -> ExpressionSyntax {
    let first = try conjunction()
    guard token.isWord("or") else { return first }
    var parts = [first]
    while take("or") { parts.append(try conjunction()) }
    return ExpressionSyntax(form: .or(parts), offset: first.offset)
  }

  private mutating func conjunction() throws(QueryRefusal) -> ExpressionSyntax {
    let first = try negation()
    guard token.isWord("and") else { return first }
    var parts = [first]
    while take("and") { parts.append(try negation()) }
    return ExpressionSyntax(form: .and(parts), offset: first.offset)
  }

  private mutating func negation() throws(QueryRefusal) -> ExpressionSyntax {
    let offset = token.offset
    guard take("not") else { return try predicate() }
    let isCall = token.form == .sign(.opening)
    return try deeper { (parser) throws(QueryRefusal) in
      ExpressionSyntax(form: .not(try parser.negation(), isCall: isCall), offset: offset)
    }
  }

  private mutating func predicate() throws(QueryRefusal) -> ExpressionSyntax {
    let left = try additive()
    let offset = token.offset
    let form: ExpressionForm
    if case .sign(let sign) = token.form, let (comparison, isNegative) = Self.comparison(sign) {
      advance()
      form = .comparison(comparison, left, try additive())
      return ExpressionSyntax(
        form: isNegative ? .not(.init(form: form, offset: offset), isCall: false) : form, offset: offset)
    }
    if take("is") { return try test(of: left, offset) }
    if take("has") { return try listTest(of: left, offset) }
    let isNegative = take("not")
    if take("like") {
      form = .like(left, pattern: try additive(), ignoresCase: false)
    } else if take("ilike") {
      form = .like(left, pattern: try additive(), ignoresCase: true)
    } else if take("in") {
      form = .isIn(left, try list())
    } else if take("between") {
      let low = try additive()
      try expect("and")
      form = .between(left, low, try additive())
    } else if isNegative {
      throw unexpected("expected LIKE, ILIKE, IN or BETWEEN")
    } else {
      return left
    }
    return ExpressionSyntax(
      form: isNegative ? .not(.init(form: form, offset: offset), isCall: false) : form, offset: offset)
  }

  private static func comparison(_ sign: QuerySign) -> (QueryComparison, isNegative: Bool)? {
    switch sign {
    case .equal: (.equal, false)
    case .unequal: (.equal, true)
    case .less: (.less, false)
    case .lessOrEqual: (.lessOrEqual, false)
    case .greater: (.greater, false)
    case .greaterOrEqual: (.greaterOrEqual, false)
    default: nil
    }
  }

  /// What follows IS.
  private mutating func test(of left: ExpressionSyntax, _ offset: Int) throws(QueryRefusal) -> ExpressionSyntax {
    if take("exactly") { return ExpressionSyntax(form: .has(left, .exactly, try list()), offset: offset) }
    let isNegative = take("not")
    let form: ExpressionForm
    if take("null") {
      form = .isNull(left)
    } else if take("true") {
      form = .isTrue(left)
    } else if token.isWord("false") {
      throw unexpected("IS FALSE does not exist: write IS NOT TRUE, or = false for what was set to false")
    } else {
      throw unexpected("expected NULL, NOT NULL, TRUE, NOT TRUE or EXACTLY")
    }
    return ExpressionSyntax(
      form: isNegative ? .not(.init(form: form, offset: offset), isCall: false) : form, offset: offset)
  }

  /// What follows HAS.
  private mutating func listTest(of left: ExpressionSyntax, _ offset: Int) throws(QueryRefusal) -> ExpressionSyntax {
    let (test, isNegative): (QueryListTest, Bool)
    if take("any") {
      (test, isNegative) = (.any, false)
    } else if take("all") {
      (test, isNegative) = (.all, false)
    } else if take("none") {
      (test, isNegative) = (.any, true)
    } else {
      throw unexpected("expected ANY OF, ALL OF or NONE OF")
    }
    try expect("of")
    let form = ExpressionForm.has(left, test, try list())
    return ExpressionSyntax(
      form: isNegative ? .not(.init(form: form, offset: offset), isCall: false) : form, offset: offset)
  }

  /// Constants in parentheses, at least one.
  private mutating func list() throws(QueryRefusal) -> [ExpressionSyntax] {
    let offset = token.offset
    try expect(.opening)
    if token.isWord("select") { throw QueryRefusal(.unsupported, "subqueries are not supported", at: token.offset) }
    return try deeper { (parser) throws(QueryRefusal) in try parser.items(offset, first: nil) }
  }

  /// The constants up to the closing parenthesis.
  mutating func items(_ start: Int, first: ExpressionSyntax?) throws(QueryRefusal) -> [ExpressionSyntax] {
    var items = first.map { [$0] } ?? []
    repeat {
      let item = try additive()
      switch item.form {
      case .constant, .parameter: break
      default: throw QueryRefusal(.syntax, "a list has constants alone", at: item.offset)
      }
      guard items.count < QueryBounds.items else {
        throw QueryRefusal(.bounds, "the list has more than \(QueryBounds.items) items", at: start)
      }
      items.append(item)
    } while take(.comma)
    try expect(.closing)
    return items
  }

  mutating func additive() throws(QueryRefusal) -> ExpressionSyntax {
    let first = try multiple()
    var steps: [StepSyntax] = []
    while true {
      guard token.form == .sign(.plus) || token.form == .sign(.minus) else { break }
      let operation: QueryOperation = token.form == .sign(.plus) ? .add : .subtract
      try call()
      advance()
      steps.append(StepSyntax(operation: operation, operand: try multiple()))
    }
    return steps.isEmpty ? first : ExpressionSyntax(form: .arithmetic(first, steps), offset: first.offset)
  }

  private mutating func multiple() throws(QueryRefusal) -> ExpressionSyntax {
    let first = try signed()
    var steps: [StepSyntax] = []
    while true {
      guard token.form == .sign(.star) || token.form == .sign(.slash) else { break }
      let operation: QueryOperation = token.form == .sign(.star) ? .multiply : .divide
      try call()
      advance()
      steps.append(StepSyntax(operation: operation, operand: try signed()))
    }
    return steps.isEmpty ? first : ExpressionSyntax(form: .arithmetic(first, steps), offset: first.offset)
  }

  private mutating func signed() throws(QueryRefusal) -> ExpressionSyntax {
    let offset = token.offset
    guard token.form == .sign(.minus) || token.form == .sign(.plus) else { return try primary() }
    let isMinus = take(.minus) || !take(.plus)
    let operand = try deeper { (parser) throws(QueryRefusal) in try parser.signed() }
    guard isMinus else { return operand }
    if case .constant(.number(let number)) = operand.form {
      return ExpressionSyntax(form: .constant(.number(0 - number)), offset: offset)
    }
    try call()
    return ExpressionSyntax(form: .negated(operand), offset: offset)
  }

  // MARK: Bounds

  /// Runs a part of the grammar one level deeper.
  mutating func deeper<Value>(
    _ body: (inout QueryParser) throws(QueryRefusal) -> Value
  ) throws(QueryRefusal) -> Value {
    guard depth < QueryBounds.depth else {
      throw QueryRefusal(.bounds, "the statement is nested more than \(QueryBounds.depth) deep", at: token.offset)
    }
    depth += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  /// Counts a call or an operator.
  mutating func call() throws(QueryRefusal) {
    calls += 1
    guard calls <= QueryBounds.calls else {
      throw QueryRefusal(
        .bounds, "there are more than \(QueryBounds.calls) functions and operators", at: token.offset)
    }
  }
}
