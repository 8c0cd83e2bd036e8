package import Access
package import Ground
package import Postgres

/// A group as administrators see it. All their lists have this form. They show its owner as its creator.
package struct AdministeredGroup: RowDecodable, Sendable {
  package let id: ID<Group>
  package let name: String
  package let created: Timestamp
  package let owner: UserID?
  package let ownerName: String
  package let ownerEmail: String
  package let admins: [String]

  /// Selects the groups of the rows that a statement on `user_group` selects.
  static func select(_ rows: SQL) -> SQL {
    """
    select user_group.id, user_group.name, user_group.created_at, owner.uid as owner_uid,
           coalesce(owner.name, '') as owner_name, coalesce(owner.email, '') as owner_email,
           array(select account.uid from group_member as member join account on account.id = member.account_id
                 where member.group_id = user_group.id and member.role <> 'member' order by account.id) as admin_uids
    from (\(rows)) as user_group
    left join group_member as first on first.group_id = user_group.id and first.role = 'owner'
    left join account as owner on owner.id = first.account_id
    order by user_group.id
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
    owner = try row["owner_uid"]
    ownerName = try row["owner_name"]
    ownerEmail = try row["owner_email"]
    admins = try row["admin_uids"]
  }
}
