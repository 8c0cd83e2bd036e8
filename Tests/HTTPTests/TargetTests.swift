import Ground
import HTTP
import Testing

@Suite struct Targets {
  @Test(arguments: [
    ("/", []), ("/a", ["a"]), ("/a/", ["a"]), ("//a/b", ["a", "b"]), ("///a", ["a"]), ("/a//b", ["a", "", "b"]),
    ("/a%20b", ["a b"]), ("/a+b", ["a+b"]), ("/a%2Fb/c", ["a/b", "c"]), ("/%61", ["a"]), ("/%25", ["%"]),
    ("/%252F", ["%2F"]), ("/%C3%BC", ["ü"]), ("/ü", ["ü"]), ("/a?b=/c", ["a"]), ("/a#b", ["a"]), ("/..", [".."]),
    ("http://host/a?b", ["a"]), ("HTTP://host:1", []), ("https://host/", []), ("/?", []), ("/%7E~", ["~~"]),
  ])
  func `a path is split and decoded once`(_ raw: String, _ segments: [String]) throws {
    #expect(try Target(raw).segments == segments)
  }

  @Test(arguments: [
    "", "a", "*", "ftp://host/a", "/%", "/%a", "/%zz", "/%0", "/%00", "/a%00b", "/%ff", "/%c3", "/%e2%82", "/%ed%a0%80",
  ])
  func `an unusable target is refused`(_ raw: String) {
    #expect(throws: Target.MalformedTarget.self) { try Target(raw) }
  }

  @Test(arguments: [
    ("/a?", ""), ("/a", ""), ("/a?b=c&d", "b=c&d"), ("/a?b?c", "b?c"), ("/a?b#c", "b"), ("/?x=%2F", "x=%2F"),
  ])
  func `a query stays as it came`(_ raw: String, _ query: String) throws {
    #expect(try String(Substring(Target(raw).query)) == query)
  }
}

@Suite struct JSONWriters {
  private struct Sample: JSONEncodable {
    let text: String
    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("text", text)
        $0.add("none", String?.none)
        $0.add("list", [1, 2])
        $0.add("empty", [String]())
        $0.add("inner") { $0.add("yes", true) }
        $0.add(named: "né\"e", Int64.min)
        $0.add("half", 0.5)
        $0.add("infinite", Double.infinity)
      }
    }
  }

  @Test(arguments: [
    ("a\"b\\c/d", #""a\"b\\c/d""#), ("\u{0}\n\u{1f}\u{7f}", #""\u0000\u000a\u001f\u007f""#), ("ü🦊", #""ü🦊""#),
    ("", #""""#),
  ])
  func `values are written as RFC 8259 says`(_ text: String, _ written: String) {
    let expected =
      #"{"text":\#(written),"none":null,"list":[1,2],"empty":[],"inner":{"yes":true},"né\"e":-9223372036854775808,"#
      + #""half":0.5,"infinite":null}"#
    #expect(String(decoding: JSONWriter.bytes(of: Sample(text: text)), as: UTF8.self) == expected)
  }

  private struct Picture: JSONEncodable {
    func write(to json: inout JSONWriter) {
      json.object { $0.add("of") { $0.add("address", address: "/pictures/\"1\".png") } }
    }
  }

  @Test func `an address begins with the public URL, however deeply nested`() {
    let bytes = JSONWriter.bytes(of: Picture(), publicURL: "https://bases.example.com")
    #expect(
      String(decoding: bytes, as: UTF8.self) == #"{"of":{"address":"https://bases.example.com/pictures/\"1\".png"}}"#)
  }
}
