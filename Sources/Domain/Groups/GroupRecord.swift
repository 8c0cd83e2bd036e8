package import Access
package import Ground
package import Postgres

/// A group as its members see it.
package struct GroupRecord: RowDecodable, Sendable {
  package let id: ID<Group>
  package let name: String
  package let created: Timestamp
  package let owner: UserID?
  package let admins: [String]

  static let columns: SQL = """
    user_group.id, user_group.name, user_group.created_at,
    (select account.uid from group_member as member join account on account.id = member.account_id
     where member.group_id = user_group.id and member.role = 'owner') as owner_uid,
    array(select account.uid from group_member as member join account on account.id = member.account_id
          where member.group_id = user_group.id and member.role <> 'member' order by account.id) as admin_uids
    """

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
    owner = try row["owner_uid"]
    admins = try row["admin_uids"]
  }
}
