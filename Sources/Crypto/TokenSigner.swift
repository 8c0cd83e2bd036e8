internal import Ground

/// Why a signed token is refused.
public enum TokenError: Error, Equatable {
  /// The token is not ours, or is malformed.
  case invalid
  /// The token is ours, and has expired.
  case expired
  /// One of ours, whose time has not begun.
  case early
}

/// What a base token says whose signature was verified.
public struct SignedBaseToken: Sendable {
  let claims: BaseTokenClaims
  let registered: RegisteredClaims

  /// The claims, if the token counts at `now`, in seconds since 1970, and lives no longer than base tokens do. Who wants to
  /// end it may have them before its time begins.
  public func claims(at now: Int64, evenEarly: Bool = false) throws(TokenError) -> BaseTokenClaims {
    try registered.check(at: now, evenEarly: evenEarly)
    try registered.checkLife(upTo: BaseTokenClaims.longestLife, at: now)
    return claims
  }
}

/// Signs and verifies base tokens and temporary API tokens: compact JWS (RFC 7515, 7519, 8725).
///
/// One key signs base tokens. Tokens of other keys may be accepted, too: keys that used to sign, or will sign soon.
/// Temporary API tokens have a separate key, so that neither kind of token can be used as the other (RFC 8725, 3.11 and
/// 3.12).
public struct TokenSigner: Sendable {
  /// The key that signs base tokens.
  public let signing: SigningKey
  /// All keys whose tokens are accepted, including the signing key.
  public let accepted: [SigningKey]
  private let byID: [String: SigningKey]
  /// The keys of temporary API tokens, one for each master key; the first one signs.
  private let temporary: [SigningKey]

  /// Makes a signer with the current keys.
  public init(signing: SigningKey, accepted: [SigningKey] = [], vault: Vault) {
    self.init(signing: signing, accepted: accepted, vaults: VaultRing(vault))
  }

  /// Makes a signer with the current keys, which accepts temporary API tokens of all master keys of a ring.
  public init(signing: SigningKey, accepted: [SigningKey] = [], vaults: VaultRing) {
    self.signing = signing
    let all = accepted.contains { $0.id == signing.id } ? accepted : [signing] + accepted
    self.accepted = all
    byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
    temporary = vaults.all.map { vault in
      guard let key = SigningKey(.hs256, stored: vault.key(for: "temporary API tokens 1").bytes) else {
        preconditionFailure("a derived key has 32 bytes")
      }
      return key
    }
  }

  /// Signs a base token.
  public func sign(_ claims: BaseTokenClaims) -> String { Self.sign(claims, with: signing) }

  /// Signs a temporary API token.
  public func sign(_ claims: TemporaryTokenClaims) -> String { Self.sign(claims, with: temporary[0]) }

  /// The claims of a base token that counts at `now`, in seconds since 1970, and lives no longer than base tokens do. Who
  /// wants to end it may have it before its time begins.
  public func verify(
    _ token: String, at now: Int64, evenEarly: Bool = false
  ) throws(TokenError) -> BaseTokenClaims {
    try verifySignature(of: token).claims(at: now, evenEarly: evenEarly)
  }

  /// What a base token says that one of these keys has signed, whatever the time is.
  public func verifySignature(of token: String) throws(TokenError) -> SignedBaseToken {
    let payload = try Self.verified(token, with: keys)
    let registered = try RegisteredClaims(payload)
    return SignedBaseToken(claims: try BaseTokenClaims(payload, registered), registered: registered)
  }

  /// The claims of a temporary API token that counts at `now`, in seconds since 1970.
  public func verifyTemporary(_ token: String, at now: Int64) throws(TokenError) -> TemporaryTokenClaims {
    let payload = try Self.verified(token) { id in temporary.filter { id == nil || id == $0.id } }
    let registered = try RegisteredClaims(payload)
    let claims = try TemporaryTokenClaims(payload, registered)
    try registered.check(at: now)
    return claims
  }

  /// The keys that a header's `kid` may refer to. Other components of a SeaTable installation share an HS256 secret,
  /// and send no `kid`.
  private func keys(named id: String?) -> [SigningKey] {
    guard let id else { return accepted.filter { $0.algorithm == .hs256 } }
    return byID[id].map { [$0] } ?? []
  }

  // MARK: JWS

  private static let dot = UInt8(ascii: ".")
  /// The most bytes of a token.
  public static let longest = 8192

  private static func sign(_ claims: some JSONEncodable, with key: SigningKey) -> String {
    var text = key.header
    text.reserveCapacity(512)
    Base64URL.append(JSONWriter.bytes(of: claims), to: &text)
    let signature = key.signature(of: text)
    text.append(dot)
    Base64URL.append(signature, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The payload of a token; its signature is checked before anything of that is looked at.
  private static func verified(_ token: String, with keys: (String?) -> [SigningKey]) throws(TokenError) -> JSON {
    guard token.utf8.count <= longest else { throw .invalid }
    let parts = token.utf8.split(separator: dot, omittingEmptySubsequences: false)
    guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else { throw .invalid }
    let header = try Header(object(parts[0]))
    let signed = Array(token.utf8[..<parts[1].endIndex])
    // The key determines the algorithm. A header that names another one is refused, however it is signed.
    guard
      keys(header.kid).contains(where: { $0.algorithm.rawValue == header.alg && $0.isSignature(signature, of: signed) })
    else { throw .invalid }
    return try object(parts[1])
  }

  /// The JSON object that is encoded in one part of a token.
  private static func object(_ part: Substring.UTF8View) throws(TokenError) -> JSON {
    guard let bytes = Base64URL.decode(part), let json = try? JSON(bytes), case .object = json else { throw .invalid }
    return json
  }

  /// A header that requires no extensions. If it names a place to fetch a key from, that is ignored.
  private struct Header {
    let alg: String
    let kid: String?

    init(_ json: JSON) throws(TokenError) {
      let (algorithm, type) = (try json.claim("alg", \.text), try json.claim("typ", \.text))
      guard let algorithm, type ?? "JWT" == "JWT", json["crit"] == nil else { throw .invalid }
      alg = algorithm
      kid = try json.claim("kid", \.text)
    }
  }
}

extension JSON {
  /// The value of a claim; nil if it is missing or null. A claim of the wrong type makes the token invalid.
  func claim<Value>(_ name: String, _ read: (JSON) -> Value?) throws(TokenError) -> Value? {
    guard let json = self[name], json != .null else { return nil }
    guard let value = read(json) else { throw .invalid }
    return value
  }

  /// Seconds since 1970, with or without a fraction (RFC 7519, section 2), rounded up.
  var seconds: Int64? { number.flatMap { Int64(exactly: $0.rounded(.up)) } }
}
