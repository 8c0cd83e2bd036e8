internal import Access
package import Postgres

/// What somebody is called: what others would try first as their password.
package struct Called: Sendable, RowDecodable {
  /// Their name, their address and its local part, and their login ID, without what there is not; the name of their team.
  package let names: [String]

  /// What `init(_ row:)` reads, from an `account`.
  static let columns: SQL = """
    account.email, account.name, account.login_id,
    (select team.name from team where team.id = account.team_id) as team_name
    """

  package init(_ row: Row) throws(PostgresError) {
    let email: String = try row["email"]
    let (login, team): (String?, String?) = (try row["login_id"], try row["team_name"])
    names = [email, String(email.prefix { $0 != "@" }), try row["name"], login, team].compactMap(\.self)
  }
}
