/// What became of a value that a client wrote into a cell.
public struct CellReading: Sendable, Equatable {
  /// What the cell holds now.
  public enum CellContent: Sendable, Equatable {
    /// The canonical JSON of the cell.
    case value([UInt8])
    /// Nothing.
    case empty
    /// What it held before: clients do not write this column.
    case ignored
  }

  /// What the cell holds now.
  public var content: CellContent
  /// What was lost of the value; nil if nothing was.
  public var loss: CellLoss.Reason?
  /// The names that are not yet options of the column. They are missing in the value.
  public var unknownOptions: [String]
}

/// Something in a client's row that a cell cannot hold and that is dropped, as a real server drops it without a word.
/// Strict requests are refused for it.
public struct CellLoss: Error, Sendable, Equatable {
  /// Why.
  public enum Reason: String, Sendable {
    /// The table has no column with this name.
    case unknownColumn
    /// Clients do not write cells of this column.
    case readOnly
    /// The value is no date, or no number, or of another type than the cell; the cell is empty now, or lacks a part.
    case unreadable
    /// The checkbox is off, although the value may have meant something else: `1`.
    case notBoolean
    /// The number is not held exactly: it has too many digits, or a fraction where there must be none.
    case rounded
    /// The name is not an option of the column yet; one is made.
    case unknownOption
    /// The text had the character U+0000, which is left out.
    case nul
  }

  /// The index of the row in the request, from 0.
  public var row: Int
  /// The name of the column as the client wrote it.
  public var column: String
  /// Why.
  public var reason: Reason
}

/// A row that cannot be read at all.
public enum RowError: Error, Sendable, Equatable {
  /// The row with this index is not an object.
  case notObject(row: Int)
  /// The row with this index has this name twice.
  case duplicateName(row: Int, column: String)
  /// The cell would have more than `GridLimit.cell` bytes.
  case cellTooLarge(row: Int, column: String)
  /// The cell's arrays and objects would be nested more than `GridLimit.depth` deep.
  case cellTooDeep(row: Int, column: String)
}

/// Why a value cannot be read at all.
enum CellFault: Error {
  case tooLarge, tooDeep
}

/// What there is to say of a value that was read.
struct CellNote {
  private(set) var loss: CellLoss.Reason?
  private(set) var unknownOptions: [String] = []

  /// Notes a loss. The first one counts.
  mutating func lose(_ reason: CellLoss.Reason) { if loss == nil { loss = reason } }

  /// Notes a name that is no option yet. There is no use in noting more than a column can have.
  mutating func miss(_ name: String) {
    if unknownOptions.count <= GridLimit.options { unknownOptions.append(name) }
    lose(.unknownOption)
  }
}
