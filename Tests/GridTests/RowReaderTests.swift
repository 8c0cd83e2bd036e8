import Ground
import TestSupport
import Testing

@testable import Grid

@Suite struct RowReaderTests {
  static let columns: [(String, ColumnType, String)] = [
    ("Text", .text, "null"), ("Number", .number, "null"), ("Single", .singleSelect, someOptions),
    ("Several", .multipleSelect, someOptions), ("Made", .ctime, "null"), ("é", .checkbox, "null"),
  ]

  /// A row as it was read, with names of columns in place of their keys.
  static func named(_ reading: RowReading, in table: GridTable) throws -> (cells: JSON, cleared: [String]) {
    let members = try #require(try JSON(reading.cells).members)
    let cells = try members.map { member in
      let column = try #require(ColumnKey(member.name).flatMap { table.column($0) })
      return JSON.Member(name: column.name, value: member.value)
    }
    return (.object(cells), reading.cleared.compactMap { table.column($0)?.name })
  }

  @Test func `a row is read by the names of its columns`() throws {
    let table = try edit(Self.columns).first
    var reader = RowReader(table)
    let reading = try reader.read(
      JSONSlice(Array(#"{"Number":"5", "Text" : "x", "Single":"B","Several":[],"Name":null,"e\u0301":true}"#.utf8)),
      index: 0)
    let row = try Self.named(reading, in: table)
    #expect(row.cells == (try json(#"{"Number":5,"Text":"x","Single":"2","é":true}"#)))
    #expect(row.cleared == ["Several", "Name"])
    #expect(reading.isKnown)
    #expect(reader.loss == nil)
  }

  @Test(arguments: [
    (#"{}"#, false, nil), (#"{"no":1}"#, false, CellLoss(row: 7, column: "no", reason: .unknownColumn)),
    (#"{"_id":"x"}"#, false, CellLoss(row: 7, column: "_id", reason: .readOnly)),
    (#"{"Made":"x"}"#, true, CellLoss(row: 7, column: "Made", reason: .readOnly)), (#"{"Made":null}"#, true, nil),
    (#"{"0000":"x"}"#, false, CellLoss(row: 7, column: "0000", reason: .unknownColumn)),
    (#"{"text":"x"}"#, false, CellLoss(row: 7, column: "text", reason: .unknownColumn)),
    (#"{"Number":"x","é":1}"#, true, CellLoss(row: 7, column: "Number", reason: .unreadable)),
    (#"{"é":1}"#, true, CellLoss(row: 7, column: "é", reason: .notBoolean)),
    (#"{"Single":"D"}"#, true, CellLoss(row: 7, column: "Single", reason: .unknownOption)),
  ])
  func `what is lost is said`(_ row: String, _ isKnown: Bool, _ loss: CellLoss?) throws {
    var reader = RowReader(try edit(Self.columns).first)
    let reading = try reader.read(JSONSlice(Array(row.utf8)), index: 7)
    #expect(reading.isKnown == isKnown)
    #expect(reader.loss == loss)
    _ = try reader.read(JSONSlice(Array(row.utf8)), index: 8)
    #expect(reader.loss == loss)
  }

  @Test func `names that are not options yet are given once for each column`() throws {
    var edit = try edit(Self.columns)
    let single = try edit.column("Single").key
    let several = try edit.column("Several").key
    let rows = [
      #"{"Single":"X","Several":["A","X","Y"]}"#, #"{"Several":["Y","Z","X"],"Single":"X"}"#, #"{"Single":"W"}"#,
    ].map { Array($0.utf8) }
    var reader = RowReader(edit.first)
    for (index, row) in rows.enumerated() { _ = try reader.read(JSONSlice(row), index: index) }
    #expect(reader.unknownOptions == [single: ["X", "W"], several: ["X", "Y", "Z"]])
    for (key, names) in reader.unknownOptions { _ = try edit.addOptions(named: names, to: key, in: .first) }
    var again = RowReader(edit.first)
    for (index, row) in rows.enumerated() {
      let reading = try again.read(JSONSlice(row), index: index)
      #expect(try JSON(reading.cells)[single.text] != nil)
    }
    #expect(again.unknownOptions.isEmpty && again.loss == nil)
  }

  @Test func `not more names are given than a column can have, but one`() throws {
    var edit = try edit(Self.columns)
    let names = (0..<GridLimit.options + 5).map { "\"\($0)\"" }.joined(separator: ",")
    var reader = RowReader(edit.first)
    for index in 0..<2 { _ = try reader.read(JSONSlice(Array("{\"Several\":[\(names)]}".utf8)), index: index) }
    let (key, unknown) = try #require(reader.unknownOptions.first)
    #expect(unknown.count == GridLimit.options + 1)
    #expect(throws: SchemaError.tooMany(.options, GridLimit.options)) {
      try edit.addOptions(named: unknown, to: key, in: .first)
    }
  }

  @Test func `what is no row is refused`() throws {
    var reader = RowReader(try edit(Self.columns).first)
    for value in ["[]", "1", "null", #""x""#] {
      #expect(throws: RowError.notObject(row: 3)) { try reader.read(JSONSlice(Array(value.utf8)), index: 3) }
    }
    for twice in [#"{"Text":1,"Text":2}"#, #"{"Text":1,"T\u0065xt":2}"#] {
      #expect(throws: RowError.duplicateName(row: 4, column: "Text")) {
        try reader.read(JSONSlice(Array(twice.utf8)), index: 4)
      }
    }
    #expect(throws: RowError.duplicateName(row: 0, column: "e\u{301}")) {
      try reader.read(JSONSlice(Array("{\"é\":true,\"e\u{301}\":true}".utf8)), index: 0)
    }
    let long = #"{"Text":"\#(String(repeating: "x", count: GridLimit.cell))"}"#
    #expect(throws: RowError.cellTooLarge(row: 5, column: "Text")) {
      try reader.read(JSONSlice(Array(long.utf8)), index: 5)
    }
  }

  @Test func `the order of names may change from row to row`() throws {
    var chance = Chance(state: 3)
    let table = try edit((0..<12).map { ("C\($0)", .number, "null") }).first
    var reader = RowReader(table)
    for index in 0..<300 {
      let chosen = (0..<14).filter { _ in chance.below(2) == 0 }.shuffled(using: &chance)
      let row = "{" + chosen.map { "\"C\($0)\":\(index * 20 + $0)" }.joined(separator: ",") + "}"
      let reading = try reader.read(JSONSlice(Array(row.utf8)), index: index)
      let known = chosen.filter { $0 < 12 }.map { ("C\($0)", JSON.number(String(index * 20 + $0))) }
      #expect(try Self.named(reading, in: table).cells == .of(known))
    }
  }

  @Test func `columns that a row does not name have their defaults`() throws {
    let edit = try edit([
      ("T", .text, #"{"enable_fill_default_value":true,"default_value":"by {creator.id}"}"#),
      ("Off", .text, #"{"enable_fill_default_value":false,"default_value":"x"}"#),
      ("N", .number, #"{"enable_fill_default_value":true,"default_value":"1.50"}"#),
      ("Wrong", .number, #"{"enable_fill_default_value":true,"default_value":"x"}"#),
      ("B", .checkbox, #"{"enable_fill_default_value":true,"default_value":true}"#),
      ("S", .singleSelect, #"{"enable_fill_default_value":true,"default_value":"2",\#(someOptions.dropFirst())"#),
      (
        "M", .multipleSelect,
        #"{"enable_fill_default_value":true,"default_value":["C","1","gone"],\#(someOptions.dropFirst())"#
      ),
      ("D", .date, #"{"enable_fill_default_value":true,"default_value":"2026-11-06"}"#),
      (
        "L", .date,
        #"{"format":"YYYY-MM-DD HH:mm","enable_fill_default_value":true,"default_date_type":"days_after_creation","default_value":"3"}"#
      ),
      ("C", .ctime, #"{"enable_fill_default_value":true,"default_value":"x"}"#),
    ])
    let defaults = RowDefaults(edit.first)
    let now = try #require(Timestamp(wire: "2026-11-29T12:00:00"))
    func filled(_ row: String) throws -> JSON {
      var reader = RowReader(edit.first)
      var reading = try reader.read(JSONSlice(Array(row.utf8)), index: 0)
      defaults.fill(&reading, creator: "a\"@auth.local", now: now)
      return try Self.named(reading, in: edit.first).cells
    }
    let all = #"""
      "T":"by a\"@auth.local","N":1.5,"B":true,"S":"2","M":["3","1"],"D":"2026-11-06","L":"2026-12-02 00:00"}
      """#
    #expect(try filled("{}") == json("{" + all))
    #expect(try filled(#"{"Name":"x"}"#) == json(#"{"Name":"x",\#(all)"#))
    #expect(try filled(#"{"T":null,"N":0,"B":"","S":"A","M":[],"D":"x","L":""}"#) == json(#"{"N":0,"S":"1"}"#))
    #expect(!defaults.isEmpty)
    #expect(RowDefaults(BaseSchema.new.tables[0]).isEmpty)
  }

  @Test func `a row gets its number, and says what it empties`() throws {
    let edit = try edit([("No", .autoNumber, "null"), ("T", .text, "null")])
    var reader = RowReader(edit.first)
    var reading = try reader.read(JSONSlice(Array(#"{"T":"","Name":null}"#.utf8)), index: 0)
    reading.add(number: 7, to: try edit.column("No"), at: .now)
    reading.add(number: 7, to: try edit.column("T"), at: .now)
    #expect(try Self.named(reading, in: edit.first).cells == json(#"{"No":"0007"}"#))
    #expect(text(reading.clearedJSON) == #"["\#(try edit.column("T").key.text)","0000"]"#)
    let shown = edit.first.with(lastNumbers: [try edit.column("No").key: 7, .first: 1])
    #expect(shown.columns.map { $0.data["max_used_auto_number"] } == [nil, .number("7"), nil])
  }

  @Test func `whatever the JSON is, it is read or refused`() throws {
    var chance = Chance(state: 11)
    let names = SchemaTests.everyType.map(\.0) + ["Name", "no", "_id"]
    let table = try edit(SchemaTests.everyType).first
    let writer = RowWriter(table, form: .names)
    var read = 0
    for index in 0..<1500 {
      var reader = RowReader(table)
      let chosen = Set((0..<1 + chance.below(6)).map { _ in names[chance.below(names.count)] })
      let row = JSON.of(chosen.map { ($0, RandomJSON.value(&chance, depth: 3)) })
      let reading = try reader.read(JSONSlice(row), index: index)
      let cells = try #require(try JSON(reading.cells).members)
      read += cells.count
      for cell in cells {
        let column = try #require(ColumnKey(cell.name).flatMap { table.column($0) })
        #expect(column.type.isWritable)
        try Canonical.check(cell.value, in: column)
      }
      // What is written out is JSON, and is read as the same cells.
      let stored = StoredRow(
        id: .random(), created: .now, modified: .now, creator: "a", modifier: "b", cells: reading.cells)
      var wire: [UInt8] = []
      writer.append(stored, to: &wire)
      _ = try JSON(wire)
      var again = RowReader(table)
      let second = try again.read(JSONSlice(wire), index: 0)
      #expect(try Self.sorted(second.cells) == Self.sorted(reading.cells))
    }
    #expect(read > 1000)
  }

  private static func sorted(_ cells: [UInt8]) throws -> [String] {
    try #require(try JSON(cells).members).map { "\($0.name)\(text($0.value))" }.sorted()
  }
}

/// Values of every kind, many of which mean something to a column.
enum RandomJSON {
  private static let texts = [
    "", "A", "B", "x", "1", "-2.5", "2026-11-06", "6.11.2026 9:00", "2026-11-06T09:00:00+02:00", "1:30", "true",
    "a\u{0}b",
    "\"\\\n", "é😀", "e\u{301}", "1e400", "a@auth.local", " ", "{creator.id}",
  ]
  private static let numbers = ["0", "-0", "1", "3.5", "1e3", "1e400", "9007199254740993", "0.1", "-1.50", "1e-7"]

  static func value(_ chance: inout Chance, depth: Int) -> JSON {
    switch chance.below(depth > 0 ? 10 : 7) {
    case 0: .null
    case 1: .boolean(chance.below(2) == 0)
    case 2, 3: .number(numbers[chance.below(numbers.count)])
    case 4...6: .string(texts[chance.below(texts.count)])
    case 7, 8: .array((0..<chance.below(4)).map { _ in value(&chance, depth: depth - 1) })
    default:
      .of(
        ["name", "url", "lng", "text"].filter { _ in chance.below(2) == 0 }.map {
          ($0, value(&chance, depth: depth - 1))
        })
    }
  }
}

/// What stored cells look like.
enum Canonical {
  static func check(_ cell: JSON, in column: Column) throws {
    switch try #require(column.type.cellKind) {
    case .text: #expect(cell.text?.isEmpty == false)
    case .number: #expect(cell.number != nil)
    case .boolean: #expect(cell.boolean != nil)
    case .date:
      let date = try #require(cell.text)
      #expect(date.utf8.count == (column.dateFormat.hasTime ? 16 : 10))
      #expect(Timestamp(wire: date) != nil)
    case .option: #expect(column.options.contains { $0.id == cell.text })
    case .options:
      let ids = try #require(cell.elements).map(\.text)
      #expect(!ids.isEmpty && Set(ids).count == ids.count)
      #expect(ids.allSatisfy { id in column.options.contains { $0.id == id } })
    case .list: #expect(cell.elements?.isEmpty == false)
    case .object: #expect(cell.members?.isEmpty == false)
    }
    #expect(!cell.hasNUL && cell.hasUsualNumbers)
  }
}
