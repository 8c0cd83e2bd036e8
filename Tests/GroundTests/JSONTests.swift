import Ground
import Testing

@Suite struct JSONTests {
  static func read(_ text: String) throws -> JSON { try JSON(Array(text.utf8)) }

  @Test func `rows of cells are read as they are`() throws {
    let json = try Self.read(
      #" {"rows": [{"Name": "é\u00e9", "Price": 1.50, "Links": [["a"], {}], "Done": true, "Note": null}], "n": -0} "#)
    let row = JSON.object([
      .init(name: "Name", value: .string("éé")), .init(name: "Price", value: .number("1.50")),
      .init(name: "Links", value: .array([.array([.string("a")]), .object([])])),
      .init(name: "Done", value: .boolean(true)), .init(name: "Note", value: .null),
    ])
    #expect(json == .object([.init(name: "rows", value: .array([row])), .init(name: "n", value: .number("-0"))]))
    #expect(json["rows"] == .array([row]))
    #expect(json["row"] == nil)
    #expect(row["Name"]?.text == "éé")
  }

  @Test func `a text is not normalised until it is used`() throws {
    let json = try Self.read("{\"e\u{301}\":\"e\u{301}\",\"\u{e9}\":1}")
    guard case .object(let members) = json else { return #expect(Bool(false), "no object") }
    #expect(members.map { Array($0.name.unicodeScalars) } == [["e", "\u{301}"], ["\u{e9}"]])
  }

  @Test(arguments: [
    ("0", 0, 0.0), ("-0", 0, 0), ("12", 12, 12), ("5.0", 5, 5), ("1e3", 1000, 1000), ("1.5", nil, 1.5),
    ("9223372036854775807", Int64.max, 9_223_372_036_854_775_808),
    ("9223372036854775808", nil, 9_223_372_036_854_775_808),
    ("9007199254740993.0", nil, 9_007_199_254_740_992), ("1e400", nil, nil), ("1e-400", 0, 0),
  ])
  func `a number is the text of its digits`(_ text: String, _ integer: Int64?, _ number: Double?) throws {
    let json = try Self.read(text)
    #expect(json == .number(text))
    #expect(json.integer == integer)
    #expect(json.number == number)
  }

  @Test(arguments: [
    "", " ", "tru", "nul", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1 2",
    "'a'",
    "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":1,}"#, #"{,}"#,
    #"{a:1}"#, #"{1:1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, #"{"a":1]"#, "{}{}", "[]]", "\u{feff}{}", "// a\n1",
    "\"\u{1}\"",
    "\"\u{0}\"", "\"a\nb\"", #"""#, #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\ud800a""#,
    #""\ud800\u0041""#, #""\udc00""#, #""\ud800\n""#, "\u{a0}1",
  ])
  func `what RFC 8259 does not allow is refused`(_ text: String) {
    #expect(throws: JSON.SyntaxError.self) { try Self.read(text) }
  }

  @Test(arguments: [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]])
  func `invalid UTF-8 is refused`(_ bytes: [UInt8]) {
    #expect(throws: JSON.SyntaxError.self) { try JSON([0x22] + bytes + [0x22]) }
    #expect(throws: JSON.SyntaxError.self) { try JSON([0x22, 0x5c, 0x6e] + bytes + [0x22]) }
  }

  @Test(arguments: [
    #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"\u0061":3}"#, #"[{"o":{"":1,"":2}}]"#, "{\"\u{e9}\":1,\"\\u00e9\":2}",
  ])
  func `an object with a repeated name is refused`(_ text: String) throws {
    let error = #expect(throws: JSON.SyntaxError.self) { try Self.read(text) }
    #expect(error?.reason == "an object has the same name twice")
  }

  @Test func `escapes are decoded`() throws {
    #expect(
      try Self.read(#""\"\\\/\b\f\n\r\t\u0000\u00E9\ud83e\uDD8A""#).text == "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{e9}\u{1f98a}")
  }

  @Test func `nesting is at most 64 deep`() throws {
    func nested(_ depth: Int) -> String {
      (0..<depth).map { $0 % 2 == 0 ? "[" : #"{"a":"# }.joined() + "1"
        + (0..<depth).reversed().map { $0 % 2 == 0 ? "]" : "}" }.joined()
    }
    #expect(throws: Never.self) { try Self.read(nested(64)) }
    // Side by side, there may be more.
    #expect(throws: Never.self) {
      try Self.read("[" + Array(repeating: nested(63), count: 100).joined(separator: ",") + "]")
    }
    let error = #expect(throws: JSON.SyntaxError.self) { try Self.read(nested(65)) }
    #expect(error?.reason == "it is nested more than 64 levels deep")
  }
}
