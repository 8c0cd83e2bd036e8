import Ground
import Testing

@testable import Grid

/// JSON in a test's source.
func json(_ text: String) throws -> JSON { try JSON(Array(text.utf8)) }

/// A value as JSON text.
func text(_ value: some JSONEncodable) -> String { String(decoding: JSONWriter.bytes(of: value), as: UTF8.self) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A base with one table that has, beside its column `Name`, the columns given by name, type and settings.
func edit(_ columns: [(String, ColumnType, String)] = []) throws -> SchemaEdit {
  var edit = SchemaEdit(.new)
  _ = try edit.appendColumns(
    columns.map { NewColumn(name: $0.0, type: $0.1, data: try json($0.2)) }, in: .first)
  return edit
}

extension SchemaEdit {
  /// The table that a new base has.
  var first: GridTable { schema.tables[0] }

  func column(_ name: String) throws -> Column { try #require(schema.tables[0].column(name)) }
}

/// A column of its own, with settings as a client gives them.
func column(_ type: ColumnType, _ data: String = "null") throws -> Column {
  let edit = try edit([("C", type, data)])
  return try edit.column("C")
}

/// The options A to C, with the ids 1 to 3.
let someOptions = #"{"options":[{"id":"1","name":"A"},{"id":"2","name":"B"},{"id":"3","name":"C"}]}"#
