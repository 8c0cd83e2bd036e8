internal import Ground

/// An e-mail address (RFC 5321, 4.1.2, and RFC 6531), as far as it can be judged without sending to it: atoms with single
/// dots between them, 64 bytes at most; `@`; a domain whose labels have letters and digits of any script, and hyphens
/// inside. Nothing in quotes or angles, and no network's address. Those at `auth.local` are user ids, and nobody's.
package struct EmailAddress: Sendable {
  /// All of it, as it was given, in normal form C.
  package let text: String

  /// An address of at most 254 bytes; nil where it is none.
  package init?(_ text: String) {
    guard let text = normalized(text, upTo: 254), text.utf8.count <= 254 else { return nil }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]),
      parts[1].lowercased() != "auth.local"
    else { return nil }
    self.text = text
  }

  /// What stands before the `@`.
  package var localPart: String { String(text.prefix { $0 != "@" }) }

  private static func isLocalPart(_ part: Substring) -> Bool {
    part.utf8.count <= 64
      && part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0.unicodeScalars.allSatisfy(isAtom)
      }
  }

  private static func isAtom(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return isLetterOrDigit(scalar) || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar) }
    return isPrintable(scalar) && !scalar.properties.isWhitespace
  }

  private static func isDomain(_ domain: Substring) -> Bool {
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    guard let last = labels.last, !last.utf8.areDigits else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.unicodeScalars.allSatisfy { isLetterOrDigit($0) || $0 == "-" }
    }
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .decimalNumber:
      isPrintable(scalar)
    default: false
    }
  }
}
