public import Ground

/// The sign-in that a person's token was made from. The token becomes invalid when the account token is revoked, or
/// when the account's generation changes.
public struct SignInClaims: Sendable, Equatable {
  /// The account token that was used. Nil in tokens of versions that did not record it.
  public var accountToken: Int64?
  /// The account's generation at that time, as the database writes it. It changes with everything that ends a person's
  /// access. Nil means `firstGeneration`.
  public var generation: String?

  /// The generation of an account whose access was never ended.
  public static let firstGeneration = "1.0"

  /// Makes the claims.
  public init(accountToken: Int64? = nil, generation: String? = nil) {
    (self.accountToken, self.generation) = (accountToken, generation)
  }
}

extension SignInClaims {
  fileprivate func add(to object: inout JSONWriter.Members) {
    if let accountToken { object.add("account_token_id", accountToken) }
    if let generation { object.add("account_generation", generation) }
  }

  fileprivate init(_ payload: JSON) throws(TokenError) {
    accountToken = try payload.claim("account_token_id", \.integer)
    generation = try payload.claim("account_generation", \.text)
  }
}

/// The claims of a base token. The first five are SeaTable's; consumers that know only those ignore ours.
public struct BaseTokenClaims: Sendable, Equatable {
  /// How long a base token lives at most, in seconds: three days, as with SeaTable.
  public static let longestLife: Int64 = 3 * 86_400

  /// When the token ends, in seconds since 1970.
  public let expiry: Int64
  /// When the token was issued, in seconds since 1970. Nil if the token does not say.
  public let issued: Int64?
  /// The UUID of the base that the token is for.
  public let dtableUUID: String
  /// The person that the token was issued to, `<32 hex>@auth.local`. Empty for a program.
  public let username: String
  /// `r` or `rw`.
  public let permission: String
  /// The program that the token was issued to.
  public let appName: String?
  /// Identifies the token.
  public let id: String?
  /// The API token that this token was issued from. This token becomes invalid with it.
  public let apiTokenID: Int64?
  /// Which of the API token's secrets was used, counted from 1. This token becomes invalid with that secret.
  public let generation: Int64?
  /// The account that the token was issued to. The token becomes invalid with it.
  public let accountID: Int64?
  /// The person's sign-in. The token becomes invalid with it.
  public let signIn: SignInClaims
  /// The external link that the token was issued from. The token becomes invalid with it.
  public let externalLinkID: Int64?

  /// Claims for a program, issued from an API token.
  public static func program(
    expiry: Int64, issued: Int64? = nil, dtableUUID: String, permission: String, appName: String, apiTokenID: Int64,
    generation: Int64 = 1
  ) -> BaseTokenClaims {
    BaseTokenClaims(
      expiry: expiry, issued: issued, dtableUUID: dtableUUID, username: "", permission: permission, appName: appName,
      id: hexadecimal(randomBytes(16)), apiTokenID: apiTokenID, generation: generation, accountID: nil,
      signIn: SignInClaims(), externalLinkID: nil)
  }

  /// Claims for a person, issued from an account token or a temporary API token.
  public static func person(
    expiry: Int64, issued: Int64? = nil, dtableUUID: String, username: String, permission: String, accountID: Int64,
    signIn: SignInClaims = SignInClaims()
  ) -> BaseTokenClaims {
    BaseTokenClaims(
      expiry: expiry, issued: issued, dtableUUID: dtableUUID, username: username, permission: permission, appName: nil,
      id: hexadecimal(randomBytes(16)), apiTokenID: nil, generation: nil, accountID: accountID, signIn: signIn,
      externalLinkID: nil)
  }

  /// Claims for a visitor of an external link.
  public static func visitor(
    expiry: Int64, issued: Int64? = nil, dtableUUID: String, permission: String, externalLinkID: Int64
  ) -> BaseTokenClaims {
    BaseTokenClaims(
      expiry: expiry, issued: issued, dtableUUID: dtableUUID, username: "", permission: permission, appName: nil,
      id: hexadecimal(randomBytes(16)), apiTokenID: nil, generation: nil, accountID: nil, signIn: SignInClaims(),
      externalLinkID: externalLinkID)
  }
}

extension BaseTokenClaims: JSONEncodable {
  /// Writes the payload: SeaTable's claims in SeaTable's order, then ours. There is no audience (`aud`) among them:
  /// common libraries refuse a token that has one, unless they are told which one they are.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.add("exp", expiry)
      $0.add("dtable_uuid", dtableUUID)
      $0.add("username", username)
      if accountID != nil { $0.add("id_in_org", "") }
      $0.add("permission", permission)
      if let appName { $0.add("app_name", appName) }
      $0.add("iss", RegisteredClaims.service)
      if let issued { $0.add("iat", issued) }
      if let id { $0.add("jti", id) }
      if let apiTokenID { $0.add("api_token_id", apiTokenID) }
      if let generation { $0.add("api_token_generation", generation) }
      if let accountID { $0.add("account_id", accountID) }
      signIn.add(to: &$0)
      if let externalLinkID { $0.add("external_link_id", externalLinkID) }
    }
  }
}

extension BaseTokenClaims {
  /// Reads the rest of a payload. Other components of a SeaTable installation sign with the same secret, and say less.
  init(_ payload: JSON, _ registered: RegisteredClaims) throws(TokenError) {
    guard let base = try payload.claim("dtable_uuid", \.text), let permission = try payload.claim("permission", \.text)
    else { throw .invalid }
    (expiry, issued) = (registered.expiry, registered.issued)
    (dtableUUID, self.permission) = (base, permission)
    username = try payload.claim("username", \.text) ?? ""
    appName = try payload.claim("app_name", \.text)
    id = try payload.claim("jti", \.text)
    apiTokenID = try payload.claim("api_token_id", \.integer)
    generation = try payload.claim("api_token_generation", \.integer)
    accountID = try payload.claim("account_id", \.integer)
    signIn = try SignInClaims(payload)
    externalLinkID = try payload.claim("external_link_id", \.integer)
  }
}

/// The claims of a temporary API token: a person and a base. What the person may do there is checked when the token is
/// exchanged.
public struct TemporaryTokenClaims: Sendable, Equatable {
  /// The person, `<32 hex>@auth.local`.
  public let username: String
  /// The base's UUID.
  public let dtableUUID: String
  /// When the token expires, in seconds since 1970.
  public let expiry: Int64
  /// The person's sign-in. The token becomes invalid with it.
  public let signIn: SignInClaims

  /// Makes the claims.
  public init(username: String, dtableUUID: String, expiry: Int64, signIn: SignInClaims = SignInClaims()) {
    (self.username, self.dtableUUID, self.expiry, self.signIn) = (username, dtableUUID, expiry, signIn)
  }
}

extension TemporaryTokenClaims: JSONEncodable {
  /// Writes the payload, with the expiry as a fractional number like SeaTable's.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.add("username", username)
      $0.add("dtable_uuid", dtableUUID)
      $0.add("exp", Double(expiry))
      signIn.add(to: &$0)
    }
  }
}

extension TemporaryTokenClaims {
  /// Reads the rest of a payload.
  init(_ payload: JSON, _ registered: RegisteredClaims) throws(TokenError) {
    guard let username = try payload.claim("username", \.text), let base = try payload.claim("dtable_uuid", \.text)
    else { throw .invalid }
    self.init(username: username, dtableUUID: base, expiry: registered.expiry, signIn: try SignInClaims(payload))
  }
}
