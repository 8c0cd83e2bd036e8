public import Ground

/// A client's row, read.
public struct RowReading: Sendable, Equatable {
  /// The cells that the row sets: a JSON object by column key, canonical. `{}` if it sets none.
  public var cells: [UInt8]
  /// The columns whose cells it empties.
  public var cleared: [ColumnKey]
  /// Whether it names any column of the table at all, if only one that clients do not write.
  public var isKnown: Bool
}

/// Reads the rows of one request. Columns are given by their names.
public struct RowReader: Sendable {
  /// The first thing that was lost; nil if nothing was.
  public private(set) var loss: CellLoss?
  /// The names that are not options yet, by column, each once, in the order in which they came. They are missing in the
  /// cells: add them to the columns, and read the rows again.
  public private(set) var unknownOptions: [ColumnKey: [String]] = [:]

  /// Prepares for a table.
  public init(_ table: GridTable) {}

  /// Reads the next row, whose index in the request is `index`.
  public mutating func read(_ row: JSONSlice, index: Int) throws(RowError) -> RowReading { fatalError("unfinished") }
}

/// The cells that new rows have if their columns have defaults.
public struct RowDefaults: Sendable {
  /// Prepares for a table. Options that defaults name must exist; others are left out.
  public init(_ table: GridTable) {}

  /// Adds the defaults to a new row, in those columns of which it says nothing. `creator` is the address of whoever adds
  /// the row, for the default `{creator.id}`; `now` is for dates that begin as the day of creation.
  public func fill(_ row: inout RowReading, creator: String, now: Timestamp) { fatalError("unfinished") }
}
