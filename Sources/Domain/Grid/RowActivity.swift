internal import Access
package import Grid
package import Ground
internal import Postgres

/// What an operation did to one row.
package struct RowActivity: Sendable {
  package let number: Int64
  package let row: RowID
  /// How many rows the operation changed.
  package let rowCount: Int64
  package let author: String
  package let app: String?
  /// `insert_row`, `modify_row` or `delete_row`.
  package let type: String
  package let time: Timestamp
  package let tableKey: String
  /// Empty if the table is gone.
  package let tableName: String
  /// What the first column of the row says now; if it is gone, what it said.
  package let rowName: JSON
  package let cells: [CellActivity]

  /// What became of a cell, as it is stored.
  package struct CellActivity: Sendable {
    package let column: Column
    /// The column's settings; of its options, those that the values name.
    package let data: JSON
    package let value: JSON
    /// Nil if the row is new.
    package let oldValue: JSON?
  }

  init(_ entry: ActivityEntry, in schema: BaseSchema) {
    (number, row, rowCount, author) = (entry.number, entry.row, entry.rowCount, entry.author)
    (app, time, tableKey) = (entry.app, entry.time, entry.table ?? "")
    let table = TableKey(tableKey).flatMap { schema.table($0) }
    tableName = table?.name ?? ""
    let (new, old): (JSON?, JSON?)
    switch entry.type {
    case "append_rows": (type, new, old) = ("insert_row", entry.content, nil)
    case "delete_rows": (type, new, old) = ("delete_row", .object([]), entry.content)
    default: (type, new, old) = ("modify_row", entry.content?["cells"], entry.content?["old"])
    }
    let name = entry.name ?? new?["0000"] ?? old?["0000"] ?? .string("")
    rowName = table?.columns.first.map { Self.shown(name, $0) } ?? name
    let cleared = entry.content?["cleared"]?.list ?? []
    cells = (table?.columns ?? []).compactMap { column in
      let (value, former) = (new?[column.key.text], old?[column.key.text])
      let isCleared = entry.type == "modify_rows" && cleared.contains(.string(column.key.text))
      guard value != nil || (entry.type == "delete_rows" && former != nil) || isCleared else { return nil }
      let isNew = entry.type == "append_rows"
      return CellActivity(
        column: column, data: Self.data(of: column, naming: [value, former]), value: value ?? .string(""),
        oldValue: isNew ? nil : former ?? .string(""))
    }
  }

  /// An option by its name.
  private static func shown(_ value: JSON, _ column: Column) -> JSON {
    guard column.type == .singleSelect, let id = value.text else { return value }
    return .string(column.options.first { $0.id == id }?.name ?? "")
  }

  /// A column may have ten thousand options, and a page of activities a hundred rows of each.
  private static func data(of column: Column, naming values: [JSON?]) -> JSON {
    guard column.type.hasOptions else { return column.data == .null ? .object([]) : column.data }
    let named = Set(values.compactMap(\.self).flatMap { $0.list ?? [$0] }.compactMap(\.text).map(ExactText.init))
    return column.data(withOptions: { named.contains(ExactText($0.id)) })
  }
}

/// An operation and one of its rows.
struct ActivityEntry: RowDecodable {
  let number: Int64
  let time: Timestamp
  let author: String
  let app: String?
  let type: String
  let table: String?
  let rowCount: Int64
  let row: RowID
  let content: JSON?
  let name: JSON?

  init(_ row: Row) throws(PostgresError) {
    number = try row["op_id"]
    time = try row["at"]
    author = try row["author"]
    app = try row["app"]
    type = try row["op_type"]
    table = try row["table_key"]
    rowCount = try row["row_count"]
    self.row = try row["id"]
    content = (try row["content"] as [UInt8]?).flatMap { try? JSON($0) }
    name = (try row["name"] as [UInt8]?).flatMap { try? JSON($0) }
  }
}

extension JSON {
  /// The elements of an array; nil if it is none.
  fileprivate var list: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
}
