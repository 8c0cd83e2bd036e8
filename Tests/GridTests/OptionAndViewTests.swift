import Ground
import Testing

@testable import Grid

@Suite struct OptionAndViewTests {
  static func names(_ edit: SchemaEdit) throws -> [String] { try edit.column("S").options.map(\.name) }

  @Test func `options are added once each`() throws {
    var edit = try edit([("S", .singleSelect, someOptions), ("T", .text, "null")])
    let added = try edit.addOptions(
      [
        json(##"{"name":"D","color":"#FF8000","textColor":"#1DDD1D","borderColor":"#000000","id":"dddd"}"##),
        json(#"{"name":"A","color":"x"}"#), json(#"{"name":"E"}"#), json(#"{"name":"E"}"#),
      ], to: "S", in: .first)
    #expect(try Self.names(edit) == ["A", "B", "C", "D", "E"])
    #expect(added.map(\.name) == ["D", "A", "E", "E"])
    #expect(
      added[0] == SelectOption(id: "dddd", name: "D", color: "#FF8000", textColor: "#1DDD1D", borderColor: "#000000"))
    #expect(added[1].id == "1" && added[2] == added[3])
    #expect(added[2].id.utf8.count == 6 && added[2].id.utf8.areDigits)
    #expect(edit.changedTables == [.first])
    for (wish, error) in [
      (#"{"name":""}"#, SchemaError.invalidName("")), ("{}", .invalidName("")),
      (#"{"name":"F","id":"1"}"#, .optionExists("1")),
      (#"{"name":"F","color":5}"#, .invalid(field: "color")),
    ] {
      #expect(throws: error) { try edit.addOptions([json(#"{"name":"G"}"#), json(wish)], to: "S", in: .first) }
    }
    #expect(try Self.names(edit).count == 5)
    #expect(throws: SchemaError.noOptions("T")) { try edit.addOptions([], to: "T", in: .first) }
    #expect(throws: SchemaError.columnNotFound("U")) { try edit.addOptions([], to: "U", in: .first) }
  }

  @Test func `a column has not more options than it may`() throws {
    let names = (0..<GridLimit.options).map { "Option \($0)" }
    var edit = try edit([("S", .singleSelect, "null")])
    let key = try edit.column("S").key
    #expect(try edit.addOptions(named: names + names, to: key, in: .first).count == 2 * names.count)
    #expect(Set(try edit.column("S").options.map(\.id)).count == names.count)
    #expect(throws: SchemaError.tooMany(.options, GridLimit.options)) {
      try edit.addOptions(named: ["one more"], to: key, in: .first)
    }
    try edit.deleteOptions(named: names, of: "S", in: .first)
    #expect(try Self.names(edit).isEmpty)
  }

  @Test func `options are changed by their ids`() throws {
    var edit = try edit([("S", .singleSelect, someOptions)])
    let changed = try edit.changeOptions(
      [json(#"{"id":"1","name":"B"}"#), json(##"{"id":"2","name":"A","color":"#4ECCCB"}"##)], of: "S", in: .first)
    #expect(changed.map(\.name) == ["B", "A"] && changed[1].color == "#4ECCCB")
    #expect(try Self.names(edit) == ["B", "A", "C"])
    for (change, error) in [
      (#"{"id":"9","name":"x"}"#, SchemaError.optionNotFound("9")), (#"{"name":"x"}"#, .invalid(field: "id")),
      (#"{"id":"1","name":"C"}"#, .optionExists("C")), (#"{"id":"1","name":" "}"#, .invalidName(" ")),
    ] {
      #expect(throws: error) { try edit.changeOptions([json(change)], of: "S", in: .first) }
    }
    #expect(try Self.names(edit) == ["B", "A", "C"])
  }

  @Test func `options that go leave the cells`() throws {
    var edit = SchemaEdit(try edit([("S", .multipleSelect, someOptions)]).schema)
    try edit.deleteOptions(named: ["no"], of: "S", in: .first)
    #expect(edit.rowChanges.isEmpty && edit.changedTables.isEmpty)
    try edit.deleteOptions(named: ["A", "no", "C"], of: "S", in: .first)
    #expect(edit.rowChanges == [.deleteOptions(["1", "3"], try edit.column("S"), .first)])
    #expect(try Self.names(edit) == ["B"])
  }

  @Test func `new options must differ from each other`() throws {
    for options in [#"[{"name":"A"},{"name":"A"}]"#, #"[{"name":"A","id":"1"},{"name":"B","id":"1"}]"#] {
      #expect(throws: SchemaError.self) { try edit([("S", .singleSelect, #"{"options":\#(options)}"#)]) }
    }
  }

  @Test func `options of a child column belong to options of its parent`() throws {
    var edit = try edit([
      ("P", .singleSelect, someOptions), ("S", .singleSelect, someOptions), ("M", .multipleSelect, someOptions),
    ])
    try edit.setCascade(parent: "P", child: "S", settings: json(#"{"A":["B","C"],"C":[]}"#), in: .first)
    let data = try edit.column("S").data
    #expect(data["cascade_column_key"]?.text == (try edit.column("P").key.text))
    #expect(data["cascade_settings"] == (try json(#"{"1":["2","3"],"3":[]}"#)))
    for (parent, child, settings, error) in [
      ("P", "P", "{}", SchemaError.invalid(field: "child_column")), ("P", "M", "{}", .invalid(field: "child_column")),
      ("P", "Name", "{}", .noOptions("Name")), ("P", "S", "[]", .invalid(field: "cascade_settings")),
      ("P", "S", #"{"A":"B"}"#, .invalid(field: "cascade_settings")), ("P", "S", #"{"X":[]}"#, .optionNotFound("X")),
      ("P", "S", #"{"A":["X"]}"#, .optionNotFound("X")),
    ] {
      #expect(throws: error) { try edit.setCascade(parent: parent, child: child, settings: json(settings), in: .first) }
    }
    try edit.deleteColumn("P", in: .first)
    #expect(try edit.column("S").data["cascade_settings"] == nil)
    #expect(try edit.column("S").options.count == 3)
  }

  // MARK: Views

  @Test func `views are made, changed and deleted`() throws {
    var edit = try edit()
    let view = try edit.createView(named: "V", type: nil, isLocked: true, in: .first)
    #expect(view.type == "table" && view.isLocked && edit.first.views.map(\.name) == ["Default View", "V"])
    #expect(try edit.createView(named: "W", type: "archive", isLocked: false, in: .first).type == "archive")
    #expect(throws: SchemaError.viewExists("V")) {
      try edit.createView(named: "V", type: "", isLocked: false, in: .first)
    }
    #expect(throws: SchemaError.invalid(field: "type")) {
      try edit.createView(named: "X", type: "kanban", isLocked: false, in: .first)
    }
    let change = try ViewChange(
      json(
        #"{"name":"New","is_locked":false,"filter_conjunction":"Or","filters":[{"column_key":"0000"},{}],"hidden_columns":["0000","no key",{}]}"#
      ))
    let changed = try edit.changeView(view.key, in: .first, change)
    #expect(changed.name == "New" && !changed.isLocked && changed.conjunction == .or)
    #expect(changed.filters == [try json(#"{"column_key":"0000"}"#)] && changed.hiddenColumns == ["0000"])
    let emptied = try edit.changeView(view.key, in: .first, ViewChange(json(#"{"filters":[{}],"name":null}"#)))
    #expect(emptied.filters.isEmpty && emptied.hiddenColumns == ["0000"] && emptied.name == "New")
    var rename = ViewChange()
    rename.name = "Default View"
    #expect(throws: SchemaError.viewExists("Default View")) { try edit.changeView(view.key, in: .first, rename) }
    try edit.deleteView(.first, in: .first)
    #expect(throws: SchemaError.viewNotFound("0000")) { try edit.deleteView(.first, in: .first) }
    try edit.deleteView(view.key, in: .first)
    #expect(throws: SchemaError.last) { try edit.deleteView(edit.first.views[0].key, in: .first) }
  }

  @Test func `there are not too many views`() throws {
    var edit = try edit()
    for number in 1..<GridLimit.views {
      _ = try edit.createView(named: "\(number)", type: nil, isLocked: false, in: .first)
    }
    #expect(throws: SchemaError.tooMany(.views, GridLimit.views)) {
      try edit.createView(named: "x", type: nil, isLocked: false, in: .first)
    }
    #expect(Set(edit.first.views.map(\.key)).count == GridLimit.views)
  }

  @Test(arguments: [
    (#"{"name":5}"#, "name"), (#"{"is_locked":"x"}"#, "is_locked"),
    (#"{"filter_conjunction":"Xor"}"#, "filter_conjunction"),
    (#"{"filters":{}}"#, "filters"), (#"{"filters":[1]}"#, "filters"), (#"{"sorts":[{"a":"\u0000"}]}"#, "sorts"),
    (#"{"groupbys":[{"a":1e999}]}"#, "groupbys"), (#"{"hidden_columns":[1]}"#, "hidden_columns"),
    (#"{"filters":[{"a":"\#(String(repeating: "x", count: GridLimit.settings))"}]}"#, "filters"),
  ])
  func `what cannot be said of a view is refused by its name`(_ text: String, _ field: String) throws {
    #expect(throws: SchemaError.invalid(field: field)) { try ViewChange(json(text)) }
  }

  @Test func `a view has not more conditions than it may`() throws {
    let filters = JSON.array(Array(repeating: try json(#"{"a":1}"#), count: GridLimit.conditions + 1))
    #expect(throws: SchemaError.tooMany(.conditions, GridLimit.conditions)) {
      try ViewChange(.of([("filters", filters)]))
    }
  }
}
