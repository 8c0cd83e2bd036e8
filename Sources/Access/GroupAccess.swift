internal import Crypto
public import HTTP
internal import Postgres

/// Somebody in the group that the path names.
public struct GroupMember: Personal {
  /// `group-member`
  public static let name = "group-member"

  /// Who.
  public let caller: SignedIn
  /// The group that was proved.
  public let group: ID<Group>
  /// What he is in it.
  public let role: Role

  /// Proves the right to the path's `group_id`.
  public static func authorise(_ path: GroupSegment, _ request: Request, _ app: App) async throws -> GroupMember {
    let hash = try Credential(request).accountToken()
    let found: Found? = try await app.db.lookup(
      """
      select \(SignedIn.columns), user_group.id as group_id, member.role
      from \(SignedIn.live)
      left join group_member as member on member.group_id = \(path.group) and member.account_id = account.id
      left join user_group
        on user_group.id = \(path.group) and (member.role is not null or user_group.team_id = account.team_id)
      where token.hash = \(hash.bytes)
      """)
    guard let found else { throw Refusal.badAccountToken }
    guard let group = found.group else { throw Refusal.notFound(.group(path.named)) }
    guard let role = found.role else { throw Refusal.notAllowed }
    return GroupMember(caller: found.caller, group: group, role: role)
  }

  private struct Found: RowDecodable {
    let caller: SignedIn
    let group: ID<Group>?
    let role: Role?

    init(_ row: Row) throws(PostgresError) {
      caller = try SignedIn(row)
      group = try row["group_id"]
      role = try row["role"]
    }
  }
}

/// An owner or admin of the group that the path names.
public struct GroupAdmin: Personal {
  /// `group-admin`
  public static let name = "group-admin"

  /// Who.
  public let caller: SignedIn
  /// The group that was proved.
  public let group: ID<Group>

  /// Proves the right to the path's `group_id`.
  public static func authorise(_ path: GroupSegment, _ request: Request, _ app: App) async throws -> GroupAdmin {
    let member = try await GroupMember.authorise(path, request, app)
    guard member.role.administers else { throw Refusal.notAllowed }
    return GroupAdmin(caller: member.caller, group: member.group)
  }
}

/// The owner of the group that the path names.
public struct GroupOwner: Personal {
  /// `group-owner`
  public static let name = "group-owner"

  /// Who.
  public let caller: SignedIn
  /// The group that was proved.
  public let group: ID<Group>

  /// Proves the right to the path's `group_id`.
  public static func authorise(_ path: GroupSegment, _ request: Request, _ app: App) async throws -> GroupOwner {
    let member = try await GroupMember.authorise(path, request, app)
    guard member.role == .owner else { throw Refusal.notAllowed }
    return GroupOwner(caller: member.caller, group: member.group)
  }
}
