internal import Ground

/// Why a signed token is refused.
public enum TokenError: Error, Equatable {
  /// Not one of ours, or not whole.
  case invalid
  /// One of ours, whose time is over.
  case expired
}

/// Signs and verifies base tokens and temporary API tokens: compact JWS (RFC 7515, 7519, 8725).
///
/// One key signs base tokens; others may still be accepted, or be known already before they sign. Temporary API tokens
/// have a key of their own, so that neither kind can stand in for the other (RFC 8725, 3.11 and 3.12).
public struct TokenSigner: Sendable {
  /// The key that signs base tokens.
  public let signing: SigningKey
  /// All keys whose tokens are accepted, the signing one among them.
  public let accepted: [SigningKey]
  private let byID: [String: SigningKey]
  private let temporary: SigningKey

  /// A signer with the keys of one moment.
  public init(signing: SigningKey, accepted: [SigningKey] = [], vault: Vault) {
    self.signing = signing
    let all = accepted.contains { $0.id == signing.id } ? accepted : [signing] + accepted
    self.accepted = all
    byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
    guard let temporary = SigningKey(.hs256, stored: vault.key(for: "temporary API tokens 1").bytes) else {
      preconditionFailure("a derived key has 32 bytes")
    }
    self.temporary = temporary
  }

  /// A base token.
  public func sign(_ claims: BaseTokenClaims) -> String { Self.sign(claims, with: signing) }

  /// A temporary API token.
  public func sign(_ claims: TemporaryTokenClaims) -> String { Self.sign(claims, with: temporary) }

  /// The claims of a base token whose time is not over at `now`, in seconds since 1970.
  public func verify(_ token: String, at now: Int64) throws(TokenError) -> BaseTokenClaims {
    let claims: BaseTokenClaims = try Self.verified(token, with: keys)
    guard claims.expiry <= Self.latest else { throw .invalid }
    guard now < claims.expiry else { throw .expired }
    return claims
  }

  /// The claims of a temporary API token whose time is not over at `now`, in seconds since 1970.
  public func verifyTemporary(_ token: String, at now: Int64) throws(TokenError) -> TemporaryTokenClaims {
    let claims: TemporaryTokenClaims = try Self.verified(token) { $0 == nil || $0 == temporary.id ? [temporary] : [] }
    guard claims.expiry <= Self.latest else { throw .invalid }
    guard now < claims.expiry else { throw .expired }
    return claims
  }

  /// The keys that a header's `kid` can mean. Other components of a SeaTable installation share a secret and name no key.
  private func keys(named id: String?) -> [SigningKey] {
    guard let id else { return accepted.filter { $0.algorithm == .hs256 } }
    return byID[id].map { [$0] } ?? []
  }

  // MARK: JWS

  private static let dot = UInt8(ascii: ".")
  private static let longest = 8192
  /// The last second of the year 9999: no later time can be stored, nor written with four digits.
  private static let latest: Int64 = 253_402_300_799

  private static func sign(_ claims: some JSONEncodable, with key: SigningKey) -> String {
    var text = key.header
    text.reserveCapacity(512)
    Base64URL.append(JSONWriter.bytes(of: claims), to: &text)
    let signature = key.signature(of: text)
    text.append(dot)
    Base64URL.append(signature, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The signature is checked before anything of the payload is looked at.
  private static func verified<Claims: ReadableClaims>(
    _ token: String, with keys: (String?) -> [SigningKey]
  ) throws(TokenError) -> Claims {
    guard token.utf8.count <= longest else { throw .invalid }
    let parts = token.utf8.split(separator: dot, omittingEmptySubsequences: false)
    guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else { throw .invalid }
    let header = try Header(object(parts[0]))
    let signed = Array(token.utf8[..<parts[1].endIndex])
    // The algorithm is the key's: a header that names another is refused, whatever it is signed with.
    guard
      keys(header.kid).contains(where: { $0.algorithm.rawValue == header.alg && $0.isSignature(signature, of: signed) })
    else { throw .invalid }
    return try Claims(object(parts[1]))
  }

  /// The JSON object that a part of a token is.
  private static func object(_ part: Substring.UTF8View) throws(TokenError) -> JSON {
    guard let bytes = Base64URL.decode(part), let json = try? JSON(bytes), case .object = json else { throw .invalid }
    return json
  }

  /// A header that asks for nothing we do not know. Where it tells to look for a key, nobody looks.
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

/// What can be read of a token's payload.
protocol ReadableClaims {
  init(_ payload: JSON) throws(TokenError)
}

extension JSON {
  /// What a claim says; nil where it is not there, or null. One of another type makes the token invalid.
  func claim<Value>(_ name: String, _ read: (JSON) -> Value?) throws(TokenError) -> Value? {
    guard let json = self[name], json != .null else { return nil }
    guard let value = read(json) else { throw .invalid }
    return value
  }

  /// Seconds since 1970, with or without a fraction (RFC 7519, section 2), rounded up.
  var seconds: Int64? { number.flatMap { Int64(exactly: $0.rounded(.up)) } }
}
