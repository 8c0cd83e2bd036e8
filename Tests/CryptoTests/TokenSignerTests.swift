import Ground
import HTTP
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

  private static func signer(_ secret: String) throws -> TokenSigner { try signer(SigningKey(secret: secret)) }

  private static func signer(_ key: SigningKey, accepted: [SigningKey] = []) throws -> TokenSigner {
    TokenSigner(
      signing: key, accepted: accepted, vault: try Vault(masterKey: "a master key of thirty-two bytes or more"))
  }

  @Test func `a signed token verifies with the same claims`() throws {
    #expect(try signer.verify(signer.sign(claims), at: now) == claims)
    let person = BaseTokenClaims.person(
      expiry: now + 1, dtableUUID: "x", username: "u", permission: "r", accountID: 1)
    #expect(try signer.verify(signer.sign(person), at: now) == person)
    let temporary = TemporaryTokenClaims(username: "u", dtableUUID: "x", expiry: now + 1)
    #expect(try signer.verifyTemporary(signer.sign(temporary), at: now) == temporary)
  }

  @Test func `a token expires at the second that it says`() throws {
    let token = signer.sign(claims)
    #expect(throws: Never.self) { try signer.verify(token, at: now + 59) }
    #expect(throws: TokenError.expired) { try signer.verify(token, at: now + 60) }
    #expect(throws: TokenError.expired) { try signer.verify(token, at: .max) }
  }

  @Test func `neither kind of token is accepted as the other`() {
    let temporary = TemporaryTokenClaims(username: "u", dtableUUID: "x", expiry: now + 60)
    #expect(throws: TokenError.invalid) { try signer.verify(signer.sign(temporary), at: now) }
    #expect(throws: TokenError.invalid) { try signer.verifyTemporary(signer.sign(claims), at: now) }
  }

  @Test func `a short secret is refused`() {
    #expect(throws: SigningKey.WeakSecret.self) { try SigningKey(secret: String(repeating: "x", count: 31)) }
    #expect(throws: Never.self) { try SigningKey(secret: String(repeating: "x", count: 32)) }
    #expect(throws: Vault.WeakKey.self) { try Vault(masterKey: String(repeating: "x", count: 31)) }
  }

  /// RFC 7515, A.1: the key, the token, and the expected result.
  @Test func `HS256 gives the value of its RFC`() throws {
    let encodedKey = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    let key = try AuthenticationKey(#require(Base64URL.decode(encodedKey.utf8)))
    let signed =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    var code: [UInt8] = []
    Base64URL.append(key.code(of: Array(signed.utf8)), to: &code)
    #expect(String(decoding: code, as: UTF8.self) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
  }

  /// RFC 8725: what a verifier must not accept. Each is signed with the right key if possible.
  @Test(arguments: [
    #"{"typ":"JWT","alg":"none"}"#, #"{"typ":"JWT","alg":"hs256"}"#, #"{"typ":"JWT","alg":"HS512"}"#,
    #"{"typ":"JWT","alg":"RS256"}"#, #"{"typ":"JWT","alg":"EdDSA"}"#, #"{"typ":"JWT"}"#, #"{"alg":["HS256"]}"#,
    #"{"typ":"at+jwt","alg":"HS256"}"#, #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":null}"#, "[]", "", "{",
  ])
  func `any other header is refused`(_ header: String) {
    let payload = #"{"exp":\#(now + 60),"dtable_uuid":"x","permission":"rw"}"#
    #expect(throws: TokenError.invalid) { try signer.verify(signed(header, payload), at: now) }
  }

  @Test(arguments: [
    #"{"dtable_uuid":"x","permission":"rw"}"#, #"{"exp":"\#(now + 60)","dtable_uuid":"x","permission":"rw"}"#,
    #"{"exp":null,"dtable_uuid":"x","permission":"rw"}"#, #"{"exp":1e400,"dtable_uuid":"x","permission":"rw"}"#,
    #"{"exp":\#(now + 60),"permission":"rw"}"#, #"{"exp":\#(now + 60),"dtable_uuid":5,"permission":"rw"}"#, "[]", "1",
    "",
    #"{"exp":\#(now + 60),"dtable_uuid":"x","permission":"rw"} x"#, "\u{0}",
  ])
  func `a wrong payload is refused, although it is signed correctly`(_ payload: String) {
    #expect(throws: TokenError.invalid) { try signer.verify(signed(Self.header, payload), at: now) }
  }

  // MARK: What a token says of itself

  private static let day: Int64 = 86_400

  private func verify(_ members: String, evenEarly: Bool = false) throws(TokenError) -> BaseTokenClaims {
    let payload = #"{"dtable_uuid":"x","permission":"rw",\#(members)}"#
    return try signer.verify(signed(Self.header, payload), at: now, evenEarly: evenEarly)
  }

  /// As other components of a SeaTable installation sign them, and as we do.
  @Test(arguments: [
    "", #""iss":"basekeeper""#, #""aud":"basekeeper""#, #""aud":["dtable-server","basekeeper"]"#,
    #""iss":null,"aud":null"#,
    #""nbf":\#(now)"#, #""nbf":\#(now + 60)"#, #""nbf":0.5"#, #""iat":\#(now)"#, #""iat":\#(now + 2 * day)"#,
    #""id_in_org":"","org_id":-1,"owner_id":"a@auth.local","user_department_ids_map":{"current_user_department_ids":[]}"#,
  ])
  func `a token counts where all that it says of itself is right`(_ members: String) {
    let all = [#""exp":\#(now + 3600)"#, members].filter { !$0.isEmpty }.joined(separator: ",")
    #expect(throws: Never.self) { try verify(all) }
  }

  @Test(arguments: [
    #""iss":"dtable-web""#, #""iss":"""#, #""iss":"Basekeeper""#, #""iss":5"#, #""iss":["basekeeper"]"#,
    #""aud":"dtable-server""#, #""aud":"""#, #""aud":[]"#, #""aud":["dtable-server"]"#, #""aud":["basekeeper",5]"#,
    #""aud":{"basekeeper":true}"#, #""nbf":"0""#, #""nbf":true"#, #""iat":"0""#,
  ])
  func `a token of another issuer, or for others, is refused`(_ members: String) {
    #expect(throws: TokenError.invalid) { try verify(#""exp":\#(now + 3600),\#(members)"#) }
  }

  @Test(arguments: [now + 61, now + 600, 253_402_300_799])
  func `a token does not count before its time, and may be ended then`(_ begin: Int64) throws {
    let members = #""exp":\#(now + 3600),"nbf":\#(begin)"#
    #expect(throws: TokenError.early) { try verify(members) }
    #expect(try verify(members, evenEarly: true).dtableUUID == "x")
    #expect(throws: TokenError.expired) { try verify(#""exp":\#(now),"nbf":\#(begin)"#) }
  }

  @Test(
    arguments: [
      (now + 3 * day + 60, nil, true), (now + 3 * day + 61, nil, false), (253_402_300_799, nil, false),
      (now + 60, now - 3 * day, true), (now + 61, now - 3 * day, false), (now + 1, .min, false), (now + 1, 0, false),
      (now + 6 * day, now + 3 * day, true), (now + 6 * day, now + 3 * day + 1, false), (now + 60, .max, false),
      (253_402_300_799, 253_402_300_700, false),
    ] as [(Int64, Int64?, Bool)])
  func `a token lives for three days at most, from when it was made`(
    _ expiry: Int64, _ issued: Int64?, _ isLive: Bool
  ) throws {
    let members = #""exp":\#(expiry)"# + (issued.map { #","iat":\#($0)"# } ?? "")
    if isLive {
      #expect(throws: Never.self) { try verify(members) }
    } else {
      #expect(throws: TokenError.invalid) { try verify(members) }
    }
  }

  @Test func `base tokens name who made them, and no audience`() throws {
    let payload = try JSON(#require(Base64URL.decode(signer.sign(claims).split(separator: ".")[1].utf8)))
    #expect(payload["iss"] == .string("basekeeper"))
    #expect(payload["aud"] == nil)
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

  // MARK: Several keys

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `a token names the key that has signed it`(_ algorithm: SigningKey.Algorithm) throws {
    let key = SigningKey.generate(algorithm)
    let token = try Self.signer(key).sign(claims)
    let header = try #require(Base64URL.decode(token.prefix { $0 != "." }.utf8))
    #expect(
      String(decoding: header, as: UTF8.self)
        == #"{"typ":"JWT","alg":"\#(algorithm.rawValue)","kid":"\#(key.id)"}"#)
  }

  @Test func `the tokens of all accepted keys are accepted, including one that will sign later`() throws {
    let keys = [SigningKey.generate(.edDSA), .generate(.hs256), .generate(.edDSA), .generate(.hs256)]
    let signer = try Self.signer(keys[1], accepted: keys)
    #expect(signer.signing.id == keys[1].id)
    #expect(signer.accepted.map(\.id) == keys.map(\.id))
    for key in keys { #expect(try signer.verify(Self.signer(key).sign(claims), at: now) == claims) }
  }

  @Test func `the signing key is accepted, whether it is listed or not`() throws {
    let (key, other) = (SigningKey.generate(.edDSA), SigningKey.generate(.edDSA))
    let signer = try Self.signer(key, accepted: [other])
    #expect(try signer.verify(signer.sign(claims), at: now) == claims)
    #expect(try signer.verify(Self.signer(other).sign(claims), at: now) == claims)
    #expect(signer.accepted.map(\.id) == [key.id, other.id])
  }

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `a token of an unknown key is refused`(_ algorithm: SigningKey.Algorithm) throws {
    let known = SigningKey.generate(algorithm)
    let signer = try Self.signer(known, accepted: [.generate(.hs256), .generate(.edDSA)])
    let foreign = SigningKey.generate(algorithm)
    #expect(throws: TokenError.invalid) { try signer.verify(Self.signer(foreign).sign(claims), at: now) }
    // Nor is a known key accepted under a wrong name, or a foreign key under a known name.
    for (kid, key) in [(foreign.id, known), (known.id, foreign), ("", known)] {
      let header = #"{"typ":"JWT","alg":"\#(algorithm.rawValue)","kid":"\#(kid)"}"#
      #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: key), at: now) }
    }
  }

  @Test func `the name selects the key, and no other one is tried`() throws {
    let keys = [SigningKey.generate(.hs256), .generate(.hs256)]
    let signer = try Self.signer(keys[0], accepted: keys)
    for (kid, key) in [(keys[0].id, keys[1]), (keys[1].id, keys[0])] {
      let header = #"{"typ":"JWT","alg":"HS256","kid":"\#(kid)"}"#
      #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: key), at: now) }
    }
  }

  @Test func `a token without a key name may be of any shared secret, but of no key pair`() throws {
    let (pair, secrets) = (SigningKey.generate(.edDSA), [SigningKey.generate(.hs256), .generate(.hs256)])
    let signer = try Self.signer(pair, accepted: [pair] + secrets)
    for secret in secrets {
      let token = Self.signed(#"{"typ":"JWT","alg":"HS256"}"#, with: secret)
      #expect(throws: Never.self) { try signer.verify(token, at: now) }
    }
    for header in [#"{"typ":"JWT","alg":"EdDSA"}"#, #"{"typ":"JWT","alg":"EdDSA","kid":null}"#] {
      #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: pair), at: now) }
    }
    let foreign = Self.signed(#"{"typ":"JWT","alg":"HS256"}"#, with: .generate(.hs256))
    #expect(throws: TokenError.invalid) { try signer.verify(foreign, at: now) }
  }

  /// RFC 8725, 2.1: everyone knows the public key.
  @Test func `a public key cannot be used as a secret for signing`() throws {
    let pair = SigningKey.generate(.edDSA)
    let x = try #require(pair.publicKey).x
    let signer = try Self.signer(pair, accepted: [.generate(.hs256)])
    let jwk = JSONWriter.bytes(of: try #require(pair.publicKey))
    for bytes in [try #require(Base64URL.decode(x.utf8)), Array(x.utf8), jwk] {
      let forger = try #require(SigningKey(.hs256, stored: bytes))
      for header in [
        #"{"typ":"JWT","alg":"HS256","kid":"\#(pair.id)"}"#, #"{"typ":"JWT","alg":"EdDSA","kid":"\#(pair.id)"}"#,
        #"{"typ":"JWT","alg":"HS256"}"#,
      ] {
        #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: forger), at: now) }
      }
    }
  }

  @Test func `a key signs only with its own algorithm`() throws {
    let (pair, secret) = (SigningKey.generate(.edDSA), SigningKey.generate(.hs256))
    let signer = try Self.signer(pair, accepted: [pair, secret])
    for (algorithm, kid, key) in [
      ("EdDSA", secret.id, secret), ("EdDSA", secret.id, pair), ("HS256", pair.id, pair), ("HS256", pair.id, secret),
      ("none", pair.id, pair), ("none", secret.id, secret), ("ES256", pair.id, pair), ("", secret.id, secret),
    ] {
      let header = #"{"typ":"JWT","alg":"\#(algorithm)","kid":"\#(kid)"}"#
      #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: key), at: now) }
    }
    for kid in [pair.id, secret.id] {
      let signed = Self.text(#"{"typ":"JWT","alg":"none","kid":"\#(kid)"}"#) + "." + Self.text(Self.payload) + "."
      #expect(throws: TokenError.invalid) { try signer.verify(signed, at: now) }
    }
  }

  /// RFC 8725, 3.10: a header's references to keys are not followed.
  @Test func `a key inside a token is ignored`() throws {
    let (known, foreign) = (SigningKey.generate(.edDSA), SigningKey.generate(.edDSA))
    let signer = try Self.signer(known)
    let jwk = String(decoding: JSONWriter.bytes(of: try #require(foreign.publicKey)), as: UTF8.self)
    for member in [
      #""jwk":\#(jwk)"#, #""jku":"http://127.0.0.1:1/jwks.json""#, #""x5u":"http://127.0.0.1:1/key.pem""#,
      #""x5c":["MIIB"]"#,
    ] {
      for kid in [known.id, foreign.id] {
        let header = #"{"typ":"JWT","alg":"EdDSA","kid":"\#(kid)",\#(member)}"#
        #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: foreign), at: now) }
      }
      let named = #"{"typ":"JWT","alg":"EdDSA","kid":"\#(known.id)",\#(member)}"#
      #expect(throws: Never.self) { try signer.verify(Self.signed(named, with: known), at: now) }
    }
  }

  @Test(arguments: ["5", "[]", "{}", "true"])
  func `a name that is not a string is refused`(_ kid: String) throws {
    let key = try SigningKey(secret: secret)
    let header = #"{"typ":"JWT","alg":"HS256","kid":\#(kid)}"#
    #expect(throws: TokenError.invalid) { try signer.verify(Self.signed(header, with: key), at: now) }
  }

  @Test func `no key for base tokens signs temporary tokens`() throws {
    let key = try SigningKey(secret: secret)
    let payload = #"{"username":"u","dtable_uuid":"x","exp":\#(now + 60)}"#
    for header in [Self.header, #"{"typ":"JWT","alg":"HS256","kid":"\#(key.id)"}"#] {
      let token = Self.signed(header, payload, with: key)
      #expect(throws: TokenError.invalid) { try signer.verifyTemporary(token, at: now) }
    }
  }

  // MARK: Tokens made by hand

  private static let header = #"{"typ":"JWT","alg":"HS256"}"#
  private static let payload = #"{"exp":\#(now + 60),"dtable_uuid":"x","permission":"rw"}"#

  private func signed(_ header: String, _ payload: String) -> String {
    Self.signed(header, payload, with: AuthenticationKey(Array(secret.utf8)).code)
  }

  private static func signed(_ header: String, _ payload: String = payload, with key: SigningKey) -> String {
    signed(header, payload, with: key.signature)
  }

  private static func signed(_ header: String, _ payload: String, with sign: ([UInt8]) -> [UInt8]) -> String {
    let text = text(header) + "." + text(payload)
    var signature: [UInt8] = []
    Base64URL.append(sign(Array(text.utf8)), to: &signature)
    return text + "." + String(decoding: signature, as: UTF8.self)
  }

  private static func text(_ clear: String) -> String {
    var text: [UInt8] = []
    Base64URL.append(Array(clear.utf8), to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
