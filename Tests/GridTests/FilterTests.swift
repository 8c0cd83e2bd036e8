import Ground
import Testing

@testable import Grid

@Suite struct FilterTests {
  // A Friday.
  static let now = Timestamp(wire: "2026-11-27T23:30:00") ?? .now
  static let context = FilterContext(now: now, me: "me@auth.local")

  static func read(_ type: ColumnType, _ rest: String, data: String = "null") throws -> [FilterTest] {
    let edit = try edit([("C", type, data)])
    let filter = try json(#"{"column_name":"C",\#(rest)}"#)
    return try FilterGroup(request: [filter], .and, in: edit.first, context).filters.map(\.test)
  }

  @Test func `every type knows its predicates, and no other`() throws {
    let texts = ["contains", "does_not_contain", "is", "is_not", "is_current_user_ID", "is_empty", "is_not_empty"]
    let numbers = [
      "equal", "not_equal", "less", "greater", "less_or_equal", "greater_or_equal", "is_empty", "is_not_empty",
    ]
    let dates = [
      "is", "is_not", "is_before", "is_after", "is_on_or_before", "is_on_or_after", "is_within", "is_empty",
      "is_not_empty",
    ]
    let lists = ["has_any_of", "has_all_of", "has_none_of", "is_exactly", "is_empty", "is_not_empty"]
    let known: [ColumnType: [String]] = [
      .text: texts, .url: texts, .email: texts, .autoNumber: texts, .geolocation: texts,
      .longText: ["is_empty", "is_not_empty"],
      .image: ["is_empty", "is_not_empty"], .file: ["is_empty", "is_not_empty"],
      .digitalSign: ["is_empty", "is_not_empty"],
      .number: numbers, .duration: numbers, .rate: numbers, .date: dates, .ctime: dates, .mtime: dates,
      .singleSelect: ["is", "is_not", "is_any_of", "is_none_of", "is_empty", "is_not_empty"], .multipleSelect: lists,
      .collaborator: lists + ["include_me"], .department: lists,
      .creator: ["contains", "does_not_contain", "is", "is_not", "include_me"],
      .lastModifier: ["contains", "does_not_contain", "is", "is_not", "include_me"], .checkbox: ["is"], .button: [],
    ]
    let all = Set(known.values.flatMap { $0 } + ["", "x", "IS"])
    for (type, predicates) in known {
      for predicate in all {
        let term =
          type == .date || type == .ctime || type == .mtime ? #""2026-11-06""# : type == .checkbox ? "true" : #""1""#
        let modifier = predicate == "is_within" ? "this_week" : ""
        for spelling in [predicate, predicate.replacing("_", with: " ")] where spelling != "is current user ID" {
          let rest = #""filter_predicate":"\#(spelling)","filter_term":\#(term),"filter_term_modifier":"\#(modifier)""#
          if predicates.contains(predicate) {
            #expect(try Self.read(type, rest).count == 1, "\(type) \(spelling)")
          } else {
            #expect(throws: FilterError.self, "\(type) \(spelling)") { try Self.read(type, rest) }
          }
        }
      }
    }
  }

  @Test(
    arguments: [
      (ColumnType.text, #""contains","filter_term":"É""#, [FilterTest.text(.contains, "É")]),
      (.text, #""is_not","filter_term":5"#, [.text(.isNot, "5")]), (.text, #""contains","filter_term":"""#, []),
      (.text, #""contains""#, []), (.text, #""is_empty""#, [.empty]),
      (.text, #""is not empty","filter_term":"x""#, [.notEmpty]),
      (.text, #""is_current_user_ID""#, [.text(.is, "me@auth.local")]),
      (.number, #""less","filter_term":"2.5""#, [.number(.less, 2.5)]),
      (.number, #""equal","filter_term":-1"#, [.number(.equal, -1)]), (.number, #""equal","filter_term":"""#, []),
      (.duration, #""greater","filter_term":"1:30""#, [.number(.greater, 5400)]),
      (.checkbox, #""is","filter_term":true"#, [.checked(true)]),
      (.checkbox, #""is","filter_term":"false""#, [.checked(false)]), (.checkbox, #""is""#, []),
      (.singleSelect, #""is","filter_term":"2""#, [.options(["2"], not: false)]),
      (.singleSelect, #""is_not","filter_term":"B""#, [.options(["2"], not: true)]),
      (.singleSelect, #""is_any_of","filter_term":["1","C","gone"]"#, [.options(["1", "3", "gone"], not: false)]),
      (.singleSelect, #""is_none_of","filter_term":[]"#, []),
      (.multipleSelect, #""is_exactly","filter_term":["A","2"]"#, [.list(.isExactly, ["1", "2"])]),
      (.multipleSelect, #""has_any_of","filter_term":"A""#, [.list(.hasAnyOf, ["1"])]),
      (.collaborator, #""has_none_of","filter_term":["a@x"]"#, [.list(.hasNoneOf, ["a@x"])]),
      (.collaborator, #""has_any_of","filter_term":["",null]"#, []),
      (.collaborator, #""include_me""#, [.list(.hasAnyOf, ["me@auth.local"])]),
      (.creator, #""does_not_contain","filter_term":["a@x"]"#, [.people(["a@x"], not: true)]),
      (.creator, #""include_me""#, [.people(["me@auth.local"], not: false)]),
      (.department, #""has_all_of","filter_term":[1,"2"]"#, [.list(.hasAllOf, ["1", "2"])]),
    ] as [(ColumnType, String, [FilterTest])])
  func `a filter asks what it says`(_ type: ColumnType, _ rest: String, _ tests: [FilterTest]) throws {
    #expect(try Self.read(type, #""filter_predicate":\#(rest)"#, data: type.hasOptions ? someOptions : "null") == tests)
  }

  @Test(
    arguments: [
      ("is", "exact_date", "2026-11-06", "2026-11-06", "2026-11-07"),
      ("is", "", "2026-11-06", "2026-11-06", "2026-11-07"),
      ("is", "today", "", "2026-11-27", "2026-11-28"), ("is", "tomorrow", "", "2026-11-28", "2026-11-29"),
      ("is", "yesterday", "", "2026-11-26", "2026-11-27"), ("is", "one_week_ago", "", "2026-11-20", "2026-11-21"),
      ("is", "one_week_from_now", "", "2026-12-04", "2026-12-05"),
      ("is", "one_month_ago", "", "2026-10-27", "2026-10-28"),
      ("is", "one_month_from_now", "", "2026-12-27", "2026-12-28"),
      ("is", "number_of_days_ago", "30", "2026-10-28", "2026-10-29"),
      ("is", "number_of_days_from_now", "5", "2026-12-02", "2026-12-03"), ("is_before", "today", "", nil, "2026-11-27"),
      ("is_on_or_before", "today", "", nil, "2026-11-28"), ("is_after", "today", "", "2026-11-28", nil),
      ("is_on_or_after", "today", "", "2026-11-27", nil), ("is_within", "this_week", "", "2026-11-23", "2026-11-30"),
      ("is_within", "last_week", "", "2026-11-16", "2026-11-23"),
      ("is_within", "next_week", "", "2026-11-30", "2026-12-07"),
      ("is_within", "the_past_week", "", "2026-11-20", "2026-11-28"),
      ("is_within", "the_next_week", "", "2026-11-27", "2026-12-05"),
      ("is_within", "this_month", "", "2026-11-01", "2026-12-01"),
      ("is_within", "last_month", "", "2026-10-01", "2026-11-01"),
      ("is_within", "next_month", "", "2026-12-01", "2027-01-01"),
      ("is_within", "the_past_month", "", "2026-10-27", "2026-11-28"),
      ("is_within", "the_next_month", "", "2026-11-27", "2026-12-28"),
      ("is_within", "this_year", "", "2026-01-01", "2027-01-01"),
      ("is_within", "last_year", "", "2025-01-01", "2026-01-01"),
      ("is_within", "next_year", "", "2027-01-01", "2028-01-01"),
      ("is_within", "the_past_year", "", "2025-11-27", "2026-11-28"),
      ("is_within", "the_next_year", "", "2026-11-27", "2027-11-28"),
      ("is_within", "the_past_numbers_of_days", "3", "2026-11-24", "2026-11-28"),
      ("is_within", "the_next_numbers_of_days", "3", "2026-11-27", "2026-12-01"),
    ] as [(String, String, String, String?, String?)])
  func `days are ranges`(_ predicate: String, _ modifier: String, _ term: String, _ from: String?, _ before: String?)
    throws
  {
    for type in [ColumnType.date, .ctime, .mtime] {
      let rest = #""filter_predicate":"\#(predicate)","filter_term":"\#(term)","filter_term_modifier":"\#(modifier)""#
      #expect(try Self.read(type, rest) == [.days(from: from, before: before, not: false)])
    }
  }

  @Test func `months have their length, and the calendar has an end`() throws {
    func day(_ modifier: String, _ today: String, _ days: Int64? = nil) throws -> FilterTest? {
      let today = try #require(Timestamp(wire: today)).seconds / 86_400
      return DaySpan.day(modifier, days, today).map { DaySpan(from: $0).test(not: true) }
    }
    #expect(try day("one_month_from_now", "2026-01-31") == .days(from: "2026-02-28", before: nil, not: true))
    #expect(try day("one_month_ago", "2024-03-31") == .days(from: "2024-02-29", before: nil, not: true))
    #expect(try day("one_month_ago", "2026-01-15") == .days(from: "2025-12-15", before: nil, not: true))
    #expect(try day("number_of_days_ago", "2026-01-15", 999_999) == .days(from: "0001-01-01", before: nil, not: true))
    #expect(try day("number_of_days_ago", "2026-01-15", 1_000_001) == nil)
    #expect(try day("number_of_days_ago", "2026-01-15", -1) == nil)
    #expect(try day("x", "2026-01-15") == nil)
  }

  @Test(arguments: [
    (ColumnType.number, #""less","filter_term":"x""#), (.number, #""less","filter_term":[1]"#),
    (.number, #""less","filter_term":1e400"#),
    (.text, #""is","filter_term":[1]"#), (.text, #""is","filter_term":"a\u0000""#),
    (.date, #""is","filter_term":"2026-02-30""#),
    (.date, #""is","filter_term":5"#), (.date, #""is","filter_term_modifier":"someday""#),
    (.date, #""is_within","filter_term_modifier":"someday""#), (.checkbox, #""is","filter_term":"x""#),
    (.date, #""is","filter_term":"x","filter_term_modifier":"number_of_days_ago""#),
    (.date, #""is","filter_term":99999999999,"filter_term_modifier":"number_of_days_ago""#),
    (.singleSelect, #""is","filter_term":{}"#), (.collaborator, #""has_any_of","filter_term":[true]"#),
  ])
  func `a term that is none is refused in a request`(_ type: ColumnType, _ rest: String) throws {
    #expect(throws: FilterError.term(column: "C")) { try Self.read(type, #""filter_predicate":\#(rest)"#) }
  }

  @Test func `what makes no sense in a view is left out, and refused in a request`() throws {
    var edit = try edit([("N", .number, "null")])
    let good = try json(#"{"column_key":"0000","filter_predicate":"is","filter_term":"x"}"#)
    var change = ViewChange()
    change.conjunction = .or
    change.filters =
      try [
        #"{"column_key":"zzzz","filter_predicate":"is","filter_term":"x"}"#, #"{"column_key":"0000"}"#,
        #"{"column_key":"0000","filter_predicate":"less","filter_term":1}"#, #"{"filter_predicate":"is"}"#,
      ].map(json) + [good]
    let view = try edit.changeView(.first, in: .first, change)
    let group = FilterGroup(of: view, in: edit.first, Self.context)
    #expect(group.conjunction == .or && group.filters.map(\.test) == [.text(.is, "x")])
    for filter in view.filters.dropLast() {
      #expect(throws: FilterError.self) {
        try FilterGroup(request: [good, filter], .and, in: edit.first, Self.context)
      }
    }
    #expect(try FilterGroup(request: [good, .object([])], .and, in: edit.first, Self.context).filters.count == 1)
    #expect(throws: FilterError.malformed) {
      try FilterGroup(
        request: Array(repeating: good, count: GridLimit.conditions + 1), .and, in: edit.first, Self.context)
    }
    #expect(throws: FilterError.malformed) { try FilterGroup(request: [.null], .and, in: edit.first, Self.context) }
  }

  @Test func `a filter has not more terms than a column has options`() throws {
    let terms = Array(repeating: "1", count: GridLimit.options).joined(separator: ",")
    #expect(try Self.read(.department, #""filter_predicate":"has_any_of","filter_term":[\#(terms)]"#).count == 1)
    #expect(throws: FilterError.term(column: "C")) {
      try Self.read(.department, #""filter_predicate":"has_any_of","filter_term":[1,\#(terms)]"#)
    }
  }

  @Test func `nothing is of nobody`() throws {
    let edit = try edit([("P", .collaborator, "null")])
    let nobody = FilterContext(now: Self.now, me: nil)
    let filter = try json(#"{"column_name":"P","filter_predicate":"include_me"}"#)
    #expect(
      try FilterGroup(request: [filter], .and, in: edit.first, nobody).filters.map(\.test) == [.list(.hasAnyOf, [""])])
  }

  @Test func `groupings sort before sorts do`() throws {
    var edit = try edit([("N", .number, "null"), ("S", .singleSelect, someOptions), ("F", .file, "null")])
    func sort(_ name: String, _ type: String) throws -> JSON {
      .of([("column_key", .string(edit.first.column(name)?.key.text ?? name)), ("sort_type", .string(type))])
    }
    var change = ViewChange()
    change.groupBys = [try sort("S", "down"), try sort("zzzz", "up")]
    change.sorts = [
      try sort("N", "up"), try sort("F", "up"), try sort("S", "up"), .of([("column_name", .string("N"))]),
    ]
    let view = try edit.changeView(.first, in: .first, change)
    let sorts = Sort.list(of: view, in: edit.first)
    #expect(sorts.map(\.column.name) == ["S", "N"])
    #expect(sorts.map(\.isDescending) == [true, false])
    #expect(sorts[0].optionOrder == ["1", "2", "3"] && sorts[1].optionOrder == nil)
    #expect(Sort.by("N", direction: "DESC", in: edit.first)?.isDescending == true)
    #expect(Sort.by("N", direction: nil, in: edit.first)?.isDescending == false)
    #expect(Sort.by("F", direction: nil, in: edit.first) == nil && Sort.by("no", direction: nil, in: edit.first) == nil)
  }
}
