package import Access
package import Crypto
package import Ground
package import Postgres

/// An invite link to a group. Its secret is only in the response that creates it.
package struct GroupLinkRecord: RowDecodable, Sendable {
  package let handle: String
  package let group: ID<Group>
  package let creator: UserID
  package let creatorName: String
  package let created: Timestamp
  package let end: Timestamp?
  package let isExpired: Bool
  /// Only in the response that creates the link.
  package internal(set) var secret: Secret?

  /// Selects the links of the rows that a statement on `group_link` selects.
  static func select(_ rows: SQL) -> SQL {
    """
    select link.handle, link.group_id, creator.uid as creator_uid, creator.name as creator_name, link.created_at,
           link.expires_at, coalesce(link.expires_at <= now(), false) as is_expired
    from (\(rows)) as link
    join account as creator on creator.id = link.created_by
    order by link.id
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    handle = try row["handle"]
    group = try row["group_id"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    created = try row["created_at"]
    end = try row["expires_at"]
    isExpired = try row["is_expired"]
  }
}
