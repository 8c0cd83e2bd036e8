internal import Ground
internal import Postgres
internal import Query

/// Columns: what is stored of them, and the values of their types.
extension QueryCompiler {
  func column(_ reference: QueryReference) -> QueryColumn { tables[reference.table].column(reference.column) }

  /// What is compared with null, and made groups of: of a column with cells the cell as it is stored, otherwise the value.
  mutating func raw(_ term: QueryTerm) -> SQL {
    guard case .column(let reference) = term, isCell(reference) else { return self.term(term) }
    return cell(reference)
  }

  /// What groups are made of: of a list, its elements in one order, so that lists with the same elements are equal.
  mutating func groupKey(_ term: QueryTerm) -> SQL {
    guard case .list = term.type else { return raw(term) }
    return "(select jsonb_agg(e.v order by e.v) from jsonb_array_elements(\(raw(term))) as e(v))"
  }

  /// Whether a column is stored as a cell.
  private func isCell(_ reference: QueryReference) -> Bool {
    guard column(reference).system == nil else { return false }
    switch column(reference).kind {
    case .links, .unevaluated, .button: return false
    default: return true
    }
  }

  /// The cell as it is stored, JSON or null.
  private func cell(_ reference: QueryReference) -> SQL {
    if let place = groups?.terms[.column(reference)] { return "g.\(numbered("g", place))" }
    return "(\(row(reference.table)).cells -> \(column(reference).key)::text)"
  }

  /// The cell as a text.
  private func text(_ reference: QueryReference) -> SQL {
    if groups != nil { return "(\(cell(reference)) #>> '{}')" }
    return "(\(row(reference.table)).cells ->> \(column(reference).key)::text)"
  }

  /// The value of a column, as its type has it.
  mutating func value(_ reference: QueryReference) -> SQL {
    if let system = column(reference).system { return self.system(system, row(reference.table)) }
    switch column(reference).kind {
    case .text: return text(reference)
    case .number: return "\(cell(reference))::float8"
    case .boolean: return "\(cell(reference))::boolean"
    case .date: return "bk_date(\(text(reference)))"
    case .option: return "(\(optionNames(reference)) ->> \(text(reference)))"
    case .options: return "bk_names(\(cell(reference)), \(optionNames(reference)))"
    case .texts, .place, .object: return cell(reference)
    case .links(let link): return links(link, reference, shown: false)
    case .unevaluated, .button: return "null::text"
    }
  }

  private func system(_ field: QuerySystemField, _ row: SQL) -> SQL {
    switch field {
    case .locked: "nullif(\(row).locked_by is not null, false)"
    case .lockedBy: "\(row).locked_by"
    case .archived: "false::boolean"
    case .creator: "\(row).creator"
    case .lastModifier: "\(row).modifier"
    case .created: "timezone('UTC', \(row).created_at)"
    case .modified: "timezone('UTC', \(row).modified_at)"
    case .id: "bk_row_text(\(row).id)"
    }
  }

  /// A time of the system as it is stored, for which there may be an index; nil for another column.
  func instant(_ term: QueryTerm) -> SQL? {
    guard groups == nil, case .column(let reference) = term else { return nil }
    switch column(reference).system {
    case .created: return "\(row(reference.table)).created_at"
    case .modified: return "\(row(reference.table)).modified_at"
    default: return nil
    }
  }

  /// A cell with a date as a text of minutes, of which the order is that of time; nil for any other term.
  func minute(_ term: QueryTerm) -> SQL? {
    guard groups == nil, case .column(let reference) = term, column(reference).system == nil,
      case .date = column(reference).kind
    else { return nil }
    return "(rpad(\(text(reference)), 16, ' 00:00') collate \"C\")"
  }

  /// A constant that is compared with such texts. One that is no full minute is longer than all that begin like it.
  func minute(_ time: Timestamp) -> String {
    let text = time.dateAndTime.utf8.map { $0 == UInt8(ascii: "T") ? UInt8(ascii: " ") : $0 }
    let isFull = time.microseconds % 60_000_000 == 0
    let rest = isFull ? "" : String(decoding: text.dropFirst(16), as: UTF8.self) + ".\(time.microseconds)"
    return String(decoding: text.prefix(16), as: UTF8.self) + rest
  }

  // MARK: Options

  /// The id of an option, or null.
  func optionID(_ reference: QueryReference) -> SQL { text(reference) }

  func optionIDs(_ reference: QueryReference) -> SQL { "\(options(reference).map(\.id))" }

  /// The names of a column's options by their ids, as JSON.
  func optionsJSON(_ reference: QueryReference) -> SQL {
    var json = JSONWriter()
    json.object { for option in options(reference) { $0.add(named: option.id, option.name) } }
    return "\(String(decoding: json.bytes, as: UTF8.self))"
  }

  private func options(_ reference: QueryReference) -> [QueryOption] {
    switch column(reference).kind {
    case .option(let options), .options(let options): options
    case .links(let link): if case .option(let options) = link.display { options } else { [] }
    default: []
    }
  }

  // MARK: Links

  /// The linked rows in the order of their links: what they show, or with `shown` objects of at most 50 rows.
  private mutating func links(_ link: QueryLink, _ reference: QueryReference, shown: Bool) -> SQL {
    let display = QuerySystemField(rawValue: link.displayKey)
    let stored: SQL =
      if let display { "to_jsonb(\(system(display, "e")))" } else { "e.cells -> \(link.displayKey)::text" }
    let value: SQL
    switch link.display {
    case .date where shown:
      value = display.map { "to_jsonb(\(Self.wire("\(system($0, "e"))")))" } ?? stored
    case .nothing: value = shown ? stored : "null::jsonb"
    case .option: value = shown ? stored : "\(optionNames(reference)) -> (e.cells ->> \(link.displayKey)::text)"
    case .date where display != nil && !shown:
      value = "to_jsonb(bk_date_text(\(display.map { system($0, "e") } ?? "null")))"
    default: value = stored
    }
    let rows = linked(link, reference, showing: value)
    if shown {
      return """
        (select jsonb_agg(jsonb_build_object('row_id', bk_row_text(l.i), 'display_value', l.v) order by l.p, l.i) \
        from (\(rows) order by k.position, e.id limit 50) as l)
        """
    }
    return "(select jsonb_agg(l.v order by l.p, l.i) from (\(rows)) as l)"
  }

  /// The linked rows, each with a value of `e`, its row.
  func linked(_ link: QueryLink, _ reference: QueryReference, showing value: SQL) -> SQL {
    let (here, there): (SQL, SQL) = link.isFirst ? ("k.a", "k.b") : ("k.b", "k.a")
    return """
      select \(value) as v, e.id as i, k.position as p from \(places.links) as k \
      join \(places.rows) as e on e.base_id = \(base) and e.table_key = \(link.tableKey) and e.id = \(there) \
      where k.base_id = \(base) and k.link_id = \(link.id) and \(here) = \(row(reference.table)).id
      """
  }

  // MARK: What is shown

  /// An item of the result, as JSON.
  mutating func output(_ output: QueryOutput) -> SQL {
    switch output {
    case .column(let reference): return shown(reference)
    case .term(let term, let forNull):
      let value = json(term)
      switch forNull {
      case .null: return value
      case .emptyText: return "coalesce(\(value), '\"\"'::jsonb)"
      case .failure: return "coalesce(\(value), '\"#VALUE!\"'::jsonb)"
      }
    }
  }

  private mutating func shown(_ reference: QueryReference) -> SQL {
    if isCell(reference) { return cell(reference) }
    switch (column(reference).system, column(reference).kind) {
    case (_?, _): return json(.column(reference))
    case (nil, .links(let link)):
      return groups == nil ? links(link, reference, shown: true) : json(.column(reference))
    default: return "null::jsonb"
    }
  }

  /// A term as JSON, times in the form of the wire.
  private mutating func json(_ term: QueryTerm) -> SQL {
    let value = self.term(term)
    switch term.type {
    case .date: return "to_jsonb(\(Self.wire(value)))"
    case .list, .place, .object: return "\(value)"
    default: return "to_jsonb(\(value))"
    }
  }

  /// A point in time in the form of the wire.
  private static func wire(_ time: SQL) -> SQL {
    #"bk_date_form(\#(time), 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"')"#
  }
}
