package import Access
package import Crypto
package import Ground
package import Postgres

/// A link that makes members of a group; what opens it is in the answer that makes it, and nowhere else.
package struct GroupLinkRecord: RowDecodable, Sendable {
  package let handle: String
  package let group: ID<Group>
  package let creator: UserID
  package let creatorName: String
  package let created: Timestamp
  package let end: Timestamp?
  package let isExpired: Bool
  /// In the answer that makes it.
  package internal(set) var secret: Secret?

  /// Gives the links of a statement that selects rows of `group_link`.
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
