internal import Crypto
public import HTTP
internal import Postgres

/// A person who may create, rename and delete the bases of the workspace that the path or the input names: its owner,
/// or an owner or admin of its group.
public struct WorkspaceAdmin: Personal, TargetedPrincipal {
  /// `workspace-admin`
  public static let name = "workspace-admin"

  /// The caller.
  public let caller: SignedIn
  /// The workspace that the right was proved for.
  public let workspace: ID<Workspace>

  /// Proves the right to the workspace in the path's `workspace_id`.
  public static func authorise(
    _ path: WorkspaceSegment, _ request: Request, _ app: App
  ) async throws -> WorkspaceAdmin {
    let hash = try Credential(request).accountToken()
    let found: FoundWorkspace? = try await app.db.lookup(
      """
      select \(SignedIn.columns), \(WorkspaceRole.columns)
      from \(SignedIn.live(app)) \(WorkspaceRole.joined(on: "place.id = \(path.workspace)"))
      where token.hash = \(hash.bytes)
      """)
    return try admin(found, of: .workspace(path.named))
  }

  /// Proves the right of a person who is signed in to the workspace that their input names.
  public static func prove(
    _ caller: SignedIn, _ workspace: WorkspaceReference, _ app: App
  ) async throws -> WorkspaceAdmin {
    switch workspace {
    case .workspace(let id): try await prove(caller, on: "place.id = \(id)", .workspace(String(id.value)), app)
    case .group(let id): try await prove(caller, on: "place.group_id = \(id)", .group(String(id.value)), app)
    case .person(let user) where user != caller.user: throw Refusal.notAllowed
    case .person, .personal: try await prove(caller, .workspace(personalWorkspace(of: caller, app)), app)
    }
  }

  /// The caller's personal workspace. It is made now if the first sign-in did not make one.
  private static func personalWorkspace(of caller: SignedIn, _ app: App) async throws -> ID<Workspace> {
    let own: SQL = "select id from workspace where account_id = \(caller.account)"
    if let found: ID<Workspace> = try await app.db.lookup(own) { return found }
    try await app.keep(
      .personalWorkspaces,
      """
      insert into workspace (account_id, team_id) select id, team_id from live_account where id = \(caller.account)
      on conflict (account_id) do nothing
      """)
    guard let made: ID<Workspace> = try await app.db.row(own) else { throw Refusal.badAccountToken }
    return made
  }

  private static func prove(
    _ caller: SignedIn, on place: SQL, _ thing: Refusal.Thing, _ app: App
  ) async throws -> WorkspaceAdmin {
    let found: FoundWorkspace? = try await app.db.lookup(
      """
      select \(SignedIn.columns(ofProved: caller.token)), \(WorkspaceRole.columns)
      from live_account as account \(WorkspaceRole.joined(on: place))
      where account.id = \(caller.account)
      """)
    return try admin(found, of: thing)
  }

  private static func admin(_ found: FoundWorkspace?, of thing: Refusal.Thing) throws -> WorkspaceAdmin {
    guard let found else { throw Refusal.badAccountToken }
    guard let workspace = found.place.workspace else { throw found.caller.refused(.notFound(thing)) }
    guard let role = found.place.role, role.administers else { throw found.caller.refused(.notAllowed) }
    return WorkspaceAdmin(caller: found.caller, workspace: workspace)
  }

  private struct FoundWorkspace: RowDecodable {
    let caller: SignedIn
    let place: WorkspaceRole

    init(_ row: Row) throws(PostgresError) {
      caller = try SignedIn(row)
      place = try WorkspaceRole(row)
    }
  }
}

/// How an input names a workspace.
public enum WorkspaceReference: Sendable {
  /// By its number.
  case workspace(ID<Workspace>)
  /// By its group.
  case group(ID<Group>)
  /// By the person whose personal workspace it is.
  case person(UserID)
  /// The caller's personal workspace.
  case personal
}

/// A person who may copy a base into a workspace: they may open the base, and administer the workspace.
public struct BaseCopier: TargetedPrincipal {
  /// `base-copier`
  public static let name = "base-copier"

  /// The right to the base.
  public let source: BaseUser
  /// The right to the workspace.
  public let destination: WorkspaceAdmin

  /// Proves the rights of a person who is signed in to both.
  public static func prove(
    _ caller: SignedIn, _ copy: (base: BaseReference, into: ID<Workspace>), _ app: App
  ) async throws -> BaseCopier {
    let source = try await BaseUser.prove(caller, copy.base, app)
    return BaseCopier(source: source, destination: try await WorkspaceAdmin.prove(caller, .workspace(copy.into), app))
  }
}

/// What a caller may know about a workspace, and their role in it. Both are decided only here.
struct WorkspaceRole: RowDecodable {
  /// Nil if there is no such workspace, or the caller must not know about it.
  let workspace: ID<Workspace>?
  /// Nil if the caller has no role in the workspace.
  let role: Role?

  init(_ row: Row) throws(PostgresError) {
    workspace = try row["workspace_id"]
    role = try row["role"]
  }

  /// The columns that `init(_ row:)` reads.
  static let columns: SQL = """
    case when workspace_role.role is not null or place.team_id = account.team_id then place.id end as workspace_id,
    workspace_role.role
    """

  /// Joins `account` with the workspace that the condition on `place` names.
  static func joined(on place: SQL) -> SQL {
    """
    left join workspace as place on \(place)
    left join workspace_role
      on workspace_role.workspace_id = place.id and workspace_role.account_id = account.id
    """
  }
}
