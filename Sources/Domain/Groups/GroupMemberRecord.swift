package import Access
package import Postgres

/// A member of a group. All lists have this form.
package struct GroupMemberRecord: RowDecodable, Sendable {
  package let group: ID<Group>
  package let person: PublicPerson
  package let loginID: String
  package let role: Role

  /// The columns that `init(_ row:)` reads, from `member` and its `account`.
  static let columns: SQL = """
    member.group_id, \(PublicPerson.columns), coalesce(account.login_id, '') as login_id, member.role
    """

  package init(_ row: Row) throws(PostgresError) {
    group = try row["group_id"]
    person = try PublicPerson(row)
    loginID = try row["login_id"]
    role = try row["role"]
  }
}
