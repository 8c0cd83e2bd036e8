public import Ground

/// Reads values that clients write into the cells of one column.
public struct CellReader: Sendable {
  /// What was written into a cell, if anything.
  enum Mark { case value, empty, ignored }

  /// The column.
  public let column: Column
  private let hasTime: Bool
  private let optionPlaces: [ExactText: Int]
  private let optionIDs: [[UInt8]]

  /// Prepares for a column.
  public init(_ column: Column) {
    self.column = column
    hasTime = column.dateFormat.hasTime
    optionIDs = column.options.map { jsonBytes($0.id) }
    optionPlaces = Dictionary(
      column.options.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a value. Throws `RowError.cellTooLarge` or `.cellTooDeep`, with row 0.
  public func read(_ value: JSONSlice) throws(RowError) -> CellReading {
    var (cell, note): ([UInt8], CellNote) = ([], CellNote())
    let mark: Mark
    do { mark = try read(value.text, value.range, into: &cell, &note) } catch {
      switch error {
      case .tooLarge: throw .cellTooLarge(row: 0, column: column.name)
      case .tooDeep: throw .cellTooDeep(row: 0, column: column.name)
      }
    }
    let content: CellReading.CellContent =
      switch mark {
      case .value: .value(cell)
      case .empty: .empty
      case .ignored: .ignored
      }
    return CellReading(content: content, loss: note.loss, unknownOptions: note.unknownOptions)
  }

  /// Reads a value that is a tree already.
  public func read(_ value: JSON) throws(RowError) -> CellReading { try read(JSONSlice(value)) }

  /// Reads the value that stands at a place, and appends the canonical cell. If the result is not `.value`, what was
  /// appended is to be dropped.
  func read(
    _ text: [UInt8], _ place: Range<Int>, into cell: inout [UInt8], _ note: inout CellNote
  ) throws(CellFault) -> Mark {
    let value = JSONToken(text, place)
    guard column.type.isWritable else {
      if !value.isEmpty { note.lose(.readOnly) }
      return .ignored
    }
    guard !value.isEmpty else { return .empty }
    let start = cell.count
    let mark: Mark =
      switch column.type.cellKind {
      case .text: string(value, into: &cell, &note)
      case .number: number(value, into: &cell, &note)
      case .boolean: boolean(value, into: &cell, &note)
      case .date: date(value, into: &cell, &note)
      case .option: option(value, into: &cell, &note)
      case .options: options(value, into: &cell, &note)
      case .list: try list(value, into: &cell, &note)
      case .object: try object(value, into: &cell, &note)
      case nil: .ignored
      }
    guard cell.count - start <= GridLimit.cell else { throw .tooLarge }
    return mark
  }
}

// MARK: Single values

extension CellReader {
  private func string(_ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote) -> Mark {
    switch value.kind {
    case .string: return value.appendString(to: &cell, &note) ? .value : .empty
    case .number, .boolean:
      cell.append(UInt8(ascii: "\""))
      cell.append(contentsOf: value.bytes)
      cell.append(UInt8(ascii: "\""))
      return .value
    case .object where column.type == .longText:
      // As web browsers store it.
      guard let text = value.member("text"), text.kind == .string else { break }
      return text.appendString(to: &cell, &note) ? .value : .empty
    default: break
    }
    return unreadable(&note)
  }

  private func number(_ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote) -> Mark {
    let isWhole = column.type == .rate
    if value.kind == .number, !isWhole, appendShortNumber(value.bytes, to: &cell) { return .value }
    guard value.kind == .number || value.kind == .string else { return unreadable(&note) }
    let text = value.kind == .number ? Array(value.bytes) : Array(value.string.utf8)
    if column.type == .duration, value.kind == .string {
      guard let seconds = durationSeconds(text) else { return unreadable(&note) }
      appendNumber(seconds, to: &cell)
      return .value
    }
    guard let number = NumberText(text) else { return unreadable(&note) }
    if number.isRounded || isWhole && number.value != number.value.rounded(.towardZero) { note.lose(.rounded) }
    appendNumber(isWhole ? number.value.rounded(.towardZero) + 0 : number.value, to: &cell)
    return .value
  }

  private func boolean(_ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote) -> Mark {
    let word = value.kind == .string ? Array(value.string.utf8) : Array(value.bytes)
    let isTrue = value.kind == .boolean && value.isTrue || value.kind == .string && word.isWord("true")
    let isFalse = value.kind == .boolean && !value.isTrue || value.kind == .string && word.isWord("false")
    if !isTrue, !isFalse { note.lose(.notBoolean) }
    cell.append(contentsOf: (isTrue ? "true" : "false").utf8)
    return .value
  }

  private func date(_ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote) -> Mark {
    guard value.kind == .string else { return unreadable(&note) }
    let date =
      value.hasEscapes
      ? DateText(value.string.utf8, column.dateFormat) : DateText(value.inner, column.dateFormat)
    guard let date else { return unreadable(&note) }
    cell.append(UInt8(ascii: "\""))
    date.append(hasTime: hasTime, to: &cell)
    cell.append(UInt8(ascii: "\""))
    return .value
  }

  private func unreadable(_ note: inout CellNote) -> Mark {
    note.lose(.unreadable)
    return .empty
  }
}

// MARK: Options

extension CellReader {
  private func option(_ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote) -> Mark {
    guard let place = optionPlace(value, &note) else { return .empty }
    cell.append(contentsOf: optionIDs[place])
    return .value
  }

  private func options(_ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote) -> Mark {
    var places: Set<Int> = []
    cell.append(UInt8(ascii: "["))
    value.forEachElement { element in
      guard let place = optionPlace(element, &note), places.insert(place).inserted else { return }
      if places.count > 1 { cell.append(UInt8(ascii: ",")) }
      cell.append(contentsOf: optionIDs[place])
    }
    cell.append(UInt8(ascii: "]"))
    return places.isEmpty ? .empty : .value
  }

  /// The option that a value names. A number counts as its digits.
  private func optionPlace(_ value: JSONToken, _ note: inout CellNote) -> Int? {
    let name: String
    switch value.kind {
    case .string: name = value.string
    case .number: name = String(decoding: value.bytes, as: UTF8.self)
    case .null: return nil
    default:
      note.lose(.unreadable)
      return nil
    }
    if name.isEmpty { return nil }
    if let place = optionPlaces[ExactText(name)] { return place }
    guard let usual = gridName(name, isColumn: false) else {
      note.lose(.unreadable)
      return nil
    }
    if let place = optionPlaces[ExactText(usual)] { return place }
    note.miss(usual)
    return nil
  }
}

// MARK: Lists and objects

extension CellReader {
  /// A list, or its only element. Files are objects, departments numbers or texts, all others texts.
  private func list(
    _ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote
  ) throws(CellFault) -> Mark {
    var (count, fault): (Int, CellFault?) = (0, nil)
    cell.append(UInt8(ascii: "["))
    value.forEachElement { element in
      guard fault == nil, !element.isEmpty else { return }
      let start = cell.count
      if count > 0 { cell.append(UInt8(ascii: ",")) }
      let isAppended: Bool
      switch (column.type, element.kind) {
      case (.file, .object):
        do throws(CellFault) { isAppended = try element.appendTree(nestedIn: 1, to: &cell, &note) } catch {
          fault = error
          isAppended = false
        }
      case (.file, _): isAppended = false
      case (_, .string): isAppended = element.appendString(to: &cell, &note)
      case (.department, .number): isAppended = appendShortNumber(element.bytes, to: &cell)
      default: isAppended = false
      }
      if isAppended {
        count += 1
      } else {
        cell.removeLast(cell.count - start)
        note.lose(.unreadable)
      }
    }
    if let fault { throw fault }
    cell.append(UInt8(ascii: "]"))
    return count == 0 ? .empty : .value
  }

  private func object(
    _ value: JSONToken, into cell: inout [UInt8], _ note: inout CellNote
  ) throws(CellFault) -> Mark {
    guard value.kind == .object else { return unreadable(&note) }
    guard !value.isEmptyObject else { return .empty }
    return try value.appendTree(nestedIn: 0, to: &cell, &note) ? .value : unreadable(&note)
  }
}
