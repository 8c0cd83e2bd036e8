import Foundation
import Ground
import TestSupport
import Testing

@Suite struct NormalizationTests {
  /// The refusal of long texts without reading them depends on this.
  @Test func `no scalar decomposes into more than four`() {
    for code in UInt32(0x80)...0x10ffff {
      guard let scalar = Unicode.Scalar(code) else { continue }
      let text = String(scalar)
      #expect(String(decoding: text.decomposedStringWithCanonicalMapping.utf8, as: UTF8.self).unicodeScalars.count <= 4)
    }
  }

  @Test func `a text that is too long is refused`() {
    let longest = String(repeating: "\u{3b1}\u{313}\u{300}\u{345}", count: 255)
    #expect(normalized(longest, upTo: 255)?.unicodeScalars.count == 255)
    #expect(normalized(longest + "a", upTo: 255) == nil)
    #expect(normalized("", upTo: 0) == "")
  }

  @Test func `the normal form is that of the standard library`() {
    var chance = Chance(state: 3)
    let scalars =
      "aeoAEO\u{301}\u{327}\u{316}\u{345}\u{3b1}\u{1112}\u{1161}\u{11ab}\u{ac00}\u{212b}\u{1d15e}\u{bc6}\u{bbe}\u{958}"
      .unicodeScalars.map(\.self)
    for _ in 0..<10_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<chance.below(9) { text.append(scalars[chance.below(scalars.count)]) }
      let once = normalized(String(text))
      #expect(once == String(text))
      #expect(Array(normalized(once).utf8) == Array(once.utf8))
    }
  }
}
