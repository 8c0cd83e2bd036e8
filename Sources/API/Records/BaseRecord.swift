internal import Access
internal import Domain
internal import Ground
internal import Postgres

/// A base as every list and answer has it.
struct BaseRecord: RowDecodable, JSONEncodable {
  let id: ID<Base>
  let workspace: ID<Workspace>
  let uuid: BaseUUID
  let name: String
  let color: String?
  let icon: String?
  let folder: ID<Folder>?
  let creator: String
  let modifier: String
  let created: Timestamp
  let updated: Timestamp
  let deleted: Timestamp?

  /// What `init(_ row:)` reads, from `base` joined with `people`.
  static let columns: SQL = """
    base.id, base.workspace_id, base.uuid::text as uuid, base.name, base.color, base.icon, base.folder_id,
    creator.name as creator, modifier.name as modifier, base.created_at, base.updated_at, base.deleted_at
    """

  /// Joins `base` with those who made and last changed it.
  static let people: SQL = """
    join account as creator on creator.id = base.creator_id
    join account as modifier on modifier.id = base.modifier_id
    """

  init(_ row: Row) throws(PostgresError) {
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

  func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    object.add("id", id)
    object.add("workspace_id", workspace)
    object.add("uuid", uuid)
    object.add("name", name)
    object.add("creator", creator)
    object.add("modifier", modifier)
    object.add("created_at", created)
    object.add("updated_at", updated)
    object.add("color", color)
    object.add("text_color", String?.none)
    object.add("icon", icon)
    object.add("folder_id", folder)
    object.add("is_encrypted", false)
    object.add("in_storage", true)
    if let deleted {
      object.add("deleted", true)
      object.add("delete_time", deleted)
    }
  }
}

/// A base under the one name that its operation gives it: `{"table": {...}}` or `{"dtable": {...}}`.
struct NamedBase: Output, JSONEncodable {
  let key: StaticString
  let base: BaseRecord
  func write(to json: inout JSONWriter) { json.object { $0.add(key, base) } }
}
