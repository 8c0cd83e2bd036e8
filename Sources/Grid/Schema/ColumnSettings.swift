public import Ground

/// How a column of the type date shows its dates, and reads those that no other rule reads.
public enum DateFormat: String, Sendable, CaseIterable {
  case day = "YYYY-MM-DD"
  case minute = "YYYY-MM-DD HH:mm"
  case americanDay = "M/D/YYYY"
  case americanMinute = "M/D/YYYY HH:mm"
  case europeanDay = "DD/MM/YYYY"
  case germanDay = "DD.MM.YYYY"
  case germanMinute = "DD.MM.YYYY HH:mm"

  /// Whether cells have a time of day: `YYYY-MM-DD HH:mm`.
  public var hasTime: Bool { self == .minute || self == .americanMinute || self == .germanMinute }
}

/// The two tables that a link column joins. Both columns of a pair say the same, from the side where the pair was made.
public struct LinkSettings: Sendable, Equatable {
  /// What the pair's rows are stored under.
  public var link: LinkKey
  /// The table where the pair was made. Its rows are the first of each stored pair.
  public var table: TableKey
  /// The other table; the same one if a table is linked with itself.
  public var otherTable: TableKey
  /// The column of the table on the other side that is shown for each linked row.
  public var displayColumn: ColumnKey
  /// Whether a row may be linked with several rows.
  public var isMultiple: Bool

  /// Whether rows of this table are the first of each stored pair. True for both ends if a table is linked with itself.
  public func isFirst(_ table: TableKey) -> Bool { table == self.table }

  /// The table at the other end.
  public func end(beyond table: TableKey) -> TableKey { table == self.table ? otherTable : self.table }
}

/// How an automatic number is written.
public struct AutoNumber: Sendable, Equatable {
  /// What stands before the number.
  public enum Prefix: Sendable, Equatable {
    case none
    /// A text and a hyphen.
    case text(String)
    /// The row's day in UTC, `YYYYMMDD`, and a hyphen.
    case day
  }

  /// What stands before the number.
  public var prefix: Prefix
  /// The least number of digits, 1 to 20.
  public var digits: Int

  /// The text of a cell: `0001`, `row-0001`, `20261127-0001`. A number with more digits is not cut.
  public func text(_ number: Int64, at time: Timestamp) -> String { fatalError("unfinished") }
}

extension Column {
  /// The format of a date column; `YYYY-MM-DD` if it says none, and for all other columns.
  public var dateFormat: DateFormat { data["format"]?.text.flatMap(DateFormat.init) ?? .day }

  /// What a link column joins; nil for all other columns.
  public var link: LinkSettings? { fatalError("unfinished") }

  /// How an automatic number is written; nil for all other columns.
  public var autoNumber: AutoNumber? { fatalError("unfinished") }

  /// The default of its cells, as a client would write it; nil if it has none, or has it switched off.
  public var defaultValue: JSON? { fatalError("unfinished") }
}
