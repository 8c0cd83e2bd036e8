internal import Ground

/// How the stored cells of a column become cells of another type or with other settings.
public struct CellConversion: Sendable, Equatable {
  /// The column as it was.
  public let old: Column
  /// The column as it is now, with the options that it has so far.
  public let new: Column

  /// The same conversion to the column with more options.
  public func with(_ column: Column) -> CellConversion { CellConversion(old: old, new: column) }

  /// Whether options are made of the cells' texts: the names of which the converter says that they are unknown must be
  /// added to the column, and then the cells are converted with a converter for the column that has them.
  public var makesOptions: Bool { new.type.hasOptions && !old.type.hasOptions }

  /// Converts cells. Making it costs as much as the columns have options.
  public var converter: CellConverter { CellConverter(self) }
}

/// Converts the cells of a column, one after the other.
public struct CellConverter: Sendable {
  private let old: Column
  private let reader: CellReader
  private let names: [ExactText: String]

  init(_ conversion: CellConversion) {
    old = conversion.old
    reader = CellReader(conversion.new)
    // An option that stays is found under the name that it has now.
    let new = Dictionary(
      conversion.new.options.map { (ExactText($0.id), $0.name) }, uniquingKeysWith: { first, _ in first })
    names = Dictionary(
      old.options.map { (ExactText($0.id), new[ExactText($0.id)] ?? $0.name) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The cell as the new column stores it; nil if it is empty from now on. Names that are not options yet are missing in
  /// it, and are appended to `unknownOptions`.
  public func convert(_ cell: [UInt8], unknownOptions: inout [String]) -> [UInt8]? {
    guard let cell = try? JSON(cell), let reading = try? reader.read(written(cell)) else { return nil }
    if !old.type.hasOptions { unknownOptions += reading.unknownOptions }
    if case .value(let cell) = reading.content { return cell }
    return nil
  }

  /// The cell as a client would write it into the new column.
  private func written(_ cell: JSON) -> JSON {
    guard let old = old.type.cellKind, let new = reader.column.type.cellKind else { return .null }
    switch (old, new) {
    case (.option, _): return name(cell)
    case (.options, .options), (.options, .list): return .array((cell.elements ?? []).map(name))
    case (.options, .option): return (cell.elements ?? []).map(name).first ?? .null
    case (.options, _): return joined((cell.elements ?? []).map(name))
    case (.list, .option): return cell.elements?.first { $0.text != nil } ?? .null
    case (.list, .text): return joined((cell.elements ?? []).map { $0["name"] ?? $0 })
    case (.boolean, .number): return .of(cell == .boolean(true) ? 1 : 0)
    case (.boolean, .text), (.boolean, .option), (.boolean, .options):
      return .string(cell == .boolean(true) ? "true" : "false")
    case (.number, .boolean): return .boolean(cell.number != 0)
    case (.number, .text), (.number, .option), (.number, .options): return .string(numberText(cell))
    case (.text, .options): return .array(words(cell.text ?? ""))
    default: return cell
    }
  }

  private func name(_ id: JSON) -> JSON { id.text.flatMap { names[ExactText($0)] }.map { .string($0) } ?? .null }

  private func joined(_ elements: [JSON]) -> JSON { .string(elements.compactMap(\.text).joined(separator: ", ")) }

  /// The parts between commas, without blanks around them.
  private func words(_ text: String) -> [JSON] {
    text.utf8.split(separator: UInt8(ascii: ",")).map { String(decoding: $0.trimmedOfBlanks, as: UTF8.self) }
      .filter { !$0.isEmpty }.map { .string($0) }
  }

  /// A number's digits; of a duration `h:mm`, or `h:mm:ss` if its format has seconds.
  private func numberText(_ cell: JSON) -> String {
    guard let number = cell.number else { return "" }
    guard old.type == .duration, abs(number) < 1e15 else {
      var digits: [UInt8] = []
      appendNumber(number, to: &digits)
      return String(decoding: digits, as: UTF8.self)
    }
    let seconds = Int64(abs(number))
    let minutes = "\(number < 0 ? "-" : "")\(seconds / 3600):\(zeroPadded(seconds / 60 % 60, to: 2))"
    return old.data["duration_format"]?.text == "h:mm:ss" ? "\(minutes):\(zeroPadded(seconds % 60, to: 2))" : minutes
  }
}
