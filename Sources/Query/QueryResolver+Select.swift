internal import Ground

/// SELECT, whose rules for groups and joins are checked when all terms are known.
extension QueryResolver {
  mutating func select(_ syntax: SelectSyntax) throws(QueryRefusal) -> ResolvedSelect {
    var select = ResolvedSelect(tables: tables)
    select.isDistinct = syntax.isDistinct
    select.condition = try condition(of: syntax.condition)
    let written = try items(syntax)
    clause = .groups
    var groups: Set<QueryTerm> = []
    for group in syntax.groups {
      let term = try self.group(group)
      if groups.insert(term).inserted { select.groups.append(term) }
    }
    clause = .having
    if let having = syntax.having { select.having = try condition(having) }
    clause = .order
    var seen: Set<QueryOrderKey> = []
    var offsets: [Int] = []
    for order in syntax.order {
      let key = try orderKey(order.expression)
      guard seen.insert(key).inserted else { continue }
      select.order.append(QueryOrder(key: key, isDescending: order.isDescending))
      offsets.append(order.expression.offset)
    }
    select.isGrouped = hasAggregate || !select.groups.isEmpty
    try checkGroups(select, written, having: syntax.having, orders: offsets)
    try checkJoin(select, syntax)
    select.items = try named(written)
    guard select.items.count + select.groups.count + select.order.count <= QueryBounds.columns else {
      throw QueryRefusal(.bounds, "the result and its order have more than \(QueryBounds.columns) columns")
    }
    if let limit = try count(syntax.limit) { select.limit = min(limit, QueryBounds.rows) }
    select.offset = try count(syntax.offset) ?? 0
    return select
  }

  private func count(_ syntax: CountSyntax?) throws(QueryRefusal) -> Int? {
    switch syntax {
    case nil: return nil
    case .number(let number): return number
    case .parameter(let index, let offset):
      guard case .number(let number) = parameters[index], let count = wholeCount(number) else {
        throw QueryRefusal(.parameters, "LIMIT and OFFSET take whole numbers from 0", at: offset)
      }
      return count
    }
  }

  // MARK: Items

  /// An item with its place, before all names are known.
  struct WrittenItem {
    let output: QueryOutput
    /// The alias, or the text of a term; nil for a column.
    let name: String?
    let hasAlias: Bool
    let offset: Int
  }

  private mutating func items(_ syntax: SelectSyntax) throws(QueryRefusal) -> [WrittenItem] {
    clause = .items
    var items: [WrittenItem] = []
    for item in syntax.items {
      switch item {
      case .all:
        for place in tables.indices {
          let count = tables[place].columns.count + tables[place].hidden.count
          try self.count(terms: count, at: 0)
          for index in 0..<count {
            let column = reference(place, index)
            if kind(column) == .button { continue }
            items.append(WrittenItem(output: .column(column), name: nil, hasAlias: false, offset: 0))
          }
        }
        if tables.count == 1 { items += systemFields(shownAs: tables[0]) }
      case .expression(let expression, let alias): items.append(try self.item(expression, alias))
      }
    }
    return items
  }

  /// The system's fields that a table shows as columns of its own: they are there under their own names, too.
  private func systemFields(shownAs table: QueryTable) -> [WrittenItem] {
    table.columns.indices.compactMap { index in
      guard let field = table.columns[index].system else { return nil }
      return WrittenItem(
        output: .column(reference(0, index)), name: field.rawValue, hasAlias: false, offset: 0)
    }
  }

  /// What a field of the system is called if it is not named as the column that the table shows it as; else nil.
  private func systemName(of column: QueryReference, in expression: ExpressionSyntax) -> String? {
    let shown = tables[column.table].column(column.column)
    guard tables.count == 1, let field = shown.system, case .column(_, let name, _) = expression.form,
      folded(name) == ExactText(field.rawValue), folded(name) != folded(shown.name)
    else { return nil }
    return field.rawValue
  }

  private mutating func item(_ expression: ExpressionSyntax, _ alias: String?) throws(QueryRefusal) -> WrittenItem {
    let (callsBefore, termsBefore) = (calls, terms)
    takesObjects = true
    let term = try term(expression).settled
    takesObjects = false
    if case .constant(_, .list) = term {
      throw QueryRefusal(.type, "a list of constants cannot be selected", at: expression.offset)
    }
    if let alias, aliases[folded(alias)] == nil {
      aliases[folded(alias)] = AliasedTerm(term: term, calls: calls - callsBefore, terms: terms - termsBefore)
    }
    if case .column(let column) = term {
      let name = alias ?? systemName(of: column, in: expression)
      return WrittenItem(output: .column(column), name: name, hasAlias: alias != nil, offset: expression.offset)
    }
    var shown = QueryShown.null
    if case .call(let function, _, _) = term { shown = function.signature.shownForNull }
    let name = if let alias { alias } else { try text(of: expression) }
    return WrittenItem(
      output: .term(term, forNull: shown), name: name, hasAlias: alias != nil, offset: expression.offset)
  }

  /// The items with their names, each name once.
  private func named(_ items: [WrittenItem]) throws(QueryRefusal) -> [QueryItem] {
    var columnsOfName: [ExactText: Set<QueryReference>] = [:]
    for item in items {
      guard case .column(let column) = item.output, item.name == nil else { continue }
      columnsOfName[ExactText(self.name(column)), default: []].insert(column)
    }
    var outputs: [ExactText: QueryOutput] = [:]
    var named: [QueryItem] = []
    for item in items {
      var name = item.name ?? ""
      var keyedName = name
      if item.name == nil, case .column(let column) = item.output {
        let plain = self.name(column)
        let isShared = columnsOfName[ExactText(plain)].map { $0.count > 1 } ?? false
        name = isShared ? "\(tables[column.table].name).\(plain)" : plain
        keyedName = tables.count > 1 ? name : tables[column.table].column(column.column).key
      }
      if let known = outputs[ExactText(name)] {
        guard known == item.output else {
          throw QueryRefusal(
            .grouping, "two columns of the result have the name \(shown(name)): give one of them another with AS",
            at: item.offset)
        }
        continue
      }
      outputs[ExactText(name)] = item.output
      named.append(QueryItem(value: item.output, name: name, keyedName: keyedName, hasAlias: item.hasAlias))
    }
    return named
  }

  private func name(_ column: QueryReference) -> String { tables[column.table].column(column.column).name }

  // MARK: Groups and order

  private mutating func group(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryTerm {
    let term = try term(syntax)
    if case .constant = term {
      throw QueryRefusal(.grouping, "GROUP BY takes columns, aliases and expressions, not constants", at: syntax.offset)
    }
    return term
  }

  private mutating func orderKey(_ syntax: ExpressionSyntax) throws(QueryRefusal) -> QueryOrderKey {
    let term = try term(syntax)
    if case .constant = term {
      throw QueryRefusal(.grouping, "ORDER BY takes columns, aliases and expressions, not constants", at: syntax.offset)
    }
    if case .list = term.type { return .sorted(term) }
    guard term.type != .object, term.type != .place else {
      throw QueryRefusal(.type, "files, places and signatures have no order", at: syntax.offset)
    }
    if case .column(let column) = term, case .option = kind(column) { return .place(column) }
    return .value(term)
  }

  private func checkGroups(
    _ select: ResolvedSelect, _ items: [WrittenItem], having: ExpressionSyntax?, orders offsets: [Int]
  ) throws(QueryRefusal) {
    if select.having != nil, !select.isGrouped {
      throw QueryRefusal(.grouping, "HAVING needs GROUP BY or an aggregate: use WHERE", at: having?.offset)
    }
    let orders = zip(select.order.map(\.key.term), offsets)
    if select.isGrouped {
      guard !select.isDistinct else {
        throw QueryRefusal(.grouping, "DISTINCT cannot stand with GROUP BY or aggregates: groups are distinct already")
      }
      let groups = Set(select.groups)
      for item in items { try check(item.output.term, isMadeOf: groups, at: item.offset) }
      if let condition = select.having {
        try check(.truth(condition), isMadeOf: groups, at: having?.offset ?? 0)
      }
      for (term, offset) in orders { try check(term, isMadeOf: groups, at: offset) }
    } else if select.isDistinct {
      for item in items where item.output.term.type == .object || item.output.term.type == .place {
        throw QueryRefusal(.type, "files, places and signatures cannot be told apart by DISTINCT", at: item.offset)
      }
      let outputs = Set(items.map(\.output.term))
      for (term, offset) in orders where !Self.is(term, madeOf: outputs, orAggregates: false) {
        throw QueryRefusal(.grouping, "with DISTINCT, ORDER BY can name only what is selected", at: offset)
      }
    }
  }

  private func check(
    _ term: QueryTerm, isMadeOf groups: Set<QueryTerm>, at offset: Int
  ) throws(QueryRefusal) {
    guard !Self.is(term, madeOf: groups, orAggregates: true) else { return }
    throw QueryRefusal(
      .grouping, "beside GROUP BY or an aggregate, only aggregates and what stands in GROUP BY can be named", at: offset
    )
  }

  private static func `is`(_ term: QueryTerm, madeOf groups: Set<QueryTerm>, orAggregates: Bool) -> Bool {
    var isMade = true
    term.visit { part in
      if groups.contains(part) { return false }
      if orAggregates, case .aggregate = part { return false }
      if case .column = part { isMade = false }
      if case .aggregate = part { isMade = false }
      return isMade
    }
    return isMade
  }

  // MARK: Joins

  /// Checks that equalities between columns connect all tables.
  private func checkJoin(_ select: ResolvedSelect, _ syntax: SelectSyntax) throws(QueryRefusal) {
    guard tables.count > 1 else { return }
    var group = Array(tables.indices)
    for condition in Self.conjuncts(select.condition) {
      guard case .compare(.equal, let left, let right) = condition, let one = Self.table(of: left),
        let other = Self.table(of: right), one != other
      else { continue }
      let (from, to) = (group[one], group[other])
      for index in group.indices where group[index] == from { group[index] = to }
    }
    guard let lonely = group.firstIndex(where: { $0 != group[0] }) else { return }
    throw QueryRefusal(
      .grouping,
      "each table of a join needs a condition that connects it, like a.column = b.column, joined by AND: "
        + shown(syntax.tables[lonely].name), at: syntax.tables[lonely].offset)
  }

  private static func conjuncts(_ condition: QueryCondition?) -> [QueryCondition] {
    switch condition {
    case nil: []
    case .and(let parts): parts.flatMap { conjuncts($0) }
    case let other?: [other]
    }
  }

  /// The table of a term that is a column, converted or not.
  private static func table(of term: QueryTerm) -> Int? {
    switch term {
    case .column(let column): column.table
    case .converted(let term, _): table(of: term)
    default: nil
    }
  }
}

extension QueryOrderKey {
  /// The term that is compared.
  public var term: QueryTerm {
    switch self {
    case .value(let term), .sorted(let term): term
    case .place(let column): .column(column)
    }
  }
}

extension QueryOutput {
  /// The term that is shown.
  public var term: QueryTerm {
    switch self {
    case .column(let column): .column(column)
    case .term(let term, _): term
    }
  }
}
