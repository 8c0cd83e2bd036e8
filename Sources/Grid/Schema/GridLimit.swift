public import Ground

/// How much a schema may hold. SeaTable has the first three limits; the others keep what a client sends bounded.
public enum GridLimit {
  /// Tables of a base.
  public static let tables = 200
  /// Columns of a table.
  public static let columns = 500
  /// Views of a table.
  public static let views = 200
  /// Options of a column.
  public static let options = 10_000
  /// Filters, sorts and groupings of a view, each.
  public static let conditions = 100
  /// Characters (Unicode scalars) of a name.
  public static let name = 255
  /// Bytes of the settings of a column, options not counted, and of the conditions of a view.
  public static let settings = 64 << 10
  /// Bytes of all columns and views of a base, with their options: whoever changes or shows one reads all of them.
  public static let schema = 8 << 20
  /// Bytes of a cell, as canonical JSON.
  public static let cell = 1 << 20
  /// How deeply arrays and objects may be nested in a cell.
  public static let depth = 16
}

/// Why a schema cannot be changed so.
public enum SchemaError: Error, Sendable, Equatable {
  /// No table has the name or key.
  case tableNotFound(String)
  /// No view of the table has the name or key.
  case viewNotFound(String)
  /// No column of the table has the name or key.
  case columnNotFound(String)
  /// No option of the column has the name or id.
  case optionNotFound(String)
  /// Another table has the name.
  case tableExists(String)
  /// Another view of the table has the name.
  case viewExists(String)
  /// Another column of the table has the name.
  case columnExists(String)
  /// Two options of a column would have the name or the id.
  case optionExists(String)
  /// The text cannot be a name: too long, empty, invisible, or, for a column, with one of `.{}` and a backtick.
  case invalidName(String)
  /// A field has a value that it cannot have. The name is the wire's.
  case invalid(field: String)
  /// The settings of a column do not fit its type. The JSON is what was sent.
  case columnData(JSON)
  /// There is no such type of column.
  case unknownType(String)
  /// The table's first column cannot be this, or cannot be changed so.
  case firstColumn
  /// Links are not changed into anything else, and nothing into a link.
  case linkColumn
  /// The column has no options.
  case noOptions(String)
  /// The last table of a base, or the last view of a table, stays.
  case last
  /// There would be more than this many.
  case tooMany(Counted, Int)

  /// What there can be too many of.
  public enum Counted: String, Sendable {
    case tables, columns, views, options, conditions
  }
}
