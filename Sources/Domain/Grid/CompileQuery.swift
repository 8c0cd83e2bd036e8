internal import Ground
internal import Postgres
internal import Query

/// Compiles a resolved statement to SQL.
///
/// All text comes from literals here; keys, names, ids and constants are parameters. Each mention of a table of rows
/// says the base and the table by itself, so that a database that is spread over several servers sends the statement to
/// one of them. Functions in what an UPDATE or a DELETE needs are immutable.
struct QueryCompiler {
  /// The base, as a parameter of each mention.
  let base: SQL
  let tables: [QueryTable]
  /// Where rows and links are read.
  let places: StatementPlaces
  /// The options of the columns that are shown by name, of which each is one parameter.
  var names: [QueryReference] = []
  /// How terms are found: in the rows, or in the columns of groups.
  var groups: GroupColumns?

  init(base: some PostgresEncodable, tables: [QueryTable], in places: StatementPlaces) {
    (self.base, self.tables, self.places) = ("\(base)", tables, places)
  }

  /// The relations that a statement reads.
  struct StatementPlaces {
    let rows: SQL
    let links: SQL
    /// What the role for clients' SQL may read: the rows of the base that its transaction names.
    static let views = StatementPlaces(rows: "queried_row", links: "queried_link")
    /// What the role that serves reads, and then changes.
    static let tables = StatementPlaces(rows: "data_row", links: "data_link")
  }

  /// What groups have: their terms and the arguments of aggregates, each a column of the inner statement.
  struct GroupColumns {
    var terms: [QueryTerm: Int] = [:]
    var arguments: [QueryTerm: Int] = [:]
  }

  /// A SELECT. Each row has one column, `result`: a JSON array with an element for each item.
  ///
  /// An item that is a column of cells is the cell as it is stored, null if empty; a link is a list of objects, of which
  /// `display_value` is the cell of the display column, at most 50; in groups, a list of such cells. All else is as
  /// clients get it.
  static func statement(_ select: ResolvedSelect, base: some PostgresEncodable) -> SQL {
    var compiler = QueryCompiler(base: base, tables: select.tables, in: .views)
    let body = select.isGrouped || select.isDistinct ? compiler.grouped(select) : compiler.plain(select)
    return ("\(compiler.withNames)\(body) limit \(select.limit) offset \(select.offset)" as SQL).once
  }

  /// The ids of the rows for which a condition holds, as a subquery for `id in (…)`. All rows, if there is no condition.
  static func ids(of table: QueryTable, where condition: QueryCondition?, base: some PostgresEncodable) -> SQL {
    var compiler = QueryCompiler(base: base, tables: [table], in: .tables)
    let holds: SQL = if let condition { " and \(compiler.condition(condition))" } else { "" }
    let source = compiler.source(0)
    let ids: SQL = """
      \(compiler.withNames)select t0.id from \(compiler.places.rows) as t0 where \(source)\(holds)
      """
    return ids.once
  }

  // MARK: Sources

  /// A name with a number, like `t0`.
  func numbered(_ letter: SQL, _ number: Int) -> SQL {
    var name = letter
    for digit in String(number).utf8 { name = "\(name)\(Self.digits[Int(digit - UInt8(ascii: "0"))])" }
    return name
  }

  private static let digits: [SQL] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]

  func row(_ table: Int) -> SQL { numbered("t", table) }

  private func source(_ table: Int) -> SQL {
    "\(row(table)).base_id = \(base) and \(row(table)).table_key = \(tables[table].key)"
  }

  /// The tables, and what is true of their rows.
  private mutating func rows(_ condition: QueryCondition?) -> SQL {
    let holds: SQL = if let condition { " and \(self.condition(condition))" } else { "" }
    var from: SQL = "\(places.rows) as t0"
    var bound = source(0)
    for table in tables.indices.dropFirst() {
      from = "\(from) cross join \(places.rows) as \(row(table))"
      bound = "\(bound) and \(source(table))"
    }
    return "\(from) where \(bound)\(holds)"
  }

  /// The names of a column's options by their ids, a JSON object.
  mutating func optionNames(_ column: QueryReference) -> SQL {
    let place = names.firstIndex(of: column) ?? names.count
    if place == names.count { names.append(column) }
    return "(select o.\(numbered("m", place)) from o)"
  }

  /// The options' names, once for the statement, however often they are mentioned.
  private var withNames: SQL {
    guard !names.isEmpty else { return "" }
    var columns: SQL = ""
    for (place, column) in names.enumerated() {
      let comma: SQL = place == 0 ? "" : ", "
      columns = "\(columns)\(comma)\(optionsJSON(column))::jsonb as \(numbered("m", place))"
    }
    return "with o as materialized (select \(columns)) "
  }

  // MARK: Rows

  private mutating func plain(_ select: ResolvedSelect) -> SQL {
    var items: [SQL] = []
    for item in select.items { items.append(output(item.value)) }
    let keys = orderKeys(select.order)
    var order = keys
    for table in tables.indices { order.append("\(row(table)).position"); order.append("\(row(table)).id") }
    let from = rows(select.condition)
    return "select \(result(items)) from \(from) order by \(list(order))"
  }

  /// A result row of its items.
  private func result(_ items: [SQL]) -> SQL { "to_jsonb(array[\(list(items))]::jsonb[]) as result" }

  func list(_ parts: [SQL]) -> SQL { joined(parts, by: ", ") }

  /// The parts with a separator between. They are joined in halves, so that a long list is not copied for each of them.
  func joined(_ parts: [SQL], by separator: SQL) -> SQL {
    var parts = parts
    while parts.count > 1 {
      parts = stride(from: 0, to: parts.count, by: 2).map { place in
        place + 1 < parts.count ? "\(parts[place])\(separator)\(parts[place + 1])" : parts[place]
      }
    }
    return parts.first ?? ""
  }

  private mutating func orderKeys(_ order: [QueryOrder]) -> [SQL] {
    var keys: [SQL] = []
    for one in order {
      let key: SQL
      switch one.key {
      case .value(let term): key = term.type == .text ? "\(self.term(term)) collate \"C\"" : self.term(term)
      case .place(let column): key = "array_position(\(optionIDs(column))::text[], \(optionID(column)))"
      case .sorted(let term):
        if case .list(.number) = term.type {
          key = "bk_sorted_numbers(\(self.term(term)))"
        } else {
          key = "bk_sorted_texts(\(self.term(term))) collate \"C\""
        }
      }
      keys.append(one.isDescending ? "\(key) desc nulls last" : "\(key) nulls first")
    }
    return keys
  }

  // MARK: Groups

  /// Groups are made of a statement that has their terms and the arguments of aggregates as columns, since a parameter in
  /// one place is not the same to PostgreSQL as an equal one in another.
  private mutating func grouped(_ select: ResolvedSelect) -> SQL {
    var columns = GroupColumns()
    let terms = select.isGrouped ? select.groups : select.items.map(\.value.term)
    for term in terms where columns.terms[term] == nil { columns.terms[term] = columns.terms.count }
    let shown = select.items.map(\.value.term) + select.order.map(\.key.term)
    for term in shown + (select.having.map { [.truth($0)] } ?? []) {
      term.visit { part in
        guard columns.terms[part] == nil else { return false }
        guard case .aggregate(_, let argument?) = part else { return true }
        if columns.arguments[argument] == nil { columns.arguments[argument] = columns.arguments.count }
        return false
      }
    }
    var inner: [SQL] = []
    for (term, place) in columns.terms.sorted(by: { $0.value < $1.value }) {
      inner.append("\(groupKey(term)) as \(numbered("g", place))")
    }
    for (term, place) in columns.arguments.sorted(by: { $0.value < $1.value }) {
      inner.append("\(self.term(term)) as \(numbered("a", place))")
    }
    for table in tables.indices { inner.append("\(row(table)).position as \(numbered("p", table))") }
    let from = rows(select.condition)
    groups = columns
    var items: [SQL] = []
    for item in select.items { items.append(output(item.value)) }
    var order = orderKeys(select.order)
    for table in tables.indices { order.append("min(g.\(numbered("p", table)))") }
    let having: SQL = if let having = select.having { " having \(condition(having))" } else { "" }
    let keys = list(columns.terms.values.sorted().map { "g.\(numbered("g", $0))" })
    let by: SQL = if columns.terms.isEmpty { "" } else { " group by \(keys)" }
    return
      "select \(result(items)) from (select \(list(inner)) from \(from)) as g\(by)\(having) order by \(list(order))"
  }
}
