public import Ground

/// Writes the rows of a result of clients' SQL, each of which is stored as a JSON array, as JSON objects.
public struct ResultWriter: Sendable {
  /// What stands at a place of the array.
  public enum ResultContent: Sendable {
    /// A stored cell, or null.
    case cell(CellWriter)
    /// A list of linked rows, `{"row_id":…,"display_value":…}`, whose values are stored cells; null for an empty one.
    case links(CellWriter)
    /// A list of stored cells; null for an empty one.
    case list(CellWriter)
    /// What is written as it is.
    case json
  }

  private let slots: [(prefix: [UInt8], content: ResultContent)]

  /// Prepares for results with these members.
  public init(_ members: [(name: String, content: ResultContent)]) {
    slots = members.enumerated().map { place, member in
      ([UInt8(ascii: place == 0 ? "{" : ",")] + jsonBytes(member.name) + [UInt8(ascii: ":")], member.content)
    }
  }

  /// Appends a row.
  public func append(_ row: [UInt8], to json: inout [UInt8]) {
    var walk = JSONWalk(row)
    var isMore = walk.enter()
    for slot in slots {
      json.append(contentsOf: slot.prefix)
      append(isMore ? JSONToken(row, walk.value()) : JSONToken(row, 0..<0), slot.content, to: &json)
      isMore = isMore && walk.more()
    }
    json.append(UInt8(ascii: "}"))
  }

  private func append(_ value: JSONToken, _ content: ResultContent, to json: inout [UInt8]) {
    switch content {
    case .cell(let writer): append(value, by: writer, to: &json)
    case .links(let writer):
      appendList(value, to: &json) { row, json in
        json.append(contentsOf: "{\"row_id\":".utf8)
        json.append(contentsOf: row.member("row_id")?.bytes ?? nullBytes[...])
        json.append(contentsOf: ",\"display_value\":".utf8)
        append(row.member("display_value"), by: writer, to: &json)
        json.append(UInt8(ascii: "}"))
      }
    case .list(let writer): appendList(value, to: &json) { append($0, by: writer, to: &$1) }
    case .json: json.append(contentsOf: value.place.isEmpty ? nullBytes[...] : value.bytes)
    }
  }

  private func append(_ value: JSONToken?, by writer: CellWriter, to json: inout [UInt8]) {
    guard let value, value.kind != .null else { return json.append(contentsOf: nullBytes) }
    writer.append(value.text, value.place, to: &json)
  }

  private func appendList(
    _ value: JSONToken, to json: inout [UInt8], _ element: (JSONToken, inout [UInt8]) -> Void
  ) {
    json.append(UInt8(ascii: "["))
    var isFirst = true
    if value.kind == .array {
      value.forEachElement {
        if !isFirst { json.append(UInt8(ascii: ",")) }
        isFirst = false
        element($0, &json)
      }
    }
    json.append(UInt8(ascii: "]"))
  }
}

/// A column of a result, as its metadata have it.
public struct ResultColumn: Sendable, JSONEncodable {
  private enum ResultOrigin: Sendable {
    case column(Column)
    case calculated(type: ColumnType, data: JSON)
  }

  private let key: String
  private let name: String
  private let origin: ResultOrigin

  /// A column of a table, by what it is called in the result.
  public init(_ column: Column, key: String, name: String) {
    (self.key, self.name, origin) = (key, name, .column(column))
  }

  /// Something calculated, whose values are like those of columns of a type.
  public init(calculated type: ColumnType, data: JSON = .null, key: String, name: String) {
    (self.key, self.name, origin) = (key, name, .calculated(type: type, data: data))
  }

  /// Writes the wire's object of a column. What is calculated has only a key, a name, a type and its data.
  public func write(to json: inout JSONWriter) {
    switch origin {
    case .column(let column): column.write(to: &json, key: key, name: name)
    case .calculated(let type, let data):
      json.object {
        $0.add("key", key)
        $0.add("type", type.rawValue)
        $0.add("name", name)
        $0.add("data", data)
      }
    }
  }
}
