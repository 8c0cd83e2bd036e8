internal import Crypto
public import HTTP
internal import Postgres

/// A member of the group that the path or the input names.
public struct GroupMember: Personal, TargetedPrincipal {
  /// `group-member`
  public static let name = "group-member"

  /// The caller.
  public let caller: SignedIn
  /// The group that the right was proved for.
  public let group: ID<Group>
  /// The caller's role in the group.
  public let role: Role

  /// Proves the right to the group in the path's `group_id`.
  public static func authorise(_ path: GroupSegment, _ request: Request, _ app: App) async throws -> GroupMember {
    let hash = try Credential(request).accountToken()
    let found: FoundGroup? = try await app.db.lookup(
      """
      select \(SignedIn.columns), user_group.id as group_id, member.role
      from \(SignedIn.live(app))
      left join group_member as member on member.group_id = \(path.group) and member.account_id = account.id
      left join user_group
        on user_group.id = \(path.group) and (member.role is not null or user_group.team_id = account.team_id)
      where token.hash = \(hash.bytes)
      """)
    guard let found else { throw Refusal.badAccountToken }
    guard let group = found.group else { throw found.caller.refused(.notFound(.group(path.named))) }
    guard let role = found.role else { throw found.caller.refused(.notAllowed) }
    return GroupMember(caller: found.caller, group: group, role: role)
  }

  /// Proves that a person who is signed in is a member of the group that their input names.
  public static func prove(_ caller: SignedIn, _ group: ID<Group>, _ app: App) async throws -> GroupMember {
    let found: GroupRole? = try await app.db.lookup(
      "select role from group_member where group_id = \(group) and account_id = \(caller.account)")
    guard let found else { throw Refusal.notFound(.group(String(group.value))) }
    return GroupMember(caller: caller, group: group, role: found.role)
  }

  private struct GroupRole: RowDecodable {
    let role: Role
    init(_ row: Row) throws(PostgresError) { role = try row["role"] }
  }

  private struct FoundGroup: RowDecodable {
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

  /// The caller.
  public let caller: SignedIn
  /// The group that the right was proved for.
  public let group: ID<Group>

  /// Proves the right to the group in the path's `group_id`.
  public static func authorise(_ path: GroupSegment, _ request: Request, _ app: App) async throws -> GroupAdmin {
    let member = try await GroupMember.authorise(path, request, app)
    guard member.role.administers else { throw member.caller.refused(.notAllowed) }
    return GroupAdmin(caller: member.caller, group: member.group)
  }
}

/// The owner of the group that the path names.
public struct GroupOwner: Personal {
  /// `group-owner`
  public static let name = "group-owner"

  /// The caller.
  public let caller: SignedIn
  /// The group that the right was proved for.
  public let group: ID<Group>

  /// Proves the right to the group in the path's `group_id`.
  public static func authorise(_ path: GroupSegment, _ request: Request, _ app: App) async throws -> GroupOwner {
    let member = try await GroupMember.authorise(path, request, app)
    guard member.role == .owner else { throw member.caller.refused(.notAllowed) }
    return GroupOwner(caller: member.caller, group: member.group)
  }
}

/// A person who may remove the member whose user id the input names from the group that the path names: an
/// administrator of the group, or the member themselves.
public struct GroupAdminOrSelf: TargetedPrincipal {
  /// `group-admin-or-self`
  public static let name = "group-admin-or-self"

  /// The caller.
  public let caller: SignedIn
  /// The group that the right was proved for.
  public let group: ID<Group>

  /// Proves the right of a member of the group.
  public static func prove(_ member: GroupMember, _ person: String, _ app: App) throws(Refusal) -> GroupAdminOrSelf {
    guard member.role.administers || UserID(wire: person) == member.caller.user else { throw .notAllowed }
    return GroupAdminOrSelf(caller: member.caller, group: member.group)
  }
}
