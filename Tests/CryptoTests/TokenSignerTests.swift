import Testing

@testable import Crypto

private let secret = "a secret of at least thirty-two bytes"
private let now: Int64 = 1_800_000_000

@Suite struct TokenSigners {
  let signer: TokenSigner
  let claims = BaseTokenClaims.program(
    expiry: now + 60, dtableUUID: "650d8a0d-7e27-46a8-8b18-6cc6f3db2057", permission: "rw", appName: "a \"b\" ü",
    apiTokenID: 7)

  init() throws { signer = try Self.signer(secret) }

  private static func signer(_ secret: String) throws -> TokenSigner {
    TokenSigner(
      signing: try SigningKey(secret: secret), vault: try Vault(masterKey: "a master key of thirty-two bytes or more"))
  }

  @Test func `what was signed is verified, and says the same`() throws {
    #expect(try signer.verify(signer.sign(claims), at: now) == claims)
    let person = BaseTokenClaims.person(
      expiry: now + 1, dtableUUID: "x", username: "u", permission: "r", accountID: 1)
    #expect(try signer.verify(signer.sign(person), at: now) == person)
    let temporary = TemporaryTokenClaims(username: "u", dtableUUID: "x", expiry: now + 1)
    #expect(try signer.verifyTemporary(signer.sign(temporary), at: now) == temporary)
  }

  @Test func `a token ends at the second it says`() throws {
    let token = signer.sign(claims)
    #expect(throws: Never.self) { try signer.verify(token, at: now + 59) }
    #expect(throws: TokenError.expired) { try signer.verify(token, at: now + 60) }
    #expect(throws: TokenError.expired) { try signer.verify(token, at: .max) }
  }

  @Test func `neither kind stands in for the other`() {
    let temporary = TemporaryTokenClaims(username: "u", dtableUUID: "x", expiry: now + 60)
    #expect(throws: TokenError.invalid) { try signer.verify(signer.sign(temporary), at: now) }
    #expect(throws: TokenError.invalid) { try signer.verifyTemporary(signer.sign(claims), at: now) }
  }

  @Test func `a short secret is refused`() {
    #expect(throws: SigningKey.WeakSecret.self) { try SigningKey(secret: String(repeating: "x", count: 31)) }
    #expect(throws: Never.self) { try SigningKey(secret: String(repeating: "x", count: 32)) }
    #expect(throws: Vault.WeakKey.self) { try Vault(masterKey: String(repeating: "x", count: 31)) }
  }

  /// RFC 7515, A.1: the key, the token, and what must become of it.
  @Test func `HS256 has the value of its RFC`() throws {
    let encodedKey = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    let key = try AuthenticationKey(#require(Base64URL.decode(encodedKey.utf8)))
    let signed =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    var code: [UInt8] = []
    Base64URL.append(key.code(of: Array(signed.utf8)), to: &code)
    #expect(String(decoding: code, as: UTF8.self) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
  }

  /// RFC 8725: what a verifier must not fall for. Each is signed with the right key where that can be.
  @Test(arguments: [
    #"{"typ":"JWT","alg":"none"}"#, #"{"typ":"JWT","alg":"hs256"}"#, #"{"typ":"JWT","alg":"HS512"}"#,
    #"{"typ":"JWT","alg":"RS256"}"#, #"{"typ":"JWT","alg":"EdDSA"}"#, #"{"typ":"JWT"}"#, #"{"alg":["HS256"]}"#,
    #"{"typ":"at+jwt","alg":"HS256"}"#, #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":null}"#, "[]", "", "{",
  ])
  func `another header is refused`(_ header: String) {
    let payload = #"{"exp":\#(now + 60),"dtable_uuid":"x","permission":"rw"}"#
    #expect(throws: TokenError.invalid) { try signer.verify(signed(header, payload), at: now) }
  }

  @Test(arguments: [
    #"{"dtable_uuid":"x","permission":"rw"}"#, #"{"exp":"9999999999","dtable_uuid":"x","permission":"rw"}"#,
    #"{"exp":null,"dtable_uuid":"x","permission":"rw"}"#, #"{"exp":1e400,"dtable_uuid":"x","permission":"rw"}"#,
    #"{"exp":9999999999,"permission":"rw"}"#, #"{"exp":9999999999,"dtable_uuid":5,"permission":"rw"}"#, "[]", "1", "",
    #"{"exp":9999999999,"dtable_uuid":"x","permission":"rw"} x"#, "\u{0}",
  ])
  func `another payload is refused, though well signed`(_ payload: String) {
    #expect(throws: TokenError.invalid) { try signer.verify(signed(Self.header, payload), at: now) }
  }

  @Test(arguments: [(Double(now) + 0.5, true), (Double(now), false), (Double(now) - 0.5, false)])
  func `an expiry may have a fraction`(_ expiry: Double, _ isLive: Bool) {
    let payload = #"{"exp":\#(expiry),"dtable_uuid":"x","permission":"r"}"#
    let claims = try? signer.verify(signed(Self.header, payload), at: now)
    #expect((claims != nil) == isLive)
  }

  @Test func `any change is noticed`() throws {
    let token = Array(signer.sign(claims).utf8)
    for place in token.indices where token[place] != UInt8(ascii: ".") {
      var changed = token
      changed[place] = token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(throws: TokenError.invalid) { try signer.verify(String(decoding: changed, as: UTF8.self), at: now) }
    }
    let text = String(decoding: token, as: UTF8.self)
    let others = [
      "", ".", "..", "...", text + ".", "." + text, text + "=", text + "\n", " " + text, String(text.dropLast()),
      text.replacing(".", with: "..", maxReplacements: 1), text + "." + text, String(repeating: "a", count: 9000),
    ]
    for other in others { #expect(throws: TokenError.invalid) { try signer.verify(other, at: now) } }
    #expect(throws: TokenError.invalid) { try Self.signer(secret + "x").verify(text, at: now) }
  }

  private static let header = #"{"typ":"JWT","alg":"HS256"}"#

  private func signed(_ header: String, _ payload: String) -> String {
    var text: [UInt8] = []
    Base64URL.append(Array(header.utf8), to: &text)
    text.append(UInt8(ascii: "."))
    Base64URL.append(Array(payload.utf8), to: &text)
    let code = AuthenticationKey(Array(secret.utf8)).code(of: text)
    text.append(UInt8(ascii: "."))
    Base64URL.append(code, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
