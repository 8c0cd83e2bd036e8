import Ground
import Testing

@testable import Grid

@Suite struct RowWriterTests {
  static let id = "AAAAAAAAQACAAAAAAAAAAA"

  /// A row of a table with these cells, by the names of their columns.
  static func row(
    _ cells: [(String, String)], in table: GridTable, lockedBy: String? = nil,
    links: [(column: ColumnKey, cell: [UInt8])] = []
  ) throws -> StoredRow {
    // As PostgreSQL writes them: sorted by key, with blanks.
    let members = try cells.map { (try #require(table.column($0.0)).key.text, $0.1) }
      .sorted { Array($0.0.utf8).lexicographicallyPrecedes(Array($1.0.utf8)) }
    let text = "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    return StoredRow(
      id: try #require(RowID(id)), created: Timestamp(microseconds: 1_764_234_000_123_456),
      modified: Timestamp(seconds: 1_764_234_060), creator: "a@auth.local", modifier: "b\"@auth.local",
      lockedBy: lockedBy, cells: Array(text.utf8), links: links)
  }

  static func written(_ row: StoredRow, _ table: GridTable, _ form: RowForm, columns: [Column]? = nil) throws -> JSON {
    var json: [UInt8] = []
    RowWriter(table, columns: columns, form: form).append(row, to: &json)
    return try JSON(json)
  }

  static let head = #"""
    {"_id":"AAAAAAAAQACAAAAAAAAAAA","_ctime":"2025-11-27T09:00:00.123+00:00","_mtime":"2025-11-27T09:01:00.000+00:00",\#
    "_creator":"a@auth.local","_last_modifier":"b\"@auth.local"
    """#
  static let open = #","_locked":null,"_locked_by":null,"_archived":false"#

  @Test func `a row has all its columns, by name or by key`() throws {
    let edit = try edit([
      ("T \"", .text, "null"), ("D", .date, "null"), ("M", .date, #"{"format":"YYYY-MM-DD HH:mm"}"#),
      ("S", .singleSelect, someOptions), ("L", .multipleSelect, someOptions), ("Who", .creator, "null"),
      ("By", .lastModifier, "null"), ("Made", .ctime, "null"), ("Changed", .mtime, "null"), ("Go", .button, "null"),
      ("N", .number, "null"), ("No", .autoNumber, "null"), ("E", .checkbox, "null"),
    ])
    let row = try Self.row(
      [
        ("Name", #""é\n""#), ("D", #""2026-11-06""#), ("M", #""2026-11-06 09:05""#), ("S", #""2""#),
        ("L", #"["3", "gone", "1"]"#), ("N", "1.5"), ("No", #""0001""#),
      ], in: edit.first)
    let names = #"""
      "Name":"é\n","T \"":null,"D":"2026-11-06T00:00:00+00:00","M":"2026-11-06T09:05:00+00:00","S":"B","L":["C","A"],\#
      "Who":"a@auth.local","By":"b\"@auth.local","Made":"2025-11-27T09:00:00.123+00:00",\#
      "Changed":"2025-11-27T09:01:00.000+00:00","N":1.5,"No":"0001","E":null}
      """#
    #expect(try Self.written(row, edit.first, .names) == json("\(Self.head)\(Self.open),\(names)"))
    func key(_ name: String) throws -> String { try edit.column(name).key.text }
    let keys = #"""
      "0000":"é\n","\#(try key("T \""))":null,"\#(try key("D"))":"2026-11-06T00:00:00+00:00",\#
      "\#(try key("M"))":"2026-11-06T09:05:00+00:00","\#(try key("S"))":"2","\#(try key("L"))":["3","gone","1"],\#
      "\#(try key("N"))":1.5,"\#(try key("No"))":"0001","\#(try key("E"))":null}
      """#
    #expect(try Self.written(row, edit.first, .keys) == json("\(Self.head)\(Self.open),\(keys)"))
    let stored = #"""
      "0000":"é\n","\#(try key("D"))":"2026-11-06","\#(try key("M"))":"2026-11-06 09:05","\#(try key("S"))":"2",\#
      "\#(try key("L"))":["3","gone","1"],"\#(try key("N"))":1.5,"\#(try key("No"))":"0001"}
      """#
    #expect(try Self.written(row, edit.first, .stored) == json("\(Self.head),\(stored)"))
  }

  @Test func `a view's hidden columns are not written, and a lock is`() throws {
    let table = try edit([("A", .text, "null"), ("B", .text, "null")]).first
    let row = try Self.row([("A", #""x""#), ("B", #""y""#)], in: table, lockedBy: "Ann \"\u{1}")
    let written = try Self.written(row, table, .names, columns: [table.columns[2]])
    #expect(written["A"] == nil && written["Name"] == nil)
    #expect(written["B"] == .string("y"))
    #expect(written["_locked"] == .boolean(true))
    #expect(written["_locked_by"] == .string("Ann \"\u{1}"))
  }

  @Test func `links are lists, and what nothing computes is null`() throws {
    var edit = try edit()
    let other = try edit.createTable(named: "Other")
    for name in ["L1", "L2", "L3"] {
      let data = try json(#"{"table":"Table1","other_table":"\#(other.name)"}"#)
      _ = try edit.insertColumn(NewColumn(name: name, type: .link, data: data), in: .first)
    }
    _ = try edit.insertColumn(NewColumn(name: "F", type: .formula, data: try json(#"{"formula":"1"}"#)), in: .first)
    let cell = #"[{"row_id":"AAAAAAAAQACAAAAAAAAAAA","display_value":"x"}]"#
    for links in [["L1", "L3"], ["L3", "L1"]] {
      let row = try Self.row([], in: edit.first, links: try links.map { (try edit.column($0).key, Array(cell.utf8)) })
      let written = try Self.written(row, edit.first, .names)
      #expect(written["L1"] == (try json(cell)))
      #expect(written["L2"] == .array([]))
      #expect(written["L3"] == (try json(cell)))
      #expect(written["F"] == .null)
    }
  }

  @Test(arguments: [
    ("1", "1"), ("-0.25", "-0.25"), ("1" + String(repeating: "0", count: 300), "1e+300"),
    ("0." + String(repeating: "0", count: 29) + "1", "1e-30"), ("123456789012345678901", "1.2345678901234568e+20"),
  ])
  func `a number is not longer than it must be`(_ cell: String, _ wire: String) throws {
    var json: [UInt8] = []
    CellWriter(try column(.number), form: .keys).append(Array(cell.utf8), to: &json)
    #expect(text(json) == wire)
  }

  @Test(arguments: [
    (RowForm.names, #"[{"row_id":"AAAAAAAAQACAAAAAAAAAAA","display_value":"B"},"#),
    (.keys, #"[{"row_id":"AAAAAAAAQACAAAAAAAAAAA","display_value":"2"},"#),
  ])
  func `a link shows a column of the linked rows`(_ form: RowForm, _ start: String) throws {
    let writer = LinkWriter(showing: try column(.singleSelect, someOptions), form: form)
    let id = try #require(RowID(Self.id))
    var json: [UInt8] = []
    writer.append([(id, Array(#""2""#.utf8)), (id, nil)], to: &json)
    #expect(text(json) == start + #"{"row_id":"AAAAAAAAQACAAAAAAAAAAA","display_value":null}]"#)
    json = []
    writer.append([], to: &json)
    #expect(text(json) == "[]")
  }

  @Test func `an empty cell is null`() throws {
    for type in ColumnType.allCases where type != .link && type != .formula && type != .linkFormula {
      var json: [UInt8] = []
      CellWriter(try column(type), form: .names).append(nil, to: &json)
      #expect(text(json) == "null")
    }
  }

  @Test func `cells in any order, of any columns, and even what is no JSON, lead to no harm`() throws {
    let table = try edit((0..<9).map { ("C\($0)", .number, "null") }).first
    for (cells, value) in [
      (table.columns.reversed().map { "\"\($0.key.text)\":7" }.joined(separator: ","), JSON.number("7")),
      (table.columns.map { "\"\($0.key.text)\":7" }.shuffled().joined(separator: ","), .number("7")),
      (#""zzzz":1,"":2,"\u0061":3,"_ctime":4"#, .null),
    ] {
      var row = try Self.row([], in: table)
      row.cells = Array("{\(cells)}".utf8)
      let written = try Self.written(row, table, .names)
      for number in 0..<9 { #expect(written["C\(number)"] == value) }
    }
    for bytes in [
      "", "{", "{\"", "{\"0000\"", "{\"0000\":", "{\"0000\":\"\\", "[", "null", "{{{", "{\"0000\":}}", "{,,,", "\u{ff}",
    ] {
      var row = try Self.row([], in: table)
      row.cells = Array(bytes.utf8)
      var json: [UInt8] = []
      for form in [RowForm.names, .keys, .stored] { RowWriter(table, form: form).append(row, to: &json) }
      #expect(!json.isEmpty)
    }
  }
}
