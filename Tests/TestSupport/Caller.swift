public import API
internal import Access
internal import Crypto
internal import Ground
internal import Postgres

/// The callers in the tests: one of each kind.
public enum Caller: String, CaseIterable, Sendable {
  // Without an account.
  case nobody, malformed, forger
  // Signed in, by their relation to the group "Marketing" of team "ours".
  case groupOwner, groupAdmin, groupMember, outsider, teamAdmin, teamAdminInGroup, foreigner, single, systemAdmin
  // Guests of the base "Projects": it is shared with the first and with the second one's group, and the third has
  // accepted an invite link.
  case sharedReader, sharedGroupMember, invitedForeigner
  // Known but not admitted: the second must first enrol a second factor.
  case deactivated, unenrolled
  // Programs, for the base "Projects".
  case apiTokenReader, apiTokenWriter, revokedAPIToken, temporaryToken
  case baseToken, personalBaseToken, readingBaseToken, visitingBaseToken, otherBaseToken, expiredBaseToken,
    orphanedBaseToken, unsignedBaseToken

  /// Their relation to the group "Marketing", its base "Projects" and the team "ours"; invalid tokens count as none.
  public var kinds: Set<CallerKind> {
    switch self {
    case .groupOwner: [.groupOwner]
    case .groupAdmin: [.groupAdmin]
    case .groupMember: [.groupMember]
    case .outsider: [.member]
    case .teamAdmin: [.teamAdmin]
    case .teamAdminInGroup: [.teamAdmin, .teamAdminWithAccess, .groupMember]
    case .foreigner: [.otherTeam]
    case .sharedReader, .sharedGroupMember: [.guest, .member]
    case .invitedForeigner: [.guest, .otherTeam]
    case .single: [.withoutTeam]
    case .systemAdmin: [.systemAdmin]
    case .apiTokenReader: [.readOnlyAPIToken]
    case .apiTokenWriter, .temporaryToken: [.apiToken]
    case .baseToken, .personalBaseToken: [.baseToken]
    case .readingBaseToken, .visitingBaseToken: [.readOnlyBaseToken]
    case .nobody, .malformed, .forger, .deactivated, .unenrolled, .revokedAPIToken, .otherBaseToken, .expiredBaseToken,
      .orphanedBaseToken, .unsignedBaseToken:
      [.anonymous]
    }
  }

  /// The key of the account; nil for callers without one.
  public var account: Int64? {
    switch self {
    case .groupOwner: 1
    case .groupAdmin: 2
    case .groupMember: 3
    case .outsider: 4
    case .foreigner: 5
    case .single: 6
    case .systemAdmin: 7
    case .deactivated: 8
    case .teamAdmin: 9
    case .teamAdminInGroup: 10
    case .sharedReader: 11
    case .invitedForeigner: 12
    case .sharedGroupMember: 13
    case .unenrolled: 14
    default: nil
    }
  }

  /// The account in a verified token that is refused for what it asks; nil if the token names none.
  public var credentialAccount: Int64? {
    [.otherBaseToken, .personalBaseToken, .temporaryToken].contains(self) ? 3 : nil
  }

  /// Inserts all callers' tokens into the database, and returns the credential of each.
  static func credentials(_ database: TestDatabase, _ app: App) async throws -> [Caller: String] {
    var credentials: [Caller: String] = [.malformed: "no scheme at all", .forger: Secret.generate().clear]
    for caller in allCases {
      guard let account = caller.account else { continue }
      let secret = Secret.generate()
      try await database.db.onLoop {
        try await $0.run("insert into account_token (account_id, hash) values (\(account), \(secret.hash.bytes))")
      }
      credentials[caller] = secret.clear
    }
    for (caller, name, permission) in [
      (apiTokenReader, "reader", "r"), (apiTokenWriter, "writer", "rw"), (revokedAPIToken, "revoked", "rw"),
    ] {
      let secret = Secret.generate()
      try await database.db.onLoop {
        try await $0.run(
          """
          insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by, revoked_at)
          values (1, 1, \(name), \(secret.hash.bytes), \(secret.hint), \(permission), 1,
                  case when \(name) = 'revoked' then now() end)
          """)
      }
      credentials[caller] = secret.clear
    }
    credentials.merge(baseTokens(app)) { $1 }
    return credentials
  }

  private static func baseTokens(_ app: App) -> [Caller: String] {
    let later = app.now().seconds + 3600
    func program(_ token: Int64, expiry: Int64) -> String {
      app.signer.sign(
        .program(expiry: expiry, dtableUUID: World.projects, permission: "rw", appName: "writer", apiTokenID: token))
    }
    let member = "00000000000000000000000000000003@auth.local"
    let token = program(2, expiry: later)
    return [
      .temporaryToken: app.signer.sign(
        TemporaryTokenClaims(username: member, dtableUUID: World.projects, expiry: later)),
      .baseToken: token,
      .readingBaseToken: app.signer.sign(
        .program(expiry: later, dtableUUID: World.projects, permission: "r", appName: "reader", apiTokenID: 1)),
      .visitingBaseToken: app.signer.sign(
        .visitor(expiry: later, dtableUUID: World.projects, permission: "r", externalLinkID: 1)),
      .personalBaseToken: app.signer.sign(
        .person(expiry: later, dtableUUID: World.projects, username: member, permission: "rw", accountID: 3)),
      // Valid, but for a base of the member's own.
      .otherBaseToken: app.signer.sign(
        .person(
          expiry: later, dtableUUID: "10000000-0000-4000-8000-000000000003", username: member, permission: "rw",
          accountID: 3)),
      .expiredBaseToken: program(2, expiry: later - 3601),
      .orphanedBaseToken: program(3, expiry: later),
      // {"typ":"JWT","alg":"none"}, the same claims, and no signature.
      .unsignedBaseToken: "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.\(token.split(separator: ".")[1]).",
    ]
  }
}
