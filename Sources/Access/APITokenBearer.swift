internal import Crypto
public import HTTP
internal import Postgres

/// A program with an API token, or somebody with a temporary one, for one base.
public struct APITokenBearer: Principal {
  /// `api-token`
  public static let name = "api-token"

  /// The base the token is for.
  public let base: ID<Base>
  /// Its UUID.
  public let uuid: BaseUUID
  /// Its name.
  public let baseName: String
  /// Where it lies.
  public let workspace: ID<Workspace>
  /// What the bearer may do in it now.
  public let permission: Permission
  /// What the bearer is.
  public let source: Source

  /// What a bearer is.
  public enum Source: Sendable {
    /// A program, by its API token.
    case apiToken(ID<APIToken>, appName: String)
    /// A person, by a temporary API token.
    case account(ID<Account>, UserID)
  }

  /// Proves a live API token, or a temporary one whose owner may still open the base.
  public static func authorise(_ request: Request, _ app: App) async throws -> APITokenBearer {
    let credential = try Credential(request)
    if let secret = Secret(token: credential.text) { return try await bearer(of: secret.hash, app) }
    guard
      let claims = try? app.signer.verifyTemporary(credential.text, at: app.now().seconds),
      let user = UserID(wire: claims.username), let uuid = BaseUUID(claims.dtableUUID)
    else { throw Refusal.badAPIToken }
    return try await bearer(of: user, uuid, app)
  }

  /// The hot path: one row of two tables, each found by a unique key.
  private static func bearer(of hash: SecretHash, _ app: App) async throws -> APITokenBearer {
    let found: Program? = try await app.db.lookup(
      """
      select \(NamedBase.columns), token.permission, token.id as token_id, token.app_name,
             token.revoked_at is not null as is_revoked
      from api_token as token
      join base on base.id = token.base_id
      where token.hash = \(hash.bytes)
      """)
    guard let found else { throw Refusal.badAPIToken }
    guard !found.isRevoked else {
      await noteRefusal(of: found.token, app)
      throw Refusal.badAPIToken
    }
    return try bearer(of: found.base, found.permission, .apiToken(found.token, appName: found.appName))
  }

  /// A deleted token that is still shown is in the audit log, once a minute at most; where that fails, it is refused all
  /// the same.
  private static func noteRefusal(of token: ID<APIToken>, _ app: App) async {
    let isDue: Due? = try? await app.db.lookup(
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

  private static func bearer(of user: UserID, _ uuid: BaseUUID, _ app: App) async throws -> APITokenBearer {
    let found: Person? = try await app.db.lookup(
      """
      select \(NamedBase.columns), account.id as account_id, \(permissionOfAccount) as permission
      from live_account as account
      join base on base.uuid = \(uuid)::uuid
      where account.uid = \(user)
      """)
    guard let found, let permission = found.permission else { throw Refusal.badAPIToken }
    return try bearer(of: found.base, permission, .account(found.account, user))
  }

  private static func bearer(
    of base: NamedBase, _ permission: Permission, _ source: Source
  ) throws(Refusal) -> APITokenBearer {
    guard !base.isTrashed else { throw .notFound(.trashedBase(base.id, name: base.name)) }
    return APITokenBearer(
      base: base.id, uuid: base.uuid, baseName: base.name, workspace: base.workspace, permission: permission,
      source: source)
  }
}

private struct Program: RowDecodable {
  let base: NamedBase
  let permission: Permission
  let token: ID<APIToken>
  let appName: String
  let isRevoked: Bool

  init(_ row: Row) throws(PostgresError) {
    base = try NamedBase(row)
    permission = try row["permission"]
    token = try row["token_id"]
    appName = try row["app_name"]
    isRevoked = try row["is_revoked"]
  }
}

private struct Due: RowDecodable {
  init(_ row: Row) {}
}

private struct Person: RowDecodable {
  let base: NamedBase
  let account: ID<Account>
  let permission: Permission?

  init(_ row: Row) throws(PostgresError) {
    base = try NamedBase(row)
    account = try row["account_id"]
    permission = try row["permission"]
  }
}

private struct NamedBase: RowDecodable {
  let id: ID<Base>
  let uuid: BaseUUID
  let name: String
  let workspace: ID<Workspace>
  let isTrashed: Bool

  static let columns: SQL = """
    base.id as base_id, base.uuid::text as base_uuid, base.name, base.workspace_id,
    base.deleted_at is not null as is_trashed
    """

  init(_ row: Row) throws(PostgresError) {
    id = try row["base_id"]
    uuid = try row["base_uuid"]
    name = try row["name"]
    workspace = try row["workspace_id"]
    isTrashed = try row["is_trashed"]
  }
}
