internal import Crypto
public import HTTP
internal import Postgres

/// An admin of the team that the path names by `org_id`, or of their own team if the path names none.
///
/// Everything else that the path names is looked up only in this team. The number of another team is refused like any
/// number that is not the admin's own team's.
public struct TeamAdmin: Administrator {
  /// `team-admin`
  public static let name = "team-admin"

  /// The caller.
  public let caller: SignedIn
  /// The team that the right was proved for.
  public let team: ID<Team>

  /// Proves the right to the path's team.
  public static func authorise(_ path: TeamSegment?, _ request: Request, _ app: App) async throws -> TeamAdmin {
    let hash = try Credential(request).accountToken()
    let found: FoundTeamAdmin? = try await app.db.lookup(
      """
      select \(SignedIn.columns), account.is_team_admin
      from \(SignedIn.live(app))
      where token.hash = \(hash.bytes)
      """)
    guard let found else { throw Refusal.badAccountToken }
    guard found.isAdmin, let team = found.caller.team else {
      throw found.caller.refused(.notAdministrator)
    }
    if let path, path.team != team { throw found.caller.refused(.notAdministrator) }
    return TeamAdmin(caller: found.caller, team: team)
  }

  private struct FoundTeamAdmin: RowDecodable {
    let caller: SignedIn
    let isAdmin: Bool

    init(_ row: Row) throws(PostgresError) {
      caller = try SignedIn(row)
      isAdmin = try row["is_team_admin"]
    }
  }
}

/// A team admin who may open the base that the path names by `base_uuid`. Being an admin does not give access to
/// everyone's bases, and an issuer of tokens can only pass on their own permission.
public struct TeamBaseUser: Personal {
  /// `team-base-user`
  public static let name = "team-base-user"

  /// The caller.
  public let caller: SignedIn
  /// The base that the right was proved for.
  public let base: ID<Base>
  /// The base's name.
  public let baseName: String
  /// What the caller may do in the base.
  public let permission: Permission

  /// Proves the right to the path's base.
  public static func authorise(
    _ path: Both<TeamSegment?, BaseUUIDSegment>, _ request: Request, _ app: App
  ) async throws -> TeamBaseUser {
    let admin = try await TeamAdmin.authorise(path.first, request, app)
    let named = path.second.named
    guard let uuid = path.second.uuid else { throw admin.caller.refused(.notFound(.base(named))) }
    let found: FoundTeamBase? = try await app.db.lookup(
      """
      select base.id as base_id, base.name, \(permissionOfAccount) as permission
      from base
      join account on account.id = \(admin.caller.account)
      where base.uuid = \(uuid)::uuid and base.team_id = \(admin.team) and base.deleted_at is null
      """)
    guard let found else { throw admin.caller.refused(.notFound(.base(named))) }
    guard let permission = found.permission else { throw admin.caller.refused(.notAllowed) }
    return TeamBaseUser(caller: admin.caller, base: found.base, baseName: found.name, permission: permission)
  }

  private struct FoundTeamBase: RowDecodable {
    let base: ID<Base>
    let name: String
    let permission: Permission?

    init(_ row: Row) throws(PostgresError) {
      base = try row["base_id"]
      name = try row["name"]
      permission = try row["permission"]
    }
  }
}
