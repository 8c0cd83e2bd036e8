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
  public init(_ json: JSON) throws(SchemaError) { fatalError("unfinished") }
}

extension SchemaEdit {
  /// Adds a table. The first of the columns gets the key `0000`; if there are none, the table has one named `Name`.
  public mutating func createTable(named name: String, columns: [NewColumn] = []) throws(SchemaError) -> GridTable {
    fatalError("unfinished")
  }

  /// Gives a table another name.
  public mutating func renameTable(_ table: TableKey, to name: String) throws(SchemaError) {
    fatalError("unfinished")
  }

  /// Removes a table, its rows, its links, and the columns of other tables that are linked with it.
  public mutating func deleteTable(_ table: TableKey) throws(SchemaError) { fatalError("unfinished") }

  /// Adds a copy of a table, named `X(copy)`, without its links: columns of the types link and link-formula are not
  /// copied. All other columns keep their keys, so that a row's cells can be copied as they are, but for those of the
  /// columns that the copy does not have.
  public mutating func duplicateTable(_ table: TableKey) throws(SchemaError) -> GridTable {
    fatalError("unfinished")
  }
}

extension SchemaEdit {
  /// Adds a column, right of its anchor or at the end. A link column gets its counterpart in the other table.
  public mutating func insertColumn(_ column: NewColumn, in table: TableKey) throws(SchemaError) -> Column {
    fatalError("unfinished")
  }

  /// Adds several columns, all or none, but no links and no formulas.
  public mutating func appendColumns(
    _ columns: [NewColumn], in table: TableKey
  ) throws(SchemaError) -> [Column] {
    fatalError("unfinished")
  }

  /// Gives a column another name.
  public mutating func renameColumn(
    _ nameOrKey: String, in table: TableKey, to name: String
  ) throws(SchemaError) -> Column {
    fatalError("unfinished")
  }

  /// Gives a column another width, in pixels: 1 to 10,000.
  public mutating func resizeColumn(
    _ nameOrKey: String, in table: TableKey, to width: Int64
  ) throws(SchemaError) -> Column {
    fatalError("unfinished")
  }

  /// Keeps a column in view, or no longer.
  public mutating func freezeColumn(
    _ nameOrKey: String, in table: TableKey, _ frozen: Bool
  ) throws(SchemaError) -> Column {
    fatalError("unfinished")
  }

  /// Puts a column right of another one. The first column stays where it is.
  public mutating func moveColumn(
    _ nameOrKey: String, in table: TableKey, rightOf target: String
  ) throws(SchemaError) -> Column {
    fatalError("unfinished")
  }

  /// Gives a column another type, or its type other settings. The cells are converted as far as that is possible.
  public mutating func retypeColumn(
    _ nameOrKey: String, in table: TableKey, to type: ColumnType, data: JSON = .null
  ) throws(SchemaError) -> Column {
    fatalError("unfinished")
  }

  /// Removes a column and its cells; the first column stays. With a link column its counterpart and its links go.
  public mutating func deleteColumn(_ nameOrKey: String, in table: TableKey) throws(SchemaError) {
    fatalError("unfinished")
  }
}

extension SchemaEdit {
  /// Adds options to a select column. Each wish is an object with `name` and perhaps `color`, `textColor`,
  /// `borderColor` and `id`. A name that the column has already is passed over. The result has an option for each wish.
  public mutating func addOptions(
    _ options: [JSON], to nameOrKey: String, in table: TableKey
  ) throws(SchemaError) -> [SelectOption] {
    fatalError("unfinished")
  }

  /// Adds options with these names, for cells that name them. A name that the column has already is passed over.
  public mutating func addOptions(
    named names: [String], to column: ColumnKey, in table: TableKey
  ) throws(SchemaError) -> [SelectOption] {
    fatalError("unfinished")
  }

  /// Changes names and colours of options, each given by its `id`. The result has the changed options.
  public mutating func changeOptions(
    _ changes: [JSON], of nameOrKey: String, in table: TableKey
  ) throws(SchemaError) -> [SelectOption] {
    fatalError("unfinished")
  }

  /// Removes the options with these names. Names that the column does not have are passed over.
  public mutating func deleteOptions(
    named names: [String], of nameOrKey: String, in table: TableKey
  ) throws(SchemaError) {
    fatalError("unfinished")
  }

  /// Says which options of a child column belong to each option of its parent column. `settings` is an object: name of
  /// an option of the parent: array of names of options of the child.
  public mutating func setCascade(
    parent: String, child: String, settings: JSON, in table: TableKey
  ) throws(SchemaError) {
    fatalError("unfinished")
  }
}

/// A change of a view. What is nil stays as it is.
public struct ViewChange: Sendable {
  /// The new name.
  public var name: String?
  /// Whether the view is locked.
  public var isLocked: Bool?
  /// How its filters are joined.
  public var conjunction: Conjunction?
  /// Its filters; empty objects among them are left out.
  public var filters: [JSON]?
  /// Its sorts; empty objects among them are left out.
  public var sorts: [JSON]?
  /// Its groupings; empty objects among them are left out.
  public var groupBys: [JSON]?
  /// The keys of the columns that it hides.
  public var hiddenColumns: [String]?

  /// Makes a change of nothing.
  public init() {}

  /// Reads the members `name`, `is_locked`, `filter_conjunction`, `filters`, `sorts`, `groupbys` and `hidden_columns`.
  public init(_ json: JSON) throws(SchemaError) { fatalError("unfinished") }
}

extension SchemaEdit {
  /// Adds a view that shows everything. The type is `table` (nil and the empty text mean that), or `archive`.
  public mutating func createView(
    named name: String, type: String?, isLocked: Bool, in table: TableKey
  ) throws(SchemaError) -> GridView {
    fatalError("unfinished")
  }

  /// Changes a view.
  public mutating func changeView(
    _ view: ViewKey, in table: TableKey, _ change: ViewChange
  ) throws(SchemaError) -> GridView {
    fatalError("unfinished")
  }

  /// Removes a view.
  public mutating func deleteView(_ view: ViewKey, in table: TableKey) throws(SchemaError) {
    fatalError("unfinished")
  }
}
