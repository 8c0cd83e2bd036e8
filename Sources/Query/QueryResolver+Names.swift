internal import Ground

/// The texts of expressions, which name the columns of results, and what UPDATE assigns.
extension QueryResolver {
  /// The normalised text of an expression: see `QueryItem.name`.
  func text(of syntax: ExpressionSyntax) throws(QueryRefusal) -> String {
    var text = ""
    try write(syntax, qualified: false, to: &text)
    return text
  }

  private func write(_ syntax: ExpressionSyntax, qualified: Bool, to text: inout String) throws(QueryRefusal) {
    switch syntax.form {
    case .constant(let constant): text += Self.text(of: constant)
    case .parameter(let number): text += Self.text(of: parameters[number])
    case .list(let items): try write(items, qualified: qualified, to: &text)
    case .column(let table, let name, _):
      let column = try column(table: table, name, at: syntax.offset)
      if qualified || table != nil { text += "\(tables[column.table].name)." }
      text += tables[column.table].column(column.column).name
    case .call(let function, let arguments):
      text += function.name
      try write(arguments, qualified: qualified, to: &text)
    case .aggregate(let aggregate, let argument):
      text += "\(aggregate.rawValue)("
      if let argument { try write(argument, qualified: qualified, to: &text) } else { text += "*" }
      text += ")"
    case .negated(let operand):
      text += "-"
      try writeOperand(operand, to: &text)
    case .arithmetic(let first, let steps):
      try writeOperand(first, to: &text)
      for step in steps {
        text += " \(step.operation.rawValue) "
        try writeOperand(step.operand, to: &text)
      }
    default: try writeCondition(syntax, qualified: qualified, to: &text)
    }
  }

  /// An operand of arithmetic, in parentheses if it has operators.
  private func writeOperand(_ syntax: ExpressionSyntax, to text: inout String) throws(QueryRefusal) {
    if case .arithmetic = syntax.form {
      text += "("
      try write(syntax, qualified: true, to: &text)
      text += ")"
    } else {
      try write(syntax, qualified: true, to: &text)
    }
  }

  private func write(_ items: [ExpressionSyntax], qualified: Bool, to text: inout String) throws(QueryRefusal) {
    text += "("
    try write(items, between: ", ", qualified: qualified, to: &text)
    text += ")"
  }

  private func write(
    _ items: [ExpressionSyntax], between separator: String, qualified: Bool, to text: inout String
  ) throws(QueryRefusal) {
    for (index, item) in items.enumerated() {
      if index > 0 { text += separator }
      try write(item, qualified: qualified, to: &text)
    }
  }

  /// A condition, which stands only in the arguments of functions.
  private func writeCondition(
    _ syntax: ExpressionSyntax, qualified: Bool, to text: inout String
  ) throws(QueryRefusal) {
    switch syntax.form {
    case .comparison(let comparison, let left, let right):
      try write([left, right], between: " \(comparison.sign) ", qualified: qualified, to: &text)
    case .like(let left, let pattern, let ignoresCase):
      try write([left, pattern], between: ignoresCase ? " ILIKE " : " LIKE ", qualified: qualified, to: &text)
    case .isIn(let left, let items):
      try write(left, qualified: qualified, to: &text)
      text += " IN "
      try write(items, qualified: qualified, to: &text)
    case .between(let term, let low, let high):
      try write(term, qualified: qualified, to: &text)
      text += " BETWEEN "
      try write([low, high], between: " AND ", qualified: qualified, to: &text)
    case .isNull(let operand):
      try write(operand, qualified: qualified, to: &text)
      text += " IS NULL"
    case .isTrue(let operand):
      try write(operand, qualified: qualified, to: &text)
      text += " IS TRUE"
    case .has(let left, let test, let items):
      try write(left, qualified: qualified, to: &text)
      text += test == .any ? " HAS ANY OF " : test == .all ? " HAS ALL OF " : " IS EXACTLY "
      try write(items, qualified: qualified, to: &text)
    case .not(let operand, let isCall):
      text += isCall ? "not(" : "NOT "
      try write(operand, qualified: qualified, to: &text)
      text += isCall ? ")" : ""
    case .and(let parts): try write(parts, between: " AND ", qualified: qualified, to: &text)
    case .or(let parts):
      text += "("
      try write(parts, between: " OR ", qualified: qualified, to: &text)
      text += ")"
    default: try write(syntax, qualified: qualified, to: &text)
    }
  }

  private static func text(of constant: QueryConstant) -> String {
    switch constant {
    case .null: "NULL"
    case .text(let text): "\"\(text.text)\""
    case .number(let number): textOfNumber(number)
    case .boolean(let truth): truth ? "true" : "false"
    case .moment(let time): textOfDate(time)
    case .texts(let texts): "(" + texts.map { "\"\($0.text)\"" }.joined(separator: ", ") + ")"
    }
  }

  // MARK: Assignments

  mutating func assignments(_ syntax: [AssignmentSyntax]) throws(QueryRefusal) -> [QueryAssignment] {
    var assigned: Set<QueryReference> = []
    var assignments: [QueryAssignment] = []
    for one in syntax {
      try count(terms: 2, at: one.offset)
      let column = try column(table: one.table, one.column, at: one.offset)
      guard tables[0].column(column.column).isWritable else {
        throw QueryRefusal(.readOnly, "UPDATE cannot set the column \(shown(one.column))", at: one.offset)
      }
      guard assigned.insert(column).inserted else {
        throw QueryRefusal(.syntax, "the column \(shown(one.column)) is set twice", at: one.offset)
      }
      assignments.append(QueryAssignment(column: column, value: try constant(one.value).json))
    }
    return assignments
  }
}

extension QueryConstant {
  /// The constant as a client would send it.
  fileprivate var json: JSON {
    switch self {
    case .null: .null
    case .text(let text): text.text.utf8.isEmpty ? .null : .string(text.text)
    case .number(let number): .number(textOfNumber(number))
    case .boolean(let truth): .boolean(truth)
    case .moment(let time): .string(textOfDate(time))
    case .texts(let texts): .array(texts.map { .string($0.text) })
    }
  }
}

extension QueryComparison {
  fileprivate var sign: String {
    switch self {
    case .equal: "="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    }
  }
}
