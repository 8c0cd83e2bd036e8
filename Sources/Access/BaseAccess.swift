internal import Crypto
public import HTTP
internal import Postgres

/// Somebody who may open the base that the path names, by `workspace_id` and `base_name`.
public struct BaseUser: Principal {
  /// `base-user`
  public static let name = "base-user"

  /// Who.
  public let caller: SignedIn
  /// The base that was proved.
  public let base: ID<Base>
  /// Its UUID.
  public let uuid: BaseUUID
  /// Its name.
  public let baseName: String
  /// Where it lies.
  public let workspace: ID<Workspace>
  /// What the caller may do in it.
  public let permission: Permission

  /// Proves the right to the path's base.
  public static func authorise(_ request: Request, _ app: App) async throws -> BaseUser {
    try await Found.find(request, app).user()
  }

  /// Proves the right of somebody signed in to a base that a body names.
  public static func prove(
    _ caller: SignedIn, _ workspace: ID<Workspace>, _ baseName: String, _ app: App
  ) async throws -> BaseUser {
    let found: Found? = try await app.db.lookup(
      """
      select \(Found.columns)
      from live_account as account \(Found.joined(to: workspace, baseName))
      where account.id = \(caller.account)
      """)
    guard var found else { throw Refusal.badAccountToken }
    found.named = (String(workspace.value), baseName)
    return try found.user()
  }
}

/// Somebody who may issue API tokens for the base that the path names: who administers its workspace.
public struct BaseAdmin: Principal {
  /// `base-admin`
  public static let name = "base-admin"

  /// Who.
  public let caller: SignedIn
  /// The base that was proved.
  public let base: ID<Base>
  /// Its name.
  public let baseName: String

  /// Proves the right to the path's base.
  public static func authorise(_ request: Request, _ app: App) async throws -> BaseAdmin {
    let found = try await Found.find(request, app)
    let user = try found.user()
    guard let role = found.place.role, role.administers else { throw Refusal.notAllowed }
    return BaseAdmin(caller: user.caller, base: user.base, baseName: user.baseName)
  }
}

/// The caller, workspace and base of a request, as far as he may know of them.
private struct Found: RowDecodable {
  let caller: SignedIn
  let place: WorkspaceRole
  let base: ID<Base>?
  let uuid: BaseUUID?
  /// How the request named workspace and base.
  var named = (workspace: "", base: "")

  init(_ row: Row) throws(PostgresError) {
    caller = try SignedIn(row)
    place = try WorkspaceRole(row)
    base = try row["base_id"]
    uuid = try row["base_uuid"]
  }

  static let columns: SQL = """
    \(SignedIn.columns), \(WorkspaceRole.columns), base.id as base_id, base.uuid::text as base_uuid
    """

  static func joined(to workspace: ID<Workspace>?, _ baseName: String) -> SQL {
    """
    \(WorkspaceRole.joined(on: "place.id = \(workspace)"))
    left join base on base.workspace_id = place.id and base.name = \(baseName) and base.deleted_at is null
    """
  }

  static func find(_ request: Request, _ app: App) async throws -> Found {
    let hash = try Credential(request).accountToken()
    let named = (workspace: request.captures["workspace_id"] ?? "", base: request.captures["base_name"] ?? "")
    let found: Found? = try await app.db.lookup(
      """
      select \(columns)
      from \(SignedIn.live) \(joined(to: ID(text: named.workspace), named.base))
      where token.hash = \(hash.bytes)
      """)
    guard var found else { throw Refusal.badAccountToken }
    found.named = named
    return found
  }

  /// Every role in a workspace opens its bases for reading and writing.
  func user() throws(Refusal) -> BaseUser {
    guard let workspace = place.workspace else { throw .notFound(.workspace(named.workspace)) }
    guard place.role != nil else { throw .notAllowed }
    guard let base, let uuid else { throw .notFound(.base(named.base)) }
    return BaseUser(
      caller: caller, base: base, uuid: uuid, baseName: named.base, workspace: workspace, permission: .readWrite)
  }
}
