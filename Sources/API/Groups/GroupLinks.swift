internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let groupLinkRoutes = Table(.groupLinks, [
  Route(.get,    "/api/v2.1/groups/{group_id}/invite-links/",                     "listGroupInviteLinks",  as: GroupAdmin.self, listLinks),
  Route(.post,   "/api/v2.1/groups/{group_id}/invite-links/",                     "createGroupInviteLink", as: GroupAdmin.self, makeLink),
  Route(.delete, "/api/v2.1/groups/{group_id}/invite-links/{invite_link_token}/", "deleteGroupInviteLink", as: GroupAdmin.self, deleteLink),
  Route(.post,   "/api/v2.1/groups/invite-links/{invite_link_token}/accept/",     "acceptGroupInviteLink", as: GroupInvitee.self, of: \.token, acceptLink, once: false),
])

// MARK: Wire

private struct NewLink: Input {
  let days: Int64?
  init(_ parts: Parts) throws { days = try parts.body().optionalInteger("expire_days", 0...3650) }
}

private struct Acceptance: PathInput {
  static let variable = "invite_link_token"
  let token: String
  init(_ segment: String) { token = segment }
}

/// A link that makes members of a group; what opens it is in the answer that makes it, and nowhere else.
struct GroupLink: RowDecodable, Output, JSONEncodable {
  let handle: String
  let group: ID<Group>
  let creator: UserID
  let creatorName: String
  let created: Timestamp
  let end: Timestamp?
  let isExpired: Bool
  var secret: Secret?

  /// Gives the links of a statement that selects rows of `group_link`.
  static func select(_ rows: SQL) -> SQL {
    """
    select link.handle, link.group_id, creator.uid as creator_uid, creator.name as creator_name, link.created_at,
           link.expires_at, coalesce(link.expires_at <= now(), false) as is_expired
    from (\(rows)) as link
    join account as creator on creator.id = link.created_by
    order by link.id
    """
  }

  init(_ row: Row) throws(PostgresError) {
    handle = try row["handle"]
    group = try row["group_id"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    created = try row["created_at"]
    end = try row["expires_at"]
    isExpired = try row["is_expired"]
  }

  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? [] }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("group_id", group)
      $0.add("username", creator)
      $0.add("creator_name", creatorName)
      $0.add("token", secret?.clear ?? handle)
      $0.add("link", address: linkPath("/groups/links", handle: handle, secret: secret?.clear))
      $0.add("is_expired", isExpired)
      $0.add("expire_date", end?.wire ?? "")
      $0.add("ctime", created)
    }
  }
}

// MARK: Operations

private func listLinks(of admin: GroupAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<GroupLink> {
  try await app.links(of: admin.group, page.page)
}

private func makeLink(by admin: GroupAdmin, _ new: NewLink, _ app: App) async throws -> GroupLink {
  let token = LinkToken.generate()
  let made: GroupLink? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      with made as (
        insert into group_link (group_id, handle, hash, created_by, expires_at)
        select id, \(token.handle), \(token.secret.hash.bytes), \(admin.caller.account),
               now() + make_interval(days => nullif(\(new.days), 0)::integer)
        from user_group where id = \(admin.group)
        returning *
      )
      \(GroupLink.select("select * from made"))
      """)
  }
  guard var made else { throw Refusal.notFound(.group(String(admin.group.value))) }
  made.secret = token.secret
  return made
}

private func deleteLink(by admin: GroupAdmin, _ link: NamedLink, _ app: App) async throws -> Success {
  try await app.delete(link, of: admin.group, by: admin.caller)
  return Success()
}

/// Makes the caller a member, if he is of the group's team; a member stays what he is, and who was taken out does not
/// come back by a link that was there then.
private func acceptLink(by invitee: GroupInvitee, _: Acceptance, _ app: App) async throws -> MemberRecord {
  try await app.change(by: invitee.caller) {
    let found: Found? = try await $0.row(
      """
      select id, group_id, coalesce(expires_at <= now(), false) as is_expired
      from group_link where id = \(invitee.link)
      for share
      """)
    guard let found else { throw Refusal.notFound(.link) }
    guard !found.isExpired else { throw Refusal.expiredLink }
    switch try await $0.add(invitee.caller.user.wire, to: found.group, by: found.link) {
    case .made(let member), .isMember(let member): return member
    case .unknown: throw Refusal.notFound(.link)  // the link is another team's
    }
  }
}

private struct Found: RowDecodable {
  let link: Int64
  let group: ID<Group>
  let isExpired: Bool

  init(_ row: Row) throws(PostgresError) {
    link = try row["id"]
    group = try row["group_id"]
    isExpired = try row["is_expired"]
  }
}

extension App {
  /// The invite links of a group.
  func links(of group: ID<Group>, _ page: Page) async throws(PostgresError) -> NamedList<GroupLink> {
    NamedList(
      "invite_link_list",
      try await groupLinks("select * from group_link where group_id = \(group) order by id \(page.limit)"))
  }

  /// The links of a statement that selects rows of `group_link`.
  func groupLinks(_ rows: SQL) async throws(PostgresError) -> [GroupLink] {
    try await db.rows(GroupLink.select(rows))
  }

  /// Ends an invite link of a group; who has come in by it stays.
  func delete(_ link: NamedLink, of group: ID<Group>, by caller: SignedIn) async throws {
    let count = try await change(by: caller) {
      try await $0.run("delete from group_link where group_id = \(group) and handle = \(link.handle)")
    }
    guard count == 1 else { throw Refusal.notFound(.link) }
  }
}
