public import Ground

/// A client's row, read.
public struct RowReading: Sendable, Equatable {
  /// The cells that the row sets: a JSON object by column key, canonical. `{}` if it sets none.
  public internal(set) var cells = Array("{}".utf8)
  /// The columns whose cells it empties.
  public internal(set) var cleared: [ColumnKey] = []
  /// Whether it names any column of the table at all, if only one that clients do not write.
  public internal(set) var isKnown = false
  /// The places of the columns that it names, among the table's.
  var named: [Int] = []

  /// The keys of the columns whose cells it empties, as a JSON array.
  public var clearedJSON: [UInt8] { JSONArray(cleared).bytes }

  /// Sets its number in a column of automatic numbers.
  public mutating func add(number: Int64, to column: Column, at time: Timestamp) {
    if let numbers = column.autoNumber { add(jsonBytes(numbers.text(number, at: time)), to: column.key) }
  }

  /// Sets a cell that it has not set. The cell is canonical JSON.
  mutating func add(_ cell: some Sequence<UInt8>, to column: ColumnKey) {
    cells.removeLast()
    if cells.count > 1 { cells.append(UInt8(ascii: ",")) }
    cells.append(contentsOf: "\"\(column.text)\":".utf8)
    cells.append(contentsOf: cell)
    cells.append(UInt8(ascii: "}"))
  }
}

/// Reads the rows of one request. Columns are given by their names.
public struct RowReader: Sendable {
  /// The first thing that was lost; nil if nothing was.
  public private(set) var loss: CellLoss?
  /// The names that are not options yet, by column, each once, in the order in which they came. They are missing in the
  /// cells: add them to the columns, and read the rows again. If they are more than a column can have, not all of them.
  public private(set) var unknownOptions: [ColumnKey: [String]] = [:]

  private let readers: [CellReader]
  /// `"0000":` for each column.
  private let prefixes: [[UInt8]]
  private let places: [ExactText: Int]
  private var seenNames: Set<UnknownName> = []
  /// The names of the row before, as bytes: the next one mostly has the same.
  private var expected: [(name: [UInt8], place: Int?)] = []
  /// For each column the number of the last row that named it.
  private var lastRow: [Int]
  private var row = 0

  private struct UnknownName: Hashable {
    let column: Int
    let name: ExactText
  }

  /// Prepares for a table.
  public init(_ table: GridTable) {
    readers = table.columns.map(CellReader.init)
    prefixes = table.columns.map { Array("\"\($0.key.text)\":".utf8) }
    places = Dictionary(
      table.columns.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    lastRow = Array(repeating: 0, count: table.columns.count)
  }

  /// Reads the next row, whose index in the request is `index`.
  public mutating func read(_ row: JSONSlice, index: Int) throws(RowError) -> RowReading {
    guard row.isObject else { throw .notObject(row: index) }
    self.row += 1
    var reading = RowReading()
    reading.cells.reserveCapacity(row.range.count + 16)
    reading.cells.removeLast()
    var walk = JSONWalk(row.text, at: row.range.lowerBound)
    var number = 0
    if walk.enter() {
      repeat {
        let name = walk.name()
        let value = walk.value()
        if let place = place(of: name, number, in: row.text, index) {
          guard lastRow[place] != self.row else {
            throw .duplicateName(row: index, column: jsonString(row.text, name))
          }
          lastRow[place] = self.row
          reading.named.append(place)
          try cell(place, row.text, value, index, into: &reading)
        }
        number += 1
      } while walk.more()
    }
    reading.cells.append(UInt8(ascii: "}"))
    reading.isKnown = !reading.named.isEmpty
    return reading
  }

  /// The column with the name that stands at a place; nil if there is none.
  private mutating func place(of name: Range<Int>, _ number: Int, in text: [UInt8], _ index: Int) -> Int? {
    if number < expected.count, text[name].elementsEqual(expected[number].name) {
      return expected[number].place  // its loss was noted with the row before
    }
    let string = jsonString(text, name)
    var place = places[ExactText(string)]
    if place == nil, !string.utf8.isASCII, let usual = normalized(string, upTo: GridLimit.name) {
      place = places[ExactText(usual)]
    }
    if place == nil { note(systemNames.contains(ExactText(string)) ? .readOnly : .unknownColumn, name, text, index) }
    let known = (name: Array(text[name]), place: place)
    if number < expected.count {
      expected[number] = known
    } else if number == expected.count, number < GridLimit.columns {
      expected.append(known)
    }
    return place
  }

  private mutating func cell(
    _ place: Int, _ text: [UInt8], _ value: Range<Int>, _ index: Int, into reading: inout RowReading
  ) throws(RowError) {
    let start = reading.cells.count
    if start > 1 { reading.cells.append(UInt8(ascii: ",")) }
    reading.cells.append(contentsOf: prefixes[place])
    var note = CellNote()
    let mark: CellReader.Mark
    do { mark = try readers[place].read(text, value, into: &reading.cells, &note) } catch {
      switch error {
      case .tooLarge: throw .cellTooLarge(row: index, column: readers[place].column.name)
      case .tooDeep: throw .cellTooDeep(row: index, column: readers[place].column.name)
      }
    }
    if mark != .value { reading.cells.removeLast(reading.cells.count - start) }
    if mark == .empty { reading.cleared.append(readers[place].column.key) }
    guard let reason = note.loss else { return }
    if loss == nil { loss = CellLoss(row: index, column: readers[place].column.name, reason: reason) }
    let key = readers[place].column.key
    for name in note.unknownOptions where unknownOptions[key, default: []].count <= GridLimit.options {
      guard seenNames.insert(UnknownName(column: place, name: ExactText(name))).inserted else { continue }
      unknownOptions[key, default: []].append(name)
    }
  }

  private mutating func note(_ reason: CellLoss.Reason, _ name: Range<Int>, _ text: [UInt8], _ index: Int) {
    if loss == nil { loss = CellLoss(row: index, column: jsonString(text, name), reason: reason) }
  }
}
