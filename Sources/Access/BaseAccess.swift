internal import Crypto
public import HTTP
internal import Postgres

/// A person who may open a base. The path names it by `workspace_id` and `base_name` or by `base_uuid`, or the input
/// names it.
public struct BaseUser: Personal, TargetedPrincipal {
  /// `base-user`
  public static let name = "base-user"

  /// The caller.
  public let caller: SignedIn
  /// The base that the right was proved for.
  public let base: ID<Base>
  /// The base's UUID.
  public let uuid: BaseUUID
  /// The base's name.
  public let baseName: String
  /// The base's workspace.
  public let workspace: ID<Workspace>
  /// What the caller may do in the base.
  public let permission: Permission
  /// Whether the caller administers the base's workspace.
  public let isAdmin: Bool
  /// The longest lifetime of base tokens under the team's policy, in seconds; nil if the team sets none.
  public let longestLifetime: Int64?

  /// Proves the right to the base that the path names.
  public static func authorise(_ path: BaseSegments, _ request: Request, _ app: App) async throws -> BaseUser {
    try await AccessedBase.find(BaseReference(path), request, app).user()
  }

  /// Proves the right of a person who is signed in to the base that their input names.
  public static func prove(_ caller: SignedIn, _ base: BaseReference, _ app: App) async throws -> BaseUser {
    try await AccessedBase.find(base, caller, app).user()
  }
}

/// An administrator of the workspace of the base that the path or the input names. They may issue API tokens for the
/// base, share it, and make links to it.
public struct BaseAdmin: Personal, TargetedPrincipal {
  /// `base-admin`
  public static let name = "base-admin"

  /// The caller.
  public let caller: SignedIn
  /// The base that the right was proved for.
  public let base: ID<Base>
  /// The base's name.
  public let baseName: String

  /// Proves the right to the base that the path names.
  public static func authorise(_ path: BaseSegments, _ request: Request, _ app: App) async throws -> BaseAdmin {
    try admin(try await AccessedBase.find(BaseReference(path), request, app).user())
  }

  /// Proves the right of a person who is signed in to the base that their input names.
  public static func prove(_ caller: SignedIn, _ base: BaseReference, _ app: App) async throws -> BaseAdmin {
    try admin(try await BaseUser.prove(caller, base, app))
  }

  private static func admin(_ user: BaseUser) throws(KnownRefusal) -> BaseAdmin {
    guard user.isAdmin else { throw user.caller.refused(.notAllowed) }
    return BaseAdmin(caller: user.caller, base: user.base, baseName: user.baseName)
  }
}

/// A person who may end the share of the base that the path names with the person whose user id the input names: an
/// administrator of the base's workspace, or the person themselves.
public struct BaseAdminOrSelf: TargetedPrincipal {
  /// `base-admin-or-self`
  public static let name = "base-admin-or-self"

  /// The caller.
  public let caller: SignedIn
  /// The base that the right was proved for.
  public let base: ID<Base>

  /// Proves the right of a person who may open the base.
  public static func prove(_ user: BaseUser, _ person: String, _ app: App) throws(Refusal) -> BaseAdminOrSelf {
    guard user.isAdmin || UserID(wire: person) == user.caller.user else { throw .notAllowed }
    return BaseAdminOrSelf(caller: user.caller, base: user.base)
  }
}

/// What an account may do in a base; null if it has no access. Needs `base` and `account` among the tables.
let permissionOfAccount: SQL = """
  (select own.permission from base_permission as own where own.base_id = base.id and own.account_id = account.id)
  """

/// How a request names a base.
public enum BaseReference: Sendable {
  /// By its name and the number of its workspace.
  case name(String, in: String)
  /// By its UUID.
  case uuid(String)

  fileprivate init(_ path: BaseSegments) {
    switch path {
    case .first(let path): self = .name(path.second.name, in: path.first.named)
    case .second(let path): self = .uuid(path.named)
    }
  }

  /// Joins `account` with the base, and with its workspace if the account may know about that.
  fileprivate var joined: SQL {
    switch self {
    case .name(let name, let workspace):
      """
      \(WorkspaceRole.joined(on: "place.id = \(ID<Workspace>(text: workspace))"))
      left join base on base.workspace_id = place.id and base.name = \(name) and base.deleted_at is null
      """
    case .uuid(let uuid):
      """
      left join base on base.uuid = \(BaseUUID(uuid))::uuid and base.deleted_at is null
      \(WorkspaceRole.joined(on: "place.id = base.workspace_id"))
      """
    }
  }
}

/// A caller and the base that they named.
private struct AccessedBase: RowDecodable {
  let caller: SignedIn
  let place: WorkspaceRole
  let base: BaseRight?
  var named = BaseReference.uuid("")

  /// A base and the caller's rights in it.
  struct BaseRight {
    let id: ID<Base>
    let uuid: BaseUUID
    let name: String
    let workspace: ID<Workspace>
    let permission: Permission
    let longestLifetime: Int64?
  }

  init(_ row: Row) throws(PostgresError) {
    caller = try SignedIn(row)
    place = try WorkspaceRole(row)
    let permission: Permission? = try row["permission"]
    guard let permission else {
      base = nil
      return
    }
    base = BaseRight(
      id: try row["base_id"], uuid: try row["base_uuid"], name: try row["base_name"],
      workspace: try row["base_workspace_id"], permission: permission,
      longestLifetime: try row["longest_base_token"])
  }

  private static let columns: SQL = """
    \(WorkspaceRole.columns), base.id as base_id, base.uuid::text as base_uuid,
    base.name as base_name, base.workspace_id as base_workspace_id, \(permissionOfAccount) as permission,
    (select longest_base_token::bigint from team where team.id = base.team_id) as longest_base_token
    """

  static func find(_ named: BaseReference, _ request: Request, _ app: App) async throws -> AccessedBase {
    let hash = try Credential(request).accountToken()
    return try await find(
      named,
      """
      select \(SignedIn.columns), \(columns) from \(SignedIn.live(app)) \(named.joined) where token.hash = \(hash.bytes)
      """, app)
  }

  static func find(_ named: BaseReference, _ caller: SignedIn, _ app: App) async throws -> AccessedBase {
    try await find(
      named,
      """
      select \(SignedIn.columns(ofProved: caller.token)), \(columns)
      from live_account as account \(named.joined)
      where account.id = \(caller.account)
      """, app)
  }

  private static func find(_ named: BaseReference, _ sql: SQL, _ app: App) async throws -> AccessedBase {
    let found: AccessedBase? = try await app.db.lookup(sql)
    guard var found else { throw Refusal.badAccountToken }
    found.named = named
    return found
  }

  func user() throws(KnownRefusal) -> BaseUser {
    guard let base else { throw caller.refused(refusal) }
    return BaseUser(
      caller: caller, base: base.id, uuid: base.uuid, baseName: base.name, workspace: base.workspace,
      permission: base.permission, isAdmin: place.role?.administers == true,
      longestLifetime: base.longestLifetime)
  }

  /// People who may know about the workspace but have no role in it do not learn which bases exist.
  private var refusal: Refusal {
    switch named {
    case .name(_, let workspace) where place.workspace == nil: .notFound(.workspace(workspace))
    case .name(let name, _): place.role == nil ? .notAllowed : .notFound(.base(name))
    case .uuid(let uuid): place.workspace == nil ? .notFound(.base(uuid)) : .notAllowed
    }
  }
}
