import Ground
import TestSupport
import Testing

@testable import Grid

@Suite struct CellConversionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let (old, oldData, new, newData, cell, result): (ColumnType, String, ColumnType, String, String, String?)
    let unknown: [String]

    init(
      _ old: ColumnType, _ cell: String, _ new: ColumnType, _ result: String?, oldData: String = "null",
      newData: String = "null", unknown: [String] = []
    ) {
      (self.old, self.oldData, self.new, self.newData) = (old, oldData, new, newData)
      (self.cell, self.result, self.unknown) = (cell, result, unknown)
    }

    var testDescription: String { "\(old.rawValue) \(cell) to \(new.rawValue)" }
  }

  @Test(arguments: [
    Case(.text, #""12""#, .number, "12"), Case(.text, #""x""#, .number, nil), Case(.text, #""6.11.2026""#, .date, nil),
    Case(.text, #""6.11.2026""#, .date, #""2026-11-06""#, newData: #"{"format":"DD.MM.YYYY"}"#),
    Case(.text, #""true""#, .checkbox, "true"), Case(.text, #""x""#, .checkbox, "false"),
    Case(.text, #""1:30""#, .duration, "5400"), Case(.text, #""a@auth.local""#, .collaborator, #"["a@auth.local"]"#),
    Case(.text, #""A""#, .singleSelect, #""1""#, newData: someOptions),
    Case(.text, #""X""#, .singleSelect, nil, newData: someOptions, unknown: ["X"]),
    Case(.text, #""A, B ,X,""#, .multipleSelect, #"["1","2"]"#, newData: someOptions, unknown: ["X"]),
    Case(.text, #""x""#, .geolocation, nil), Case(.number, "1.50", .text, #""1.5""#),
    Case(.number, "0", .checkbox, "false"),
    Case(.number, "2", .checkbox, "true"), Case(.number, "3.7", .rate, "3"),
    Case(.number, "5", .singleSelect, nil, unknown: ["5"]), Case(.number, "5", .date, nil),
    Case(.duration, "5430", .text, #""1:30""#), Case(.duration, "-60", .text, #""-0:01""#),
    Case(.duration, "5430", .text, #""1:30:30""#, oldData: #"{"duration_format":"h:mm:ss"}"#),
    Case(.checkbox, "true", .text, #""true""#), Case(.checkbox, "true", .number, "1"),
    Case(.checkbox, "false", .number, "0"),
    Case(.date, #""2026-11-06""#, .text, #""2026-11-06""#),
    Case(.date, #""2026-11-06""#, .date, #""2026-11-06 00:00""#, newData: #"{"format":"YYYY-MM-DD HH:mm"}"#),
    Case(.date, #""2026-11-06 09:05""#, .date, #""2026-11-06""#, oldData: #"{"format":"YYYY-MM-DD HH:mm"}"#),
    Case(.singleSelect, #""2""#, .text, #""B""#, oldData: someOptions),
    Case(.singleSelect, #""9""#, .text, nil, oldData: someOptions),
    Case(.singleSelect, #""2""#, .multipleSelect, #"["2"]"#, oldData: someOptions),
    Case(.multipleSelect, #"["3","1"]"#, .singleSelect, #""3""#, oldData: someOptions),
    Case(.multipleSelect, #"["3","1"]"#, .text, #""C, A""#, oldData: someOptions),
    Case(.multipleSelect, #"["3","1"]"#, .collaborator, #"["C","A"]"#, oldData: someOptions),
    Case(
      .singleSelect, #""2""#, .singleSelect, #""2""#, oldData: someOptions,
      newData: #"{"options":[{"id":"2","name":"renamed"}]}"#),
    Case(
      .singleSelect, #""1""#, .singleSelect, nil, oldData: someOptions, newData: #"{"options":[{"id":"2","name":"B"}]}"#
    ),
    Case(
      .singleSelect, #""1""#, .singleSelect, #""7""#, oldData: someOptions,
      newData: #"{"options":[{"id":"7","name":"A"}]}"#),
    Case(.collaborator, #"["a","b"]"#, .text, #""a, b""#),
    Case(.file, #"[{"name":"x"},{"name":"y"}]"#, .text, #""x, y""#),
    Case(.collaborator, #"["a"]"#, .file, nil), Case(.image, #"["u"]"#, .singleSelect, nil, unknown: ["u"]),
    Case(.geolocation, #"{"lng":1}"#, .digitalSign, #"{"lng":1}"#), Case(.geolocation, #"{"lng":1}"#, .text, nil),
    Case(.autoNumber, #""0001""#, .number, "1"),
  ])
  func `a cell becomes what the new column would read`(_ conversion: Case) throws {
    var edit = try edit([("C", conversion.old, conversion.oldData)])
    let column = try edit.retypeColumn("C", in: .first, to: conversion.new, data: json(conversion.newData))
    guard case .convertCells(let change, .first) = edit.rowChanges.last else {
      return #expect(Bool(false), "cells stay: \(edit.rowChanges)")
    }
    #expect(change.new == column && change.makesOptions == (conversion.new.hasOptions && !conversion.old.hasOptions))
    var unknown: [String] = []
    let result = change.converter.convert(Array(conversion.cell.utf8), unknownOptions: &unknown)
    #expect(result.map { text($0) } == conversion.result)
    #expect(unknown == conversion.unknown)
  }

  @Test func `cells that need no conversion stay`() throws {
    for (old, new, data) in [
      (ColumnType.text, ColumnType.longText, "null"), (.text, .email, "null"), (.autoNumber, .text, "null"),
      (.number, .duration, "null"), (.rate, .number, "null"), (.number, .number, #"{"format":"euro"}"#),
      (.singleSelect, .singleSelect, "null"), (.date, .date, #"{"format":"DD.MM.YYYY"}"#), (.button, .text, "null"),
    ] {
      var edit = SchemaEdit(try edit([("C", old, "null")]).schema)
      #expect(try edit.retypeColumn("C", in: .first, to: new, data: json(data)).type == new)
      #expect(edit.rowChanges.isEmpty, "\(old) \(new)")
    }
  }

  @Test func `what becomes a formula loses its cells, and what becomes a number of its own is numbered`() throws {
    var edit = try edit([("C", .text, "null"), ("D", .text, "null")])
    let formula = try edit.retypeColumn("C", in: .first, to: .formula, data: json(#"{"formula":"1"}"#))
    let number = try edit.retypeColumn("D", in: .first, to: .autoNumber)
    #expect(edit.rowChanges == [.deleteCells(formula.key, .first), .numberRows(number, .first)])
  }

  @Test func `options stay with their column`() throws {
    var edit = try edit([("C", .singleSelect, someOptions)])
    #expect(try edit.retypeColumn("C", in: .first, to: .multipleSelect).options.map(\.id) == ["1", "2", "3"])
    #expect(try edit.retypeColumn("C", in: .first, to: .text).options.isEmpty)
  }

  @Test func `some types are not changed`() throws {
    var edit = try edit([("C", .text, "null"), ("Made", .ctime, "null")])
    let data = try json(#"{"table":"Table1","other_table":"Table1"}"#)
    _ = try edit.insertColumn(NewColumn(name: "L", type: .link, data: data), in: .first)
    let before = edit.schema
    for (name, type, error) in [
      ("Name", ColumnType.checkbox, SchemaError.firstColumn), ("L", .text, .linkColumn), ("C", .link, .linkColumn),
      ("Made", .text, .invalid(field: "new_column_type")), ("C", .mtime, .invalid(field: "new_column_type")),
      ("Made", .mtime, .invalid(field: "new_column_type")), ("C", .formula, .columnData(.null)),
      ("x", .text, .columnNotFound("x")),
    ] {
      #expect(throws: error) { try edit.retypeColumn(name, in: .first, to: type) }
    }
    #expect(edit.schema == before && edit.rowChanges.isEmpty)
    _ = try edit.retypeColumn("Name", in: .first, to: .singleSelect)
  }

  @Test func `every conversion makes cells that its column can hold`() throws {
    var chance = Chance(state: 9)
    let types = SchemaTests.everyType.filter { $0.1.isStored }
    for old in types {
      for new in types where new.1 != .autoNumber {
        let edit = try edit([("Old", old.1, old.2), ("New", new.1, new.2)])
        let converter = CellConversion(old: try edit.column("Old"), new: try edit.column("New")).converter
        let reader = CellReader(try edit.column("Old"))
        for _ in 0..<15 {
          let value = RandomJSON.value(&chance, depth: 2)
          let reading =
            old.1 == .autoNumber
            ? CellReading(content: .value(Array(#""0001""#.utf8)), loss: nil, unknownOptions: [])
            : try reader.read(value)
          guard case .value(let cell) = reading.content else { continue }
          var unknown: [String] = []
          guard let result = converter.convert(cell, unknownOptions: &unknown) else { continue }
          try Canonical.check(JSON(result), in: edit.column("New"))
        }
      }
    }
  }
}
