internal import Access
package import Grid
internal import Ground

/// Rows that a client sends, before it is known what they mean.
package struct NewRows: Sendable {
  /// The table.
  let table: TableName
  /// The rows, objects by the names of columns.
  let rows: [JSONSlice]
  /// Whether columns with a default have it where a row says nothing.
  let appliesDefaults: Bool
  /// Whether a request is refused that would lose something.
  let isStrict: Bool

  package init(table: TableName, rows: [JSONSlice], appliesDefaults: Bool, isStrict: Bool) {
    (self.table, self.rows, self.appliesDefaults, self.isStrict) = (table, rows, appliesDefaults, isStrict)
  }
}

/// Changes of rows that a client sends.
package struct RowChanges: Sendable {
  /// The table.
  let table: TableName
  /// The rows and what becomes of their cells. A row that comes twice is changed twice.
  let updates: [(id: RowID, row: JSONSlice)]
  /// Whether a request is refused that would lose something.
  let isStrict: Bool

  package init(table: TableName, updates: [(id: RowID, row: JSONSlice)], isStrict: Bool) {
    (self.table, self.updates, self.isStrict) = (table, updates, isStrict)
  }
}

/// Rows that were read, as the database takes them.
struct ReadRows: Sendable {
  var ids: [RowID] = []
  var rows: [RowReading] = []
  /// Options that cells name and columns lack.
  var unknownOptions: [ColumnKey: [String]] = [:]

  /// How many rows are read, or written, before others get their turn on the loop.
  static let portion = 100

  /// Reads the rows of a request for a table.
  static func read(
    _ rows: [JSONSlice], ids: [RowID]? = nil, of table: GridTable, isStrict: Bool
  ) async throws -> ReadRows {
    var reader = RowReader(table)
    var read = ReadRows()
    read.rows.reserveCapacity(rows.count)
    for (index, row) in rows.enumerated() {
      if index > 0, index.isMultiple(of: portion) { await Task.yield() }
      do throws(RowError) { read.rows.append(try reader.read(row, index: index)) } catch {
        throw GridError.badRow(error)
      }
    }
    if isStrict, let loss = reader.loss { throw GridError.lost(loss) }
    read.unknownOptions = reader.unknownOptions
    read.ids = ids ?? []
    return read
  }
}

extension [RowReading] {
  /// The cells of the rows, in their order: a JSON array.
  var cellsJSON: [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(reduce(2) { $0 + $1.cells.count + 1 })
    json.append(UInt8(ascii: "["))
    for (index, row) in enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json += row.cells
    }
    json.append(UInt8(ascii: "]"))
    return json
  }
}
