internal import Ground

/// Reads filters as clients write them.
struct FilterReader {
  private let table: GridTable
  private let context: FilterContext

  init(_ table: GridTable, _ context: FilterContext) { (self.table, self.context) = (table, context) }

  /// Reads a filter. Nil if it has no term, and so asks for nothing.
  func read(_ filter: JSON) throws(FilterError) -> Filter? {
    guard filter.members != nil, let word = filter["filter_predicate"]?.text, word.utf8.count <= 40 else {
      throw .malformed
    }
    let name = filter["column_name"]?.text ?? filter["column_key"]?.text
    guard let name else { throw .malformed }
    guard let column = column(filter) else { throw .unknownColumn(name) }
    // The description writes some with blanks.
    let predicate = word.replacing(" ", with: "_")
    let term = filter["filter_term"] ?? .null
    let test: FilterTest?
    switch predicate {
    case "is_empty" where column.hasEmpty: test = .empty
    case "is_not_empty" where column.hasEmpty: test = .notEmpty
    default: test = try self.test(predicate, term, filter["filter_term_modifier"]?.text, column)
    }
    return test.map { Filter(column: column, test: $0) }
  }

  private func column(_ filter: JSON) -> Column? {
    if let name = filter["column_name"]?.text { return table.column(name) }
    let key = filter["column_key"]?.text ?? ""
    return ColumnKey(key).flatMap { table.column($0) } ?? table.column(key)
  }

  private func test(
    _ predicate: String, _ term: JSON, _ modifier: String?, _ column: Column
  ) throws(FilterError) -> FilterTest? {
    switch column.type {
    case .text, .url, .email, .formula, .link, .linkFormula, .geolocation, .autoNumber:
      if let number = try? number(predicate, term, column), column.type == .formula || column.type == .linkFormula {
        return number
      }
      return try text(predicate, term, column)
    case .number, .duration, .rate: return try number(predicate, term, column)
    case .date, .ctime, .mtime: return try date(predicate, term, modifier, column)
    case .singleSelect: return try option(predicate, term, column)
    case .multipleSelect, .collaborator, .department: return try list(predicate, term, column)
    case .creator, .lastModifier: return try people(predicate, term, column)
    case .checkbox:
      guard predicate == "is" else { throw .predicate(predicate, column: column.name) }
      guard term != .null else { return nil }
      guard let truth = term.boolean ?? term.text.flatMap({ ["true": true, "false": false][$0] }) else {
        throw .term(column: column.name)
      }
      return .checked(truth)
    case .longText, .image, .file, .button, .digitalSign: throw .predicate(predicate, column: column.name)
    }
  }

  private func text(_ predicate: String, _ term: JSON, _ column: Column) throws(FilterError) -> FilterTest? {
    let tests: [String: TextTest] = [
      "contains": .contains, "does_not_contain": .doesNotContain, "is": .is, "is_not": .isNot,
    ]
    if predicate == "is_current_user_ID" { return .text(.is, context.me ?? "") }
    guard let test = tests[predicate] else { throw .predicate(predicate, column: column.name) }
    switch term {
    case .null: return nil
    case .string(let text) where text.utf8.contains(0): throw .term(column: column.name)
    case .string(let text): return text.isEmpty ? nil : .text(test, text)
    case .number(let digits): return .text(test, digits)
    case .boolean(let truth): return .text(test, truth ? "true" : "false")
    default: throw .term(column: column.name)
    }
  }

  private func number(_ predicate: String, _ term: JSON, _ column: Column) throws(FilterError) -> FilterTest? {
    let tests: [String: NumberTest] = [
      "equal": .equal, "not_equal": .notEqual, "less": .less, "greater": .greater, "less_or_equal": .lessOrEqual,
      "greater_or_equal": .greaterOrEqual,
    ]
    guard let test = tests[predicate] else { throw .predicate(predicate, column: column.name) }
    switch term {
    case .null: return nil
    case .string(let text) where text.isEmpty: return nil
    case .string(let text):
      let number = column.type == .duration ? durationSeconds(text.utf8) : NumberText(text.utf8)?.value
      guard let number else { throw .term(column: column.name) }
      return .number(test, number)
    default:
      guard let number = term.number else { throw .term(column: column.name) }
      return .number(test, number)
    }
  }

  private func option(_ predicate: String, _ term: JSON, _ column: Column) throws(FilterError) -> FilterTest? {
    let isNot: Bool? =
      switch predicate {
      case "is", "is_any_of": false
      case "is_not", "is_none_of": true
      default: nil
      }
    guard let isNot else { throw .predicate(predicate, column: column.name) }
    let ids = optionIDs(try texts(term, column), column)
    return ids.isEmpty ? nil : .options(ids, not: isNot)
  }

  private func list(_ predicate: String, _ term: JSON, _ column: Column) throws(FilterError) -> FilterTest? {
    let tests: [String: ListTest] = [
      "has_any_of": .hasAnyOf, "has_all_of": .hasAllOf, "has_none_of": .hasNoneOf, "is_exactly": .isExactly,
    ]
    if predicate == "include_me", column.type == .collaborator { return .list(.hasAnyOf, [context.me ?? ""]) }
    guard let test = tests[predicate] else { throw .predicate(predicate, column: column.name) }
    let texts = try texts(term, column)
    let terms = column.type.hasOptions ? optionIDs(texts, column) : texts
    return terms.isEmpty ? nil : .list(test, terms)
  }

  private func people(_ predicate: String, _ term: JSON, _ column: Column) throws(FilterError) -> FilterTest? {
    let isNot: Bool
    switch predicate {
    case "include_me": return .people([context.me ?? ""], not: false)
    case "contains", "is": isNot = false
    case "does_not_contain", "is_not": isNot = true
    default: throw .predicate(predicate, column: column.name)
    }
    let people = try texts(term, column)
    return people.isEmpty ? nil : .people(people, not: isNot)
  }

  private func date(
    _ predicate: String, _ term: JSON, _ modifier: String?, _ column: Column
  ) throws(FilterError) -> FilterTest? {
    let today = context.now.seconds.dividedFlooring(by: 86_400).quotient
    if predicate == "is_within" {
      guard let modifier, !modifier.isEmpty else { return nil }
      guard let range = DaySpan(within: modifier, termNumber(term), today) else { throw .term(column: column.name) }
      return range.test(not: false)
    }
    guard let day = try day(term, modifier, today, column) else { return nil }
    switch predicate {
    case "is": return DaySpan(from: day, before: day + 1).test(not: false)
    case "is_not": return DaySpan(from: day, before: day + 1).test(not: true)
    case "is_before": return DaySpan(before: day).test(not: false)
    case "is_after": return DaySpan(from: day + 1).test(not: false)
    case "is_on_or_before": return DaySpan(before: day + 1).test(not: false)
    case "is_on_or_after": return DaySpan(from: day).test(not: false)
    default: throw .predicate(predicate, column: column.name)
    }
  }

  /// The day that a term and its modifier mean; nil if there is none.
  private func day(_ term: JSON, _ modifier: String?, _ today: Int64, _ column: Column) throws(FilterError) -> Int64? {
    if let modifier, !modifier.isEmpty, modifier != "exact_date" {
      guard let day = DaySpan.day(modifier, termNumber(term), today) else { throw .term(column: column.name) }
      return day
    }
    switch term {
    case .null: return nil
    case .string(let text) where text.isEmpty: return nil
    case .string(let text):
      guard let date = DateText(text.utf8, column.dateFormat) else { throw .term(column: column.name) }
      return date.seconds.dividedFlooring(by: 86_400).quotient
    default: throw .term(column: column.name)
    }
  }

  /// The number of days that a term says: 1 if it says none.
  private func termNumber(_ term: JSON) -> Int64? {
    switch term {
    case .null: 1
    case .string(let text) where text.isEmpty: 1
    case .string(let text): text.utf8.count <= 10 ? Int64(text) : nil
    default: term.integer
    }
  }

  /// A text, or several. Numbers count as their digits.
  private func texts(_ term: JSON, _ column: Column) throws(FilterError) -> [String] {
    var texts: [String] = []
    guard (term.elements?.count ?? 1) <= GridLimit.options else { throw .term(column: column.name) }
    for element in term.elements ?? [term] {
      switch element {
      case .null: break
      case .string(let text) where text.utf8.contains(0): throw .term(column: column.name)
      case .string(let text): if !text.isEmpty { texts.append(text) }
      case .number(let digits): texts.append(digits)
      default: throw .term(column: column.name)
      }
    }
    return texts
  }

  /// The ids of options that are given by id or name. If there is no such option, no cell has it.
  private func optionIDs(_ texts: [String], _ column: Column) -> [String] {
    let ids = Set(column.options.map { ExactText($0.id) })
    let names = Dictionary(
      column.options.map { (ExactText($0.name), $0.id) }, uniquingKeysWith: { first, _ in first })
    return texts.map { text in
      ids.contains(ExactText(text)) ? text : names[ExactText(normalized(text))] ?? text
    }
  }
}

extension Column {
  /// Whether filters can ask if its cells are empty. Who and when are never, and an empty box is not checked.
  fileprivate var hasEmpty: Bool {
    switch type {
    case .creator, .lastModifier, .checkbox, .button: false
    default: true
    }
  }
}
