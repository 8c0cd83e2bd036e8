internal import Ground

/// The arguments of functions, converted as signatures say.
extension QueryResolver {
  mutating func call(
    _ function: QueryFunction, _ arguments: [ExpressionSyntax], _ offset: Int
  ) throws(QueryRefusal) -> QueryTerm {
    try count(calls: 1, terms: 1, at: offset)
    if function == .now { return .constant(.moment(now), .date) }
    if function == .today {
      let day = now.seconds.dividedFlooring(by: 86_400).quotient
      return .constant(.moment(Timestamp(seconds: day * 86_400)), .date)
    }
    let signature = function.signature
    functions += 1
    defer { functions -= 1 }
    var terms: [QueryTerm] = []
    for (index, argument) in arguments.enumerated() {
      terms.append(try self.argument(argument, signature.argument(index, of: arguments.count), function))
    }
    let kinds = arguments.indices.map { signature.argument($0, of: arguments.count) }
    if function == .switchCase { matched(&terms, kinds) }
    if function == .equal || function == .unequal { equalized(&terms) }
    let result = signature.result ?? unified(&terms, kinds)
    return .call(function, terms, result)
  }

  private mutating func argument(
    _ syntax: ExpressionSyntax, _ kind: QueryArgument, _ function: QueryFunction
  ) throws(QueryRefusal) -> QueryTerm {
    if case .place = kind {
      takesObjects = true
      let term = try term(syntax)
      guard case .column(let column) = term, column.type == .place else {
        throw QueryRefusal(.type, "\(function.name) takes a column with places", at: syntax.offset)
      }
      return term
    }
    if function == .countItems { takesObjects = true }
    let term = try term(syntax)
    switch kind {
    case .text: return filled(term.converted(to: .text, joined: true))
    case .number: return filled(term.converted(to: .number))
    case .boolean: return filled(term.truth)
    case .date: return term.converted(to: .date)
    case .skippedNumber: return term.converted(to: .number)
    case .anything: return term.settled
    case .compared, .value, .place: return term
    }
  }

  /// The term with what functions see in place of NULL.
  private func filled(_ term: QueryTerm) -> QueryTerm {
    if case .truth = term { return term }
    guard case .constant(let constant, let type) = term else { return .filled(term) }
    guard constant == .null else { return term }
    switch type {
    case .number: return .constant(.number(0), .number)
    case .boolean: return .constant(.boolean(false), .boolean)
    default: return .constant(.text(""), .text)
    }
  }

  /// Gives what `equal` compares one type: numbers if one of them is a number or a boolean, otherwise texts.
  private func equalized(_ terms: inout [QueryTerm]) {
    let isNumber = terms.contains { $0.type == .number || $0.type == .boolean }
    terms = terms.map { filled($0.converted(to: isNumber ? .number : .text, joined: true)) }
  }

  /// Gives what `switch` compares one type. What never compares becomes NULL.
  private func matched(_ terms: inout [QueryTerm], _ kinds: [QueryArgument]) {
    let compared = kinds.indices.filter { if case .compared = kinds[$0] { true } else { false } }
    let type = QueryTypes.comparison(terms[0], withAll: compared.map { terms[$0] }) ?? .text
    for index in [0] + compared { terms[index] = terms[index].converted(to: type) }
  }

  /// Gives the values of `if`, `ifs` and `switch` one type.
  private func unified(_ terms: inout [QueryTerm], _ kinds: [QueryArgument]) -> QueryType {
    let values = kinds.indices.filter { if case .value = kinds[$0] { true } else { false } }
    let type = QueryTypes.common(values.map { terms[$0].type })
    for index in values { terms[index] = terms[index].converted(to: type, joined: true) }
    return type
  }
}
