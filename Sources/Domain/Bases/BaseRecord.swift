package import Access
package import Ground
package import Postgres

/// A base, in the form of every list and response.
package struct BaseRecord: RowDecodable, Sendable {
  package let id: ID<Base>
  package let workspace: ID<Workspace>
  package let uuid: BaseUUID
  package let name: String
  package let color: String?
  package let icon: String?
  package let folder: ID<Folder>?
  package let creator: String
  package let modifier: String
  package let created: Timestamp
  package let updated: Timestamp
  package let deleted: Timestamp?

  /// The columns that `init(_ row:)` reads, from `base` joined with `people`.
  static let columns: SQL = """
    base.id, base.workspace_id, base.uuid::text as uuid, base.name, base.color, base.icon, base.folder_id,
    creator.name as creator, modifier.name as modifier, base.created_at, base.updated_at, base.deleted_at
    """

  /// Joins `base` with its creator and its last modifier.
  static let people: SQL = """
    join account as creator on creator.id = base.creator_id
    join account as modifier on modifier.id = base.modifier_id
    """

  /// Whether an account administers the base's workspace.
  static func isAdministered(by account: ID<Account>) -> SQL {
    """
    exists (
      select from workspace_role as own_role
      where own_role.workspace_id = base.workspace_id and own_role.account_id = \(account)
        and own_role.role <> \(Role.member))
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    workspace = try row["workspace_id"]
    uuid = try row["uuid"]
    name = try row["name"]
    color = try row["color"]
    icon = try row["icon"]
    folder = try row["folder_id"]
    creator = try row["creator"]
    modifier = try row["modifier"]
    created = try row["created_at"]
    updated = try row["updated_at"]
    deleted = try row["deleted_at"]
  }
}
