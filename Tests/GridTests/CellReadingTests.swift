import Ground
import Testing

@testable import Grid

/// What a client writes, and what the cell holds: canonical JSON, "" for an empty cell, "-" for one that is left alone.
struct Writing: Sendable, CustomTestStringConvertible {
  let (type, data, value, cell): (ColumnType, String, String, String)
  let loss: CellLoss.Reason?
  let unknown: [String]

  init(
    _ type: ColumnType, _ value: String, _ cell: String, _ loss: CellLoss.Reason? = nil, data: String = "null",
    unknown: [String] = []
  ) {
    (self.type, self.data, self.value, self.cell, self.loss, self.unknown) = (type, data, value, cell, loss, unknown)
  }

  var testDescription: String { "\(type.rawValue) \(value)" }
}

@Suite struct CellReadingTests {
  static func check(_ writing: Writing) throws {
    let reader = CellReader(try column(writing.type, writing.data))
    var readings = [try reader.read(JSONSlice(Array(" \(writing.value) ".utf8)))]
    // Not if an object has a name twice.
    if let tree = try? json(writing.value) { readings.append(try reader.read(tree)) }
    for reading in readings {
      switch reading.content {
      case .value(let cell): #expect(text(cell) == writing.cell)
      case .empty: #expect(writing.cell == "")
      case .ignored: #expect(writing.cell == "-")
      }
      #expect(reading.loss == writing.loss)
      #expect(reading.unknownOptions == writing.unknown)
    }
  }

  @Test(arguments: [ColumnType.text, .longText, .email, .url])
  func `a text holds texts`(_ type: ColumnType) throws {
    for writing in [
      Writing(type, #""x""#, #""x""#), Writing(type, #"" x ""#, #"" x ""#), Writing(type, #""""#, ""),
      Writing(type, "null", ""), Writing(type, #""e\u0301é\u00e9""#, #""e\#u{301}éé""#),
      Writing(type, #""\"\\\/\n\ud83d\ude00""#, #""\"\\/\u000a😀""#), Writing(type, "1.50", #""1.50""#),
      Writing(type, "true", #""true""#), Writing(type, #""a\u0000b""#, #""ab""#, .nul),
      Writing(type, #""\u0000""#, "", .nul), Writing(type, #"["a"]"#, "", .unreadable),
      Writing(type, "{}", "", .unreadable),
    ] {
      try Self.check(writing)
    }
  }

  @Test(arguments: [
    Writing(.longText, ##"{"text":"# T","preview":"T"}"##, ##""# T""##), Writing(.longText, #"{"text":""}"#, ""),
    Writing(.longText, #"{"text":1}"#, "", .unreadable), Writing(.text, #"{"text":"T"}"#, "", .unreadable),
  ])
  func `a long text may come with its preview`(_ writing: Writing) throws { try Self.check(writing) }

  @Test(
    arguments: [
      ("0", "0", nil), ("-0", "0", nil), ("-0.0", "0", nil), ("5", "5", nil), ("-5", "-5", nil), ("5.0", "5", nil),
      ("1.50", "1.5", nil), ("0.10", "0.1", nil), ("100", "100", nil), ("1e3", "1000", nil), ("1E-2", "0.01", nil),
      ("123456789012345", "123456789012345", nil), ("0.30000000000000004", "0.30000000000000004", nil),
      ("9007199254740992", "9007199254740992", nil), ("9007199254740993", "9007199254740992", .rounded),
      ("9223372036854775807", "9.223372036854776e+18", .rounded), ("1e16", "10000000000000000", nil),
      ("1e19", "1e+19", nil), ("1.5e300", "1.5e+300", nil),
      ("100000000000000000000", "1e+20", .rounded), ("1e400", "", .unreadable), ("-1e400", "", .unreadable),
      ("1e-400", "0", nil), (#""12""#, "12", nil), (#"" -1.5 ""#, "-1.5", nil), (#""+5""#, "5", nil),
      (#"".5""#, "0.5", nil),
      (#""5.""#, "5", nil), (#""007""#, "7", nil), (#""1e3""#, "1000", nil), (#""""#, "", nil), ("null", "", nil),
      (#""abc""#, "", .unreadable), (#""1,000""#, "", .unreadable), (#""nan""#, "", .unreadable),
      (#""inf""#, "", .unreadable), (#""0x10""#, "", .unreadable), (#""5 %""#, "", .unreadable),
      (#""-""#, "", .unreadable),
      (#"".""#, "", .unreadable), (#""e5""#, "", .unreadable), (#""1e""#, "", .unreadable), ("true", "", .unreadable),
      ("[1]", "", .unreadable), ("{}", "", .unreadable), (#""\u0663""#, "", .unreadable),
    ] as [(String, String, CellLoss.Reason?)])
  func `a number holds what a Double holds`(_ value: String, _ cell: String, _ loss: CellLoss.Reason?) throws {
    try Self.check(Writing(.number, value, cell, loss))
  }

  @Test(
    arguments: [
      ("90", "90", nil), (#""90""#, "90", nil), (#""1:30""#, "5400", nil), (#""0:05""#, "300", nil),
      (#""1:2:3""#, "3723", nil),
      (#""-1:30""#, "-5400", nil), (#""100:00""#, "360000", nil), (#""1:60""#, "", .unreadable),
      (#""1:""#, "", .unreadable),
      (#"":30""#, "", .unreadable), (#""1:2:3:4""#, "", .unreadable), (#""-0:00""#, "0", nil),
      (#""x""#, "", .unreadable),
      (#""""#, "", nil), ("true", "", .unreadable), ("1.5", "1.5", nil),
    ] as [(String, String, CellLoss.Reason?)])
  func `a duration holds seconds`(_ value: String, _ cell: String, _ loss: CellLoss.Reason?) throws {
    try Self.check(Writing(.duration, value, cell, loss))
  }

  @Test(
    arguments: [
      ("3", "3", nil), ("99", "99", nil), ("-1", "-1", nil), (#""4""#, "4", nil), ("3.5", "3", .rounded),
      ("3.0", "3", nil),
      ("-0.5", "0", .rounded), (#""x""#, "", .unreadable), ("null", "", nil),
    ] as [(String, String, CellLoss.Reason?)])
  func `a rate holds a whole number, in no range`(_ value: String, _ cell: String, _ loss: CellLoss.Reason?) throws {
    try Self.check(Writing(.rate, value, cell, loss))
  }

  @Test(
    arguments: [
      ("true", "true", nil), ("false", "false", nil), (#""true""#, "true", nil), (#""False""#, "false", nil),
      ("1", "false", .notBoolean), ("0", "false", .notBoolean), (#""yes""#, "false", .notBoolean),
      ("[]", "false", .notBoolean),
      (#""""#, "", nil), ("null", "", nil),
    ] as [(String, String, CellLoss.Reason?)])
  func `a box is checked by true alone`(_ value: String, _ cell: String, _ loss: CellLoss.Reason?) throws {
    try Self.check(Writing(.checkbox, value, cell, loss))
  }

  @Test(arguments: [
    Writing(.singleSelect, #""A""#, #""1""#, data: someOptions), Writing(.singleSelect, #""""#, "", data: someOptions),
    Writing(.singleSelect, "null", "", data: someOptions),
    Writing(.singleSelect, #""1""#, "", .unknownOption, data: someOptions, unknown: ["1"]),
    Writing(.singleSelect, #""a""#, "", .unknownOption, data: someOptions, unknown: ["a"]),
    Writing(.singleSelect, #""e\u0301""#, "", .unknownOption, data: someOptions, unknown: ["\u{e9}"]),
    Writing(.singleSelect, "5", "", .unknownOption, data: someOptions, unknown: ["5"]),
    Writing(.singleSelect, "true", "", .unreadable, data: someOptions),
    Writing(.singleSelect, #"["A"]"#, "", .unreadable, data: someOptions),
    Writing(.singleSelect, #""  ""#, "", .unreadable, data: someOptions),
    Writing(.singleSelect, #""e\u0301""#, #""9""#, data: #"{"options":[{"id":"9","name":"é"}]}"#),
    Writing(.singleSelect, #""\"""#, #""\"\\""#, data: #"{"options":[{"id":"\"\\","name":"\""}]}"#),
    Writing(.multipleSelect, #"["C","A"]"#, #"["3","1"]"#, data: someOptions),
    Writing(.multipleSelect, #"["A","A","B","A"]"#, #"["1","2"]"#, data: someOptions),
    Writing(.multipleSelect, #""B""#, #"["2"]"#, data: someOptions),
    Writing(.multipleSelect, "[]", "", data: someOptions),
    Writing(.multipleSelect, #"[null,"","A"]"#, #"["1"]"#, data: someOptions),
    Writing(.multipleSelect, #"["X","A","Y"]"#, #"["1"]"#, .unknownOption, data: someOptions, unknown: ["X", "Y"]),
    Writing(.multipleSelect, #"[{},"A"]"#, #"["1"]"#, .unreadable, data: someOptions),
    Writing(.multipleSelect, #"["X"]"#, "", .unknownOption, data: someOptions, unknown: ["X"]),
  ])
  func `options are given by their names`(_ writing: Writing) throws { try Self.check(writing) }

  @Test(arguments: [
    Writing(.collaborator, #"["a@auth.local","b@auth.local"]"#, #"["a@auth.local","b@auth.local"]"#),
    Writing(.collaborator, #""a@auth.local""#, #"["a@auth.local"]"#), Writing(.collaborator, "[]", ""),
    Writing(.collaborator, #"[1,"a"]"#, #"["a"]"#, .unreadable), Writing(.collaborator, #"[""]"#, ""),
    Writing(.image, #"["/workspace/1/a.png", "https://x/é"]"#, #"["/workspace/1/a.png","https://x/é"]"#),
    Writing(.image, "7", "", .unreadable), Writing(.image, #"[{"url":"x"}]"#, "", .unreadable),
    Writing(
      .file, #"[{"name":"x.pdf", "size": 10, "type":"file","url":"/w"}]"#,
      #"[{"name":"x.pdf","size":10,"type":"file","url":"/w"}]"#),
    Writing(.file, #"{"name":"x"}"#, #"[{"name":"x"}]"#), Writing(.file, #"["x"]"#, "", .unreadable),
    Writing(.file, #"[{"a":1,"a":2},{"b":1}]"#, #"[{"b":1}]"#, .unreadable),
    Writing(.department, #"[1,"2"]"#, #"[1,"2"]"#), Writing(.department, "3", "[3]"),
    Writing(.department, "[1e400]", "", .unreadable),
    Writing(.geolocation, #"{"lng":13.400, "lat":52.5}"#, #"{"lng":13.400,"lat":52.5}"#),
    Writing(.geolocation, #"{"country_region":"Germany"}"#, #"{"country_region":"Germany"}"#),
    Writing(.geolocation, "{}", ""), Writing(.geolocation, #""Berlin""#, "", .unreadable),
    Writing(.geolocation, "[1]", "", .unreadable), Writing(.geolocation, #"{"a":1,"a":2}"#, "", .unreadable),
    Writing(.geolocation, #"{"a\u0000":"b\u0000","c":1e999}"#, #"{"a":"b","c":null}"#, .nul),
    Writing(.digitalSign, #"{"username":"a","sign_time":"t"}"#, #"{"username":"a","sign_time":"t"}"#),
  ])
  func `lists and objects are kept as they come`(_ writing: Writing) throws { try Self.check(writing) }

  @Test(arguments: [
    ColumnType.creator, .lastModifier, .ctime, .mtime, .autoNumber, .button,
  ])
  func `what clients do not write is left alone`(_ type: ColumnType) throws {
    try Self.check(Writing(type, #""x""#, "-", .readOnly))
    try Self.check(Writing(type, "5", "-", .readOnly))
    try Self.check(Writing(type, #""""#, "-"))
    try Self.check(Writing(type, "null", "-"))
  }

  @Test func `a cell has a size and a depth`() throws {
    let reader = CellReader(try column(.text))
    let longest = String(repeating: "x", count: GridLimit.cell - 2)
    #expect(try reader.read(.string(longest)).loss == nil)
    #expect(throws: RowError.cellTooLarge(row: 0, column: "C")) { try reader.read(.string(longest + "x")) }
    let places = CellReader(try column(.geolocation))
    func nested(_ depth: Int) -> String {
      #"{"a":"# + String(repeating: "[", count: depth - 1) + #""]]{""# + String(repeating: "]", count: depth - 1) + "}"
    }
    #expect(try places.read(json(nested(GridLimit.depth))).loss == nil)
    #expect(throws: RowError.cellTooDeep(row: 0, column: "C")) { try places.read(json(nested(GridLimit.depth + 1))) }
    let files = CellReader(try column(.file))
    #expect(try files.read(json("[\(nested(GridLimit.depth - 1))]")).loss == nil)
    #expect(throws: RowError.cellTooDeep(row: 0, column: "C")) { try files.read(json("[\(nested(GridLimit.depth))]")) }
  }

  @Test func `a cell that holds thousands of options is read at once`() throws {
    let names = (0..<9000).map { "Option \($0)" }
    let options = names.map { #"{"name":"\#($0)"}"# }.joined(separator: ",")
    let reader = CellReader(try column(.multipleSelect, "{\"options\":[\(options)]}"))
    let reading = try reader.read(.array((names + names).map { .string($0) }))
    guard case .value(let cell) = reading.content else { return #expect(Bool(false), "no value") }
    #expect(try JSON(cell).elements?.count == 9000)
  }
}
