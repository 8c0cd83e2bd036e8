public import Ground

/// A table of a base: what the metadata say of it. Its rows are elsewhere.
public struct GridTable: Sendable, Equatable {
  /// The key, unique in the base.
  public let key: TableKey
  /// The name, unique in the base, in Unicode normalization form C.
  public var name: String
  /// The columns, in their order. There is at least one, and the first one has the key `0000`.
  public var columns: [Column]
  /// The views, in their order. There is at least one.
  public var views: [GridView]

  /// Makes a table.
  init(key: TableKey, name: String, columns: [Column], views: [GridView]) {
    (self.key, self.name, self.columns, self.views) = (key, name, columns, views)
  }

  /// Reads a table as the database has it: the arrays of columns and of views are what `columnsJSON` and `viewsJSON`
  /// are. Nil if it is none.
  public init?(key: String, name: String, columns: [UInt8], views: [UInt8]) { fatalError("unfinished") }

  /// The columns, as the database keeps them: a JSON array.
  public var columnsJSON: [UInt8] { fatalError("unfinished") }

  /// The views, as the database keeps them: a JSON array.
  public var viewsJSON: [UInt8] { fatalError("unfinished") }

  /// The column with this name, or else with this key.
  public func column(_ nameOrKey: String) -> Column? { fatalError("unfinished") }

  /// The column with this key.
  public func column(_ key: ColumnKey) -> Column? { columns.first { $0.key == key } }

  /// The view with this name, or else with this key.
  public func view(_ nameOrKey: String) -> GridView? { fatalError("unfinished") }

  /// The view with this name, or else the one with this key; for requests that may give either or both. Nil if there is
  /// no such view.
  public func view(name: String?, key: String?) -> GridView? { fatalError("unfinished") }

  /// The columns that a view shows, in their order.
  public func columns(shownBy view: GridView) -> [Column] { fatalError("unfinished") }
}

extension GridTable: JSONEncodable {
  /// Writes the table as the metadata have it.
  public func write(to json: inout JSONWriter) { fatalError("unfinished") }

  /// Writes the table as answers of creation and of duplication have it: with `rows` and `id_row_map`. Each row is an
  /// object as a `RowWriter` writes it.
  public func write(withRows rows: [(id: RowID, row: [UInt8])], to json: inout JSONWriter) { fatalError("unfinished") }
}
