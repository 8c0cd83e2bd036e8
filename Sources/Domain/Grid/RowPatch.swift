internal import Grid
internal import Ground

/// What becomes of the cells of a row.
struct RowPatch {
  let id: RowID
  /// The cells that are set, a JSON object.
  let cells: [UInt8]
  /// The columns whose cells are emptied.
  let cleared: Set<ColumnKey>

  /// The changes of a request, one for each row: what comes later counts.
  static func list(of read: ReadRows) -> [RowPatch] {
    var places: [RowID: Int] = [:]
    var rows: [(id: RowID, readings: [RowReading])] = []
    for (id, row) in zip(read.ids, read.rows) {
      if let place = places[id] {
        rows[place].readings.append(row)
      } else {
        places[id] = rows.count
        rows.append((id, [row]))
      }
    }
    return rows.map { RowPatch($0.id, $0.readings) }
  }

  /// Joins the changes of a row, each of which is read once.
  private init(_ id: RowID, _ readings: [RowReading]) {
    self.id = id
    cleared = readings.reduce(into: []) { $0.formUnion($1.cleared) }
    guard readings.count > 1 else {
      cells = readings.first?.cells ?? Array("{}".utf8)
      return
    }
    var latest: [ExactText: (name: String, value: JSONSlice)] = [:]
    for reading in readings {
      for column in reading.cleared { latest[ExactText(column.text)] = nil }
      // They were read, so they are JSON objects without a name twice.
      for member in (try? JSONSlice(reading.cells).members()) ?? [] { latest[ExactText(member.name)] = member }
    }
    var json: [UInt8] = [UInt8(ascii: "{")]
    for member in latest.values {
      if json.count > 1 { json.append(UInt8(ascii: ",")) }
      json += "\"\(member.name)\":".utf8  // the key of a column
      json += member.value.bytes
    }
    json.append(UInt8(ascii: "}"))
    cells = json
  }

  /// The changes as a JSON array, for a statement.
  static func json(of patches: [RowPatch]) -> [UInt8] {
    var json: [UInt8] = [UInt8(ascii: "[")]
    for (index, patch) in patches.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json += #"{"i":""#.utf8
      patch.id.append(uuidTo: &json)
      json += #"","d":""#.utf8
      json += patch.cleared.map(\.text).joined(separator: ",").utf8
      json += #"","c":"#.utf8
      json += patch.cells
      json.append(UInt8(ascii: "}"))
    }
    json.append(UInt8(ascii: "]"))
    return json
  }
}
