import Access
import Crypto
import Ground
import Postgres
import TestSupport
import Testing

extension World {
  /// The claims of the base token in an answer.
  func claims(_ answer: Answer) throws -> BaseTokenClaims {
    let token = try #require(answer["access_token"] as? String)
    return try app.signer.verify(token, at: app.now().seconds)
  }
}
