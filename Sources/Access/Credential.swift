internal import Crypto
internal import Ground
internal import HTTP

/// What a caller has shown: `Authorization: Token x` or `Bearer x`, the scheme in any case.
struct Credential {
  let text: String

  init(_ request: Request) throws(Refusal) {
    guard let field = request.headers[.authorization]?.utf8, let blank = field.firstIndex(of: UInt8(ascii: " ")) else {
      throw .noCredentials
    }
    let scheme = field[..<blank]
    guard scheme.isWord("token") || scheme.isWord("bearer") else { throw .noCredentials }
    // Byte by byte: as a Character, a blank with an accent on it is none.
    let token = field[blank...].drop { $0 == UInt8(ascii: " ") }
    guard !token.isEmpty, !token.contains(UInt8(ascii: " ")) else { throw .noCredentials }
    text = String(Substring(token))
  }

  /// The hash to look an account token up by; a text that cannot be one is refused without asking the database.
  func accountToken() throws(Refusal) -> SecretHash {
    guard let secret = Secret(token: text) else { throw .badAccountToken }
    return secret.hash
  }
}
