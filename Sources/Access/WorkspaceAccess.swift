internal import Crypto
public import HTTP
internal import Postgres

/// Somebody who may create, rename and delete the bases of the workspace that the path or the input names: its owner, or an
/// owner or admin of its group.
public struct WorkspaceAdmin: Personal, TargetedPrincipal {
  /// `workspace-admin`
  public static let name = "workspace-admin"

  /// Who.
  public let caller: SignedIn
  /// The workspace that was proved.
  public let workspace: ID<Workspace>

  /// Proves the right to the path's `workspace_id`.
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

  /// Proves the right of somebody signed in to a workspace that their input names.
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

  /// The caller's own workspace; made now for who got none at the first login.
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

  private static func admin(_ found: FoundWorkspace?, of thing: Refusal.Thing) throws(Refusal) -> WorkspaceAdmin {
    guard let found else { throw .badAccountToken }
    guard let workspace = found.place.workspace else { throw .notFound(thing) }
    guard let role = found.place.role, role.administers else { throw .notAllowed }
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
  /// By the group that it is of.
  case group(ID<Group>)
  /// By the person whose own it is.
  case person(UserID)
  /// The caller's own.
  case personal
}

/// Somebody who may copy a base into a workspace: who may open the one, and administers the other.
public struct BaseCopier: TargetedPrincipal {
  /// `base-copier`
  public static let name = "base-copier"

  /// The right to the base.
  public let source: BaseUser
  /// The right to the workspace.
  public let destination: WorkspaceAdmin

  /// Proves the right of somebody signed in to both.
  public static func prove(
    _ caller: SignedIn, _ copy: (base: BaseReference, into: ID<Workspace>), _ app: App
  ) async throws -> BaseCopier {
    let source = try await BaseUser.prove(caller, copy.base, app)
    return BaseCopier(source: source, destination: try await WorkspaceAdmin.prove(caller, .workspace(copy.into), app))
  }
}

/// What a caller may know of a workspace, and what he is in it: the one place that decides both.
struct WorkspaceRole: RowDecodable {
  /// Nil where there is no such workspace, or where it is another team's.
  let workspace: ID<Workspace>?
  /// Nil where the caller has no part in it.
  let role: Role?

  init(_ row: Row) throws(PostgresError) {
    workspace = try row["workspace_id"]
    role = try row["role"]
  }

  /// What `init(_ row:)` reads.
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
