internal import Access
internal import Grid
internal import Postgres

extension RowQuery {
  /// The condition of a view on rows of `own`, after the conditions that all rows of the table meet. There are endless
  /// different ones.
  func condition(_ view: GridView?, in table: GridTable, of base: ID<Base>, _ app: App) -> SQL {
    guard let view else { return "" }
    let group = FilterGroup(of: view, in: table, FilterContext(now: app.now(), me: me))
    return group.filters.isEmpty ? "" : RowConditions(base: base, table: table).all(group).once
  }

  /// The order that a request or a view asks for, before that of the table.
  func order(_ view: GridView?, in table: GridTable) -> SQL {
    if let sort, let wanted = Sort.by(sort.column, direction: sort.direction, in: table) { return wanted.sql }
    guard let view else { return "" }
    let sorts = Sort.list(of: view, in: table)
    let order: SQL = sorts.reduce("") { "\($0)\($1.sql)" }
    return sorts.count > 1 ? order.once : order
  }
}

/// Filters as conditions on rows of a table, which are called `own`. Keys, names and terms are parameters.
struct RowConditions {
  let base: ID<Base>
  let table: GridTable

  /// What follows the conditions of the table: nothing, or `and …`.
  func all(_ group: FilterGroup) -> SQL {
    guard let first = group.filters.first else { return "" }
    let joined = group.filters.dropFirst().reduce(condition(first)) { joined, filter in
      group.conjunction == .and
        ? "\(joined) and \(condition(filter))" as SQL : "\(joined) or \(condition(filter))" as SQL
    }
    return " and (\(joined))"
  }

  /// A condition that is true or false, never null.
  func condition(_ filter: Filter) -> SQL {
    let column = filter.column
    let cell: SQL = "own.cells -> \(column.key)"
    switch filter.test {
    case .empty: return "(not \(isThere(column)))"
    case .notEmpty: return isThere(column)
    case .text(let test, let text): return self.text(test, text, of: column)
    case .number(let test, let number): return Self.number(test, number, of: "(\(cell))::float8")
    case .days(let from, let before, let isNot): return days(of: column, from: from, before: before, isNot)
    case .options(let ids, let isNot): return Self.either("own.cells ->> \(column.key) = any(\(ids)::text[])", isNot)
    case .list(let test, let terms): return Self.list(test, terms, of: cell)
    case .people(let people, let isNot):
      let person: SQL = column.type == .creator ? "own.creator" : "own.modifier"
      return Self.either("\(person) = any(\(people)::text[])", isNot)
    case .checked(let isChecked): return "(coalesce((\(cell))::boolean, false) = \(isChecked)::boolean)"
    }
  }

  private static func either(_ condition: SQL, _ isNot: Bool) -> SQL {
    isNot ? "((\(condition)) is not true)" : "((\(condition)) is true)"
  }

  private func isThere(_ column: Column) -> SQL {
    if let link = column.link { return linked(link, "true") }
    switch column.type {
    case .creator, .lastModifier, .ctime, .mtime: return "true"
    default: return "(own.cells ? \(column.key))"
    }
  }

  private func text(_ test: TextTest, _ text: String, of column: Column) -> SQL {
    func condition(_ cell: SQL) -> SQL {
      switch test {
      case .contains, .doesNotContain: "\(cell) ilike \(containing(text))"
      case .is, .isNot: "\(cell) = \(text)"
      }
    }
    let isNot = test == .isNot || test == .doesNotContain
    guard let link = column.link else { return Self.either(condition("own.cells ->> \(column.key)"), isNot) }
    return Self.either(linked(link, condition("far.cells ->> \(link.displayColumn)")), isNot)
  }

  private static func number(_ test: NumberTest, _ number: Double, of cell: SQL) -> SQL {
    let term: SQL = "\("\(number)")::float8"
    switch test {
    case .equal: return either("\(cell) = \(term)", false)
    case .notEqual: return either("\(cell) = \(term)", true)
    case .less: return either("\(cell) < \(term)", false)
    case .greater: return either("\(cell) > \(term)", false)
    case .lessOrEqual: return either("\(cell) <= \(term)", false)
    case .greaterOrEqual: return either("\(cell) >= \(term)", false)
    }
  }

  /// Stored dates compare as texts, `YYYY-MM-DD` or `YYYY-MM-DD HH:mm`; so do those of points in time, in UTC.
  private func days(of column: Column, from: String?, before: String?, _ isNot: Bool) -> SQL {
    let day: SQL =
      switch column.type {
      case .ctime: "to_char(own.created_at at time zone 'UTC', 'YYYY-MM-DD')"
      case .mtime: "to_char(own.modified_at at time zone 'UTC', 'YYYY-MM-DD')"
      default: "own.cells ->> \(column.key)"
      }
    let begin: SQL = from.map { "(\(day)) collate \"C\" >= \($0)" } ?? "true"
    let end: SQL = before.map { "(\(day)) collate \"C\" < \($0)" } ?? "true"
    return Self.either("(\(day)) is not null and \(begin) and \(end)", isNot)
  }

  private static func list(_ test: ListTest, _ terms: [String], of cell: SQL) -> SQL {
    switch test {
    case .hasAnyOf: either("\(cell) ?| \(terms)::text[]", false)
    case .hasAllOf: either("\(cell) ?& \(terms)::text[]", false)
    case .hasNoneOf: either("\(cell) ?| \(terms)::text[]", true)
    case .isExactly:
      either("\(cell) <@ to_jsonb(\(terms)::text[]) and \(cell) @> to_jsonb(\(terms)::text[])", false)
    }
  }

  /// Whether a row is linked with one of the other table, called `far`, that meets a condition.
  private func linked(_ link: LinkSettings, _ condition: SQL) -> SQL {
    let other = link.end(beyond: table.key)
    func pairs(_ mine: SQL, _ theirs: SQL) -> SQL {
      """
      exists (
        select from data_link as pair
        join data_row as far on far.base_id = \(base) and far.table_key = \(other) and far.id = \(theirs)
        where pair.base_id = \(base) and pair.link_id = \(link.link) and \(mine) = own.id and \(condition))
      """
    }
    if link.table == link.otherTable { return "(\(pairs("pair.a", "pair.b")) or \(pairs("pair.b", "pair.a")))" }
    return link.isFirst(table.key) ? pairs("pair.a", "pair.b") : pairs("pair.b", "pair.a")
  }
}

extension Sort {
  /// What rows of `own` are sorted by, and a comma. Empty cells come last.
  fileprivate var sql: SQL {
    let cell: SQL = "own.cells -> \(column.key)"
    let value: SQL =
      switch column.type {
      case .creator: "own.creator"
      case .lastModifier: "own.modifier"
      case .ctime: "own.created_at"
      case .mtime: "own.modified_at"
      case .singleSelect: "array_position(\(optionOrder ?? [])::text[], own.cells ->> \(column.key))"
      case .multipleSelect: "array_position(\(optionOrder ?? [])::text[], \(cell) ->> 0)"
      default:
        switch column.type.cellKind {
        case .number: "(\(cell))::float8"
        case .boolean: "coalesce((\(cell))::boolean, false)"
        default: "own.cells ->> \(column.key)"
        }
      }
    return isDescending ? "\(value) desc nulls last, " : "\(value) asc nulls last, "
  }
}
