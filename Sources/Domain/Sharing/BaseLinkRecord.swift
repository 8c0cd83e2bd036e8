package import Access
package import Crypto
package import Ground
package import Postgres

/// An external link or an invite link. All lists of its kind have this form. The link's secret is only in the response
/// that creates it.
package struct BaseLinkRecord: RowDecodable, Sendable {
  package let id: ID<BaseLink>
  package let handle: String
  package let isCustom: Bool
  package let permission: Permission
  package let isProtected: Bool
  package let isExpired: Bool
  package let views: Int64
  package let created: Timestamp
  package let end: Timestamp?
  package let creator: UserID
  package let creatorName: String
  package let base: ID<Base>
  package let baseUUID: BaseUUID
  package let baseName: String
  package let workspace: ID<Workspace>
  /// Only in the response that creates the link.
  package internal(set) var secret: Secret?

  /// Selects the links of the rows that a statement on `base_link` selects.
  static func select(_ rows: SQL) -> SQL {
    """
    select link.id, link.handle, link.hash is null as is_custom, link.permission,
           link.password_hash is not null as is_protected, coalesce(link.expires_at <= now(), false) as is_expired,
           link.view_count, link.created_at, link.expires_at, creator.uid as creator_uid, creator.name as creator_name,
           base.id as base_id, base.uuid::text as base_uuid, base.name as base_name, base.workspace_id
    from (\(rows)) as link
    join base on base.id = link.base_id
    join account as creator on creator.id = link.created_by
    order by link.id
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    handle = try row["handle"]
    isCustom = try row["is_custom"]
    permission = try row["permission"]
    isProtected = try row["is_protected"]
    isExpired = try row["is_expired"]
    views = try row["view_count"]
    created = try row["created_at"]
    end = try row["expires_at"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    base = try row["base_id"]
    baseUUID = try row["base_uuid"]
    baseName = try row["base_name"]
    workspace = try row["workspace_id"]
  }
}
