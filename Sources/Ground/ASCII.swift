/// What a byte of ASCII is. Other bytes are none of it, so that no mark of Unicode makes one character of two.
extension UInt8 {
  /// Whether it is one of `0` to `9`.
  @inlinable public var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

  /// Whether it is one of `a` to `z`.
  @inlinable public var isSmallLetter: Bool { UInt8(ascii: "a") <= self && self <= UInt8(ascii: "z") }

  /// Whether it is one of `A` to `Z`.
  @inlinable public var isCapitalLetter: Bool { UInt8(ascii: "A") <= self && self <= UInt8(ascii: "Z") }

  /// Whether it is a letter or a digit, without accents.
  @inlinable public var isLetterOrDigit: Bool { isSmallLetter || isCapitalLetter || isDigit }

  /// Whether it is a space or a tab.
  @inlinable public var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension Sequence<UInt8> {
  /// Whether all are bytes of ASCII.
  @inlinable public var isASCII: Bool { allSatisfy { $0 < 0x80 } }

  /// Whether all are digits; also of no bytes.
  @inlinable public var areDigits: Bool { allSatisfy(\.isDigit) }
}

extension Collection<UInt8> {
  /// Whether these are the bytes of a word, whose letters are small, in any case.
  @inlinable
  public func isWord(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { word in
      zip(self, word).allSatisfy { byte, letter in byte.isCapitalLetter ? byte | 0x20 == letter : byte == letter }
    }
  }
}

extension BidirectionalCollection {
  /// What is left without the elements of one kind at both ends.
  @inlinable
  public func trimmed(of isUnwanted: (Element) -> Bool) -> SubSequence {
    var rest = drop(while: isUnwanted)
    while let last = rest.last, isUnwanted(last) { rest.removeLast() }
    return rest
  }
}

/// The words of a text, with commas, blanks or line ends between. It looks at bytes: what has marks on it is no blank, and
/// to find that out by `Character` takes the square of their number.
public func words(of text: String) -> [String] {
  text.utf8.split { $0 == UInt8(ascii: ",") || $0 == 0x20 || (0x09...0x0d).contains($0) }.map { String(Substring($0)) }
}
