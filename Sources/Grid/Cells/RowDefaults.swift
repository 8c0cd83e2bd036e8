public import Ground

/// The cells that new rows have where they say nothing, if their columns have defaults.
public struct RowDefaults: Sendable {
  private enum Filling: Sendable {
    /// A canonical cell.
    case cell([UInt8])
    /// A text in which `{creator.id}` is the address of whoever adds the row.
    case text(String)
    /// A day, counted from the one on which the row is added.
    case day(Int64, hasTime: Bool)
  }

  private let fillings: [(place: Int, column: ColumnKey, filling: Filling)]

  /// Prepares for a table. Options that defaults name must exist; others are left out.
  public init(_ table: GridTable) {
    fillings = table.columns.enumerated().compactMap { place, column in
      Self.filling(of: column).map { (place, column.key, $0) }
    }
  }

  /// Whether no column has a default.
  public var isEmpty: Bool { fillings.isEmpty }

  private static func filling(of column: Column) -> Filling? {
    guard let value = column.defaultValue else { return nil }
    if column.type.cellKind == .text, let text = value.text, text.utf8.contains(UInt8(ascii: "{")) {
      return .text(text)
    }
    if column.type == .date, column.data["default_date_type"]?.text == "days_after_creation" {
      let days = value.integer ?? value.text.flatMap { Int64($0) } ?? 0
      return abs(days) <= 1_000_000 ? .day(days, hasTime: column.dateFormat.hasTime) : nil
    }
    guard let reading = try? CellReader(column).read(column.type.hasOptions ? named(value, column.options) : value),
      case .value(let cell) = reading.content
    else { return nil }
    return .cell(cell)
  }

  /// Web browsers give options by their ids, others by their names.
  private static func named(_ value: JSON, _ options: [SelectOption]) -> JSON {
    let names = Dictionary(options.map { (ExactText($0.id), $0.name) }, uniquingKeysWith: { first, _ in first })
    func name(_ value: JSON) -> JSON { value.text.flatMap { names[ExactText($0)] }.map { .string($0) } ?? value }
    return value.elements.map { .array($0.map(name)) } ?? name(value)
  }

  /// Adds the defaults to a new row, in those columns of which it says nothing. `creator` is the address of whoever adds
  /// the row, `now` the time of that.
  public func fill(_ row: inout RowReading, creator: String, now: Timestamp) {
    guard !fillings.isEmpty else { return }
    let named = Set(row.named)
    for (place, column, filling) in fillings where !named.contains(place) {
      switch filling {
      case .cell(let cell): row.add(cell, to: column)
      case .text(let text): row.add(jsonBytes(text.replacing("{creator.id}", with: creator)), to: column)
      case .day(let days, let hasTime):
        let today = now.seconds.dividedFlooring(by: 86_400).quotient
        var day = [UInt8(ascii: "\"")]
        appendDay(min(max(today + days, daysSince1970(1, 1, 1)), daysSince1970(9999, 12, 31)), to: &day)
        day.append(contentsOf: (hasTime ? " 00:00\"" : "\"").utf8)
        row.add(day, to: column)
      }
    }
  }
}
