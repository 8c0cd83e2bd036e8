public import Ground

/// A table of a base: what the metadata say of it. Its rows are elsewhere.
public struct GridTable: Sendable, Equatable {
  /// The key, unique in the base.
  public let key: TableKey
  /// The name, unique in the base, in Unicode normalization form C.
  public internal(set) var name: String
  /// The columns, in their order. There is at least one, and the first one has the key `0000`.
  public internal(set) var columns: [Column]
  /// The views, in their order. There is at least one.
  public internal(set) var views: [GridView]

  init(key: TableKey, name: String, columns: [Column], views: [GridView]) {
    (self.key, self.name, self.columns, self.views) = (key, name, columns, views)
  }

  /// Reads a table as the database has it: the arrays of columns and of views are what `columnsJSON` and `viewsJSON`
  /// are. Nil if it is none.
  public init?(key: String, name: String, columns: [UInt8], views: [UInt8]) {
    guard let key = TableKey(key), let columns = try? JSON(columns).elements, let views = try? JSON(views).elements
    else { return nil }
    let table = GridTable(
      key: key, name: name, columns: columns.compactMap(Column.init), views: views.compactMap(GridView.init))
    guard table.columns.count == columns.count, table.views.count == views.count, !columns.isEmpty, !views.isEmpty
    else { return nil }
    self = table
  }

  /// The columns, as the database keeps them: a JSON array.
  public var columnsJSON: [UInt8] { JSONArray(columns).bytes }

  /// The views, as the database keeps them: a JSON array.
  public var viewsJSON: [UInt8] { JSONArray(views).bytes }

  /// The column with this name, or else with this key.
  public func column(_ nameOrKey: String) -> Column? { columnPlace(nameOrKey).map { columns[$0] } }

  /// The column with this key.
  public func column(_ key: ColumnKey) -> Column? { columns.first { $0.key == key } }

  /// The view with this name, or else with this key.
  public func view(_ nameOrKey: String) -> GridView? { view(name: nameOrKey, key: nameOrKey) }

  /// The view with this name, or else the one with this key; for requests that may give either or both. Nil if there is
  /// no such view.
  public func view(name: String?, key: String?) -> GridView? {
    named(name, among: views, \.name) ?? key.flatMap(ViewKey.init).flatMap { key in views.first { $0.key == key } }
  }

  /// The columns that a view shows, in their order.
  public func columns(shownBy view: GridView) -> [Column] {
    let hidden = Set(view.hiddenColumns.map(ExactText.init))
    return columns.filter { !hidden.contains(ExactText($0.key.text)) }
  }

  /// The table as the metadata show it, given the last number of each column of automatic numbers.
  public func with(lastNumbers: [ColumnKey: Int64]) -> GridTable {
    var table = self
    for place in columns.indices where columns[place].type == .autoNumber {
      guard let number = lastNumbers[columns[place].key] else { continue }
      table.columns[place].data = columns[place].data.with("max_used_auto_number", .of(number))
    }
    return table
  }

  func columnPlace(_ nameOrKey: String) -> Int? {
    let name = ExactText(normalized(nameOrKey))
    return columns.firstIndex { ExactText($0.name) == name }
      ?? ColumnKey(nameOrKey).flatMap { key in columns.firstIndex { $0.key == key } }
  }
}

/// The first element with a name. Names are in normalization form C, whatever form the wanted one was sent in.
func named<Element>(_ name: String?, among elements: [Element], _ nameOf: (Element) -> String) -> Element? {
  guard let name = name.map({ ExactText(normalized($0)) }) else { return nil }
  return elements.first { ExactText(nameOf($0)) == name }
}

/// Values that are written as one array.
struct JSONArray<Element: JSONEncodable>: JSONEncodable {
  let elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  var bytes: [UInt8] { JSONWriter.bytes(of: self) }

  func write(to json: inout JSONWriter) { json.array(elements) }
}

extension GridTable: JSONEncodable {
  /// Writes the table as the metadata have it.
  public func write(to json: inout JSONWriter) { json.object { add(to: &$0) } }

  /// Writes the table as answers of creation and of duplication have it: with `rows` and `id_row_map`. Each row is an
  /// object as a `RowWriter` writes it.
  public func write(withRows rows: [(id: RowID, row: [UInt8])], to json: inout JSONWriter) {
    json.object { json in
      add(to: &json)
      json.add("rows", rows.map { JSONText($0.row) })
      json.add("id_row_map") { map in for row in rows { map.add(named: row.id.text, JSONText(row.row)) } }
      json.add("view_structure") { structure in
        structure.add("folders", [String]())
        structure.add("view_ids", views.map(\.key))
      }
    }
  }

  /// A table with all of its rows, a JSON array.
  public struct Whole: JSONEncodable {
    private let table: GridTable
    private let rows: [UInt8]

    /// Joins a table with its rows.
    public init(table: GridTable, rows: [UInt8]) { (self.table, self.rows) = (table, rows) }

    /// Writes the table as the metadata have it, with `rows`.
    public func write(to json: inout JSONWriter) {
      json.object { json in
        table.add(to: &json)
        json.add("rows", JSONText(rows))
      }
    }
  }

  private func add(to json: inout JSONWriter.Members) {
    json.add("_id", key)
    json.add("name", name)
    json.add("is_header_locked", false)
    json.add("header_settings") { _ in }
    json.add("summary_configs") { _ in }
    json.add("columns", columns)
    json.add("views", views)
  }
}

/// Bytes that are JSON already.
struct JSONText: JSONEncodable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func write(to json: inout JSONWriter) { json.raw(bytes) }
}
