internal import FoundationEssentials
internal import HTTP

/// Why a signed token is refused.
public enum TokenError: Error, Equatable {
  /// Not one of ours, or not whole.
  case invalid
  /// One of ours, whose time is over.
  case expired
}

/// Signs and verifies base tokens and temporary API tokens: compact JWS with HS256 (RFC 7515, 7518, 7519, 8725).
public struct TokenSigner: Sendable {
  private let baseTokens: AuthenticationKey
  /// Another key than the base tokens', so that neither kind can stand in for the other (RFC 8725, 3.11 and 3.12).
  private let temporaryTokens: AuthenticationKey

  /// The secret is too short to sign with: HS256 needs 32 bytes (RFC 7518, 3.2).
  public struct WeakSecret: Error, CustomStringConvertible {
    /// For the operator.
    public let description = "the signing secret must have at least 32 bytes"
  }

  /// A signer with the secret that other SeaTable components share.
  ///
  /// - Throws: `WeakSecret`.
  public init(secret: String) throws(WeakSecret) {
    let bytes = Array(secret.utf8)
    guard bytes.count >= 32 else { throw WeakSecret() }
    baseTokens = AuthenticationKey(bytes)
    temporaryTokens = AuthenticationKey(baseTokens.code(of: Array("basekeeper temporary API token 1".utf8)))
  }

  /// A base token.
  public func sign(_ claims: BaseTokenClaims) -> String { sign(claims, with: baseTokens) }

  /// A temporary API token.
  public func sign(_ claims: TemporaryTokenClaims) -> String { sign(claims, with: temporaryTokens) }

  /// The claims of a base token whose time is not over at `now`, in seconds since 1970.
  public func verify(_ token: String, at now: Int64) throws(TokenError) -> BaseTokenClaims {
    let claims: BaseTokenClaims = try verified(token, with: baseTokens)
    guard now < claims.expiry else { throw .expired }
    return claims
  }

  /// The claims of a temporary API token whose time is not over at `now`, in seconds since 1970.
  public func verifyTemporary(_ token: String, at now: Int64) throws(TokenError) -> TemporaryTokenClaims {
    let claims: TemporaryTokenClaims = try verified(token, with: temporaryTokens)
    guard now < claims.expiry else { throw .expired }
    return claims
  }

  // MARK: JWS

  /// The header in SeaTable's key order, encoded, with the dot after it.
  private static let header: [UInt8] = {
    var text: [UInt8] = []
    Base64URL.append(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8), to: &text)
    return text + [dot]
  }()

  private static let dot = UInt8(ascii: ".")
  private static let longest = 8192

  private func sign(_ claims: some JSONEncodable, with key: AuthenticationKey) -> String {
    var text = Self.header
    text.reserveCapacity(512)
    Base64URL.append(JSONWriter.bytes(of: claims), to: &text)
    let code = key.code(of: text)
    text.append(Self.dot)
    Base64URL.append(code, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The signature is checked before anything of the payload is looked at.
  private func verified<Claims: Decodable>(_ token: String, with key: AuthenticationKey) throws(TokenError) -> Claims {
    guard token.utf8.count <= Self.longest else { throw .invalid }
    let parts = token.utf8.split(separator: Self.dot, omittingEmptySubsequences: false)
    guard parts.count == 3, isOurs(header: parts[0]), let code = Base64URL.decode(parts[2]),
      key.isCode(code, of: Array(token.utf8[..<parts[1].endIndex])),
      let payload = Base64URL.decode(parts[1]),
      let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload))
    else { throw .invalid }
    return claims
  }

  /// The algorithm is the key's; a header that names another, or asks for what we do not know, is refused.
  private func isOurs(header: Substring.UTF8View) -> Bool {
    guard let bytes = Base64URL.decode(header), let header = try? JSONDecoder().decode(Header.self, from: Data(bytes))
    else { return false }
    return header.alg == "HS256" && header.typ ?? "JWT" == "JWT" && !header.hasCritical
  }

  private struct Header: Decodable {
    let alg: String
    let typ: String?
    let hasCritical: Bool

    private enum CodingKeys: String, CodingKey { case alg, typ, crit }

    init(from decoder: any Decoder) throws {
      let header = try decoder.container(keyedBy: CodingKeys.self)
      alg = try header.decode(String.self, forKey: .alg)
      typ = try header.decodeIfPresent(String.self, forKey: .typ)
      hasCritical = header.contains(.crit)
    }
  }
}
