internal import Access
package import Domain
package import Ground
internal import HTTP

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
  init(_ segment: String) { named = segment }
}

private struct FolderChange: NamedInput {
  let folder: NamedFolder
  let name: BaseName
  init(_ folder: NamedFolder, _ parts: Parts) throws { (self.folder, name) = (folder, try NewFolder(parts).name) }
}

/// A move from one folder of a workspace to another; nil is the workspace itself, which is `/` on the wire.
private struct FolderItemMove: Input {
  let base: BaseUUID
  let from: ID<Folder>?
  let to: ID<Folder>?

  private enum FolderItem: String {
    case base = "dtable"
  }

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    _ = try fields.choice("item_type", as: FolderItem.self)
    base = try parsed("item_id", BaseUUID(try fields.text("item_id", 1...36)))
    from = try Self.folder(fields, "from")
    to = try Self.folder(fields, "to")
  }

  private static func folder(_ fields: Fields, _ field: String) throws -> ID<Folder>? {
    if (try? fields.text(field, 1...1)) == "/" { return nil }
    return ID(try fields.integer(field, 1...Int64.max))
  }
}

private struct MadeFolder: Output, JSONEncodable {
  let folder: FolderRecord

  /// SeaTable returns the workspace's ID as a string, as it is in the path.
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

private struct ChangedFolder: Output, JSONEncodable {
  let folder: FolderRecord
  func write(to json: inout JSONWriter) { json.object { $0.add("folder", folder) } }
}

extension FolderRecord: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("name", name)
      $0.add("workspace_id", workspace)
    }
  }
}

// MARK: Operations

private func createFolder(by admin: WorkspaceAdmin, _ new: NewFolder, _ app: App) async throws -> MadeFolder {
  MadeFolder(folder: try await Folders(app, of: admin).make(new.name))
}

private func renameFolder(by admin: WorkspaceAdmin, _ change: FolderChange, _ app: App) async throws -> ChangedFolder {
  ChangedFolder(folder: try await Folders(app, of: admin).rename(change.folder.named, to: change.name))
}

private func deleteFolder(by admin: WorkspaceAdmin, _ folder: NamedFolder, _ app: App) async throws -> Success {
  try await Folders(app, of: admin).delete(folder.named)
  return Success()
}

private func moveBase(by admin: WorkspaceAdmin, _ move: FolderItemMove, _ app: App) async throws -> Success {
  try await Folders(app, of: admin).move(move.base, from: move.from, to: move.to)
  return Success()
}
