/// Reads the texts of an Excel workbook (`.xlsx`, ECMA-376): XML files in a ZIP file.
public enum Spreadsheet {
  /// Why a file cannot be read.
  public enum Unreadable: Error {
    /// It is not an `.xlsx` file, or a broken one.
    case noSpreadsheet
    /// An unpacked part of it has more than `longestPart` bytes, or it has too many parts.
    case tooLarge
  }

  /// How many bytes an unpacked part may have: enough for some thousand rows of text.
  static let longestPart = 4 << 20
  /// How many columns are read; those further right are ignored.
  static let mostColumns = 64

  /// Whether a file starts like a ZIP file.
  public static func isLikely(_ file: [UInt8]) -> Bool { file.starts(with: [0x50, 0x4b, 0x03, 0x04]) }

  /// The rows of the first sheet as texts, without empty rows: at most `mostRows`, and one more if there are more.
  /// Numbers are as stored; formulas have their last calculated value.
  public static func rows(
    ofFirstSheetIn file: [UInt8], upTo mostRows: Int
  ) throws(Unreadable) -> [[String]] {
    let zip = try ZipFile(file)
    let workbook = Workbook()
    guard let index = try zip.entry("xl/workbook.xml", upTo: longestPart) else { throw .noSpreadsheet }
    try workbook.read(index)
    let links = Links()
    guard let relations = try zip.entry("xl/_rels/workbook.xml.rels", upTo: longestPart) else { throw .noSpreadsheet }
    try links.read(relations)
    guard let id = workbook.firstSheet, let target = links.targets[id],
      let content = try zip.entry(target, upTo: longestPart)
    else { throw .noSpreadsheet }
    let strings = SharedStrings()
    if let target = links.sharedStrings, let content = try zip.entry(target, upTo: longestPart) {
      try strings.read(content)
    }
    let sheet = Sheet(strings: strings.texts, mostRows: mostRows)
    try sheet.read(content)
    return sheet.rows
  }
}

/// `xl/workbook.xml`: which sheet is the first.
private final class Workbook: XMLEvents {
  private(set) var firstSheet: String?

  func start(_ name: Substring, _ attributes: [String: String]) {
    guard name == "sheet", firstSheet == nil else { return }
    firstSheet = attributes.first { $0.key.hasSuffix("|id") }?.value
  }

  func end(_: Substring) {}
  func text(_: UnsafeBufferPointer<UInt8>) {}
}

/// `xl/_rels/workbook.xml.rels`: the files of the workbook's parts.
private final class Links: XMLEvents {
  private(set) var targets: [String: String] = [:]
  private(set) var sharedStrings: String?

  func start(_ name: Substring, _ attributes: [String: String]) {
    guard name == "Relationship", let id = attributes["Id"], let target = attributes["Target"] else { return }
    let path = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/\(target)"
    targets[id] = path
    if attributes["Type"]?.hasSuffix("/sharedStrings") == true { sharedStrings = path }
  }

  func end(_: Substring) {}
  func text(_: UnsafeBufferPointer<UInt8>) {}
}

/// `xl/sharedStrings.xml`: texts that cells refer to by number, without their pronunciations.
private final class SharedStrings: XMLEvents {
  private(set) var texts: [String] = []
  private var text: [UInt8] = []
  private var isText = false
  private var isPronunciation = false

  func start(_ name: Substring, _: [String: String]) {
    switch name {
    case "si": text.removeAll(keepingCapacity: true)
    case "rPh": isPronunciation = true
    case "t": isText = !isPronunciation
    default: break
    }
  }

  func end(_ name: Substring) {
    switch name {
    case "si": texts.append(String(decoding: text, as: UTF8.self))
    case "rPh": isPronunciation = false
    case "t": isText = false
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) { if isText { text += bytes } }
}

/// `xl/worksheets/sheet1.xml`: the cells.
private final class Sheet: XMLEvents {
  let strings: [String]
  let mostRows: Int
  private(set) var rows: [[String]] = []
  private var row: [String] = []
  private var column = -1
  private var type = ""
  private var text: [UInt8] = []
  private var isText = false
  private var isPronunciation = false

  init(strings: [String], mostRows: Int) { (self.strings, self.mostRows) = (strings, mostRows) }

  func start(_ name: Substring, _ attributes: [String: String]) {
    switch name {
    case "row": (row, column) = ([], -1)
    case "c":
      column = attributes["r"].flatMap(Self.column) ?? column + 1
      type = attributes["t"] ?? "n"
      text.removeAll(keepingCapacity: true)
    case "v": isText = type != "inlineStr"
    case "rPh": isPronunciation = true
    case "t": isText = type == "inlineStr" && !isPronunciation
    default: break
    }
  }

  func end(_ name: Substring) {
    switch name {
    case "v", "t": isText = false
    case "rPh": isPronunciation = false
    case "c": endCell()
    case "row" where rows.count <= mostRows && row.contains { !$0.isEmpty }: rows.append(row)
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) { if isText { text += bytes } }

  private func endCell() {
    guard (0..<Spreadsheet.mostColumns).contains(column) else { return }
    let own = String(decoding: text, as: UTF8.self)
    let value =
      switch type {
      case "s": Int(own).flatMap { strings.indices.contains($0) ? strings[$0] : nil } ?? ""
      case "e": ""
      default: own
      }
    while row.count < column { row.append("") }
    if row.count == column { row.append(value) } else { row[column] = value }
  }

  /// The column of a reference such as `B12`, from 0; nil if it is no reference, or lies beyond column 16,384.
  private static func column(of reference: String) -> Int? {
    var column = 0
    for byte in reference.utf8 {
      guard (0x41...0x5a).contains(byte) else { break }
      column = column * 26 + Int(byte - 0x40)
      guard column <= 16_384 else { return nil }
    }
    return column == 0 ? nil : column - 1
  }
}
