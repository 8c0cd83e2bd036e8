package import Access
package import Postgres

/// The guests of bases: people who have accepted an invite link. For callers who have proved their right to the base.
package struct InviteLinkGuests: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the guests who have access to a base now, and how many there are. An expired link gives no access; nor
  /// does any to outsiders if the base's team does not admit them.
  package func list(
    of base: ID<Base>, _ page: Page
  ) async throws(PostgresError) -> (guests: [InviteLinkGuest], count: Int64) {
    let own: SQL = "link.base_id = \(base) and \(InviteLinkGuest.hasAccess)"
    let count = try await app.db.count(
      "select count(*) from invite_link_guest as guest join base_link as link on link.id = guest.link_id where \(own)")
    return (try await listUncounted(of: base, page), count)
  }

  /// The same without the count.
  package func listUncounted(of base: ID<Base>, _ page: Page) async throws(PostgresError) -> [InviteLinkGuest] {
    try await list(where: "link.base_id = \(base) and \(InviteLinkGuest.hasAccess)", page)
  }

  /// A page of the guests for which a condition on `guest` and `link` holds.
  func list(where condition: SQL, _ page: Page) async throws(PostgresError) -> [InviteLinkGuest] {
    try await app.db.rows(
      """
      select \(PublicPerson.columns), guest.permission, guest.handle, base.uuid::text as base_uuid, guest.accepted_at
      from (
        select guest.link_id, guest.account_id, guest.accepted_at, link.base_id, link.permission, link.handle
        from invite_link_guest as guest
        join base_link as link on link.id = guest.link_id
        where \(condition)
        order by guest.accepted_at, guest.account_id, guest.link_id
        \(page.limit)
      ) as guest
      join base on base.id = guest.base_id
      join account on account.id = guest.account_id
      order by guest.accepted_at, guest.account_id, guest.link_id
      """)
  }

  /// Gives the caller access to the base of an invite link for as long as the link lives, with the permission that it
  /// has at each moment. Someone who was removed from the base cannot come back by a link that existed at that time.
  package func accept(_ token: String, password: String?, by caller: SignedIn) async throws -> SharedBase {
    let opened = try await OpenedLink.open(.invite, token, password: password, app)
    guard opened.team == caller.team || opened.isForOtherTeams else {
      throw DomainError.forbidden("The team of this base does not admit people from other teams.")
    }
    try await app.change(by: caller) {
      try await $0.run(
        """
        insert into invite_link_guest (link_id, account_id) values (\(opened.link), \(caller.account))
        on conflict (link_id, account_id) do nothing
        """)
    }
    guard let base = try await SharedBases(app, with: caller.account).find(opened.base) else {
      throw Refusal.notFound(.link)
    }
    return base
  }

  /// Removes a guest from a base: all links that they have accepted end for them, and they can accept no other existing
  /// link.
  package func remove(_ user: String, from base: ID<Base>, by caller: SignedIn) async throws {
    try await app.change(by: caller) {
      guard try await $0.bar(user, from: base) > 0 else { throw Refusal.notFound(.user(user)) }
    }
  }
}

extension Transaction {
  /// Ends what invite links have given a person in a base, and bars them from all its existing links. Returns the
  /// number of links by which they were a guest.
  @discardableResult
  func bar(_ user: String, from base: ID<Base>) async throws(PostgresError) -> Int64 {
    let barred: BarredGuest? = try await row(
      "select bar_guest(id, array[\(base)::bigint]) as guests from account where uid = \(UserID(wire: user))")
    return barred?.guests ?? 0
  }
}

private struct BarredGuest: RowDecodable {
  let guests: Int64
  init(_ row: Row) throws(PostgresError) { guests = try row["guests"] }
}
