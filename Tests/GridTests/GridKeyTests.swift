import Ground
import TestSupport
import Testing

@testable import Grid

@Suite struct GridKeyTests {
  @Test(arguments: ["0000", "AbC9", "zzzz"])
  func `four letters or digits are a key`(_ text: String) {
    #expect(TableKey(text)?.text == text)
    #expect(ColumnKey(text)?.text == text)
    #expect(ViewKey(text)?.text == text)
    #expect(LinkKey(text)?.text == text)
  }

  @Test(arguments: ["", "000", "00000", "00-0", "00 0", "éé", "abc\u{301}", "_cti", "\u{661}000"])
  func `no other text is a key`(_ text: String) {
    #expect(TableKey(text) == nil)
    #expect(ColumnKey(text) == nil)
  }

  @Test func `columns that show who and when have keys of their own`() {
    for key in ["_creator", "_last_modifier", "_ctime", "_mtime"] {
      #expect(ColumnKey(key)?.text == key)
      #expect(TableKey(key) == nil)
    }
    #expect(ColumnKey("_id") == nil)
  }

  @Test func `a new key is not taken, and not the first one`() {
    var taken: Set<ColumnKey> = []
    for _ in 0..<2000 {
      let key = ColumnKey.random(unless: taken)
      #expect(taken.insert(key).inserted)
      #expect(ColumnKey(key.text) == key)
      #expect(key != .first)
    }
  }

  @Test func `a row's key is the same on the wire and in the database`() throws {
    var chance = Chance(state: 7)
    for _ in 0..<500 {
      let id = RowID(random: chance.next(), chance.next())
      #expect(id.text.utf8.count == 22)
      #expect(id.uuid.utf8.count == 36)
      #expect(RowID(id.text) == id)
      #expect(RowID(uuid: id.uuid.utf8) == id)
      #expect(RowID(uuid: id.uuid.uppercased().filter { $0 != "-" }.utf8) == id)
      #expect(RowID(bytes: id.bytes) == id)
      #expect(id.text == Base64URL.text(of: id.bytes))
      #expect(id.uuid.utf8.filter { $0 != UInt8(ascii: "-") } == Array(hexadecimal(id.bytes).utf8))
      #expect(Array(id.uuid)[14] == "4" && "89ab".contains(Array(id.uuid)[19]))
    }
    #expect(RowID.random() != RowID.random())
  }

  @Test(arguments: [
    "", "Qtf7xPmoRaiFyQPO1aENT", "Qtf7xPmoRaiFyQPO1aENTjj", "Qtf7xPmoRaiFyQPO1aENT+", "Qtf7xPmoRaiFyQPO1aENTj",
    "Qtf7xPmoRaiFyQPO1aEN==", "éééééééééé", "Qtf7xPmoRaiFyQPO1aEN\u{0}A",
  ])
  func `no other text is a row's key`(_ text: String) { #expect(RowID(text) == nil) }

  @Test(arguments: ["", "0", "00000000-0000-4000-8000-00000000000", "00000000-0000-4000-8000-0000000000000", "zz"])
  func `no other text is a UUID`(_ text: String) { #expect(RowID(uuid: text.utf8) == nil) }
}
