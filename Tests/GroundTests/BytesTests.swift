import Ground
import TestSupport
import Testing

@Suite struct Base64URLs {
  /// RFC 4648, section 10, without padding.
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
  ])
  func `base64url gives the values of its RFC`(_ bytes: String, _ text: String) {
    #expect(Base64URL.text(of: Array(bytes.utf8)) == text)
    #expect(Base64URL.decode(text.utf8) == Array(bytes.utf8))
  }

  @Test(arguments: ["Zg==", "Zh", "Zm9", "Z", "Zm9vY", "Zm9v=", "Zm9v\u{0}", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n", "ü"])
  func `anything but the one encoding of its bytes is refused`(_ text: String) {
    #expect(Base64URL.decode(text.utf8) == nil)
  }

  @Test func `all bytes survive a round trip, at any length`() {
    for length in 0...300 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
      var text = Array("before.".utf8)
      Base64URL.append(bytes, to: &text)
      #expect(text.starts(with: "before.".utf8))
      #expect(Base64URL.decode(text.dropFirst(7)) == bytes)
      #expect(Base64URL.decode(String(decoding: text, as: UTF8.self).utf8.dropFirst(7)) == bytes)
    }
  }
}

@Suite struct Hexadecimals {
  @Test func `a byte has two digits, and a number of 32 bits eight`() {
    #expect(hexadecimal([]) == "")
    #expect(hexadecimal([0, 1, 0x9a, 0xff]) == "00019aff")
    #expect(hexadecimal(0 as UInt32) == "00000000")
    #expect(hexadecimal(0xcbf4_3926 as UInt32) == "cbf43926")
  }

  @Test func `digits are written in lower case, and read in either`() {
    for byte in UInt8.min...UInt8.max {
      let value = Int(String(UnicodeScalar(byte)), radix: 16)
      #expect(hexadecimalValue(byte).map(Int.init) == (byte < 0x80 ? value : nil))
      #expect(
        isHexadecimal(String(decoding: [byte], as: UTF8.self)) == (byte < 0x80 && value != nil && !byte.isCapitalLetter)
      )
    }
  }
}

@Suite struct Fingerprints {
  /// FIPS 180-4, appendix B.1: SHA-256 of `abc`.
  @Test func `a fingerprint is the beginning of the SHA-256`() {
    #expect(fingerprint(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de")
    #expect(fingerprint(of: []) == "e3b0c44298fc1c149afbf4c8")
  }
}

@Suite struct ExactTexts {
  @Test func `texts are equal only byte by byte`() {
    #expect(ExactText("é") == ExactText("\u{e9}"))
    #expect(ExactText("é") != ExactText("e\u{301}"))
    #expect(ExactText("") == ExactText(""))
    #expect(Set(["é", "e\u{301}", "é"].map { ExactText($0) }).count == 2)
  }
}

@Suite struct ASCIITests {
  @Test func `a byte is classified like its character`() {
    for byte in UInt8.min...UInt8.max {
      let character = Character(UnicodeScalar(byte))
      let isASCII = character.isASCII
      #expect(byte.isDigit == (isASCII && character.isNumber))
      #expect(byte.isSmallLetter == (isASCII && character.isLowercase))
      #expect(byte.isCapitalLetter == (isASCII && character.isUppercase))
      #expect(byte.isLetterOrDigit == (isASCII && (character.isNumber || character.isLetter)))
      #expect(byte.isBlank == [" ", "\t"].contains(character))
    }
  }

  @Test func `a word matches in any case, and nothing else does`() {
    for text in ["true", "TRUE", "tRuE"] { #expect(text.utf8.isWord("true")) }
    for text in ["", "tru", "truee", "tr\u{15}e", "T\u{212}ue", "true\u{301}"] { #expect(!text.utf8.isWord("true")) }
    #expect(!"\u{11}".utf8.isWord("1"))
  }

  @Test func `whitespace is trimmed only at both ends`() {
    #expect("\t a b ".utf8.trimmed(of: \.isBlank).elementsEqual("a b".utf8))
    #expect(" \t".utf8.trimmed(of: \.isBlank).isEmpty)
    #expect("".utf8.trimmed(of: \.isBlank).isEmpty)
  }

  @Test func `words are separated by commas, spaces or line ends`() {
    #expect(words(of: "a, b,,c\td\u{301}\r\ne") == ["a", "b", "c", "d\u{301}", "e"])
    #expect(words(of: " , \n").isEmpty)
  }
}

@Suite struct Numbers {
  @Test func `a number is padded to its width, and a longer one stays whole`() {
    #expect(zeroPadded(7, to: 2) == "07")
    #expect(zeroPadded(0, to: 4) == "0000")
    #expect(zeroPadded(12_345, to: 2) == "12345")
  }

  @Test func `a floored division leaves no negative remainder`() {
    for number in Int64(-1000)...1000 {
      let (quotient, remainder) = number.dividedFlooring(by: 60)
      #expect(60 * quotient + remainder == number)
      #expect((0..<60).contains(remainder))
    }
  }
}
