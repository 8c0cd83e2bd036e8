import Spreadsheet
import Testing

/// A file in a ZIP file: uncompressed, and of the size that it claims, unless it says otherwise.
private struct Part {
  let name: String
  let content: [UInt8]
  /// The size that it claims to unpack to.
  let claim: Int
  var isDeflated = false
  /// The checksum of what it unpacks to.
  var checksum: UInt32

  init(_ name: String, _ text: String, claiming claim: Int? = nil) {
    (self.name, content) = (name, Array(text.utf8))
    (self.claim, checksum) = (claim ?? content.count, crc32(content))
  }

  /// A part that unpacks to this many times 258 letters and one more, but claims another size (RFC 1951, 3.2.6).
  init(_ name: String, runs: Int, claiming claim: Int) {
    var (bytes, free): ([UInt8], Int) = ([], 0)
    func put(_ bits: String) {
      for bit in bits {
        if free == 0 { (bytes, free) = (bytes + [0], 8) }
        if bit == "1" { bytes[bytes.count - 1] |= 1 << UInt8(8 - free) }
        free -= 1
      }
    }
    put("1" + "10")  // the last block, with the fixed codes
    put("10101000")  // x
    for _ in 0..<runs { put("11000101" + "00000") }  // 258 bytes again, from one byte before
    put("0000000")
    (self.name, content, self.claim, isDeflated) = (name, bytes, claim, true)
    checksum = crc32([UInt8](repeating: UInt8(ascii: "x"), count: runs * 258 + 1))
  }
}

private func zip(_ entries: [(name: String, text: String)]) -> [UInt8] {
  zip(entries.map { Part($0.name, $0.text) })
}

/// A ZIP file, for reading and for breaking.
private func zip(_ entries: [Part]) -> [UInt8] {
  var file: [UInt8] = []
  var directory: [UInt8] = []
  func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  for part in entries {
    let (name, content) = (part.name, part.content)
    let about =
      little(20, 2) + little(0, 2) + little(part.isDeflated ? 8 : 0, 2) + little(0, 4)
      + little(Int(part.checksum), 4) + little(content.count, 4) + little(part.claim, 4)
      + little(name.utf8.count, 2) + little(0, 2)
    directory +=
      [0x50, 0x4b, 1, 2] + little(20, 2) + about + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4)
      + little(file.count, 4) + Array(name.utf8)
    file += [0x50, 0x4b, 3, 4] + about + Array(name.utf8) + content
  }
  let start = file.count
  return file + directory + [0x50, 0x4b, 5, 6] + little(0, 4) + little(entries.count, 2) + little(entries.count, 2)
    + little(directory.count, 4) + little(start, 4) + little(0, 2)
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc = ~UInt32(0)
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
  }
  return ~crc
}

private let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

/// A workbook of four parts, and as many others.
private func workbook(_ sheet: String, strings: String = "<sst/>", prolog: String = "", others: Int = 0) -> [UInt8] {
  zip(
    (0..<others).map { ("\($0)", "") } + [
      ("xl/workbook.xml", #"<workbook xmlns:r="\#(office)"><sheets><sheet name="A" r:id="r2"/></sheets></workbook>"#),
      (
        "xl/_rels/workbook.xml.rels",
        #"""
        <Relationships><Relationship Id="r1" Type="\#(office)/sharedStrings" Target="sharedStrings.xml"/>\#
        <Relationship Id="r2" Type="\#(office)/worksheet" Target="/xl/worksheets/one.xml"/></Relationships>
        """#
      ),
      ("xl/sharedStrings.xml", strings),
      ("xl/worksheets/one.xml", "\(prolog)<worksheet><sheetData>\(sheet)</sheetData></worksheet>"),
    ])
}

@Suite struct Spreadsheets {
  @Test func `all kinds of cells are read as texts, each in its column`() throws {
    let file = workbook(
      """
      <row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>in</t><r><t> line</t></r></is></c></row>
      <row r="2"/><row r="3"><c r="B3"><v>12345678</v></c><c t="str"><f>A1&amp;B1</f><v>cal&lt;culated</v></c>\
      <c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="s"><v>7</v></c></row>
      """, strings: "<sst><si><t>zero</t></si><si><r><t>o</t></r><r><t>ne</t></r><rPh><t>UNO</t></rPh></si></sst>")
    let rows = try Spreadsheet.rows(ofFirstSheetIn: file, upTo: 10)
    #expect(rows == [["one", "", "in line"], ["", "12345678", "cal<culated", "1", "", ""]])
  }

  @Test func `one row more than requested is kept, and no columns far to the right`() throws {
    let rows = (1...50).map { #"<row r="\#($0)"><c r="XFD\#($0)"><v>9</v></c><c r="A\#($0)"><v>\#($0)</v></c></row>"# }
    let read = try Spreadsheet.rows(ofFirstSheetIn: workbook(rows.joined()), upTo: 10)
    #expect(read == (1...11).map { ["\($0)"] })
  }

  @Test func `a document type is refused, and so are growing entities`() {
    let prolog = #"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#
    #expect(throws: Spreadsheet.Unreadable.noSpreadsheet) {
      try Spreadsheet.rows(ofFirstSheetIn: workbook("<row><c><v>1</v></c></row>", prolog: prolog), upTo: 10)
    }
  }

  @Test func `a part that unpacks to too many bytes is refused`() {
    let large = "<!--" + String(repeating: "x", count: 4 << 20) + "-->"
    #expect(throws: Spreadsheet.Unreadable.tooLarge) {
      try Spreadsheet.rows(ofFirstSheetIn: workbook("", prolog: large), upTo: 10)
    }
  }

  private static func problem(_ parts: [Part]) -> Spreadsheet.Unreadable? {
    do throws(Spreadsheet.Unreadable) {
      _ = try Spreadsheet.rows(ofFirstSheetIn: zip(parts), upTo: 10)
      return nil
    } catch {
      return error
    }
  }

  @Test func `what a part claims to unpack to is not believed, and what claims too much is not unpacked`() {
    let longest = 4 << 20
    // The file itself is small: 258 bytes are two.
    let bomb = Part("xl/workbook.xml", runs: longest / 258 + 1, claiming: 100)
    #expect(bomb.content.count < 40_000)
    #expect(Self.problem([bomb]) == .tooLarge)
    #expect(Self.problem([Part("xl/workbook.xml", "<a/>", claiming: longest + 1)]) == .tooLarge)
    // Less than that is only no workbook.
    #expect(Self.problem([Part("xl/workbook.xml", runs: 10, claiming: 2581)]) == .noSpreadsheet)
  }

  @Test func `a file of too many parts is refused, and one with as many as may be is read`() throws {
    func rows(with others: Int) throws(Spreadsheet.Unreadable) -> [[String]] {
      try Spreadsheet.rows(
        ofFirstSheetIn: workbook(#"<row><c r="A1"><v>1</v></c></row>"#, others: others), upTo: 10)
    }
    #expect(try rows(with: 996) == [["1"]])
    #expect(throws: Spreadsheet.Unreadable.tooLarge) { try rows(with: 997) }
  }

  @Test func `whatever is broken in a file, it is read or refused`() throws {
    let file = workbook(#"<row><c r="B1" t="s"><v>0</v></c></row>"#, strings: "<sst><si><t>x</t></si></sst>")
    #expect(try Spreadsheet.rows(ofFirstSheetIn: file, upTo: 10) == [["", "x"]])
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var broken = file
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        broken[Int.random(in: broken.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) { broken.removeLast(Int.random(in: 0..<broken.count, using: &generator)) }
      _ = try? Spreadsheet.rows(ofFirstSheetIn: broken, upTo: 10)
    }
  }
}
