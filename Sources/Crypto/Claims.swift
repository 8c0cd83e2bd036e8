public import Ground

/// The sign-in that a person's token was made from. The token ends with either of the two.
public struct SignInClaims: Sendable, Equatable {
  /// The account token that was shown; nil for tokens of the versions before this was kept.
  public var accountToken: Int64?
  /// What the account's generation was then, as the database writes it: it changes with all that ends a person's access.
  /// Nil stands for that of an account to which nothing such has happened.
  public var generation: String?

  /// The generation of an account to which nothing has happened that ends access.
  public static let firstGeneration = "1.0"

  /// A sign-in with the given values.
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

/// What a base token says. The first five are SeaTable's; consumers that know no others ignore ours.
public struct BaseTokenClaims: Sendable, Equatable {
  /// How long a base token lives at most, in seconds: three days, as with SeaTable.
  public static let longestLife: Int64 = 3 * 86_400

  /// When the token ends, in seconds since 1970.
  public let expiry: Int64
  /// When it was made, in seconds since 1970; nil where that is not said.
  public let issued: Int64?
  /// The base it is for.
  public let dtableUUID: String
  /// The person it was minted for, `<32 hex>@auth.local`; empty for a program.
  public let username: String
  /// `r` or `rw`.
  public let permission: String
  /// The program it was minted for.
  public let appName: String?
  /// Names the token.
  public let id: String?
  /// The API token it was minted from, which it ends with.
  public let apiTokenID: Int64?
  /// Which of that token's secrets it was minted from, counted from 1: it ends with that, too.
  public let generation: Int64?
  /// The account it was minted for, which it ends with.
  public let accountID: Int64?
  /// That person's sign-in, which it ends with, too.
  public let signIn: SignInClaims
  /// The external link it was minted from, which it ends with.
  public let externalLinkID: Int64?

  /// For a program, from an API token.
  public static func program(
    expiry: Int64, issued: Int64? = nil, dtableUUID: String, permission: String, appName: String, apiTokenID: Int64,
    generation: Int64 = 1
  ) -> BaseTokenClaims {
    BaseTokenClaims(
      expiry: expiry, issued: issued, dtableUUID: dtableUUID, username: "", permission: permission, appName: appName,
      id: hexadecimal(randomBytes(16)), apiTokenID: apiTokenID, generation: generation, accountID: nil,
      signIn: SignInClaims(), externalLinkID: nil)
  }

  /// For a person, from an account token or a temporary API token.
  public static func person(
    expiry: Int64, issued: Int64? = nil, dtableUUID: String, username: String, permission: String, accountID: Int64,
    signIn: SignInClaims = SignInClaims()
  ) -> BaseTokenClaims {
    BaseTokenClaims(
      expiry: expiry, issued: issued, dtableUUID: dtableUUID, username: username, permission: permission, appName: nil,
      id: hexadecimal(randomBytes(16)), apiTokenID: nil, generation: nil, accountID: accountID, signIn: signIn,
      externalLinkID: nil)
  }

  /// For whoever has an external link.
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
  /// Reads a payload. Other components of a SeaTable installation sign with the same secret, and say less.
  init(_ payload: JSON) throws(TokenError) {
    guard let expiry = try payload.claim("exp", \.seconds), let base = try payload.claim("dtable_uuid", \.text),
      let permission = try payload.claim("permission", \.text)
    else { throw .invalid }
    (self.expiry, dtableUUID, self.permission) = (expiry, base, permission)
    issued = try payload.claim("iat", \.seconds)
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

/// What a temporary API token says: who, and for which base. What he may do there is asked when it is exchanged.
public struct TemporaryTokenClaims: Sendable, Equatable {
  /// The person, `<32 hex>@auth.local`.
  public let username: String
  /// The base.
  public let dtableUUID: String
  /// When the token ends, in seconds since 1970.
  public let expiry: Int64
  /// The person's sign-in, which it ends with.
  public let signIn: SignInClaims

  /// Claims with the given values.
  public init(username: String, dtableUUID: String, expiry: Int64, signIn: SignInClaims = SignInClaims()) {
    (self.username, self.dtableUUID, self.expiry, self.signIn) = (username, dtableUUID, expiry, signIn)
  }
}

extension TemporaryTokenClaims: JSONEncodable {
  /// Writes the payload, with the expiry as a fraction like SeaTable's.
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
  /// Reads a payload.
  init(_ payload: JSON) throws(TokenError) {
    guard let username = try payload.claim("username", \.text), let base = try payload.claim("dtable_uuid", \.text),
      let expiry = try payload.claim("exp", \.seconds)
    else { throw .invalid }
    self.init(username: username, dtableUUID: base, expiry: expiry, signIn: try SignInClaims(payload))
  }
}
