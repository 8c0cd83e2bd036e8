internal import Assets
package import Crypto
internal import Ground

/// A password that somebody sets: 8 characters at least, 1024 bytes at most, none of the commonest or of those that the
/// operator knows to have leaked, and not what anybody would try first here. Nothing is asked of its composition (NIST
/// SP 800-63B, 3.1.1.2).
package struct NewPassword: Sendable {
  /// The password in normalization form C, as requests have it, wherever it comes from.
  package let clear: String

  /// From a text; `names` are what those are called whose it is, or is about, and `field` is how an error calls it.
  package init(
    _ text: String, _ field: String = "password", names: [String], leaked: LeakedPasswords
  ) throws(DomainError) {
    let text = normalized(text)
    guard text.utf8.count <= PasswordHasher.longest else { throw .invalid(field: field) }
    guard text.unicodeScalars.count >= 8 else {
      throw .refused("\(field) invalid: it must have at least 8 characters.")
    }
    let isCommon = Self.commonest.contains(text.lowercased())
    guard !isCommon, !Self.isGuessable(text, from: names + Self.namesOfThePlace) else {
      throw .refused("\(field) invalid: it is easy to guess. Choose another one.")
    }
    guard !leaked.contains(text) else {
      throw .refused("\(field) invalid: it is on a list of leaked passwords. Choose another one.")
    }
    clear = text
  }

  private static let namesOfThePlace = ["Basekeeper", "SeaTable"]
  /// So many digits and signs make nothing else of a name.
  private static let mostSigns = 6

  /// Whether it is a name, or a word of one, in any case and with a few digits and signs, such as `Basekeeper2024!`.
  private static func isGuessable(_ text: String, from names: [String]) -> Bool {
    let lowered = normalized(text).lowercased()
    let letters = letters(of: lowered)
    let hasFewSigns = lowered.unicodeScalars.count - letters.count <= mostSigns
    return names.contains { name in
      let name = normalized(name).lowercased()
      if name.utf8.elementsEqual(lowered.utf8) { return true }
      guard hasFewSigns, letters.count > 1 else { return false }
      let words = name.unicodeScalars.split { !$0.properties.isAlphabetic }.map { Array($0) }
      return words.contains(letters) || letters.elementsEqual(words.joined())
    }
  }

  private static func letters(of text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter(\.properties.isAlphabetic)
  }

  private static let commonest: Set<String> = {
    let asset = basekeeper_passwords
    let lines = UnsafeBufferPointer(start: asset.bytes, count: asset.count).split(separator: UInt8(ascii: "\n"))
    return Set(lines.map { String(decoding: $0, as: UTF8.self) })
  }()
}
