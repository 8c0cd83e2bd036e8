internal import Ground

/// An e-mail address (RFC 5321, 4.1.2, and RFC 6531), as far as it can be checked without sending to it: a local part
/// of atoms with single dots between them, at most 64 bytes; `@`; a domain whose labels consist of letters and digits
/// of any script, and inner hyphens. Quoted local parts, angle brackets and address literals are not allowed. Addresses
/// at `auth.local` are user IDs, not e-mail addresses.
package struct EmailAddress: Sendable {
  /// The whole address as it was given, in normal form C.
  package let text: String

  /// Nil if the text is not an address, or longer than 254 bytes.
  package init?(_ text: String) {
    guard let text = normalized(text, upTo: 254), text.utf8.count <= 254 else { return nil }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]),
      parts[1].lowercased() != "auth.local"
    else { return nil }
    self.text = text
  }

  /// The part before the `@`.
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
