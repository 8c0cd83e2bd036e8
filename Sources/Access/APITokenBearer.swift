internal import Crypto
internal import Ground
public import HTTP
internal import Postgres

/// A program with an API token, or a person with a temporary API token, for one base.
public struct APITokenBearer: Principal {
  /// `api-token`
  public static let name = "api-token"

  /// The base that the token is for.
  public let base: ID<Base>
  /// The base's UUID.
  public let uuid: BaseUUID
  /// The base's name.
  public let baseName: String
  /// The base's workspace.
  public let workspace: ID<Workspace>
  /// What the bearer may currently do in the base.
  public let permission: Permission
  /// Whether the bearer is a program or a person.
  public let source: ExchangeSource
  /// The longest lifetime of base tokens under the team's policy, in seconds; nil if the team sets none.
  public let longestLifetime: Int64?

  /// The kind of bearer that exchanges a token for a base token.
  public enum ExchangeSource: Sendable {
    /// A program with an API token.
    case program(Program)
    /// A person with a temporary API token.
    case person(SignedIn)

    /// The refusal of this bearer.
    func refused(_ refusal: Refusal) -> KnownRefusal {
      switch self {
      case .program(let program): program.refused(refusal)
      case .person(let caller): caller.refused(refusal)
      }
    }
  }

  /// A program that has shown an API token.
  public struct Program: Sendable {
    /// The API token.
    public let token: ID<APIToken>
    /// The program's name.
    public let appName: String
    /// Which of the token's secrets was used, counted from 1.
    public let generation: Int64
    /// Whether that is the current secret. False for a rotated secret that still works for a while.
    public let isCurrent: Bool
    /// The token's own rate limit, in requests per minute; nil if it has none.
    let limit: Int64?

    /// The refusal of this program.
    func refused(_ refusal: Refusal) -> KnownRefusal { Asker(credential: .apiToken(token)).refused(refusal) }
  }

  /// The program or the person.
  public var subject: Subject {
    switch source {
    case .program(let program): .program(program.token, limit: program.limit)
    case .person(let caller): .person(caller)
    }
  }

  /// Proves a live API token, or a temporary API token whose owner may still open the base.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) async throws -> APITokenBearer {
    let credential = try Credential(request)
    if let secret = Secret(token: credential.text) { return try await bearer(of: secret.hash, app) }
    guard
      let claims = try? app.signer.verifyTemporary(credential.text, at: app.now().seconds),
      let user = UserID(wire: claims.username), let uuid = BaseUUID(claims.dtableUUID)
    else { throw Refusal.badAPIToken }
    return try await bearer(of: user, claims.signIn, uuid, app)
  }

  /// A condition on a row of `token`: whether what was made with its secret of a generation still counts.
  static func lasts(_ generation: SQL) -> SQL {
    """
    (token.revoked_at is null and (token.expires_at is null or token.expires_at > now())
     and (token.generation = \(generation) or exists (
       select from retired_secret as former
       where former.token_id = token.id and former.generation = \(generation) and former.valid_until > now())))
    """
  }

  /// A condition on a row of `token`: whether the token, and so the base tokens issued from it, may be used from an
  /// address.
  static func mayCall(from address: String) -> SQL {
    "(token.networks = '{}' or \(address)::inet <<= any(token.networks))"
  }

  /// The hot path: it reads one row from each of three tables, by unique keys.
  private static func bearer(of hash: SecretHash, _ app: App) async throws -> APITokenBearer {
    let found: FoundProgram? = try await app.db.lookup(
      """
      select \(FoundProgram.columns(app)), token.generation::bigint as generation, true as is_current
      from api_token as token \(FoundProgram.joined)
      where token.hash = \(hash.bytes)
      """)
    let program = if let found { found } else { try await formerProgram(with: hash, app) }
    guard let found = program else { throw Refusal.badAPIToken }
    guard !found.isRevoked else {
      await noteRefusal(of: found.program.token, app)
      throw found.program.refused(.badAPIToken)
    }
    guard !found.isExpired else { throw found.program.refused(.expiredAPIToken) }
    guard found.isFromItsNetworks else { throw found.program.refused(.foreignNetwork) }
    return try bearer(of: found.base, found.permission, .program(found.program))
  }

  /// Looks for a rotated secret that still works. The use of an expired one is recorded, and revokes the token if the
  /// team wants that: a client kept a secret that it should not have.
  private static func formerProgram(with hash: SecretHash, _ app: App) async throws -> FoundProgram? {
    let found: FoundProgram? = try await app.db.lookup(
      """
      select \(FoundProgram.columns(app)), former.generation::bigint as generation, false as is_current
      from retired_secret as former
      join api_token as token on token.id = former.token_id \(FoundProgram.joined)
      where former.hash = \(hash.bytes) and former.valid_until > now()
      """)
    if let found { return found }
    let isDue: RowToNote? = try await app.db.lookup(
      """
      select from retired_secret
      where hash = \(hash.bytes) and (reused_at is null or reused_at < now() - interval '1 minute')
      """)
    guard isDue != nil else { return nil }
    try await app.change(by: nil) {
      try await $0.run(
        """
        update retired_secret set reused_at = now()
        where hash = \(hash.bytes) and (reused_at is null or reused_at < now() - interval '1 minute')
        """)
      try await $0.run(
        """
        update api_token as token set revoked_at = now()
        from retired_secret as former, team
        where former.hash = \(hash.bytes) and token.id = former.token_id and token.revoked_at is null
          and team.id = token.team_id and team.ends_reused_tokens
        """)
    }
    return nil
  }

  /// Records in the audit log that a deleted token is still being used, at most once a minute. If that fails, the
  /// request is refused all the same.
  private static func noteRefusal(of token: ID<APIToken>, _ app: App) async {
    let isDue: RowToNote? = try? await app.db.lookup(
      """
      select from api_token
      where id = \(token) and (refused_at is null or refused_at < now() - interval '1 minute')
      """)
    guard isDue != nil else { return }
    _ = try? await app.change(by: nil) {
      try await $0.run(
        """
        update api_token set refused_at = now()
        where id = \(token) and revoked_at is not null
          and (refused_at is null or refused_at < now() - interval '1 minute')
        """)
    }
  }

  private static func bearer(
    of user: UserID, _ signIn: SignInClaims, _ uuid: BaseUUID, _ app: App
  ) async throws -> APITokenBearer {
    let found: ExchangingPerson? = try await app.db.lookup(
      """
      select \(ExchangedBase.columns), \(SignedIn.columns(ofProved: nil)), \(permissionOfAccount) as permission
      from live_account as account
      join base on base.uuid = \(uuid)::uuid
      left join team on team.id = base.team_id
      where account.uid = \(user) and \(SignedIn.lasts(signIn, app))
      """)
    guard let found else { throw Refusal.badAPIToken }
    guard let permission = found.permission else { throw found.caller.refused(.badAPIToken) }
    return try bearer(of: found.base, permission, .person(found.caller.by(signIn)))
  }

  private static func bearer(
    of base: ExchangedBase, _ permission: Permission, _ source: ExchangeSource
  ) throws(KnownRefusal) -> APITokenBearer {
    guard !base.isTrashed else { throw source.refused(.notFound(.trashedBase(base.id, name: base.name))) }
    return APITokenBearer(
      base: base.id, uuid: base.uuid, baseName: base.name, workspace: base.workspace, permission: permission,
      source: source, longestLifetime: base.longestLifetime)
  }
}

private struct FoundProgram: RowDecodable {
  let base: ExchangedBase
  let program: APITokenBearer.Program
  let permission: Permission
  let isRevoked: Bool
  let isExpired: Bool
  let isFromItsNetworks: Bool

  static func columns(_ app: App) -> SQL {
    """
    \(ExchangedBase.columns), token.permission, token.id as token_id, token.app_name,
    token.rate_limit::bigint as rate_limit, token.revoked_at is not null as is_revoked,
    token.expires_at is not null and token.expires_at <= now() as is_expired,
    \(APITokenBearer.mayCall(from: app.origin.address)) as is_from_its_networks
    """
  }

  static let joined: SQL = "join base on base.id = token.base_id left join team on team.id = base.team_id"

  init(_ row: Row) throws(PostgresError) {
    base = try ExchangedBase(row)
    permission = try row["permission"]
    program = APITokenBearer.Program(
      token: try row["token_id"], appName: try row["app_name"], generation: try row["generation"],
      isCurrent: try row["is_current"], limit: try row["rate_limit"])
    isRevoked = try row["is_revoked"]
    isExpired = try row["is_expired"]
    isFromItsNetworks = try row["is_from_its_networks"]
  }
}

private struct RowToNote: RowDecodable {
  init(_ row: Row) {}
}

private struct ExchangingPerson: RowDecodable {
  let base: ExchangedBase
  let caller: SignedIn
  let permission: Permission?

  init(_ row: Row) throws(PostgresError) {
    base = try ExchangedBase(row)
    caller = try SignedIn(row)
    permission = try row["permission"]
  }
}

private struct ExchangedBase: RowDecodable {
  let id: ID<Base>
  let uuid: BaseUUID
  let name: String
  let workspace: ID<Workspace>
  let isTrashed: Bool
  let longestLifetime: Int64?

  /// Columns of `base` and its `team`.
  static let columns: SQL = """
    base.id as base_id, base.uuid::text as base_uuid, base.name, base.workspace_id,
    base.deleted_at is not null as is_trashed, team.longest_base_token::bigint as longest_base_token
    """

  init(_ row: Row) throws(PostgresError) {
    id = try row["base_id"]
    uuid = try row["base_uuid"]
    name = try row["name"]
    workspace = try row["workspace_id"]
    isTrashed = try row["is_trashed"]
    longestLifetime = try row["longest_base_token"]
  }
}
