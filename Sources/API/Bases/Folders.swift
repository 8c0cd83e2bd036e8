internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let folderRoutes = Table(.folders, [
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/folders/",             "createFolder",       as: WorkspaceAdmin.self, createFolder),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/folders/{folder_id}/", "updateFolder",       as: WorkspaceAdmin.self, renameFolder),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/folders/{folder_id}/", "deleteFolder",       as: WorkspaceAdmin.self, deleteFolder),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/folder-item-moving/",  "moveBaseIntoFolder", as: WorkspaceAdmin.self, moveBase),
])

// MARK: Wire

private struct NewFolder: Input {
  let name: BaseName
  init(_ parts: Parts) throws { name = try parts.body().name("name") }
}

private struct NamedFolder: PathInput {
  static let variable = "folder_id"
  let named: String
  var id: ID<Folder>? { ID(text: named) }
  init(_ segment: String) { named = segment }
}

private struct FolderChange: NamedInput {
  let folder: NamedFolder
  let name: BaseName
  init(_ folder: NamedFolder, _ parts: Parts) throws { (self.folder, name) = (folder, try NewFolder(parts).name) }
}

/// From one folder of a workspace to another; nil is the workspace itself, which the wire calls `/`.
private struct Move: Input {
  let base: BaseUUID
  let from: ID<Folder>?
  let to: ID<Folder>?

  private enum Item: String {
    case base = "dtable"
  }

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    _ = try fields.choice("item_type", as: Item.self)
    base = try parsed("item_id", BaseUUID(try fields.text("item_id", 1...36)))
    from = try Self.folder(fields, "from")
    to = try Self.folder(fields, "to")
  }

  private static func folder(_ fields: Fields, _ field: String) throws -> ID<Folder>? {
    if (try? fields.text(field, 1...1)) == "/" { return nil }
    return ID(try fields.integer(field, 1...Int64.max))
  }
}

struct FolderRecord: RowDecodable, JSONEncodable {
  let id: ID<Folder>
  let name: String
  let workspace: ID<Workspace>

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    workspace = try row["workspace_id"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("name", name)
      $0.add("workspace_id", workspace)
    }
  }
}

private struct MadeFolder: Output, JSONEncodable {
  let folder: FolderRecord

  /// SeaTable gives the workspace back as it stood in the path: as text.
  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("folder") {
        $0.add("id", folder.id)
        $0.add("name", folder.name)
        $0.add("workspace_id", String(folder.workspace.value))
      }
    }
  }
}

private struct Changed: Output, JSONEncodable {
  let folder: FolderRecord
  func write(to json: inout JSONWriter) { json.object { $0.add("folder", folder) } }
}

// MARK: Operations

/// Where the name is taken, the folder is called "name (1)".
private func createFolder(by admin: WorkspaceAdmin, _ new: NewFolder, _ app: App) async throws -> MadeFolder {
  let free = freeName(
    like: "\(new.name.text)::text", unless: "select from folder as taken where taken.workspace_id = \(admin.workspace)")
  let made: FolderRecord? = try await app.change(by: admin.caller) {
    // One at a time, so that each finds a free name.
    try await $0.run("select from workspace where id = \(admin.workspace) for no key update")
    return try await $0.row(
      """
      insert into folder (workspace_id, name) select \(admin.workspace), free.name from (\(free)) as free
      returning id, name, workspace_id
      """)
  }
  guard let made else { throw Refusal.notAllowed }
  return MadeFolder(folder: made)
}

private func renameFolder(by admin: WorkspaceAdmin, _ change: FolderChange, _ app: App) async throws -> Changed {
  let changed: FolderRecord? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      update folder set name = \(change.name.text) where id = \(change.folder.id) and workspace_id = \(admin.workspace)
      returning id, name, workspace_id
      """)
  }
  guard let changed else { throw Refusal.notFound(.folder(change.folder.named)) }
  return Changed(folder: changed)
}

/// The bases in it go to the workspace itself.
private func deleteFolder(by admin: WorkspaceAdmin, _ folder: NamedFolder, _ app: App) async throws -> Success {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      "update base set folder_id = null where folder_id = \(folder.id) and workspace_id = \(admin.workspace)")
    return try await $0.run("delete from folder where id = \(folder.id) and workspace_id = \(admin.workspace)")
  }
  guard count == 1 else { throw Refusal.notFound(.folder(folder.named)) }
  return Success()
}

private func moveBase(by admin: WorkspaceAdmin, _ move: Move, _ app: App) async throws -> Success {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update base set folder_id = \(move.to)
      where uuid = \(move.base)::uuid and workspace_id = \(admin.workspace) and deleted_at is null
        and folder_id is not distinct from \(move.from)
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.base(move.base.text)) }
  return Success()
}
