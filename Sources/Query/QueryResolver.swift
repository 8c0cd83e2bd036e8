internal import Ground

/// Looks up names, finds types, and writes out conversions.
///
/// A bare name in GROUP BY, HAVING and ORDER BY is an alias before it is a column; in WHERE, and inside of another
/// expression of SELECT, it is a column. A column is found by its name, then by its name in another case, then by its key.
struct QueryResolver {
  /// The part of the statement that is being resolved.
  enum QueryClause {
    case items, condition, groups, having, order

    var name: String {
      switch self {
      case .items: "SELECT"
      case .condition: "WHERE"
      case .groups: "GROUP BY"
      case .having: "HAVING"
      case .order: "ORDER BY"
      }
    }

    var hasAliases: Bool { self == .groups || self == .having || self == .order }
    var hasAggregates: Bool { self == .items || self == .having || self == .order }
  }

  /// An item with a name, and what using it costs.
  struct AliasedTerm {
    let term: QueryTerm
    let calls: Int
    let terms: Int
  }

  let parameters: [QueryConstant]
  let now: Timestamp
  private(set) var tables: [QueryTable] = []
  private var tablesByName: [ExactText: Int] = [:]
  var clause = QueryClause.items
  var aliases: [ExactText: AliasedTerm] = [:]
  /// Calls and operators, and columns and constants.
  private(set) var calls = 0
  private(set) var terms = 0
  /// How many functions the present place is in.
  var functions = 0
  var isInAggregate = false
  /// Whether the next term may be an object.
  var takesObjects = false
  /// Whether there was an aggregate.
  var hasAggregate = false
  private var optionIDs: [QueryReference: [ExactText: [ExactText]]] = [:]

  init(parameters: [QueryConstant], now: Timestamp) { (self.parameters, self.now) = (parameters, now) }

  // MARK: Tables and columns

  mutating func add(_ syntax: TableSyntax, _ names: [String], _ table: (Int) -> QueryTable) throws(QueryRefusal) {
    let (exact, name) = (ExactText(syntax.name), folded(syntax.name))
    guard
      let place = names.firstIndex(where: { ExactText(normalized($0)) == exact })
        ?? names.firstIndex(where: { folded($0) == name })
    else { throw QueryRefusal(.unknownTable, "no such table: \(syntax.name)") }
    let table = table(place)
    guard tables.count < QueryBounds.tables else {
      throw QueryRefusal(.bounds, "a join has more than \(QueryBounds.tables) tables", at: syntax.offset)
    }
    guard !tables.contains(where: { $0.key == table.key }) else {
      throw QueryRefusal(.grouping, "each table can be in a join only once: \(shown(syntax.name))", at: syntax.offset)
    }
    for name in Set([folded(syntax.alias ?? syntax.name), folded(syntax.name)]) {
      guard tablesByName[name] == nil else {
        throw QueryRefusal(.grouping, "two tables have the name \(shown(syntax.alias ?? name.text))", at: syntax.offset)
      }
      tablesByName[name] = tables.count
    }
    tables.append(table)
  }

  func kind(_ column: QueryReference) -> QueryKind { tables[column.table].column(column.column).kind }

  func reference(_ table: Int, _ column: Int) -> QueryReference {
    QueryReference(table: table, column: column, type: tables[table].column(column).kind.type)
  }

  /// The column of a name.
  func column(table: String?, _ name: String, at offset: Int) throws(QueryRefusal) -> QueryReference {
    var found: [QueryReference] = []
    if let table {
      guard let place = tablesByName[folded(table)] else {
        throw QueryRefusal(.unknownTable, "no such table: \(table)")
      }
      if let index = tables[place].index(of: name) { found = [reference(place, index)] }
    } else {
      for (place, table) in tables.enumerated() {
        if let index = table.index(of: name) { found.append(reference(place, index)) }
      }
    }
    guard let column = found.first else {
      throw QueryRefusal(.unknownColumn, "no such column: \(shown(name))", at: offset)
    }
    guard found.count == 1 else {
      throw QueryRefusal(
        .unknownColumn, "several tables have a column \(shown(name)): put the table in front, table.column", at: offset)
    }
    if kind(column) == .button {
      throw QueryRefusal(.type, "buttons cannot be queried: \(shown(name))", at: offset)
    }
    return column
  }

  /// The ids of the options of a name, in a column of kind `option` or `options`.
  mutating func options(_ name: ExactText, of column: QueryReference) -> [ExactText] {
    if let known = optionIDs[column] { return known[name] ?? [] }
    var ids: [ExactText: [ExactText]] = [:]
    switch kind(column) {
    case .option(let options), .options(let options):
      for option in options { ids[ExactText(option.name), default: []].append(ExactText(option.id)) }
    default: break
    }
    optionIDs[column] = ids
    return ids[name] ?? []
  }

  // MARK: Terms

  mutating func term(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryTerm {
    let takesObjects = takesObjects
    self.takesObjects = false
    switch syntax.form {
    case .constant, .parameter, .list:
      try count(terms: 1, at: syntax.offset)
      let constant = try constant(syntax)
      return constant.type == .nothing ? .constant(.null, .nothing) : .constant(constant, constant.type)
    case .column(let table, let name, let isBare):
      return try column(table, name, isBare, takesObjects: takesObjects, syntax.offset)
    case .call(let function, let arguments): return try call(function, arguments, syntax.offset)
    case .aggregate(let aggregate, let argument): return try self.aggregate(aggregate, argument, syntax.offset)
    case .negated(let operand):
      try count(calls: 1, at: syntax.offset)
      return .negated(try number(operand))
    case .arithmetic(let first, let steps):
      try count(calls: steps.count, at: syntax.offset)
      let first = try number(first)
      var resolved: [QueryStep] = []
      for step in steps { resolved.append(QueryStep(operation: step.operation, operand: try number(step.operand))) }
      return .arithmetic(first, resolved)
    default:
      var isCall = functions > 0
      if case .not(_, isCall: true) = syntax.form { isCall = true }
      guard isCall else {
        throw QueryRefusal(.type, "a condition can stand only in WHERE, in HAVING and in functions", at: syntax.offset)
      }
      return .truth(try condition(syntax))
    }
  }

  private mutating func number(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryTerm {
    let term = try term(syntax)
    guard term.type != .date else {
      throw QueryRefusal(.type, "dates are calculated with dateAdd and dateDif", at: syntax.offset)
    }
    return term.converted(to: .number)
  }

  private mutating func column(
    _ table: String?, _ name: String, _ isBare: Bool, takesObjects: Bool, _ offset: Int
  ) throws(QueryRefusal) -> QueryTerm {
    if table == nil, clause.hasAliases, let alias = aliases[folded(name)] {
      try count(calls: alias.calls, terms: alias.terms, at: offset)
      var isAggregated = false
      alias.term.visit { term in
        if case .aggregate = term { isAggregated = true }
        return !isAggregated
      }
      guard !isAggregated || (clause.hasAggregates && !isInAggregate) else {
        throw QueryRefusal(.grouping, "an aggregate cannot stand here: \(shown(name))", at: offset)
      }
      return alias.term
    }
    if isBare, QueryFunction(word: name) != nil || QueryAggregate(word: name) != nil {
      throw QueryRefusal(
        .syntax, "\(shown(name)) is a function: a column of this name must stand in backticks", at: offset)
    }
    try count(terms: 1, at: offset)
    let column = try column(table: table, name, at: offset)
    guard takesObjects || (column.type != .object && column.type != .place) else {
      throw QueryRefusal(.type, "files, places and signatures can only be selected: \(shown(name))", at: offset)
    }
    return .column(column)
  }

  private mutating func aggregate(
    _ aggregate: QueryAggregate, _ argument: ExpressionSyntax?, _ offset: Int
  ) throws(QueryRefusal) -> QueryTerm {
    guard clause.hasAggregates else {
      throw QueryRefusal(.grouping, "\(aggregate.rawValue) cannot stand in \(clause.name): use HAVING", at: offset)
    }
    guard !isInAggregate else { throw QueryRefusal(.grouping, "an aggregate has another inside", at: offset) }
    try count(calls: 1, at: offset)
    hasAggregate = true
    guard let argument else { return .aggregate(aggregate, nil) }
    isInAggregate = true
    takesObjects = aggregate == .count
    let term = try term(argument).settled
    isInAggregate = false
    switch (aggregate, term.type) {
    case (.count, _): return .aggregate(.count, term)
    case (.sum, .date), (.avg, .date):
      throw QueryRefusal(.type, "\(aggregate.rawValue) takes numbers, not dates", at: offset)
    case (.sum, _), (.avg, _): return .aggregate(aggregate, term.converted(to: .number))
    case (_, .boolean), (_, .list(.number)): return .aggregate(aggregate, term.converted(to: .number))
    case (_, .list(.text)): return .aggregate(aggregate, .converted(term, .onlyText))
    case (_, .list(.date)): return .aggregate(aggregate, term.converted(to: .date))
    default: return .aggregate(aggregate, term)
    }
  }

  /// A constant, a parameter or a list of these.
  func constant(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryConstant {
    switch syntax.form {
    case .constant(let constant): return constant
    case .parameter(let number): return parameters[number]
    case .list(let items):
      var texts: [ExactText] = []
      for item in items { texts += try constant(item).items }
      return texts.isEmpty ? .null : .texts(texts)
    default: throw QueryRefusal(.type, "expected a constant", at: syntax.offset)
    }
  }

  /// Counts what a place adds to the statement.
  mutating func count(calls: Int = 0, terms: Int = 0, at offset: Int) throws(QueryRefusal) {
    self.calls += calls
    self.terms += terms
    guard self.calls <= QueryBounds.calls else {
      throw QueryRefusal(.bounds, "there are more than \(QueryBounds.calls) functions and operators", at: offset)
    }
    guard self.terms <= QueryBounds.terms else {
      throw QueryRefusal(.bounds, "there are more than \(QueryBounds.terms) columns and constants", at: offset)
    }
  }
}
