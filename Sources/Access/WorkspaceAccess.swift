internal import Crypto
public import HTTP
internal import Postgres

/// Somebody who may create, rename and delete the bases of a workspace: its owner, or an owner or admin of its group.
public struct WorkspaceAdmin: Personal {
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
    let found: Found? = try await app.db.lookup(
      """
      select \(SignedIn.columns), \(WorkspaceRole.columns)
      from \(SignedIn.live) \(WorkspaceRole.joined(on: "place.id = \(path.workspace)"))
      where token.hash = \(hash.bytes)
      """)
    return try admin(found, of: .workspace(path.named))
  }

  /// Proves the right of somebody signed in to a workspace that a body names.
  public static func prove(
    _ caller: SignedIn, _ workspace: ID<Workspace>, _ app: App
  ) async throws -> WorkspaceAdmin {
    try await prove(caller, on: "place.id = \(workspace)", .workspace(String(workspace.value)), app)
  }

  /// Proves the right of somebody signed in to the workspace of a group that a body names.
  public static func prove(_ caller: SignedIn, _ group: ID<Group>, _ app: App) async throws -> WorkspaceAdmin {
    try await prove(caller, on: "place.group_id = \(group)", .group(String(group.value)), app)
  }

  private static func prove(
    _ caller: SignedIn, on place: SQL, _ thing: Refusal.Thing, _ app: App
  ) async throws -> WorkspaceAdmin {
    let found: Found? = try await app.db.lookup(
      """
      select \(SignedIn.columnsOfProved), \(WorkspaceRole.columns)
      from live_account as account \(WorkspaceRole.joined(on: place))
      where account.id = \(caller.account)
      """)
    return try admin(found, of: thing)
  }

  private static func admin(_ found: Found?, of thing: Refusal.Thing) throws(Refusal) -> WorkspaceAdmin {
    guard let found else { throw .badAccountToken }
    guard let workspace = found.place.workspace else { throw .notFound(thing) }
    guard let role = found.place.role, role.administers else { throw .notAllowed }
    return WorkspaceAdmin(caller: found.caller, workspace: workspace)
  }

  private struct Found: RowDecodable {
    let caller: SignedIn
    let place: WorkspaceRole

    init(_ row: Row) throws(PostgresError) {
      caller = try SignedIn(row)
      place = try WorkspaceRole(row)
    }
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
