package import Access
package import Ground
package import Postgres

/// A person who has accepted an invite link to a base. All lists have this form.
package struct InviteLinkGuest: RowDecodable, Sendable {
  package let person: PublicPerson
  package let permission: Permission
  package let link: String
  package let base: BaseUUID
  package let accepted: Timestamp

  /// A condition on `guest` and `link`, true for guests who have access now.
  static let hasAccess: SQL = """
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
