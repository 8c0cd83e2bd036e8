import Ground
import TestSupport
import Testing

@testable import Grid

@Suite struct JSONSliceTests {
  @Test(arguments: [
    "", " ", "tru", "nul", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1 2", "'a'", "[", "[1", "[1,", "[1,]", "[,1]",
    "[1 2]",
    "[1}", "{", #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":1,}"#, #"{,}"#, #"{a:1}"#, #"{1:1}"#, #"{"a" 1}"#,
    #"{"a":1 "b":2}"#, #"{"a":1]"#, "{}{}", "[]]", "\u{feff}{}", "\"\u{1}\"", #"""#, #""\"#, #""\""#, #""\x""#,
    #""\u12""#,
    #""\u12g4""#, #""\ud800""#, #""\ud800a""#, #""\ud800\u0041""#, #""\udc00""#, #""\udc00\udc00""#, "\u{a0}1", "[[[",
    String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
  ])
  func `what JSON refuses is refused`(_ text: String) {
    #expect(throws: JSON.SyntaxError.self) { try JSON(Array(text.utf8)) }
    #expect(throws: JSON.SyntaxError.self) { try JSONSlice(Array(text.utf8)) }
  }

  @Test func `invalid UTF-8 is refused`() {
    for bytes in [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]] as [[UInt8]] {
      #expect(throws: JSON.SyntaxError.self) { try JSONSlice([0x22] + bytes + [0x22]) }
    }
  }

  @Test func `members and elements are taken out`() throws {
    let slice = try JSONSlice(Array(#" { "a" : [1, "x\n" ,{"b":[]} ,null] , "c\u0064" :"" } "#.utf8))
    let members = try #require(try slice.members())
    #expect(members.map(\.name) == ["a", "cd"])
    let elements = try #require(members[0].value.elements())
    #expect(elements.map { text(Array($0.bytes)) } == ["1", #""x\n""#, #"{"b":[]}"#, "null"])
    #expect(elements[1].string == "x\n")
    #expect(elements[0].string == nil && elements[0].elements() == nil)
    #expect(try elements[0].members() == nil)
    #expect(elements[2].isObject && elements[3].isNull)
    #expect(members[1].value.string == "")
    #expect(try slice.json() == JSON(Array(slice.bytes)))
  }

  @Test func `a name that comes twice is noticed where it is read`() throws {
    let slice = try JSONSlice(Array(#"{"a":{"b":1,"\u0062":2}}"#.utf8))
    let members = try #require(try slice.members())
    #expect(throws: JSON.SyntaxError.self) { try members[0].value.members() }
  }

  @Test func `a client's elements and members do not fill the memory`() throws {
    let many = "[" + Array(repeating: "1", count: 20_001).joined(separator: ",") + "]"
    let array = try JSONSlice(Array(many.utf8))
    #expect(array.elements()?.count == 10_001)
    #expect(array.elements(upTo: 20_000)?.count == 20_001 && array.elements(upTo: 30_000)?.count == 20_001)
    let object = try JSONSlice(Array(#"{"a":1,"b":2,"c":3}"#.utf8))
    #expect(try object.members(upTo: 3)?.count == 3)
    #expect(throws: JSON.SyntaxError.self) { try object.members(upTo: 2) }
  }

  @Test func `it accepts what JSON accepts, whatever the bytes are`() throws {
    var chance = Chance(state: 18)
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\\", "\\u00e9", "\\ud83d\\ude00", "1", "-0.5e3", "null", "true",
      " ",
      "\"x\":", "é", "\"\"", "0",
    ].map { Array($0.utf8) }
    var accepted = 0
    for _ in 0..<30_000 {
      var bytes: [UInt8] = []
      for _ in 0..<1 + chance.below(9) { bytes += pieces[chance.below(pieces.count)] }
      if chance.below(10) == 0 { bytes.insert(UInt8(chance.below(256)), at: chance.below(bytes.count + 1)) }
      let tree = try? JSON(bytes)
      let slice = try? JSONSlice(bytes)
      if let tree {
        accepted += 1
        #expect(try slice?.json() == tree, "\(text(bytes))")
      } else if let slice {
        // Only a name that comes twice.
        #expect(throws: JSON.SyntaxError.self) { try slice.json() }
      }
      // Unchecked bytes lead nowhere, and to no end of the program.
      var walk = JSONWalk(bytes)
      if walk.enter() { repeat { _ = (walk.name(), walk.value()) } while walk.more() }
    }
    #expect(accepted > 1000)
  }
}
