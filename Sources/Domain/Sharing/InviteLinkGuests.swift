package import Access
package import Postgres

/// Those who have come into bases by invite links, for whoever has proved their right to the base.
package struct InviteLinkGuests: Sendable {
  private let app: App

  /// Those of an app's database.
  package init(_ app: App) { self.app = app }

  /// A page of those who may come into a base now, and how many there are: not by a link that has expired, nor from outside
  /// where the team lets nobody in.
  package func list(
    of base: ID<Base>, _ page: Page
  ) async throws(PostgresError) -> (guests: [InviteLinkGuest], count: Int64) {
    let own: SQL = "link.base_id = \(base) and \(InviteLinkGuest.isWelcome)"
    let count = try await app.db.count(
      "select count(*) from invite_link_guest as guest join base_link as link on link.id = guest.link_id where \(own)")
    return (try await listUncounted(of: base, page), count)
  }

  /// The same without counting them.
  package func listUncounted(of base: ID<Base>, _ page: Page) async throws(PostgresError) -> [InviteLinkGuest] {
    try await list(where: "link.base_id = \(base) and \(InviteLinkGuest.isWelcome)", page)
  }

  /// A page of the guests for whose rows of `guest` and `link` a condition holds.
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

  /// Lets somebody into the base of an invite link as long as the link lives; what it allows then, too. Whoever was taken
  /// out of the base does not come back by a link that was there then.
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

  /// Takes a guest out of a base, by whichever links: they end for them, as do those that they have not accepted.
  package func remove(_ user: String, from base: ID<Base>, by caller: SignedIn) async throws {
    try await app.change(by: caller) {
      guard try await $0.bar(user, from: base) > 0 else { throw Refusal.notFound(.user(user)) }
    }
  }
}

extension Transaction {
  /// Takes from somebody what invite links have given them in a base, and lets them in by none of these again. Gives for
  /// how many links they were guests.
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
