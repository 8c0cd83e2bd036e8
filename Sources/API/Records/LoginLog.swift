internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// A try to sign in. One form for all lists of them; of whom nobody knows, nothing is said.
struct Login: RowDecodable, JSONEncodable {
  let at: Timestamp
  let address: String
  let succeeded: Bool
  let user: UserID?
  let name: String
  let email: String

  /// Gives the logins of a statement that selects rows of `login_log`, the last first.
  static func select(_ rows: SQL) -> SQL {
    """
    select login.at, login.address, login.succeeded, account.uid, coalesce(account.name, '') as name,
           coalesce(account.email, '') as email
    from (\(rows)) as login
    left join account on account.id = login.account_id
    order by login.at desc, login.id desc
    """
  }

  init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    address = try row["address"]
    succeeded = try row["succeeded"]
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("login_time", at)
      $0.add("login_ip", address)
      $0.add("login_success", succeeded)
      $0.add("log_success", succeeded)
      $0.add("email", user?.wire ?? "")
      $0.add("name", name)
      $0.add("contact_email", email)
    }
  }
}

/// Which logins are asked for.
struct LoginSearch: Input {
  let page: Page
  let status: Status?
  let start: Timestamp?
  let end: Timestamp?

  /// How it went.
  enum Status: String {
    case success, failure
  }

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    status = try query.optionalChoice("status")
    start = try query.optionalTime("start")
    end = try query.optionalTime("end")
  }

  var hasFilter: Bool { status != nil || start != nil || end != nil }

  /// Holds for the rows of `login_log` that are asked for, among those of which the other condition holds.
  func condition(_ among: SQL) -> SQL {
    var condition = among
    if let status { condition = "\(condition) and login_log.succeeded = \(status == .success)" }
    if let start { condition = "\(condition) and login_log.at >= \(start)" }
    if let end { condition = "\(condition) and login_log.at < \(end)" }
    return condition
  }
}

extension App {
  /// A page of the logins within reach, the last first.
  func logins(_ search: LoginSearch, _ reach: Reach, name: StaticString) async throws -> NamedList<Login> {
    let tally: SQL = "select coalesce(sum(logins), 0)::bigint as count from login_tally where \(reach.loginTallies)"
    return try await logins(search, among: "\(reach.logins)", tally: search.hasFilter ? nil : tally, name: name)
  }

  /// A page of one person's logins, the last first.
  func logins(_ search: LoginSearch, of person: Person, name: StaticString) async throws -> NamedList<Login> {
    try await logins(search, among: "login_log.account_id = \(person.account)", tally: nil, name: name)
  }

  private func logins(_ search: LoginSearch, among: SQL, tally: SQL?, name: StaticString) async throws -> NamedList<
    Login
  > {
    let condition = search.condition(among)
    let count = try await db.count(tally ?? "select count(*) from login_log where \(condition)")
    let (isFromEnd, limit) = search.page.window(of: count)
    let order: SQL = isFromEnd ? "order by at, id" : "order by at desc, id desc"
    let logins: [Login] = try await db.rows(
      Login.select("select * from login_log where \(condition) \(order) \(limit)"))
    return NamedList(name, logins, count: ("total_count", count))
  }
}
