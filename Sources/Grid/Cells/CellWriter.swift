public import Ground

/// How rows are written.
public enum RowForm: Sendable {
  /// Columns by name, options by name, dates with an offset, null for empty cells: `convert_keys=true`.
  case names
  /// The same by keys and ids: `convert_keys=false`.
  case keys
  /// By keys, the cells as they are stored, and only those that are set: `first_row` and `id_row_map`.
  case stored
}

/// Writes stored cells of one column as the wire has them.
public struct CellWriter: Sendable {
  private enum Style: Sendable {
    /// As it is stored.
    case raw
    case number
    case date
    case option([ExactText: [UInt8]])
    case options([ExactText: [UInt8]])
  }

  private let style: Style

  /// Writes cells as they are stored.
  public static let raw = CellWriter(style: .raw)

  private init(style: Style) { self.style = style }

  /// Prepares for a column.
  public init(_ column: Column, form: RowForm) {
    switch (column.type.cellKind, form) {
    case (_, .stored): style = .raw
    case (.number, _): style = .number
    case (.date, _): style = .date
    case (.option, .names): style = .option(Self.names(column))
    case (.options, .names): style = .options(Self.names(column))
    default: style = .raw
    }
  }

  /// The names of options, as JSON, by their ids.
  private static func names(_ column: Column) -> [ExactText: [UInt8]] {
    Dictionary(
      column.options.map { (ExactText($0.id), jsonBytes($0.name)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Appends the cell, given as canonical JSON; nil and `null` are written as `null`.
  public func append(_ cell: [UInt8]?, to json: inout [UInt8]) {
    guard let cell, !cell.isEmpty else { return json.append(contentsOf: nullBytes) }
    append(cell, 0..<cell.count, to: &json)
  }

  /// Appends the cell that stands at a place.
  func append(_ text: [UInt8], _ place: Range<Int>, to json: inout [UInt8]) {
    switch style {
    case .raw: json.append(contentsOf: text[place])
    case .number: number(text[place], to: &json)
    case .date: date(text[place], to: &json)
    case .option(let names): json.append(contentsOf: names[ExactText(jsonString(text, place))] ?? nullBytes)
    case .options(let names): options(text, place, names, to: &json)
    }
  }

  /// PostgreSQL writes 1e300 with all its digits.
  private func number(_ number: ArraySlice<UInt8>, to json: inout [UInt8]) {
    if number.count > 20, let short = NumberText(number) {
      short.append(to: &json)
    } else {
      json.append(contentsOf: number)
    }
  }

  /// `"2026-11-27 09:00"` as `"2026-11-27T09:00:00+00:00"`, and the day alone likewise.
  private func date(_ date: ArraySlice<UInt8>, to json: inout [UInt8]) {
    guard date.count == 12 || date.count == 18, date.first == UInt8(ascii: "\"") else {
      return json.append(contentsOf: date)
    }
    let start = date.startIndex
    json.append(contentsOf: date[start..<start + 11])
    json.append(UInt8(ascii: "T"))
    if date.count == 18 {
      json.append(contentsOf: date[start + 12..<start + 17])
    } else {
      json.append(contentsOf: midnight)
    }
    json.append(contentsOf: secondsAndOffset)
  }

  private func options(
    _ text: [UInt8], _ place: Range<Int>, _ names: [ExactText: [UInt8]], to json: inout [UInt8]
  ) {
    var isFirst = true
    json.append(UInt8(ascii: "["))
    JSONToken(text, place).forEachElement { element in
      guard let name = names[ExactText(element.string)] else { return }
      if !isFirst { json.append(UInt8(ascii: ",")) }
      isFirst = false
      json.append(contentsOf: name)
    }
    json.append(UInt8(ascii: "]"))
  }
}

/// Writes the cells of link columns that show one column of the linked rows.
public struct LinkWriter: Sendable {
  private let writer: CellWriter

  /// Prepares for the column that is shown, which is one of the table at the other end.
  public init(showing column: Column, form: RowForm) { writer = CellWriter(column, form: form) }

  /// Appends a cell, `[{"row_id":…,"display_value":…},…]`, given the linked rows with the stored cells of the column
  /// that is shown.
  public func append(_ rows: [(id: RowID, cell: [UInt8]?)], to json: inout [UInt8]) {
    json.append(UInt8(ascii: "["))
    for (place, row) in rows.enumerated() {
      json.append(contentsOf: (place == 0 ? "{\"row_id\":\"" : ",{\"row_id\":\"").utf8)
      row.id.append(to: &json)
      json.append(contentsOf: "\",\"display_value\":".utf8)
      writer.append(row.cell, to: &json)
      json.append(UInt8(ascii: "}"))
    }
    json.append(UInt8(ascii: "]"))
  }
}

let nullBytes = Array("null".utf8)
private let midnight = Array("00:00".utf8)
private let secondsAndOffset = Array(":00+00:00\"".utf8)

extension Timestamp {
  /// Appends the time as rows have it, `2026-11-27T09:00:00.123+00:00`, without quotation marks. Microseconds are cut.
  public func append(rowTimeTo json: inout [UInt8]) {
    let (seconds, fraction) = microseconds.dividedFlooring(by: 1_000_000)
    let (days, second) = seconds.dividedFlooring(by: 86_400)
    appendDay(days, to: &json)
    json.append(UInt8(ascii: "T"))
    appendTwoDigits(second / 3600, to: &json)
    json.append(UInt8(ascii: ":"))
    appendTwoDigits(second / 60 % 60, to: &json)
    json.append(UInt8(ascii: ":"))
    appendTwoDigits(second % 60, to: &json)
    json.append(UInt8(ascii: "."))
    json.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / 100_000))
    appendTwoDigits(fraction / 1000 % 100, to: &json)
    json.append(contentsOf: "+00:00".utf8)
  }
}
