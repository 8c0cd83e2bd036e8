import Ground
import Testing

@testable import Grid

@Suite struct SchemaTests {
  @Test func `a new base has one table with one column and one view`() throws {
    let metadata = try json(text(BaseSchema.new))
    #expect(metadata["version"]?.integer == 1)
    #expect(metadata["format_version"]?.integer == 9)
    #expect(metadata["settings"] == .object([]))
    let table = try #require(metadata["tables"]?.elements?.first)
    #expect(table["_id"]?.text == "0000")
    #expect(table["name"]?.text == "Table1")
    for name in ["rows", "id_row_map", "view_structure"] { #expect(table[name] == nil) }
    #expect(
      text(try #require(table["columns"])) == #"""
        [{"key":"0000","type":"text","name":"Name","editable":true,"width":200,"resizable":true,"draggable":true,\#
        "data":null,"permission_type":"","permitted_users":[],"permitted_group":[],"edit_metadata_permission_type":"",\#
        "edit_metadata_permitted_users":[],"edit_metadata_permitted_group":[],"description":null,"colorbys":{}}]
        """#)
    #expect(
      text(try #require(table["views"])) == #"""
        [{"_id":"0000","name":"Default View","type":"table","private_for":null,"is_locked":false,\#
        "row_height":"default","filter_conjunction":"And","filters":[],"sorts":[],"groupbys":[],"groups":[],\#
        "colorbys":{},"hidden_columns":[],"rows":[],"formula_rows":{},"link_rows":{},"summaries":{},"colors":{},\#
        "column_colors":{}}]
        """#)
  }

  /// Every type, with settings of which none is usual.
  static let everyType: [(String, ColumnType, String)] = [
    ("Text", .text, #"{"enable_fill_default_value":true,"default_value":"x"}"#), ("Long", .longText, "null"),
    ("Number", .number, #"{"format":"euro","decimal":"comma","thousands":"dot","precision":2}"#),
    ("People", .collaborator, #"{"enable_send_notification":true}"#), ("Date", .date, #"{"format":"M/D/YYYY HH:mm"}"#),
    ("Duration", .duration, #"{"duration_format":"h:mm:ss"}"#), ("Single", .singleSelect, someOptions),
    ("Several", .multipleSelect, someOptions), ("Image", .image, "null"), ("File", .file, "null"),
    ("Email", .email, "null"), ("URL", .url, "null"), ("Check", .checkbox, #"{"default_value":true}"#),
    ("Rate", .rate, ##"{"rate_max_number":10,"rate_style_color":"#EB00B1","rate_style_type":"dtable-icon-like"}"##),
    ("Place", .geolocation, #"{"geo_format":"country_region","lang":"en"}"#),
    ("Creator", .creator, "null"), ("Modifier", .lastModifier, "null"), ("Made", .ctime, "null"),
    ("Changed", .mtime, "null"), ("Auto", .autoNumber, #"{"format":"000","digits":3,"prefix_type":"date"}"#),
    ("Button", .button, ##"{"button_type":"run_script","button_name":"Go","button_color":"#FFFCB5"}"##),
    ("Sign", .digitalSign, "null"), ("Department", .department, "null"),
  ]

  @Test func `what is written is read as the same`() throws {
    var edit = try edit(Self.everyType)
    let other = try edit.createTable(named: "Other \"\\ é")
    let link = NewColumn(
      name: "Link", type: .link, data: try json(#"{"table":"Table1","other_table":"\#(other.key.text)"}"#))
    _ = try edit.insertColumn(link, in: .first)
    for formula in [
      NewColumn(name: "F", type: .formula, data: try json(#"{"formula":"1+1"}"#)),
      NewColumn(name: "L", type: .linkFormula, data: try json(#"{"formula":"count_links","link_column":"Link"}"#)),
    ] {
      _ = try edit.insertColumn(formula, in: .first)
    }
    #expect(Set(edit.first.columns.map(\.type)) == Set(ColumnType.allCases))
    _ = try edit.resizeColumn("Number", in: .first, to: 321)
    _ = try edit.freezeColumn("Number", in: .first, true)
    _ = try edit.freezeColumn("Date", in: .first, false)
    var change = ViewChange()
    change.filters = [try json(#"{"column_key":"0000","filter_predicate":"is","filter_term":"ü"}"#)]
    change.sorts = [try json(#"{"column_key":"0000","sort_type":"up"}"#)]
    (change.groupBys, change.hiddenColumns) = (change.sorts, ["0000", "abcd"])
    (change.conjunction, change.isLocked, change.name) = (.or, true, "V")
    _ = try edit.changeView(.first, in: .first, change)
    for table in edit.schema.tables {
      let read = GridTable(
        key: table.key.text, name: table.name, columns: table.columnsJSON, views: table.viewsJSON)
      #expect(read == table)
      let metadata = try #require(
        try json(text(edit.schema))["tables"]?.elements?.first { $0["name"]?.text == table.name })
      #expect(metadata["columns"] == (try JSON(table.columnsJSON)))
      #expect(metadata["views"] == (try JSON(table.viewsJSON)))
    }
  }

  @Test(arguments: [
    "", "{}", "[]", "[1]", "[{}]", #"[{"key":"0000","name":"N","type":"no"}]"#,
    #"[{"key":"00","name":"N","type":"text"}]"#,
    #"[{"key":"0000","type":"text"}]"#, #"[{"key":"0000","name":"N","type":"single-select","data":{"options":[1]}}]"#,
  ])
  func `what is no array of columns is not read`(_ columns: String) {
    let views = Array(#"[{"_id":"0000","name":"V"}]"#.utf8)
    #expect(GridTable(key: "0000", name: "T", columns: Array(columns.utf8), views: views) == nil)
    let good = Array(#"[{"key":"0000","name":"N","type":"text"}]"#.utf8)
    #expect(GridTable(key: "0000", name: "T", columns: good, views: views) != nil)
    #expect(GridTable(key: "0000", name: "T", columns: good, views: Array("[{}]".utf8)) == nil)
    #expect(GridTable(key: "00", name: "T", columns: good, views: views) == nil)
  }

  @Test func `a table is found by name first, then by key`() throws {
    var edit = SchemaEdit(.new)
    let named = try edit.createTable(named: "0000")
    let café = try edit.createTable(named: "Cafe\u{301}")
    #expect(café.name.unicodeScalars.count == 4)
    let schema = edit.schema
    #expect(schema.table("0000")?.key == named.key)
    #expect(schema.table(named.key.text)?.key == named.key)
    #expect(schema.table(name: "Table1", key: "Test")?.key == .first)
    #expect(schema.table(name: nil, key: "0000")?.key == .first)
    #expect(schema.table(name: nil, key: nil) == nil)
    #expect(schema.table("table1") == nil)
    #expect(schema.table("Caf\u{e9}")?.key == café.key)
    #expect(schema.table("Cafe\u{301}")?.key == café.key)
  }

  @Test func `a column is found by name first, then by key`() throws {
    let edit = try edit([("0000", .number, "null"), ("Made", .ctime, "null")])
    #expect(edit.first.column("0000")?.type == .number)
    #expect(edit.first.column(ColumnKey.first)?.type == .text)
    #expect(edit.first.column("_ctime")?.name == "Made")
    #expect(edit.first.column("") == nil)
  }

  @Test func `a view shows all columns but the hidden ones`() throws {
    var edit = try edit([("A", .text, "null"), ("B", .text, "null")])
    var change = ViewChange()
    change.hiddenColumns = [try edit.column("A").key.text, "gone"]
    let view = try edit.changeView(.first, in: .first, change)
    #expect(edit.first.columns(shownBy: view).map(\.name) == ["Name", "B"])
    #expect(edit.first.view("Default View")?.key == .first)
    #expect(edit.first.view(name: "no", key: "0000")?.key == .first)
    #expect(edit.first.view("no") == nil)
  }

  @Test func `a table that was made shows its rows`() throws {
    let id = try #require(RowID("AAAAAAAAQACAAAAAAAAAAA"))
    var writer = JSONWriter()
    BaseSchema.new.tables[0].write(withRows: [(id, Array(#"{"_id":"x"}"#.utf8))], to: &writer)
    let table = try JSON(writer.bytes)
    #expect(table["rows"] == (try json(#"[{"_id":"x"}]"#)))
    #expect(table["id_row_map"] == (try json(#"{"AAAAAAAAQACAAAAAAAAAAA":{"_id":"x"}}"#)))
    #expect(table["view_structure"] == (try json(#"{"folders":[],"view_ids":["0000"]}"#)))
  }

  @Test(arguments: [
    ("null", 7, "0007"), (#"{"format":"00","digits":2}"#, 7, "07"), (#"{"format":"000000"}"#, 7, "000007"),
    (#"{"digits":1}"#, 123, "123"), (#"{"digits":4,"prefix_type":"string","prefix":"row"}"#, 1, "row-0001"),
    (#"{"digits":4,"prefix_type":"string","prefix":""}"#, 1, "0001"),
    (#"{"digits":4,"prefix_type":"date","prefix":"x"}"#, 12, "20261127-0012"),
  ])
  func `an automatic number has its digits and its prefix`(_ data: String, _ number: Int64, _ cell: String) throws {
    let time = try #require(Timestamp(wire: "2026-11-27T23:59:59"))
    #expect(try column(.autoNumber, data).autoNumber?.text(number, at: time) == cell)
  }
}
