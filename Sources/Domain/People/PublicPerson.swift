package import Access
package import Postgres

/// A person as other people see them.
package struct PublicPerson: RowDecodable, Sendable {
  package let user: UserID
  package let name: String
  package let email: String

  /// A condition on `account`, true for people with `text` in their name, address or user ID.
  package static func isFound(by text: String) -> SQL {
    let pattern = containing(text)
    return """
      (account.name ilike \(pattern) or account.email ilike \(pattern)
       or account.uid || '@auth.local' like \(pattern))
      """
  }

  /// The columns that `init(_ row:)` reads, from `account`.
  package static let columns: SQL = "account.uid, account.name, account.email"

  package init(_ row: Row) throws(PostgresError) {
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
  }
}

extension SignedIn {
  /// The columns that `PublicPerson` reads, for people whom the caller may see.
  var visibleColumns: SQL { "account.uid, account.name, \(visibleAddress) as email" }
}

/// The people whom a person may see.
package struct Acquaintances: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works for the caller.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// A person whom the caller was proved to be allowed to see; nil if they are not there any more.
  package func show(_ person: ID<Account>) async throws(PostgresError) -> PublicPerson? {
    try await app.db.row("select \(caller.visibleColumns) from account where account.id = \(person)")
  }

  /// Those of `users` whom the caller may see.
  package func list(among users: [UserID]) async throws(PostgresError) -> [PublicPerson] {
    try await app.db.rows(
      """
      select \(caller.visibleColumns) from account
      where account.uid = any(\(users.map(\.uid))) and \(caller.visiblePeople)
      order by account.id
      """)
  }

  /// The first 50 people of the caller's team with `text` in their user ID, name or address. A caller without a team
  /// finds others without one, and only by their whole address.
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

/// Everyone who may open a base, for whatever reason.
package struct Collaborators: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the collaborators. A viewer from another team who has access only by invite links sees their names,
  /// which are in the base, but no address except their own. A nil viewer is a program and sees everything.
  package func list(
    of base: ID<Base>, for viewer: ID<Account>?, _ page: Page
  ) async throws(PostgresError) -> [PublicPerson] {
    try await app.db.rows("\(people(of: base, for: viewer)) order by account.id \(page.limit)")
  }

  /// One of them, with what the viewer sees in the list; nil if they are none.
  package func show(
    _ user: UserID, of base: ID<Base>, for viewer: ID<Account>?
  ) async throws(PostgresError) -> PublicPerson? {
    try await app.db.row("\(people(of: base, for: viewer)) and account.uid = \(user)")
  }

  private func people(of base: ID<Base>, for viewer: ID<Account>?) -> SQL {
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
    """
  }
}
