internal import Assets
internal import Crypto

/// A new password: at least 8 characters and at most 1024 bytes, not one of the commonest, and not one of the person's
/// names. There are no rules of composition (NIST SP 800-63B, 3.1.1.2).
package struct NewPassword: Sendable {
  package let clear: String

  /// `names` are the names and addresses of the person; errors call the password `field`.
  ///
  /// - Throws: `DomainError` if the password is not allowed.
  package init(_ text: String, _ field: String = "password", names: [String] = []) throws {
    guard text.utf8.count <= PasswordHasher.longest else { throw DomainError.invalid(field: field) }
    guard text.unicodeScalars.count >= 8 else {
      throw DomainError.refused("\(field) invalid: it must have at least 8 characters.")
    }
    let lowered = text.lowercased()
    guard !Self.commonest.contains(lowered), !names.contains(where: { $0.lowercased() == lowered }) else {
      throw DomainError.refused("\(field) invalid: it is easy to guess. Choose another one.")
    }
    clear = text
  }

  private static let commonest: Set<String> = {
    let asset = basekeeper_passwords
    let lines = UnsafeBufferPointer(start: asset.bytes, count: asset.count).split(separator: UInt8(ascii: "\n"))
    return Set(lines.map { String(decoding: $0, as: UTF8.self) })
  }()
}
