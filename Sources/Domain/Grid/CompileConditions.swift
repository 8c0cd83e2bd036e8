internal import Grid
internal import Ground
internal import Postgres
internal import Query

/// Conditions. Each becomes an expression that is true where the condition is, and false or null where it is not, so that
/// only NOT and values of conditions must tell null from false.
extension QueryCompiler {
  mutating func condition(_ condition: QueryCondition) -> SQL {
    switch condition {
    case .always(let truth): return truth ? "true" : "false"
    case .compare(let comparison, let left, let right): return compare(comparison, left, right)
    case .isIn(let term, let constants): return isIn(term, constants)
    case .identifierIn(let column, let ids): return identifier(column, in: ids.map(\.text))
    case .between(let term, let low, let high): return between(term, low, high)
    case .like(let term, let pattern, let ignoresCase):
      let value = self.term(term)
      let text = self.pattern(pattern)
      return ignoresCase ? "lower(\(value)) like lower(\(text))" : "\(value) like \(text)"
    case .isNull(let term): return isNull(term)
    case .holds(let term): return self.term(term)
    case .has(let column, let test, let items): return has(column, test, items.map(\.text))
    case .not(let inner): return "((\(self.condition(inner))) is not true)"
    case .and(let parts): return joined(parts, by: " and ")
    case .or(let parts): return joined(parts, by: " or ")
    }
  }

  /// A cell with links is not null, whatever the linked rows show.
  private mutating func isNull(_ term: QueryTerm) -> SQL {
    if groups == nil, case .column(let reference) = term, case .links(let link) = column(reference).kind {
      return "(not exists (\(linked(link, reference, showing: "null"))))"
    }
    return "(\(raw(term)) is null)"
  }

  private mutating func joined(_ parts: [QueryCondition], by word: SQL) -> SQL {
    var pieces: [SQL] = []
    for part in parts { pieces.append(condition(part)) }
    return "(\(joined(pieces, by: word)))"
  }

  private mutating func compare(_ comparison: QueryComparison, _ left: QueryTerm, _ right: QueryTerm) -> SQL {
    let sides = times([left, right])
    let (left, right, isText) = (sides?[0] ?? term(left), sides?[1] ?? term(right), left.type == .text)
    switch comparison {
    case .equal: return "(\(left) = \(right))"
    case .less: return isText ? "(\(left) collate \"C\" < \(right))" : "(\(left) < \(right))"
    case .lessOrEqual: return isText ? "(\(left) collate \"C\" <= \(right))" : "(\(left) <= \(right))"
    case .greater: return isText ? "(\(left) collate \"C\" > \(right))" : "(\(left) > \(right))"
    case .greaterOrEqual: return isText ? "(\(left) collate \"C\" >= \(right))" : "(\(left) >= \(right))"
    }
  }

  /// Dates as they are stored, which is faster and can have an index: columns of one kind and constants; nil if there is
  /// anything else.
  private func times(_ terms: [QueryTerm]) -> [SQL]? {
    var (instants, minutes): ([SQL], [SQL]) = ([], [])
    var hasColumn = false
    for term in terms {
      if case .constant(.moment(let time), _) = term {
        instants.append("\(time)::timestamptz")
        minutes.append("\(minute(time))::text")
        continue
      }
      hasColumn = true
      if let instant = instant(term) { instants.append(instant) }
      if let minute = minute(term) { minutes.append(minute) }
    }
    if !hasColumn { return nil }
    return instants.count == terms.count ? instants : minutes.count == terms.count ? minutes : nil
  }

  private mutating func between(_ term: QueryTerm, _ low: QueryTerm, _ high: QueryTerm) -> SQL {
    if let times = times([term, low, high]) { return "(\(times[0]) between \(times[1]) and \(times[2]))" }
    let (value, least, most) = (self.term(term), self.term(low), self.term(high))
    if term.type == .text { return "(\(value) collate \"C\" between \(least) and \(most))" }
    return "(\(value) between \(least) and \(most))"
  }

  private mutating func isIn(_ term: QueryTerm, _ constants: [QueryConstant]) -> SQL {
    let value = self.term(term)
    var texts: [String] = []
    var times: [Timestamp] = []
    for constant in constants {
      switch constant {
      case .text(let text): texts.append(text.text)
      case .number(let number): texts.append(digits(number))
      case .boolean(let truth): texts.append(truth ? "true" : "false")
      case .moment(let time): times.append(time)
      case .null, .texts: break
      }
    }
    switch term.type {
    case .number: return "(\(value) = any (\(texts)::float8[]))"
    case .boolean: return "(\(value) = any (\(texts)::boolean[]))"
    case .date: return "(timezone('UTC', \(value)) = any (\(times)::timestamptz[]))"
    default: return "(\(value) = any (\(texts)::text[]))"
    }
  }

  private func identifier(_ reference: QueryReference, in ids: [String]) -> SQL {
    guard column(reference).system == .id else { return "(\(optionID(reference)) = any (\(ids)::text[]))" }
    let rows = ids.compactMap { RowID($0)?.uuid }
    if rows.isEmpty { return "false" }
    if groups != nil {
      return "(\(groupID(reference)) = any (\(rows.compactMap { RowID(uuid: $0.utf8)?.text })::text[]))"
    }
    return "(\(row(reference.table)).id = any (\(rows)::uuid[]))"
  }

  /// The id of a row by which groups are made, as clients have it.
  private func groupID(_ reference: QueryReference) -> SQL {
    guard let place = groups?.terms[.column(reference)] else { return "null::text" }
    return "g.\(numbered("g", place))"
  }

  private mutating func has(_ reference: QueryReference, _ test: QueryListTest, _ items: [String]) -> SQL {
    let list: SQL
    if case .links = column(reference).kind {
      list = "bk_elements(\(term(.column(reference))))"
    } else {
      list = raw(.column(reference))
    }
    switch test {
    case .any: return "(\(list) ?| \(items)::text[])"
    case .all: return "(\(list) ?& \(items)::text[])"
    case .exactly: return "(\(list) ?& \(items)::text[] and \(list) <@ to_jsonb(\(items)::text[]))"
    }
  }

  private func pattern(_ pattern: QueryPattern) -> SQL {
    var text: [UInt8] = []
    for part in pattern.parts {
      switch part {
      case .anyRun: text.append(UInt8(ascii: "%"))
      case .anyOne: text.append(UInt8(ascii: "_"))
      case .text(let literal):
        for byte in literal.text.utf8 {
          if [UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "\\")].contains(byte) {
            text.append(UInt8(ascii: "\\"))
          }
          text.append(byte)
        }
      }
    }
    return "\(String(decoding: text, as: UTF8.self))::text"
  }
}
