/// One of the worst inputs for a grammar, of any size.
struct WorstInput: Sendable {
  let name: String
  let make: @Sendable (Int) -> [UInt8]

  /// A text repeated as often as it fits into `count` bytes.
  static func repeated(_ text: String, _ count: Int) -> [UInt8] {
    Array(repeatElement(text.utf8, count: max(1, count / text.utf8.count)).joined())
  }

  private static func around(_ name: String, _ begin: String, _ text: String, _ end: String) -> WorstInput {
    WorstInput(name: name) {
      Array(begin.utf8) + repeated(text, $0 - begin.utf8.count - end.utf8.count) + Array(end.utf8)
    }
  }

  private static let nest = String(repeating: "[", count: 60) + "1" + String(repeating: "]", count: 60) + ","

  static let json = [
    around("deepest", #"{"a":["#, nest, "1]}"),
    around(
      "deepest objects", #"{"a":["#,
      String(repeating: #"{"a":"#, count: 60) + "1" + String(repeating: "}", count: 60) + ",", "1]}"),
    around("beyond the deepest", #"{"a":"#, "[", ""),
    around(
      "what probing took minutes for", #"{"a":["# + String(repeating: "[", count: 60), "1,",
      "1" + String(repeating: "]", count: 60) + "]}"),
    around("widest", #"{"a":["#, "1,", "1]}"),
    around("widest of empty arrays", #"{"a":["#, "[],", "1]}"),
    around("widest of objects", #"{"a":["#, #"{"a":1},"#, "1]}"),
    WorstInput(name: "most names") { count in
      Array(("{" + (0..<count / 12).map { #""\#(1_000_000 + $0)":1,"# }.joined() + #""a":1}"#).utf8)
    },
    WorstInput(name: "most names with marks") { count in
      Array(
        (#"{"a":{"# + (0..<count / 20).map { "\"e\u{301}\u{327}\u{301}\(100_000 + $0)\":1," }.joined() + #""a":1}}"#)
          .utf8)
    },
    around("longest name", #"{""#, "n", #"":1}"#),
    around("longest name of marks", #"{"a"#, "\u{301}\u{327}", #"":1}"#),
    WorstInput(name: "two long names that differ at their ends") { count in
      let marks = String(decoding: repeated("\u{301}\u{327}", count / 2), as: UTF8.self)
      return Array("{\"a\(marks)1\":1,\"a\(marks)2\":2}".utf8)
    },
    around("longest text", #"{"a":""#, "t", #""}"#),
    around("most escapes", #"{"a":""#, #"\u00e9"#, #""}"#),
    around("most surrogate pairs", #"{"a":""#, #"\ud83e\udd8a"#, #""}"#),
    around("most marks", #"{"a":"a"#, "\u{301}\u{327}", #""}"#),
    around("most marks by escapes", #"{"a":"a"#, #"\u0301\u0327"#, #""}"#),
    around("longest number", #"{"a":"#, "9", "}"),
    around("longest fraction", #"{"a":0."#, "9", "e99}"),
    around("most blanks", #"{"a":"#, " ", "1}"),
    around("rows of cells", #"{"a":["#, "{" + (0..<20).map { #""c\#($0)":"x""# }.joined(separator: ",") + "},", "1]}"),
    around("cut off", #"{"a":""#, "t", ""),
  ]

  static let forms = [
    around("most fields", "", "a=1&", ""), around("most elements", "", "a[]=1&", ""),
    around("most marks", "a=a", "\u{301}\u{327}", ""),
    around("longest name of marks", "a", "\u{301}\u{327}", "=1"), around("longest name", "", "a", "=1"),
    around("longest index", "a[", "1", "]=1"), around("nothing but ends", "", "&", ""),
    around("nothing but signs", "a", "=", ""),
    around("most escapes", "a=", "%61", ""), around("marks by escapes", "a=a", "%CC%81%CC%A7", ""),
    around("blanks", "a=", "+", ""),
    around("longest number", "a=", "1", ""),
    WorstInput(name: "a thousand long names") { count in
      Array((0..<1000).flatMap { _ in repeated("a", count / 1000) + Array("=&".utf8) })
    },
  ]

  private static let disposition = "Content-Disposition: form-data; name=a\r\n"
  private static let part = "--x\r\n\(disposition)\r\n"

  static let multipart = [
    around("most parts", "", part + "1\r\n", "--x--"), around("longest content", part, "a", "\r\n--x--"),
    around("almost ends", part, "\r\n--", "\r\n--x--"), around("line ends", part, "\r", "\r\n--x--"),
    around("most marks", part + "a", "\u{301}\u{327}", "\r\n--x--"),
    around("longest header", "--x\r\n\(disposition)X: ", "a", "\r\n\r\n1\r\n--x--"),
    around("most header lines", "--x\r\n", disposition, "\r\n1\r\n--x--"),
    around("most parameters", "--x\r\nContent-Disposition: form-data; name=a", "; a=b", "\r\n\r\n1\r\n--x--"),
    around("other parameters", "--x\r\nContent-Disposition: form-data; name=a", ";", "\r\n\r\n1\r\n--x--"),
    around(
      "a parameter of marks", "--x\r\nContent-Disposition: form-data; name=a; a", "\u{301}\u{327}",
      "=1\r\n\r\n1\r\n--x--"),
    around("a name of marks", "--x\r\nContent-Disposition: form-data; name=a", "\u{301}\u{327}", "\r\n\r\n1\r\n--x--"),
    around("a field of marks", "--x\r\nContent-Disposition", "\u{301}\u{327}", ": form-data; name=a\r\n\r\n1\r\n--x--"),
    around("a quoted name", "--x\r\nContent-Disposition: form-data; name=\"", "\\\"", "\"\r\n\r\n1\r\n--x--"),
    around("blanks behind an end", part + "1\r\n--x", " ", "\r\n\r\n--x--"), around("cut off", part, "a", ""),
  ]

  static let csv = [
    around("most lines", "email,password\n", "a@b.example,correct horse battery\n", ""),
    around("empty lines", "email,password\n", "\n", ""),
    around("most columns", "email,password", ",a", "\n"), around("most fields", "email,password\n", ",", "\n"),
    around("quotes", "email,password\n\"", "\"\"", "\",a\n"),
    around("a column of marks", "email,password,a", "\u{301}\u{327}", "\n"),
    around("columns of marks", "email,password", "," + String(repeating: "\u{301}\u{327}", count: 100), "\n"),
    around("a field of marks", "email,password\na", "\u{301}\u{327}", ",a\n"),
    around("blanks", "email,password\n", " ", ",a\n"),
    around("fields of marks", "email,password\n", "a" + String(repeating: "\u{301}\u{327}", count: 500) + ",\n", ""),
  ]

  static let paths = [
    around("segments", "", "/api", ""), around("slashes", "", "/", ""), around("names", "/api", "/a", ""),
  ]
  static let hops = [around("trusted", "", "127.0.0.1, ", "127.0.0.1"), around("nothing", "", ",", "")]

  /// Texts for header fields, and for what is normalised.
  static let texts =
    [
      "a", " ", ",", "-", "/", ";", "=", ";a=b", "%41", "%", "\"", "\\\"", ".", ":", "[", "1.2.3.4,", "é", "🦊", "🇩🇪",
      "\u{200d}",
    ]
    .map { text in WorstInput(name: text) { repeated(text, $0) } } + [
      around("marks", "a", "\u{301}\u{327}", ""), around("marks of one kind", "a", "\u{301}", ""),
      around("marks behind the first scheme", "http:/", "\u{301}\u{327}", "/"),
      around("marks by escapes", "a", "%CC%81%CC%A7", ""),
      around("starters and marks", "", "e\u{301}\u{327}", ""), around("Hangul", "", "\u{1112}\u{1161}\u{11ab}", ""),
      around("four at once", "", "\u{3b1}\u{313}\u{300}\u{345}", ""),
      around("what composes to more", "", "\u{1d15e}", ""),
    ]
}
