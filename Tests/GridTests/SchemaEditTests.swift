import Ground
import Testing

@testable import Grid

@Suite struct SchemaEditTests {
  // MARK: Tables

  @Test func `a table is made with its columns, the first of which has the first key`() throws {
    var edit = SchemaEdit(.new)
    let table = try edit.createTable(
      named: "T",
      columns: [
        NewColumn(name: "N", type: .number), NewColumn(name: "S", type: .singleSelect, data: try json(someOptions)),
        NewColumn(name: "Made", type: .ctime),
      ])
    #expect(table.columns.map(\.name) == ["N", "S", "Made"])
    #expect(table.columns[0].key == .first && table.columns[1].key != .first && table.columns[2].key.text == "_ctime")
    #expect(table.columns[0].data == (try json(#"{"format":"number","decimal":"dot","thousands":"no"}"#)))
    #expect(table.columns[1].options.map(\.name) == ["A", "B", "C"])
    #expect(table.views.map(\.name) == ["Default View"])
    #expect(edit.changedTables == [table.key] && edit.rowChanges.isEmpty)
    #expect(try edit.createTable(named: "U").columns.map(\.name) == ["Name"])
  }

  @Test(arguments: [
    ("", SchemaError.invalidName("")), ("Table1", .tableExists("Table1")), ("\u{0}", .invalidName("\u{0}")),
    ("  ", .invalidName("  ")), (String(repeating: "x", count: 256), .invalidName(String(repeating: "x", count: 256))),
  ])
  func `a table's name is checked`(_ name: String, _ error: SchemaError) throws {
    var edit = SchemaEdit(.new)
    #expect(throws: error) { try edit.createTable(named: name) }
    let other = try edit.createTable(named: "Other")
    #expect(throws: error) { try edit.renameTable(other.key, to: name) }
    #expect(edit.schema.tables.map(\.name) == ["Table1", "Other"])
    try edit.renameTable(other.key, to: "Other")
    try edit.renameTable(other.key, to: "Another")
    #expect(edit.schema.tables.map(\.name) == ["Table1", "Another"])
  }

  @Test func `a table that cannot be made leaves nothing`() throws {
    var edit = SchemaEdit(.new)
    let before = edit.schema
    for (columns, error) in [
      ([NewColumn(name: "C", type: .checkbox)], SchemaError.firstColumn),
      ([NewColumn(name: "A", type: .text), NewColumn(name: "A", type: .number)], .columnExists("A")),
      ([NewColumn(name: "a.b", type: .text)], .invalidName("a.b")),
      ([NewColumn(name: "A", type: .text), NewColumn(name: "{B}", type: .text)], .invalidName("{B}")),
      (
        [NewColumn(name: "A", type: .text), NewColumn(name: "D", type: .date, data: .of([("format", .string("x"))]))],
        .columnData(.of([("format", .string("x"))]))
      ),
    ] {
      #expect(throws: error) { try edit.createTable(named: "T", columns: columns) }
      #expect(edit.schema == before && edit.changedTables.isEmpty)
    }
  }

  @Test func `a copy has no links, and the same keys`() throws {
    var edit = try edit([("A", .text, "null"), ("B", .number, "null")])
    _ = try edit.createTable(named: "Other")
    _ = try edit.insertColumn(link("L", to: "Other"), in: .first)
    let copy = try edit.duplicateTable(.first)
    #expect(copy.name == "Table1(copy)")
    #expect(copy.columns == edit.first.columns.filter { $0.name != "L" })
    #expect(copy.views == edit.first.views)
    #expect(try edit.duplicateTable(.first).name == "Table1(copy) (1)")
    #expect(throws: SchemaError.tableNotFound("zzzz")) { try edit.duplicateTable(#require(TableKey("zzzz"))) }
  }

  @Test func `the last table stays, and there are not too many`() throws {
    var edit = SchemaEdit(.new)
    #expect(throws: SchemaError.last) { try edit.deleteTable(.first) }
    for number in 1..<GridLimit.tables { _ = try edit.createTable(named: "\(number)") }
    #expect(throws: SchemaError.tooMany(.tables, GridLimit.tables)) { try edit.createTable(named: "x") }
    #expect(throws: SchemaError.tooMany(.tables, GridLimit.tables)) { try edit.duplicateTable(.first) }
    try edit.renameTable(.first, to: "Renamed")
    try edit.deleteTable(.first)
    #expect(edit.schema.tables.count == GridLimit.tables - 1)
    #expect(edit.deletedTables == [.first] && edit.rowChanges == [.deleteRows(.first)])
    #expect(!edit.changedTables.contains(.first))
  }

  // MARK: Columns

  @Test func `a column stands right of its anchor, or at the end`() throws {
    var edit = try edit([("A", .text, "null"), ("B", .text, "null")])
    _ = try edit.insertColumn(NewColumn(name: "C", type: .text, anchor: "Name"), in: .first)
    _ = try edit.insertColumn(NewColumn(name: "D", type: .text, anchor: edit.column("B").key.text), in: .first)
    _ = try edit.insertColumn(NewColumn(name: "E", type: .text), in: .first)
    #expect(edit.first.columns.map(\.name) == ["Name", "C", "A", "B", "D", "E"])
    #expect(Set(edit.first.columns.map(\.key)).count == 6)
    #expect(throws: SchemaError.columnNotFound("no")) {
      try edit.insertColumn(NewColumn(name: "F", type: .text, anchor: "no"), in: .first)
    }
    #expect(throws: SchemaError.columnExists("A")) {
      try edit.insertColumn(NewColumn(name: "A", type: .text), in: .first)
    }
    #expect(throws: SchemaError.columnExists("A")) { try edit.renameColumn("B", in: .first, to: "A") }
    #expect(try edit.renameColumn("B", in: .first, to: "e\u{301}").name.unicodeScalars.count == 1)
  }

  @Test(arguments: ["", "a.b", "{a", "a}", "`a`", "_id", "_ctime", "_locked_by", "a\nb", " ", "\u{7f}"])
  func `a column's name is checked`(_ name: String) throws {
    var edit = SchemaEdit(.new)
    #expect(throws: SchemaError.invalidName(name)) {
      try edit.insertColumn(NewColumn(name: name, type: .text), in: .first)
    }
    #expect(throws: SchemaError.invalidName(name)) { try edit.renameColumn("Name", in: .first, to: name) }
  }

  @Test func `a column moves, but the first one stays`() throws {
    var edit = try edit(["A", "B", "C", "D"].map { ($0, .text, "null") })
    func names() -> String { edit.first.columns.map(\.name).joined().replacing("Name", with: "-") }
    for (column, target, order) in [
      ("A", "C", "-BCAD"), ("D", "Name", "-DBCA"), ("B", "B", "-DBCA"), ("A", "C", "-DBCA"), ("C", "D", "-DCBA"),
    ] {
      #expect(try edit.moveColumn(column, in: .first, rightOf: target).name == column)
      #expect(names() == order)
    }
    #expect(throws: SchemaError.firstColumn) { try edit.moveColumn("Name", in: .first, rightOf: "A") }
    #expect(throws: SchemaError.columnNotFound("x")) { try edit.moveColumn("A", in: .first, rightOf: "x") }
    #expect(try edit.resizeColumn("A", in: .first, to: 400).width == 400)
    #expect(try edit.freezeColumn("A", in: .first, true).frozen == true)
    #expect(throws: SchemaError.invalid(field: "new_column_width")) { try edit.resizeColumn("A", in: .first, to: 0) }
  }

  @Test func `a column that goes takes its cells and what views say of it`() throws {
    var edit = try edit([("A", .number, "null")])
    let key = try edit.column("A").key
    var change = ViewChange()
    change.filters = [key.text, "0000"].map {
      .of([("column_key", .string($0)), ("filter_predicate", .string("is_empty"))])
    }
    change.sorts = [.of([("column_key", .string(key.text))])]
    (change.groupBys, change.hiddenColumns) = (change.sorts, [key.text])
    _ = try edit.changeView(.first, in: .first, change)
    try edit.deleteColumn("A", in: .first)
    let view = edit.first.views[0]
    #expect(view.filters.count == 1 && view.sorts.isEmpty && view.groupBys.isEmpty && view.hiddenColumns.isEmpty)
    #expect(edit.rowChanges == [.deleteCells(key, .first)])
    #expect(throws: SchemaError.firstColumn) { try edit.deleteColumn("Name", in: .first) }
    #expect(throws: SchemaError.columnNotFound("A")) { try edit.deleteColumn("A", in: .first) }
  }

  @Test func `several columns are added at once or not at all`() throws {
    var edit = SchemaEdit(.new)
    let added = try edit.appendColumns(
      [NewColumn(name: "A", type: .text), NewColumn(name: "N", type: .autoNumber)], in: .first)
    #expect(added.map(\.name) == ["A", "N"])
    #expect(edit.rowChanges == [.numberRows(added[1], .first)])
    let before = edit.schema
    for wrong in [
      NewColumn(name: "A", type: .text), link("L", to: "Table1"),
      NewColumn(name: "F", type: .formula, data: .of([("formula", .string("1"))])),
    ] {
      #expect(throws: SchemaError.self) {
        try edit.appendColumns([NewColumn(name: "B", type: .text), wrong], in: .first)
      }
      #expect(edit.schema == before)
    }
    let many = (0..<GridLimit.columns).map { NewColumn(name: "M\($0)", type: .text) }
    #expect(throws: SchemaError.tooMany(.columns, GridLimit.columns)) { try edit.appendColumns(many, in: .first) }
    _ = try edit.appendColumns(Array(many.dropLast(3)), in: .first)
    #expect(edit.first.columns.count == GridLimit.columns)
    _ = try edit.insertColumn(NewColumn(name: "x", type: .creator), in: edit.createTable(named: "T").key)
    #expect(throws: SchemaError.columnExists("_creator")) {
      try edit.insertColumn(NewColumn(name: "y", type: .creator), in: edit.schema.tables[1].key)
    }
  }

  @Test(arguments: [
    (ColumnType.number, #"{"format":1}"#), (.date, #"{"format":"DD/MM/YYYY HH:mm"}"#), (.date, #"{"format":"YYYY"}"#),
    (.duration, #"{"duration_format":"m"}"#), (.rate, #"{"rate_max_number":11}"#), (.rate, #"{"rate_max_number":"x"}"#),
    (.autoNumber, #"{"digits":0}"#), (.autoNumber, #"{"digits":21}"#), (.autoNumber, #"{"prefix_type":"x"}"#),
    (.formula, "{}"), (.formula, "null"), (.text, "[]"), (.text, "1"), (.text, #"{"a":"\u0000"}"#),
    (.text, #"{"a":1e999}"#),
    (.singleSelect, #"{"options":{}}"#), (.link, "null"), (.link, #"{"other_table":5}"#), (.linkFormula, "null"),
    (.linkFormula, #"{"formula":"count_links","link_column":"no"}"#),
  ])
  func `settings that do not fit a type are refused with what was sent`(_ type: ColumnType, _ data: String) throws {
    var edit = SchemaEdit(.new)
    let data = try json(data)
    #expect(throws: SchemaError.columnData(data)) {
      try edit.insertColumn(NewColumn(name: "C", type: type, data: data), in: .first)
    }
  }

  @Test func `settings are not without bounds`() throws {
    var edit = SchemaEdit(.new)
    for name in ["a", "options"] {
      let long = JSON.of([(name, .string(String(repeating: "x", count: GridLimit.settings)))])
      #expect(throws: SchemaError.columnData(.null)) {
        try edit.insertColumn(NewColumn(name: "C", type: .text, data: long), in: .first)
      }
    }
  }

  @Test(arguments: [
    (#"{"column_name":"A","column_type":"text"}"#, nil),
    (#"{"column_type":"text"}"#, SchemaError.invalid(field: "column_name")),
    (#"{"column_name":"A"}"#, .invalid(field: "column_type")),
    (#"{"column_name":"A","column_type":"no"}"#, .unknownType("no")),
    (#"{"column_name":"A","column_type":"text","anchor_column":1}"#, .invalid(field: "anchor_column")),
    ("[]", .invalid(field: "column_name")),
  ])
  func `a wish for a column is read`(_ text: String, _ error: SchemaError?) throws {
    let json = try json(text)
    if let error {
      #expect(throws: error) { try NewColumn(json) }
    } else {
      #expect(try NewColumn(json) == NewColumn(name: "A", type: .text))
    }
  }

  private func link(_ name: String, to table: String) -> NewColumn {
    NewColumn(
      name: name, type: .link, data: .of([("table", .string("Table1")), ("other_table", .string(table))]))
  }

  // MARK: Links

  @Test func `links come in pairs that say the same`() throws {
    var edit = try edit()
    let other = try edit.createTable(
      named: "O.{x}", columns: [NewColumn(name: "N", type: .singleSelect, data: json(someOptions))])
    let column = try edit.insertColumn(link("L", to: "O.{x}"), in: .first)
    let counterpart = try #require(edit.schema.table(other.key)?.columns.last)
    let (one, two) = (try #require(column.link), try #require(counterpart.link))
    #expect(one == two)
    #expect(one.table == .first && one.otherTable == other.key && one.displayColumn == .first && one.isMultiple)
    #expect(one.isFirst(.first) && !one.isFirst(other.key))
    #expect(one.end(beyond: .first) == other.key && one.end(beyond: other.key) == .first)
    #expect(counterpart.name == "Table1")
    #expect(column.data["array_type"]?.text == "single-select" && counterpart.data["array_type"]?.text == "text")
    #expect(column.data["array_data"]?["options"]?.elements?.count == 3)
    for name in ["is_internal_link", "is_multiple"] { #expect(column.data[name] == .boolean(true)) }
    // A second pair has another link, and a free name.
    _ = try edit.insertColumn(link("L2", to: other.key.text), in: .first)
    #expect(edit.schema.table(other.key)?.columns.map(\.name) == ["N", "Table1", "Table1 (1)"])
    #expect(try edit.column("L2").link?.link != one.link)
    // What is shown changes.
    _ = try edit.addOptions([json(#"{"name":"D"}"#)], to: "N", in: other.key)
    #expect(try edit.column("L").data["array_data"]?["options"]?.elements?.count == 4)
    _ = try edit.retypeColumn("N", in: other.key, to: .text)
    #expect(try edit.column("L2").data["array_type"]?.text == "text")
    // One goes with the other.
    edit = SchemaEdit(edit.schema)
    try edit.deleteColumn("Table1", in: other.key)
    #expect(edit.first.columns.map(\.name) == ["Name", "L2"])
    #expect(edit.rowChanges == [.deleteLinks(one.link)])
    #expect(Set(edit.changedTables) == [.first, other.key])
    try edit.deleteTable(other.key)
    #expect(edit.first.columns.map(\.name) == ["Name"])
    #expect(edit.rowChanges.count == 3 && edit.rowChanges[1] == .deleteRows(other.key))
  }

  @Test func `very many options are not repeated by the columns that show them`() throws {
    var edit = try edit()
    let other = try edit.createTable(named: "O", columns: [NewColumn(name: "N", type: .singleSelect)])
    _ = try edit.insertColumn(link("L", to: "O"), in: .first)
    let many = try (1...201).map { try json(#"{"name":"\#($0)"}"#) }
    _ = try edit.addOptions(many.dropLast(), to: "N", in: other.key)
    #expect(try edit.column("L").data["array_data"]?["options"]?.elements?.count == 200)
    _ = try edit.addOptions([many[200]], to: "N", in: other.key)
    #expect(try edit.column("L").data["array_data"]?["options"]?.elements?.isEmpty == true)
  }

  @Test func `a look-up through two links names the columns of both tables by their keys`() throws {
    var edit = try edit()
    let (near, far) = (try edit.createTable(named: "Near"), try edit.createTable(named: "Far"))
    let price = try edit.insertColumn(NewColumn(name: "Price", type: .number), in: far.key)
    _ = try edit.insertColumn(link("L", to: "Near"), in: .first)
    let settings = JSON.of([("table", .string("Near")), ("other_table", .string("Far"))])
    let second = try edit.insertColumn(NewColumn(name: "Fars", type: .link, data: settings), in: near.key)
    func lookup(_ first: String, _ second: String) throws -> Column {
      let data = JSON.of([
        ("formula", .string("lookup")), ("link_column", .string("L")), ("level1_linked_column", .string(first)),
        ("level2_linked_column", .string(second)),
      ])
      return try edit.insertColumn(NewColumn(name: "X \(first) \(second)", type: .linkFormula, data: data), in: .first)
    }
    let column = try lookup("Fars", "Price")
    #expect(column.data["level1_linked_table_column_key"]?.text == second.key.text)
    #expect(column.data["level2_linked_table_column_key"]?.text == price.key.text)
    #expect(throws: SchemaError.self) { try lookup("Fars", "nosuch") }
    #expect(throws: SchemaError.self) { try lookup("Name", "Price") }
  }

  @Test func `a table that is linked with itself has one column for that`() throws {
    var edit = try edit()
    let column = try edit.insertColumn(link("Self", to: "Table1"), in: .first)
    #expect(edit.first.columns.map(\.name) == ["Name", "Self"])
    #expect(column.link?.isFirst(.first) == true && column.link?.end(beyond: .first) == .first)
    _ = try edit.createTable(named: "T")
    try edit.deleteColumn("Self", in: .first)
    #expect(edit.rowChanges == [.deleteLinks(try #require(column.link).link)])
  }

  @Test func `a link that does not begin in its table, or leads nowhere, is refused`() throws {
    var edit = try edit()
    _ = try edit.createTable(named: "T")
    let data = try json(#"{"table":"T","other_table":"Table1"}"#)
    #expect(throws: SchemaError.columnData(data)) {
      try edit.insertColumn(NewColumn(name: "L", type: .link, data: data), in: .first)
    }
    #expect(throws: SchemaError.tableNotFound("U")) { try edit.insertColumn(link("L", to: "U"), in: .first) }
  }

  @Test(
    arguments: [
      (#"{"formula":"count_links","link_column":"L"}"#, ["result_type": "number"]),
      (
        #"{"formula":"lookup","link_column":"L","level1_linked_column":"N"}"#,
        ["result_type": "array", "array_type": "number"]
      ),
      (
        #"{"formula":"findmax","link_column":"L","searched_column":"N","comparison_column":"N"}"#,
        ["result_type": "array", "array_type": "number"]
      ),
      (
        #"{"formula":"rollup","link_column":"L","summary_column":"N","summary_method":"sum"}"#,
        ["result_type": "number"]
      ),
      (
        #"{"formula":"rollup","link_column":"L","summary_column":"N","summary_method":"concatenate"}"#,
        ["result_type": "string"]
      ),
      (#"{"formula":"rollup","link_column":"L","summary_column":"N","summary_method":"x"}"#, nil),
      (#"{"formula":"lookup","link_column":"L"}"#, nil),
      (#"{"formula":"lookup","link_column":"Name","level1_linked_column":"N"}"#, nil),
      (#"{"formula":"x","link_column":"L"}"#, nil),
    ] as [(String, [String: String]?)])
  func `a link formula says what it makes`(_ text: String, _ result: [String: String]?) throws {
    var edit = try edit()
    _ = try edit.createTable(named: "T", columns: [NewColumn(name: "N", type: .number)])
    let link = try edit.insertColumn(link("L", to: "T"), in: .first)
    let data = try json(text)
    guard let result else {
      #expect(throws: SchemaError.columnData(data)) {
        try edit.insertColumn(NewColumn(name: "F", type: .linkFormula, data: data), in: .first)
      }
      return
    }
    let column = try edit.insertColumn(NewColumn(name: "F", type: .linkFormula, data: data), in: .first)
    for (name, value) in result { #expect(column.data[name]?.text == value) }
    #expect(column.data["link_column_key"]?.text == link.key.text)
    #expect(column.data["operated_columns"] == .array([.string(link.key.text)]))
    #expect(column.data["conditions"] == .array([]))
    if result["array_type"] != nil {
      _ = try edit.retypeColumn("N", in: edit.schema.tables[1].key, to: .text)
      #expect(try edit.column("F").data["array_type"]?.text == "text")
    }
  }
}
