import Ground
import HTTP
import TestSupport
import Testing

@Suite struct FieldsTests {
  enum Encoding: CaseIterable { case form, multipart, json, query }

  /// The same fields in every encoding.
  static func fields(_ pairs: [(String, String)], _ encoding: Encoding) throws -> Fields {
    switch encoding {
    case .form:
      return try parsed(
        "application/x-www-form-urlencoded", pairs.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&"))
    case .query:
      return try Fields(
        query: Target("/?" + pairs.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")).query)
    case .multipart:
      let parts = pairs.map { "--a b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }
      return try parsed("multipart/form-data; boundary=\"a b\"", parts.joined() + "--a b--\r\n")
    case .json:
      return try parsed(
        "application/json; charset=utf-8",
        "{" + pairs.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}")
    }
  }

  static func parsed(_ type: String?, _ body: String) throws -> Fields { try parsed(type, Array(body.utf8)) }

  static func parsed(_ type: String?, _ body: [UInt8]) throws -> Fields {
    var headers = Headers()
    headers[.contentType] = type
    return try Fields(bodyOf: Request(id: "test", .post, Target("/"), headers: headers, body: body))
  }

  static func escaped(_ text: String) -> String {
    text.utf8.map {
      (0x61...0x7a).contains($0) ? String(UnicodeScalar($0)) : "%" + String(Int($0) + 0x100, radix: 16).suffix(2)
    }.joined()
  }

  static func quoted(_ text: String) -> String { String(decoding: JSONWriter.bytes(of: text), as: UTF8.self) }

  @Test(arguments: Encoding.allCases)
  func `a field is the same in every encoding`(_ encoding: Encoding) throws {
    let fields = try Self.fields(
      [("name", "Ä & b=c+d%\"\r\n--a"), ("number", "-12"), ("flag", "True"), ("none", ""), ("choice", "PUT")], encoding)
    #expect(try fields.text("name", 1...99) == "Ä & b=c+d%\"\r\n--a")
    #expect(try fields.integer("number", -100...100) == -12)
    #expect(try fields.boolean("flag"))
    #expect(try fields.optionalText("none", 0...9) == "")
    #expect(try fields.optionalInteger("none", 0...9) == nil)
    #expect(try fields.optionalBoolean("none") == nil)
    #expect(try fields.choice("choice") == HTTP.Method.put)
    #expect(try fields.optionalText("missing", 0...9) == nil)
    #expect(throws: FieldsError.invalid("missing")) { try fields.text("missing", 0...9) }
    #expect(throws: FieldsError.invalid("name")) { try fields.text("name", 1...3) }
    #expect(throws: FieldsError.invalid("name")) { try fields.integer("name", 0...9) }
    #expect(throws: FieldsError.invalid("name")) { try fields.boolean("name") }
    #expect(throws: FieldsError.invalid("number")) { try fields.integer("number", 0...9) }
    #expect(throws: FieldsError.invalid("name")) { try fields.choice("name", as: HTTP.Method.self) }
  }

  @Test func `JSON has types, and they matter`() throws {
    let fields = try Self.parsed(
      "application/json",
      #"{"t":"1","i":5,"f":1.5,"b":true,"n":null,"o":{"a":1},"l":["a","b"],"one":1,"big":9223372036854775808,"mixed":["a",1]}"#
    )
    #expect(try fields.integer("t", 0...9) == 1)
    #expect(try fields.integer("i", 0...9) == 5)
    #expect(try fields.boolean("b"))
    #expect(try fields.boolean("one"))
    #expect(try fields.optionalText("n", 0...9) == nil)
    #expect(try fields.texts("l", 1...9) == ["a", "b"])
    for name in ["i", "f", "b", "o", "l", "big"] {
      #expect(throws: FieldsError.invalid(name)) { try fields.text(name, 0...99) }
    }
    for name in ["f", "b", "o", "l", "big"] {
      #expect(throws: FieldsError.invalid(name)) { try fields.integer(name, 0...Int64.max) }
    }
    for name in ["i", "f", "o", "l"] { #expect(throws: FieldsError.invalid(name)) { try fields.boolean(name) } }
    #expect(throws: FieldsError.invalid("mixed")) { try fields.texts("mixed", 1...9) }
  }

  @Test(arguments: ["+1", " 1", "1 ", "1e3", "1.0", "0x1", "", "--1", "٣", "9223372036854775808", "1_000"])
  func `only decimal digits are a number`(_ text: String) throws {
    let fields = try Self.fields([("n", text)], .form)
    #expect(throws: FieldsError.invalid("n")) { try fields.integer("n", .min ... .max) }
  }

  @Test(arguments: ["email=a&email=b", "email[]=a&email[]=b", "email[0]=a&email[1]=b", "email%5B%5D=a&email%5B%5D=b"])
  func `a list is a repeated field`(_ form: String) throws {
    let fields = try Self.parsed("application/x-www-form-urlencoded", form + "&emails=c&email[x]=d&xemail[]=e")
    #expect(try fields.texts("email", 1...9) == ["a", "b"])
  }

  @Test func `words are separated by commas or spaces, whatever combining marks follow`() throws {
    let fields = try Self.fields([("n", "a, b,,c\td\u{301}"), ("m", "a,\u{301}b \u{327}c"), ("o", " , ")], .form)
    #expect(try fields.words("n", 0...99) == ["a", "b", "c", "d\u{301}"])
    #expect(try fields.words("m", 0...99).count == 3)
    #expect(try fields.words("o", 0...99).isEmpty)
    #expect(try fields.words("p", 0...99).isEmpty)
  }

  @Test func `the last of several values counts`() throws {
    #expect(try Self.parsed("application/x-www-form-urlencoded", "a=1&a=2").text("a", 1...9) == "2")
  }

  @Test(arguments: Encoding.allCases)
  func `text is returned in normal form C`(_ encoding: Encoding) throws {
    let fields = try Self.fields([("n", "cafe\u{301} \u{1112}\u{1161}\u{11ab}")], encoding)
    #expect(try Array(fields.text("n", 1...9).unicodeScalars) == Array("caf\u{e9} \u{d55c}".unicodeScalars))
  }

  @Test func `NUL is not allowed in text`() throws {
    let json = try Self.parsed("application/json", #"{"n":"a\u0000b"}"#)
    #expect(throws: FieldsError.invalid("n")) { try json.text("n", 0...9) }
    let multipart = try Self.fields([("n", "a\u{0}b")], .multipart)
    #expect(throws: FieldsError.invalid("n")) { try multipart.text("n", 0...9) }
    #expect(throws: FieldsError.self) { try Self.parsed("application/x-www-form-urlencoded", "n=%00") }
  }

  @Test func `a file is not a text`() throws {
    let fields = try Self.parsed(
      "multipart/form-data; boundary=x",
      "--x\r\nContent-Type: text/csv\r\ncontent-disposition: form-data; filename=\"a\\\"b.csv\"; name=f\r\n\r\n1\r\n--x--"
    )
    #expect(!fields.isEmpty)
    #expect(throws: FieldsError.invalid("f")) { try fields.text("f", 0...9) }
  }

  @Test func `an empty body has no fields, whatever its type`() throws {
    for type in [nil, "text/plain", "application/json", "multipart/form-data"] {
      #expect(try Self.parsed(type, "").isEmpty)
    }
    #expect(try Self.parsed("application/json", "{}").isEmpty)
  }

  @Test(arguments: [nil, "", "text/plain", "application/xml", "json", "application/jsonx"])
  func `another type is refused`(_ type: String?) {
    #expect(throws: FieldsError.unsupportedMediaType(type ?? "")) { try Self.parsed(type, "{}") }
  }

  @Test(arguments: [
    ("application/json", "{"), ("application/json", "[]"), ("application/json", "1"),
    ("application/json", #"{"a":1}}"#),
    ("application/json", #"{"a":"\ud800"}"#), ("application/json", "{\"a\":\"\u{1}\"}"),
    ("application/json", #"{"a":"# + String(repeating: "[", count: 100_000)),
    ("application/x-www-form-urlencoded", "a=%"), ("application/x-www-form-urlencoded", "%ff=1"),
    ("multipart/form-data; boundary=x", "--x"),
    ("multipart/form-data; boundary=x", "--x\r\n\r\n\r\n--x--"), ("multipart/form-data", "--x--"),
    ("multipart/form-data; boundary=x", "junk--x--"), ("multipart/form-data; boundary=", "----"),
  ])
  func `a malformed body is refused`(_ type: String, _ body: String) {
    #expect(throws: FieldsError.self) { try Self.parsed(type, body) }
  }

  @Test func `the number of fields and parts is limited`() {
    let form = (0...1000).map { "a\($0)=1" }.joined(separator: "&")
    #expect(throws: FieldsError.self) { try Self.parsed("application/x-www-form-urlencoded", form) }
    let json = "{" + (0...1000).map { "\"a\($0)\":1" }.joined(separator: ",") + "}"
    #expect(throws: FieldsError.self) { try Self.parsed("application/json", json) }
    let part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
    #expect(throws: FieldsError.self) {
      try Self.parsed("multipart/form-data; boundary=x", String(repeating: part, count: 101) + "--x--")
    }
  }

  @Test func `random fields are the same in every encoding`() throws {
    var chance = Chance(state: 42)
    for _ in 0..<300 {
      let pairs = (0..<chance.below(6)).map { number in
        (
          "n\(number)",
          String((0..<chance.below(12)).map { _ in "ab&=%+\"\\\r\n-ü🦊 ;[]".randomElement(using: &chance) ?? "x" })
        )
      }
      let forms = try Self.fields(pairs, .form)
      #expect(try Self.fields(pairs, .query) == forms)
      #expect(try Self.fields(pairs, .json) == forms)
      if !pairs.isEmpty { #expect(try Self.fields(pairs, .multipart) == forms) }
    }
  }

  @Test func `random bytes are fields or an error`() throws {
    var chance = Chance(state: 7)
    let seeds = [
      ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n"),
      ("application/json", #"{"a":[1,"b",null,{}]}"#),
      ("application/x-www-form-urlencoded", "a=1&b[]=%41&&=%"),
    ]
    for _ in 0..<10_000 {
      for (type, body) in seeds {
        var bytes = Array(body.utf8)
        for _ in 0...chance.below(5) { bytes[chance.below(bytes.count)] = UInt8(chance.below(256)) }
        do { _ = try Self.parsed(type, bytes).texts("a", 0...99) } catch is FieldsError {}
      }
    }
  }

  @Test func `an error names its place`() {
    #expect(throws: FieldsError.malformed("The body is not a JSON object: a name is missing, at byte 7.")) {
      try Self.parsed("application/json", #"{"a":1,}"#)
    }
  }

  @Test func `nested values belong to their fields`() throws {
    let fields = try Self.parsed("application/json", #"{"rows":[[1,{"a":null}]],"text":"a"}"#)
    #expect(fields.json("rows") == .array([.array([.number("1"), .object([.init(name: "a", value: .null)])])]))
    #expect(fields.json("text") == .string("a"))
    #expect(fields.json("none") == nil)
    #expect(fields.has("rows"))
  }

  @Test func `the length of a text is that of its normal form`() throws {
    let longest = String(repeating: "\u{3b1}\u{313}\u{300}\u{345}", count: 255)
    for (text, isShort) in [
      (longest, true), (longest + "a", false), (String(repeating: "a\u{301}", count: 256), false),
    ] {
      let fields = try Self.fields([("n", text)], .form)
      #expect((try? fields.text("n", 1...255)) == (isShort ? text : nil))
    }
  }
}
