public import Ground

/// Changes of a base's schema, one after the other, and what they ask of the database. Each change is whole or refused;
/// a refused one leaves everything as it was.
public struct SchemaEdit: Sendable {
  /// The schema after the changes so far.
  public internal(set) var schema: BaseSchema
  /// The tables that were made or changed, each once, without those that are gone. They must be stored anew.
  public internal(set) var changedTables: [TableKey] = []
  /// The tables that are gone.
  public internal(set) var deletedTables: [TableKey] = []
  /// What must be done to rows and links, in this order.
  public internal(set) var rowChanges: [RowChange] = []

  /// Begins with a schema as it is.
  public init(_ schema: BaseSchema) { self.schema = schema }
}

/// What a change of the schema asks of stored rows and links, in the same transaction.
public enum RowChange: Sendable, Equatable {
  /// All rows of a table go.
  case deleteRows(TableKey)
  /// All pairs of a link go.
  case deleteLinks(LinkKey)
  /// A column's cells go.
  case deleteCells(ColumnKey, TableKey)
  /// A column's cells lose these options: a cell of a single-select column goes, the array of a multiple-select column
  /// gets shorter, and goes if nothing is left.
  case deleteOptions([String], Column, TableKey)
  /// A column's cells become what `CellConversion` says.
  case convertCells(CellConversion, TableKey)
  /// The rows of a table are numbered from 1, in their order, in this column of automatic numbers.
  case numberRows(Column, TableKey)
}

/// A column that somebody wants to have.
public struct NewColumn: Sendable, Equatable {
  /// The wanted name.
  public var name: String
  /// What the cells hold.
  public var type: ColumnType
  /// The settings of the type as a client writes them, or null.
  public var data: JSON
  /// The name or key of the column that shall stand left of it; nil puts it at the end.
  public var anchor: String?

  /// Makes the wish.
  public init(name: String, type: ColumnType, data: JSON = .null, anchor: String? = nil) {
    (self.name, self.type, self.data, self.anchor) = (name, type, data, anchor)
  }

  /// Reads the members `column_name`, `column_type`, `column_data` and `anchor_column`.
  public init(_ json: JSON) throws(SchemaError) {
    guard let name = json["column_name"]?.text else { throw .invalid(field: "column_name") }
    guard let word = json["column_type"]?.text else { throw .invalid(field: "column_type") }
    guard let type = ColumnType(rawValue: word) else { throw .unknownType(word) }
    self.init(name: name, type: type, data: json["column_data"] ?? .null)
    switch json["anchor_column"] {
    case nil, .null: break
    case .string(let text): anchor = text.isEmpty ? nil : text
    default: throw .invalid(field: "anchor_column")
    }
  }
}

// MARK: Places

extension SchemaEdit {
  func tablePlace(_ key: TableKey) throws(SchemaError) -> Int {
    guard let place = schema.tables.firstIndex(where: { $0.key == key }) else { throw .tableNotFound(key.text) }
    return place
  }

  func columnPlace(_ nameOrKey: String, inTableAt table: Int) throws(SchemaError) -> Int {
    guard let place = schema.tables[table].columnPlace(nameOrKey) else { throw .columnNotFound(nameOrKey) }
    return place
  }

  /// Notes that a table must be stored anew.
  mutating func touch(_ table: TableKey) {
    if !changedTables.contains(table) { changedTables.append(table) }
  }

  /// Puts a changed column in its place, and tells the columns that show it.
  mutating func put(_ column: Column, _ place: Int, inTableAt table: Int) {
    guard schema.tables[table].columns[place] != column else { return }
    schema.tables[table].columns[place] = column
    touch(schema.tables[table].key)
    refresh(showing: column, of: schema.tables[table].key)
  }
}

/// The wanted name, or the first of "name (1)", "name (2)", … that is not taken.
func freeName(like wanted: String, unless isTaken: (String) -> Bool) -> String {
  if !isTaken(wanted) { return wanted }
  for number in 1... {
    let end = " (\(number))"
    let start = String(String.UnicodeScalarView(wanted.unicodeScalars.prefix(GridLimit.name - end.utf8.count)))
    if !isTaken(start + end) { return start + end }
  }
  return wanted  // never
}
