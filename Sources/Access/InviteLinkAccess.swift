internal import Crypto
internal import Postgres

/// A person who may end the invite link whose handle the input names: an administrator of the base that it leads to.
public struct LinkAdmin: TargetedPrincipal {
  /// `link-admin`
  public static let name = "link-admin"

  /// The caller.
  public let caller: SignedIn
  /// The link that the right was proved for.
  public let link: ID<BaseLink>

  /// Proves the right of a person who is signed in.
  public static func prove(_ caller: SignedIn, _ handle: String, _ app: App) async throws -> LinkAdmin {
    let found: ID<BaseLink>? = try await app.db.lookup(
      """
      select link.id from base_link as link
      where link.kind = 'invite' and link.handle = \(handle) and exists (
        select from base
        join workspace_role as own on own.workspace_id = base.workspace_id
        where base.id = link.base_id and own.account_id = \(caller.account) and own.role in ('owner', 'admin'))
      """)
    guard let found else { throw Refusal.notFound(.link) }
    return LinkAdmin(caller: caller, link: found)
  }
}

/// A person who has a link into a group, all of which the input names, and belongs to the group's team or the group.
public struct GroupInvitee: TargetedPrincipal {
  /// `group-invitee`
  public static let name = "group-invitee"

  /// The caller.
  public let caller: SignedIn
  /// The link that the right was proved for.
  public let link: Int64

  /// Proves the right of a person who is signed in.
  public static func prove(_ caller: SignedIn, _ link: String, _ app: App) async throws -> GroupInvitee {
    let found: FoundInviteLink? = try await app.db.lookup(
      """
      select link.id, coalesce(link.expires_at <= now(), false) as is_expired,
             user_group.team_id is not distinct from account.team_id or exists (
               select from group_member as member
               where member.group_id = link.group_id and member.account_id = account.id) as is_welcome
      from group_link as link
      join user_group on user_group.id = link.group_id
      join account on account.id = \(caller.account)
      where link.hash = \(LinkToken(link)?.secret.hash.bytes)
      """)
    guard let found else { throw Refusal.notFound(.link) }
    guard !found.isExpired else { throw Refusal.expiredLink }
    guard found.isWelcome else { throw Refusal.notFound(.link) }
    return GroupInvitee(caller: caller, link: found.link)
  }

  private struct FoundInviteLink: RowDecodable {
    let link: Int64
    let isExpired: Bool
    let isWelcome: Bool

    init(_ row: Row) throws(PostgresError) {
      link = try row["id"]
      isExpired = try row["is_expired"]
      isWelcome = try row["is_welcome"]
    }
  }
}
