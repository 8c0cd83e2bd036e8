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
  /// The column that is shown for each linked row: one of the table at the other end.
  public var displayColumn: ColumnKey
  /// Whether a row may be linked with several rows.
  public var isMultiple = true

  /// Whether rows of this table are the first of each stored pair. True for both ends if a table is linked with itself.
  public func isFirst(_ table: TableKey) -> Bool { table == self.table }

  /// The table at the other end.
  public func end(beyond table: TableKey) -> TableKey { table == self.table ? otherTable : self.table }

  init(link: LinkKey, table: TableKey, otherTable: TableKey) {
    (self.link, self.table, self.otherTable, displayColumn) = (link, table, otherTable, .first)
  }

  init?(_ data: JSON) {
    guard let link = data["link_id"]?.text.flatMap(LinkKey.init),
      let table = data["table_id"]?.text.flatMap(TableKey.init),
      let otherTable = data["other_table_id"]?.text.flatMap(TableKey.init)
    else { return nil }
    self.init(link: link, table: table, otherTable: otherTable)
    displayColumn = data["display_column_key"]?.text.flatMap(ColumnKey.init) ?? .first
    isMultiple = data["is_multiple"]?.boolean ?? true
  }

  /// The settings on the wire, given the column that is shown.
  func data(showing column: Column?) -> JSON {
    .of([
      ("display_column_key", .string(displayColumn.text)), ("table_id", .string(table.text)),
      ("other_table_id", .string(otherTable.text)), ("is_internal_link", .boolean(true)),
      ("is_multiple", .boolean(isMultiple)), ("is_row_from_view", .boolean(false)), ("other_view_id", .string("")),
      ("link_id", .string(link.text)), ("array_type", .string((column?.type ?? .text).rawValue)),
      ("array_data", column?.shownData ?? .null), ("result_type", .string("array")),
    ])
  }
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
  public func text(_ number: Int64, at time: Timestamp) -> String {
    let digits = zeroPadded(number, to: digits)
    switch prefix {
    case .none: return digits
    case .text(let text): return "\(text)-\(digits)"
    case .day: return "\(time.dateAndTime.prefix(10).filter { $0 != "-" })-\(digits)"
    }
  }
}

extension Column {
  /// The format of a date column; `YYYY-MM-DD` if it says none, and for all other columns.
  public var dateFormat: DateFormat {
    type == .date ? data["format"]?.text.flatMap(DateFormat.init) ?? .day : .day
  }

  /// What a link column joins; nil for all other columns.
  public var link: LinkSettings? { type == .link ? LinkSettings(data) : nil }

  /// How an automatic number is written; nil for all other columns.
  public var autoNumber: AutoNumber? {
    guard type == .autoNumber else { return nil }
    let digits = data["digits"]?.integer ?? Int64(data["format"]?.text?.utf8.count { $0 == UInt8(ascii: "0") } ?? 4)
    let prefix: AutoNumber.Prefix =
      switch data["prefix_type"]?.text {
      case "date": .day
      case "string": data["prefix"]?.text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .none
      default: .none
      }
    return AutoNumber(prefix: prefix, digits: Int(min(max(digits, 1), 20)))
  }

  /// The default of its cells, as a client would write it; nil if it has none, or has it switched off.
  public var defaultValue: JSON? {
    guard data["enable_fill_default_value"]?.boolean == true, type.isWritable else { return nil }
    return data["default_value"]
  }
}
