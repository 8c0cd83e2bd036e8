package import Access
internal import Ground
package import Postgres

/// What people within an administrator's reach have left behind: what they made, gave or accepted that still gives
/// access.
package struct LeftBehind: Sendable {
  private let app: App
  private let reach: Reach

  /// Limited to what is within `reach`.
  package init(_ app: App, _ reach: Reach) { (self.app, self.reach) = (app, reach) }

  /// How much a person has left behind.
  package func count(by person: ID<Account>) async throws(PostgresError) -> LeftBehindCounts {
    let counts: LeftBehindCounts? = try await app.db.row(LeftBehindRows(account: person, reach: reach).count)
    guard let counts else { throw .unexpected("no row of counts") }
    return counts
  }

  /// The same if the change has deactivated the person; otherwise nil.
  package func count(by person: Person, after change: PersonChange) async throws(PostgresError) -> LeftBehindCounts? {
    change.isActive == false ? try await count(by: person.account) : nil
  }

  /// What a person, even if deleted, has left behind: a page of each kind.
  package func list(by named: String, _ page: Page) async throws -> LeftBehindList {
    let leaver = try await leaver(named)
    let rows = LeftBehindRows(account: leaver.account, reach: reach)
    func ordered(_ table: SQL, _ condition: SQL) -> SQL {
      "select * from \(table) where \(condition) order by id \(page.limit)"
    }
    return LeftBehindList(
      person: leaver.person, counts: try await count(by: leaver.account),
      apiTokens: try await APITokens(app).list(ordered("api_token as token", rows.apiTokens)),
      externalLinks: try await BaseLinks(app, .external).list(ordered("base_link as link", rows.links(.external))),
      inviteLinks: try await BaseLinks(app, .invite).list(ordered("base_link as link", rows.links(.invite))),
      groupLinks: try await GroupLinks(app).list(ordered("group_link as link", rows.groupLinks)),
      userShares: try await UserShares(app).list(where: rows.shares, page),
      groupShares: try await GroupShares(app).list(where: rows.shares, page),
      acceptedLinks: try await InviteLinkGuests(app).list(where: rows.acceptedLinks, page))
  }

  /// Ends all that a person, even if deleted, has left behind, and their base tokens and temporary API tokens. Returns
  /// how much that was.
  package func end(by named: String, caller: SignedIn) async throws -> LeftBehindCounts {
    let leaver = try await leaver(named)
    // All of it is ended in one transaction, even if it is long.
    let isOwn = leaver.account == caller.account
    let ended: LeftBehindCounts? = try await app.change(by: caller, endsOwnAccess: isOwn, statementTime: .seconds(120))
    {
      try await $0.holdAccess(of: "id = \(leaver.account) and \(caller.changeableAccounts)")
      let isOpen: ID<Account>? = try await $0.row(
        """
        update account set generation = generation + 1
        where id = \(leaver.account) and \(caller.changeableAccounts)
        returning id
        """)
      guard isOpen != nil else { throw Refusal.notAllowed }
      return try await $0.row(LeftBehindRows(account: leaver.account, reach: reach).end)
    }
    guard let ended else { throw PostgresError.unexpected("no row of counts") }
    return ended
  }

  /// A person within reach, even if deleted.
  private func leaver(_ named: String) async throws -> Leaver {
    let found: Leaver? = try await app.db.row(
      """
      select account.id, \(PublicPerson.columns) from account
      where account.uid = \(UserID(wire: named)) and \(reach.holds("account"))
      """)
    guard let found else { throw Refusal.notFound(.user(named)) }
    return found
  }
}

/// What a person has left behind: the counts, and a page of each kind. Account tokens are only counted: they are the
/// person's own.
package struct LeftBehindList: Sendable {
  package let person: PublicPerson
  package let counts: LeftBehindCounts
  package let apiTokens: [APITokenRecord]
  package let externalLinks: [BaseLinkRecord]
  package let inviteLinks: [BaseLinkRecord]
  package let groupLinks: [GroupLinkRecord]
  package let userShares: [UserShare]
  package let groupShares: [GroupShare]
  package let acceptedLinks: [InviteLinkGuest]
}

private struct Leaver: RowDecodable {
  let account: ID<Account>
  let person: PublicPerson

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    person = try PublicPerson(row)
  }
}
