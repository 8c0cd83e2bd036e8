public import Ground

/// A row as the database has it.
public struct StoredRow: Sendable {
  /// The key.
  public var id: RowID
  /// When it was made.
  public var created: Timestamp
  /// When it was changed last.
  public var modified: Timestamp
  /// The address of whoever made it.
  public var creator: String
  /// The address of whoever changed it last.
  public var modifier: String
  /// The name of whoever locked it; nil if nobody has.
  public var lockedBy: String?
  /// The stored cells: a JSON object by column key, as PostgreSQL writes `jsonb`.
  public var cells: [UInt8]
  /// The cells of link columns, each as the wire has it: an array of `{"row_id":…,"display_value":…}`. Link columns that
  /// are not in it are written as `[]`.
  public var links: [(column: ColumnKey, cell: [UInt8])]

  /// Makes a row.
  public init(
    id: RowID, created: Timestamp, modified: Timestamp, creator: String, modifier: String, lockedBy: String? = nil,
    cells: [UInt8], links: [(column: ColumnKey, cell: [UInt8])] = []
  ) {
    (self.id, self.created, self.modified, self.creator, self.modifier) = (id, created, modified, creator, modifier)
    (self.lockedBy, self.cells, self.links) = (lockedBy, cells, links)
  }
}

/// How rows are written.
public enum RowForm: Sendable {
  /// Columns by name, options by name, dates with an offset, null for empty cells: `convert_keys=true`.
  case names
  /// The same by keys and ids: `convert_keys=false`.
  case keys
  /// By keys, the cells as they are stored, and only those that are set: `first_row` and `id_row_map`.
  case stored
}

/// Writes rows of one table as JSON.
public struct RowWriter: Sendable {
  /// Prepares for a table, or for those of its columns that a view shows.
  public init(_ table: GridTable, columns: [Column]? = nil, form: RowForm) {}

  /// Appends a row as a JSON object.
  public func append(_ row: StoredRow, to json: inout [UInt8]) { fatalError("unfinished") }
}

/// Writes stored cells of one column as the wire has them.
public struct CellWriter: Sendable {
  /// Prepares for a column.
  public init(_ column: Column, form: RowForm) {}

  /// Appends the cell, given as canonical JSON; nil and `null` are written as `null`.
  public func append(_ cell: [UInt8]?, to json: inout [UInt8]) { fatalError("unfinished") }
}

extension Timestamp {
  /// Appends the time as rows have it, `2026-11-27T09:00:00.123+00:00`, without quotation marks.
  public func append(rowTimeTo json: inout [UInt8]) { fatalError("unfinished") }
}
