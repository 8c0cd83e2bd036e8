/// Classifies ASCII bytes. No other byte belongs to any of these classes, so combining marks cannot merge two
/// characters into one.
extension UInt8 {
  /// Whether the byte is one of `0` to `9`.
  @inlinable public var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

  /// Whether the byte is one of `a` to `z`.
  @inlinable public var isSmallLetter: Bool { UInt8(ascii: "a") <= self && self <= UInt8(ascii: "z") }

  /// Whether the byte is one of `A` to `Z`.
  @inlinable public var isCapitalLetter: Bool { UInt8(ascii: "A") <= self && self <= UInt8(ascii: "Z") }

  /// Whether the byte is an ASCII letter or digit.
  @inlinable public var isLetterOrDigit: Bool { isSmallLetter || isCapitalLetter || isDigit }

  /// Whether the byte is a space or a tab.
  @inlinable public var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension Sequence<UInt8> {
  /// Whether all bytes are ASCII.
  @inlinable public var isASCII: Bool { allSatisfy { $0 < 0x80 } }

  /// Whether all bytes are digits; true if there are none.
  @inlinable public var areDigits: Bool { allSatisfy(\.isDigit) }
}

extension Collection<UInt8> {
  /// Whether the bytes spell `word`, which is given in lower case, in any mixture of cases.
  @inlinable
  public func isWord(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { word in
      zip(self, word).allSatisfy { byte, letter in byte.isCapitalLetter ? byte | 0x20 == letter : byte == letter }
    }
  }
}

extension BidirectionalCollection {
  /// The elements without the unwanted ones at both ends.
  @inlinable
  public func trimmed(of isUnwanted: (Element) -> Bool) -> SubSequence {
    var rest = drop(while: isUnwanted)
    while let last = rest.last, isUnwanted(last) { rest.removeLast() }
    return rest
  }
}

/// The words of a text, separated by commas, blanks or line ends.
///
/// It looks at bytes: a blank with a combining mark does not separate, and finding that out by `Character` would take
/// quadratic time.
public func words(of text: String) -> [String] {
  text.utf8.split { $0 == UInt8(ascii: ",") || $0 == 0x20 || (0x09...0x0d).contains($0) }.map { String(Substring($0)) }
}
