internal import Crypto
internal import Ground
internal import HTTP

/// The credential in `Authorization: Token x` or `Bearer x`. The scheme's case does not matter.
struct Credential {
  let text: String

  init(_ request: Request) throws(Refusal) {
    guard let field = request.headers[.authorization]?.utf8, let blank = field.firstIndex(of: UInt8(ascii: " ")) else {
      throw .noCredentials
    }
    let scheme = field[..<blank]
    guard scheme.isWord("token") || scheme.isWord("bearer") else { throw .noCredentials }
    // By bytes: as a `Character`, a blank with a combining mark is not a blank.
    let token = field[blank...].drop { $0 == UInt8(ascii: " ") }
    guard !token.isEmpty, !token.contains(UInt8(ascii: " ")) else { throw .noCredentials }
    text = String(Substring(token))
  }

  /// The hash for looking up an account token. A text that cannot be one is refused without asking the database.
  func accountToken() throws(Refusal) -> SecretHash {
    guard let secret = Secret(token: text) else { throw .badAccountToken }
    return secret.hash
  }
}
