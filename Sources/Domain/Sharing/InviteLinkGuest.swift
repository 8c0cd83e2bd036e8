package import Access
package import Ground
package import Postgres

/// Somebody who has accepted an invite link to a base. One form for all lists.
package struct InviteLinkGuest: RowDecodable, Sendable {
  package let person: PublicPerson
  package let permission: Permission
  package let link: String
  package let base: BaseUUID
  package let accepted: Timestamp

  /// Holds for rows of `guest` and `link` of those who may come in now.
  static let isWelcome: SQL = """
    exists (
      select from base_way as way
      where way.base_id = link.base_id and way.account_id = guest.account_id and way.source = 'invite link')
    """

  package init(_ row: Row) throws(PostgresError) {
    person = try PublicPerson(row)
    permission = try row["permission"]
    link = try row["handle"]
    base = try row["base_uuid"]
    accepted = try row["accepted_at"]
  }
}
