internal import Ground

/// Conditions, in which the types of operands become one.
extension QueryResolver {
  /// The condition of WHERE.
  mutating func condition(of syntax: ExpressionSyntax?) throws(QueryRefusal) -> QueryCondition? {
    guard let syntax else { return nil }
    clause = .condition
    return try condition(syntax)
  }

  mutating func condition(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryCondition {
    switch syntax.form {
    case .comparison(let comparison, let left, let right):
      return compare(comparison, try term(left), try term(right))
    case .like(let left, let pattern, let ignoresCase): return try like(left, pattern, ignoresCase: ignoresCase)
    case .isIn(let left, let items): return isIn(try term(left), try constants(items))
    case .between(let term, let low, let high): return try between(term, low, high)
    case .isNull(let operand):
      let operand = try term(operand)
      if case .constant(let constant, _) = operand { return .always(constant == .null) }
      return .isNull(operand)
    case .isTrue(let operand): return holds(try term(operand).converted(to: .boolean))
    case .has(let left, let test, let items): return try has(left, test, items)
    case .not(let operand, let isCall):
      let operand = isCall ? try argumentOfNot(operand) : try condition(operand)
      if case .always(let truth) = operand { return .always(!truth) }
      return .not(operand)
    case .and(let parts): return .and(try conditions(parts))
    case .or(let parts): return .or(try conditions(parts))
    default: return try holding(syntax)
    }
  }

  private mutating func conditions(_ parts: [ExpressionSyntax]) throws(QueryRefusal) -> [QueryCondition] {
    var conditions: [QueryCondition] = []
    for part in parts { conditions.append(try condition(part)) }
    return conditions
  }

  /// What stands in the parentheses of `not`: a condition, or any value.
  private mutating func argumentOfNot(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryCondition {
    switch syntax.form {
    case .constant, .parameter, .column, .call, .negated, .arithmetic, .aggregate:
      return holds(try term(syntax).truth)
    default: return try condition(syntax)
    }
  }

  /// A value as a condition: a boolean, or a null.
  private mutating func holding(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryCondition {
    let term = try term(syntax)
    guard term.type == .boolean || term.type == .nothing else {
      throw QueryRefusal(.type, "expected a condition: compare the value with another", at: syntax.offset)
    }
    return holds(term)
  }

  private func holds(_ term: QueryTerm) -> QueryCondition {
    switch term {
    case .constant(let constant, _): .always(constant == .boolean(true))
    case .truth(let condition): condition
    default: .holds(term)
    }
  }

  private mutating func compare(
    _ comparison: QueryComparison, _ left: QueryTerm, _ right: QueryTerm
  ) -> QueryCondition {
    guard let type = QueryTypes.comparison(left, right) else { return .always(false) }
    if comparison == .equal, type == .text {
      if let condition = identified(left, by: right) ?? identified(right, by: left) { return condition }
    }
    let (left, right) = (left.converted(to: type), right.converted(to: type))
    guard !left.isNull, !right.isNull else { return .always(false) }
    return .compare(comparison, left, right)
  }

  /// Whether a column of kind `option`, or the row's id, is equal to a constant.
  private mutating func identified(_ left: QueryTerm, by right: QueryTerm) -> QueryCondition? {
    guard case .constant(let constant, _) = right else { return nil }
    guard case .text(let text) = constant.converted(to: .text) else { return .always(false) }
    return identified(left, in: [text])
  }

  /// Whether a column of kind `option`, or the row's id, is one of these texts; nil if the term is neither.
  private mutating func identified(_ term: QueryTerm, in texts: [ExactText]) -> QueryCondition? {
    guard case .column(let column) = term else { return nil }
    if tables[column.table].column(column.column).system == .id { return .identifierIn(column, texts) }
    guard case .option = kind(column) else { return nil }
    var ids: [ExactText] = []
    for text in Set(texts) { ids += options(text, of: column) }
    return ids.isEmpty
      ? .always(false) : .identifierIn(column, ids.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) })
  }

  private mutating func like(
    _ left: ExpressionSyntax, _ pattern: ExpressionSyntax, ignoresCase: Bool
  ) throws(QueryRefusal) -> QueryCondition {
    let term = try term(left).converted(to: .text)
    guard case .constant(let constant, _) = try self.term(pattern) else {
      throw QueryRefusal(.type, "the pattern of LIKE must be a constant or a parameter", at: pattern.offset)
    }
    guard case .text(let text) = constant.converted(to: .text), !term.isNull else { return .always(false) }
    return .like(term, QueryPattern(text.text), ignoresCase: ignoresCase)
  }

  private mutating func isIn(_ left: QueryTerm, _ items: [QueryConstant]) -> QueryCondition {
    guard let type = QueryTypes.comparison(left, withAll: items.map { .constant($0, $0.type) }) else {
      return .always(false)
    }
    let constants = items.map { $0.converted(to: type) }.filter { $0 != .null }
    guard !constants.isEmpty else { return .always(false) }
    if type == .text {
      let texts = constants.flatMap(\.items)
      if let condition = identified(left, in: texts) { return condition }
    }
    let left = left.converted(to: type)
    return left.isNull ? .always(false) : .isIn(left, constants)
  }

  /// The items of a list; a list among the parameters stands for its items.
  private mutating func constants(_ items: [ExpressionSyntax]) throws(QueryRefusal) -> [QueryConstant] {
    var constants: [QueryConstant] = []
    for item in items {
      let constant = try constant(item)
      if case .texts(let texts) = constant { constants += texts.map { .text($0) } } else { constants.append(constant) }
    }
    guard constants.count <= QueryBounds.items else {
      throw QueryRefusal(.bounds, "the list has more than \(QueryBounds.items) items", at: items.first?.offset)
    }
    return constants
  }

  private mutating func between(
    _ term: ExpressionSyntax, _ low: ExpressionSyntax, _ high: ExpressionSyntax
  ) throws(QueryRefusal) -> QueryCondition {
    let terms = [try self.term(term), try self.term(low), try self.term(high)]
    guard !terms.contains(where: \.isNull),
      let type = QueryTypes.comparison(terms[0], withAll: Array(terms[1...]))
    else { return .always(false) }
    let converted = terms.map { $0.converted(to: type) }
    return converted.contains(where: \.isNull) ? .always(false) : .between(converted[0], converted[1], converted[2])
  }

  private mutating func has(
    _ left: ExpressionSyntax, _ test: QueryListTest, _ items: [ExpressionSyntax]
  ) throws(QueryRefusal) -> QueryCondition {
    guard case .column(let column) = try term(left), case .list = column.type else {
      throw QueryRefusal(
        .type, "HAS and IS EXACTLY take a column with lists: multiple selects, collaborators, images or links",
        at: left.offset)
    }
    let texts = try constants(items).flatMap(\.items)
    guard case .options = kind(column) else {
      return texts.isEmpty ? .always(false) : .has(column, test, texts)
    }
    var ids: [ExactText] = []
    for text in texts {
      let found = options(text, of: column)
      if found.isEmpty, test != .any { return .always(false) }
      ids += test == .any ? found[...] : found.prefix(1)
    }
    return ids.isEmpty ? .always(false) : .has(column, test, ids)
  }
}

extension QueryTerm {
  /// Whether it is a constant that is NULL.
  var isNull: Bool { if case .constant(.null, _) = self { true } else { false } }
}
