/// How operands of several types become one. Everywhere a list of texts stands for options, addresses and links, too.
enum QueryTypes {
  /// The type in which two values are compared; nil if they never are equal, less or greater.
  ///
  /// | | text | number | boolean | date | list of texts | of numbers | of dates |
  /// |---|---|---|---|---|---|---|---|
  /// | **text** | text | number | boolean | date | text | number | date |
  /// | **number** | number | number | number | – | number | number | – |
  /// | **boolean** | boolean | number | boolean | – | boolean | number | – |
  /// | **date** | date | – | – | date | date | – | date |
  /// | **list of texts** | text | number | boolean | date | text | number | date |
  /// | **of numbers** | number | number | number | – | number | number | – |
  /// | **of dates** | date | – | – | date | date | – | date |
  ///
  /// A list becomes a text by its first element, a number or a date only if it has one element alone.
  static func comparison(_ left: QueryType, _ right: QueryType) -> QueryType? {
    switch (scalar(left), scalar(right)) {
    case (.nothing, _), (_, .nothing): nil
    case (let left, let right) where left == right: left
    case (.text, let other), (let other, .text): other
    case (.number, .boolean), (.boolean, .number): .number
    default: nil
    }
  }

  /// The type in which two terms are compared: if one of them is a constant, that of the other.
  static func comparison(_ left: QueryTerm, _ right: QueryTerm) -> QueryType? {
    guard left.type != .nothing, right.type != .nothing else { return nil }
    switch (left.isConstant, right.isConstant) {
    case (false, true): return scalar(left.type)
    case (true, false): return scalar(right.type)
    default: return comparison(left.type, right.type)
    }
  }

  /// The same for several at once.
  static func comparison(_ left: QueryTerm, withAll right: [QueryTerm]) -> QueryType? {
    guard !left.isConstant, right.allSatisfy(\.isConstant) else {
      return comparison(left.type, withAll: right.map(\.type))
    }
    return right.contains { $0.type != .nothing } ? scalar(left.type) : nil
  }

  /// The type in which a value is compared with several at once, those of IN, BETWEEN and `switch`: the one in which it is
  /// compared with each, if that is the same; of several, text if one of them is text, number otherwise.
  static func comparison(_ left: QueryType, withAll right: [QueryType]) -> QueryType? {
    let types = Set(right.compactMap { comparison(left, $0) })
    if types.count <= 1 { return types.first }
    return types.contains(.text) ? .text : .number
  }

  /// The type of `if`, `ifs` and `switch`: that of its values, or text.
  static func common(_ types: [QueryType]) -> QueryType {
    let types = Set(types.filter { $0 != .nothing })
    return types.count == 1 ? types.first ?? .text : .text
  }

  private static func scalar(_ type: QueryType) -> QueryType {
    switch type {
    case .list(.text): .text
    case .list(.number): .number
    case .list(.date): .date
    default: type
    }
  }
}

extension QueryTerm {
  /// Whether it has the same value in every row.
  var isConstant: Bool { if case .constant = self { true } else { false } }

  /// The term as a boolean that a function takes: whether it is there, and a number is not 0.
  var truth: QueryTerm {
    switch type {
    case .boolean, .number: return converted(to: .boolean)
    default:
      if case .constant(let constant, _) = self {
        return .constant(.boolean(constant != .null && constant.type != .nothing), .boolean)
      }
      return .truth(.not(.isNull(self)))
    }
  }

  /// The term as another type: itself, a converted constant, or a conversion. What never can be converted is NULL.
  func converted(to type: QueryType, joined: Bool = false) -> QueryTerm {
    if case .constant(let constant, _) = self { return .constant(constant.converted(to: type), type) }
    if self.type == type { return self }
    switch (self.type, type) {
    case (.text, .number): return .converted(self, .numberOfText)
    case (.text, .date): return .converted(self, .dateOfText)
    case (.text, .boolean): return .converted(self, .booleanOfText)
    case (.number, .text): return .converted(self, .textOfNumber)
    case (.number, .boolean): return .converted(self, .booleanOfNumber)
    case (.boolean, .number): return .converted(self, .numberOfBoolean)
    case (.boolean, .text): return .converted(self, .textOfBoolean)
    case (.date, .text): return .converted(self, .textOfDate)
    case (.list, .text): return .converted(self, joined ? .joined : .firstText)
    case (.list(.text), .number), (.list(.number), .number): return .converted(self, .onlyNumber)
    case (.list(.text), .date), (.list(.date), .date): return .converted(self, .onlyDate)
    case (.list(.text), .boolean): return .converted(.converted(self, .firstText), .booleanOfText)
    default: return .constant(.null, type)
    }
  }

  /// The term with a type, if it is a null that has none.
  var settled: QueryTerm {
    if case .constant(_, .nothing) = self { .constant(.null, .text) } else { self }
  }

  /// Visits the term and the terms inside, from the outside in, as long as the body says to go on inwards.
  public func visit(_ body: (QueryTerm) -> Bool) {
    guard body(self) else { return }
    switch self {
    case .constant, .column, .aggregate(_, nil): break
    case .converted(let term, _), .filled(let term), .negated(let term), .aggregate(_, let term?): term.visit(body)
    case .call(_, let arguments, _): for argument in arguments { argument.visit(body) }
    case .arithmetic(let first, let steps):
      first.visit(body)
      for step in steps { step.operand.visit(body) }
    case .truth(let condition): condition.visit(body)
    }
  }
}

extension QueryCondition {
  /// Visits the terms of the condition, as a term does.
  public func visit(_ body: (QueryTerm) -> Bool) {
    switch self {
    case .always: break
    case .compare(_, let left, let right):
      left.visit(body)
      right.visit(body)
    case .isIn(let term, _), .like(let term, _, _), .isNull(let term), .holds(let term): term.visit(body)
    case .identifierIn(let column, _), .has(let column, _, _): QueryTerm.column(column).visit(body)
    case .between(let term, let low, let high): for term in [term, low, high] { term.visit(body) }
    case .not(let condition): condition.visit(body)
    case .and(let parts), .or(let parts): for part in parts { part.visit(body) }
    }
  }
}

extension QueryKind {
  /// The type of a column's values.
  var type: QueryType {
    switch self {
    case .text, .option, .unevaluated, .button: .text
    case .number: .number
    case .boolean: .boolean
    case .date: .date
    case .options, .texts: .list(.text)
    case .links(let link):
      switch link.display {
      case .number: .list(.number)
      case .date: .list(.date)
      case .text, .option, .nothing: .list(.text)
      }
    case .place: .place
    case .object: .object
    }
  }
}
