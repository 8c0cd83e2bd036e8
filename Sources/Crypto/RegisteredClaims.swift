internal import Ground

/// What a token says of itself: by whom it was made, for whom, and when it counts (RFC 7519, section 4.1).
///
/// Other components of a SeaTable installation sign with the same secret, and say nothing but when their tokens end. So
/// what is not there is not missed, and what is there must be right.
struct RegisteredClaims: Sendable {
  /// The issuer that our tokens name, and the audience that tokens for us may name. It is not the service's address, which
  /// may change while tokens live.
  static let service = "basekeeper"
  /// How far the clocks of other machines may be ahead, in seconds.
  static let tolerance: Int64 = 60
  /// The last second of the year 9999: no later time can be stored, nor written with four digits.
  private static let latest: Int64 = 253_402_300_799

  /// When the token expires, in seconds since 1970.
  let expiry: Int64
  /// When the token was issued, in seconds since 1970. Nil if the token does not say.
  let issued: Int64?
  private let begin: Int64?

  /// Reads them from a payload.
  ///
  /// - Throws: `TokenError.invalid` for another issuer, or for others than us, and without an expiry.
  init(_ payload: JSON) throws(TokenError) {
    guard let expiry = try payload.claim("exp", \.seconds), expiry <= Self.latest else { throw .invalid }
    self.expiry = expiry
    issued = try payload.claim("iat", \.seconds)
    begin = try payload.claim("nbf", \.seconds)
    guard try payload.claim("iss", \.text) ?? Self.service == Self.service,
      try payload.claim("aud", \.texts)?.contains(Self.service) ?? true
    else { throw .invalid }
  }

  /// Refuses a token whose time is over at `now`, in seconds since 1970, or has not begun, where that matters.
  func check(at now: Int64, evenEarly: Bool = false) throws(TokenError) {
    guard now < expiry else { throw .expired }
    // Before the year 9999 there is room for sums.
    guard evenEarly || begin ?? .min <= now + Self.tolerance else { throw .early }
  }

  /// Refuses a token that lives longer than `longest` seconds. A token that was made at what is the future here still
  /// counts, since a clock may be late, but no later than it could live.
  func checkLife(upTo longest: Int64, at now: Int64) throws(TokenError) {
    let start = issued ?? now
    guard start <= now + longest, expiry <= start + longest + Self.tolerance else { throw .invalid }
  }
}

extension JSON {
  /// The text, or the list of texts, of an audience.
  fileprivate var texts: [String]? {
    guard case .array(let elements) = self else { return text.map { [$0] } }
    let texts = elements.compactMap(\.text)
    return texts.count == elements.count ? texts : nil
  }
}
