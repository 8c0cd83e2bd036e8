package import Access
package import Ground
package import Postgres

/// The sign-in attempts within an administrator's reach.
package struct LoginLog: Sendable {
  private let app: App
  private let reach: Reach

  /// Limited to what is within `reach`.
  package init(_ app: App, _ reach: Reach) { (self.app, self.reach) = (app, reach) }

  /// A page of the matching attempts, the latest first, and how many match.
  package func search(
    _ search: LoginSearch, _ page: Page
  ) async throws(PostgresError) -> (logins: [Login], count: Int64) {
    let tally: SQL = "select coalesce(sum(logins), 0)::bigint as count from login_tally where \(reach.loginTallies)"
    return try await find(search, page, among: "\(reach.logins)", tally: search.hasFilter ? nil : tally)
  }

  /// The same for one person within reach.
  package func search(
    _ search: LoginSearch, of named: String, _ page: Page
  ) async throws -> (logins: [Login], count: Int64) {
    let person = try await People(app).find(named, reach)
    return try await find(search, page, among: "login_log.account_id = \(person.account)", tally: nil)
  }

  private func find(
    _ search: LoginSearch, _ page: Page, among scope: SQL, tally: SQL?
  ) async throws(PostgresError) -> (logins: [Login], count: Int64) {
    let condition = search.condition(scope)
    let count = try await app.db.count(tally ?? "select count(*) from login_log where \(condition)")
    let (isFromEnd, limit) = page.window(of: count)
    let order: SQL = isFromEnd ? "order by at, id" : "order by at desc, id desc"
    return (try await app.db.rows(Login.select("select * from login_log where \(condition) \(order) \(limit)")), count)
  }
}

/// A search for sign-in attempts; nil means any.
package struct LoginSearch: Sendable {
  package var succeeded: Bool?
  package var start: Timestamp?
  package var end: Timestamp?

  /// Matches all attempts.
  package init() {}

  var hasFilter: Bool { succeeded != nil || start != nil || end != nil }

  /// A condition on `login_log`, true for the matching rows for which `among` is true.
  func condition(_ among: SQL) -> SQL {
    var condition = among
    if let succeeded { condition = "\(condition) and login_log.succeeded = \(succeeded)" }
    if let start { condition = "\(condition) and login_log.at >= \(start)" }
    if let end { condition = "\(condition) and login_log.at < \(end)" }
    return hasFilter ? condition.plannedForValues : condition
  }
}

/// A sign-in attempt. All lists of attempts have this form. For an unknown person, `user` is nil and the texts are
/// empty.
package struct Login: RowDecodable, Sendable {
  package let at: Timestamp
  package let address: String
  package let succeeded: Bool
  package let user: UserID?
  package let name: String
  package let email: String

  /// Selects the attempts of the rows that a statement on `login_log` selects, the latest first.
  static func select(_ rows: SQL) -> SQL {
    """
    select login.at, login.address, login.succeeded, account.uid, coalesce(account.name, '') as name,
           coalesce(account.email, '') as email
    from (\(rows)) as login
    left join account on account.id = login.account_id
    order by login.at desc, login.id desc
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    address = try row["address"]
    succeeded = try row["succeeded"]
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
  }
}
