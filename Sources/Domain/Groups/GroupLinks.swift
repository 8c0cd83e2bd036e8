package import Access
internal import Crypto
internal import Ground
package import Postgres

/// The invite links of groups. Whoever accepts one becomes a member.
package struct GroupLinks: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the links of a group.
  package func list(of group: ID<Group>, _ page: Page) async throws(PostgresError) -> [GroupLinkRecord] {
    try await list("select * from group_link where group_id = \(group) order by id \(page.limit)")
  }

  /// The links of the rows that a statement on `group_link` selects.
  func list(_ rows: SQL) async throws(PostgresError) -> [GroupLinkRecord] {
    try await app.db.rows(GroupLinkRecord.select(rows))
  }

  /// Makes a link that expires after `days` days; nil and 0 mean never.
  package func make(into group: ID<Group>, days: Int64?, by caller: SignedIn) async throws -> GroupLinkRecord {
    let token = LinkToken.generate()
    let made: GroupLinkRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into group_link (group_id, handle, hash, created_by, expires_at)
          select id, \(token.handle), \(token.secret.hash.bytes), \(caller.account),
                 now() + make_interval(days => nullif(\(days), 0)::integer)
          from user_group where id = \(group)
          returning *
        )
        \(GroupLinkRecord.select("select * from made"))
        """)
    }
    guard var made else { throw Refusal.notFound(.group(String(group.value))) }
    made.secret = token.secret
    return made
  }

  /// Ends a link. Those who have already accepted it stay members.
  package func delete(_ handle: String, of group: ID<Group>, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run("delete from group_link where group_id = \(group) and handle = \(handle)")
    }
    guard count == 1 else { throw Refusal.notFound(.link) }
  }

  /// Makes the caller a member if they are in the group's team. An existing member keeps their role. Someone who was
  /// removed cannot come back by a link that existed at that time.
  package func accept(_ link: Int64, by caller: SignedIn) async throws -> GroupMemberRecord {
    try await app.change(by: caller) {
      let found: AcceptedGroupLink? = try await $0.row(
        """
        select id, group_id, coalesce(expires_at <= now(), false) as is_expired
        from group_link where id = \(link)
        for share
        """)
      guard let found else { throw Refusal.notFound(.link) }
      guard !found.isExpired else { throw Refusal.expiredLink }
      switch try await $0.addMember(caller.user.wire, to: found.group, by: found.link) {
      case .made(let member), .isMember(let member): return member
      case .unknown: throw Refusal.notFound(.link)  // the link is of another team
      }
    }
  }
}

private struct AcceptedGroupLink: RowDecodable {
  let link: Int64
  let group: ID<Group>
  let isExpired: Bool

  init(_ row: Row) throws(PostgresError) {
    link = try row["id"]
    group = try row["group_id"]
    isExpired = try row["is_expired"]
  }
}
