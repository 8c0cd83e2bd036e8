public import Ground

/// A row as the database has it.
public struct StoredRow: Sendable {
  /// The key.
  public var id: RowID
  /// When it was made.
  public var created: Timestamp
  /// When it was changed last.
  public var modified: Timestamp
  /// The address of whoever made it.
  public var creator: String
  /// The address of whoever changed it last.
  public var modifier: String
  /// The name of whoever locked it; nil if nobody has.
  public var lockedBy: String?
  /// The stored cells: a JSON object by column key, as PostgreSQL writes `jsonb`.
  public var cells: [UInt8]
  /// The cells of link columns, each as the wire has it: an array of `{"row_id":…,"display_value":…}`. Link columns that
  /// are not in it are written as `[]`.
  public var links: [(column: ColumnKey, cell: [UInt8])]

  /// Makes a row.
  public init(
    id: RowID, created: Timestamp, modified: Timestamp, creator: String, modifier: String, lockedBy: String? = nil,
    cells: [UInt8], links: [(column: ColumnKey, cell: [UInt8])] = []
  ) {
    (self.id, self.created, self.modified, self.creator, self.modifier) = (id, created, modified, creator, modifier)
    (self.lockedBy, self.cells, self.links) = (lockedBy, cells, links)
  }
}

/// Writes rows of one table as JSON. Every row has `_id`, `_ctime`, `_mtime`, `_creator` and `_last_modifier`, and but
/// in the form `.stored` also `_locked`, `_locked_by`, `_archived`, and all columns that are to be shown. Buttons are
/// never shown; formulas are null, since nothing evaluates them yet.
public struct RowWriter: Sendable {
  private enum Content: Sendable {
    case stored(CellWriter)
    case links(ColumnKey)
    case created, modified, creator, modifier, null
  }

  private struct RowSlot: Sendable {
    /// `,"Name":`
    let prefix: [UInt8]
    let content: Content
    let key: UInt32
  }

  private let slots: [RowSlot]
  /// The slots that show stored cells, in the order of their keys: PostgreSQL's order of the members of a row's cells.
  private let order: [(key: UInt32, place: Int)]
  private let form: RowForm

  /// Prepares for a table, or for those of its columns that a view shows.
  public init(_ table: GridTable, columns: [Column]? = nil, form: RowForm) {
    self.form = form
    let slots = (columns ?? table.columns).compactMap { Self.slot(for: $0, form) }
    self.slots = slots
    order = slots.enumerated().filter { $1.key > 0 }.map { ($1.key, $0) }.sorted { $0.0 < $1.0 }
  }

  private static func slot(for column: Column, _ form: RowForm) -> RowSlot? {
    let content: Content? =
      switch column.type {
      case .button: nil
      case .link: form == .stored ? nil : .links(column.key)
      case .formula, .linkFormula: form == .stored ? nil : .null
      // Their keys are the names under which every row has them.
      case .creator: form == .names ? .creator : nil
      case .lastModifier: form == .names ? .modifier : nil
      case .ctime: form == .names ? .created : nil
      case .mtime: form == .names ? .modified : nil
      default: .stored(CellWriter(column, form: form))
      }
    guard let content else { return nil }
    let name = form == .names ? column.name : column.key.text
    return RowSlot(
      prefix: [UInt8(ascii: ",")] + jsonBytes(name) + [UInt8(ascii: ":")], content: content,
      key: column.type.isStored ? Self.number(Array(column.key.text.utf8), 0) : 0)
  }

  /// The four bytes of a key as a number, which sorts as the key does. 0 if there are fewer.
  private static func number(_ bytes: [UInt8], _ start: Int) -> UInt32 {
    guard start + 4 <= bytes.count else { return 0 }
    return UInt32(bytes[start]) << 24 | UInt32(bytes[start + 1]) << 16 | UInt32(bytes[start + 2]) << 8
      | UInt32(bytes[start + 3])
  }

  /// Appends a row as a JSON object.
  public func append(_ row: StoredRow, to json: inout [UInt8]) {
    json.append(contentsOf: RowPart.id)
    row.id.append(to: &json)
    json.append(contentsOf: RowPart.created)
    append(row.created, to: &json)
    json.append(contentsOf: RowPart.modified)
    append(row.modified, to: &json)
    json.append(contentsOf: RowPart.creator)
    append(row.creator, to: &json)
    json.append(contentsOf: RowPart.modifier)
    append(row.modifier, to: &json)
    switch (form, row.lockedBy) {
    case (.stored, _): break
    case (_, nil): json.append(contentsOf: RowPart.unlocked)
    case (_, let name?):
      json.append(contentsOf: RowPart.locked)
      append(name, to: &json)
      json.append(contentsOf: RowPart.unarchived)
    }
    appendCells(of: row, to: &json)
    json.append(UInt8(ascii: "}"))
  }

  private func appendCells(of row: StoredRow, to json: inout [UInt8]) {
    let places = places(of: row.cells)
    var nextLink = 0
    for place in slots.indices {
      if form == .stored, places[place].isEmpty { continue }
      json.append(contentsOf: slots[place].prefix)
      switch slots[place].content {
      case .stored(let writer):
        if places[place].isEmpty {
          json.append(contentsOf: nullBytes)
        } else {
          writer.append(row.cells, places[place], to: &json)
        }
      case .links(let key):
        // They mostly come in the order of the columns.
        if nextLink >= row.links.count || row.links[nextLink].column != key {
          nextLink = row.links.firstIndex { $0.column == key } ?? row.links.count
        }
        json.append(contentsOf: nextLink < row.links.count ? row.links[nextLink].cell : emptyList)
        nextLink += 1
      case .created: append(row.created, to: &json)
      case .modified: append(row.modified, to: &json)
      case .creator: append(row.creator, to: &json)
      case .modifier: append(row.modifier, to: &json)
      case .null: json.append(contentsOf: nullBytes)
      }
    }
  }

  /// Where the cells of the slots stand; an empty range if a cell is empty.
  private func places(of cells: [UInt8]) -> [Range<Int>] {
    var places = Array(repeating: 0..<0, count: slots.count)
    var walk = JSONWalk(cells)
    var next = 0
    guard walk.enter() else { return places }
    repeat {
      let name = walk.name()
      let value = walk.value()
      guard name.count == 6 else { continue }
      let key = Self.number(cells, name.lowerBound + 1)
      // Both are sorted, so this goes through the columns once.
      while next < order.count, order[next].key < key { next += 1 }
      if next == order.count || order[next].key != key {
        guard let found = slot(with: key) else { continue }
        next = found
      }
      places[order[next].place] = value
    } while walk.more()
    return places
  }

  /// For cells that are not sorted.
  private func slot(with key: UInt32) -> Int? {
    var range = order.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if order[middle].key == key { return middle }
      range = order[middle].key < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  private func append(_ time: Timestamp, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    time.append(rowTimeTo: &json)
    json.append(UInt8(ascii: "\""))
  }

  private func append(_ text: String, to json: inout [UInt8]) {
    // Addresses and most names need no escaping.
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
      for byte in bytes where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
      json.append(UInt8(ascii: "\""))
      json.append(contentsOf: bytes)
      json.append(UInt8(ascii: "\""))
      return true
    }
    if isPlain != true { json.append(contentsOf: jsonBytes(text)) }
  }
}

/// What all rows have, as bytes.
private enum RowPart {
  static let id = Array(#"{"_id":""#.utf8)
  static let created = Array(#"","_ctime":"#.utf8)
  static let modified = Array(#","_mtime":"#.utf8)
  static let creator = Array(#","_creator":"#.utf8)
  static let modifier = Array(#","_last_modifier":"#.utf8)
  static let unlocked = Array(#","_locked":null,"_locked_by":null,"_archived":false"#.utf8)
  static let locked = Array(#","_locked":true,"_locked_by":"#.utf8)
  static let unarchived = Array(#","_archived":false"#.utf8)
}

private let emptyList = Array("[]".utf8)
