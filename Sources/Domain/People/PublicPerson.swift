package import Access
package import Postgres

/// A person as others see them.
package struct PublicPerson: RowDecodable, Sendable {
  package let user: UserID
  package let name: String
  package let email: String

  /// Holds for the rows of `account` that a part of the name, of the address or of the user id finds.
  package static func isFound(by text: String) -> SQL {
    let pattern = containing(text)
    return """
      (account.name ilike \(pattern) or account.email ilike \(pattern)
       or account.uid || '@auth.local' like \(pattern))
      """
  }

  /// What `init(_ row:)` reads, from `account`.
  package static let columns: SQL = "account.uid, account.name, account.email"

  package init(_ row: Row) throws(PostgresError) {
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
  }
}

extension SignedIn {
  /// What `PublicPerson` reads, for the rows that are visible.
  var visibleColumns: SQL { "account.uid, account.name, \(visibleAddress) as email" }
}

/// The people of whom a person may know.
package struct Acquaintances: Sendable {
  private let app: App
  private let caller: SignedIn

  /// The caller's.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// Somebody of whom it was proved that the caller may know of them; nil if they are not there any more.
  package func show(_ person: ID<Account>) async throws(PostgresError) -> PublicPerson? {
    try await app.db.row("select \(caller.visibleColumns) from account where account.id = \(person)")
  }

  /// Those among some people.
  package func list(among users: [UserID]) async throws(PostgresError) -> [PublicPerson] {
    try await app.db.rows(
      """
      select \(caller.visibleColumns) from account
      where account.uid = any(\(users.map(\.uid))) and \(caller.visiblePeople)
      order by account.id
      """)
  }

  /// Those of the team whom a part of the user id, the name or the address finds. Whoever is in no team finds others in
  /// none by their whole address alone.
  package func search(_ text: String) async throws(PostgresError) -> [PublicPerson] {
    try await app.db.rows(
      """
      select \(PublicPerson.columns)
      from live_account as account
      where account.team_id = \(caller.team) and \(PublicPerson.isFound(by: text))
        or \(caller.team)::bigint is null and account.team_id is null and lower(account.email) = lower(\(text))
      order by account.id
      limit 50
      """)
  }

  /// A page of the active people of a member's team, and how many there are.
  package func colleagues(
    of member: TeamMember, _ page: Page
  ) async throws(PostgresError) -> (people: [PublicPerson], count: Int64) {
    let own: SQL = "\(member.colleagues) and account.is_active"
    let count = try await app.db.count("select count(*) from account where \(own)")
    let people: [PublicPerson] = try await app.db.rows(
      "select \(PublicPerson.columns) from account where \(own) order by account.id \(page.limit)")
    return (people, count)
  }
}

/// Everybody who may open a base, whichever way.
package struct Collaborators: Sendable {
  private let app: App

  /// Those of an app's bases.
  package init(_ app: App) { self.app = app }

  /// A page of them. Whoever has come from another team, by invite links alone, learns their names, which stand in the base,
  /// and nobody's address but their own. A viewer that is nil, which a program is, sees all.
  package func list(
    of base: ID<Base>, for viewer: ID<Account>?, _ page: Page
  ) async throws(PostgresError) -> [PublicPerson] {
    try await app.db.rows(
      """
      select account.uid, account.name, case when \(viewer)::bigint is null or account.id = \(viewer) or exists (
        select from account as viewer
        join base on base.id = \(base)
        where viewer.id = \(viewer) and (viewer.team_id = base.team_id or exists (
          select from base_way as way
          where way.base_id = base.id and way.account_id = viewer.id and way.source <> 'invite link'))
      ) then account.email else '' end as email
      from base_permission
      join live_account as account on account.id = base_permission.account_id
      where base_permission.base_id = \(base)
      order by account.id
      \(page.limit)
      """)
  }
}
