/// How the stored cells of a column become cells of another type or with other settings.
public struct CellConversion: Sendable, Equatable {
  /// The column as it was.
  public let old: Column
  /// The column as it is now, with the options that it has so far.
  public let new: Column

  /// Options are made of the cells' texts: all texts that `unknownOption` finds must be added to the column, and a
  /// conversion made anew with it, before cells are converted.
  public var makesOptions: Bool { fatalError("unfinished") }

  /// The name of an option that the column needs to hold this cell; nil if it needs none.
  public func unknownOptions(for cell: [UInt8]) -> [String] { fatalError("unfinished") }

  /// The cell as the new column stores it; nil if it is empty from now on.
  public func convert(_ cell: [UInt8]) -> [UInt8]? { fatalError("unfinished") }

  /// The same conversion to the column with more options.
  public func with(_ column: Column) -> CellConversion { CellConversion(old: old, new: column) }
}
