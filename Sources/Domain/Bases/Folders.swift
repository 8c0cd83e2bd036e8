package import Access
package import Postgres

/// The folders of a workspace that the caller administers.
package struct Folders: Sendable {
  private let app: App
  private let admin: WorkspaceAdmin

  /// Works on the folders of the workspace.
  package init(_ app: App, of admin: WorkspaceAdmin) { (self.app, self.admin) = (app, admin) }

  /// Makes a folder. If the name is taken, it is called "name (1)".
  package func make(_ name: BaseName) async throws -> FolderRecord {
    let free = freeName(
      like: "\(name.text)::text", unless: "select from folder as taken where taken.workspace_id = \(admin.workspace)")
    let made: FolderRecord? = try await app.change(by: admin.caller) {
      // One at a time, so that each finds a free name.
      try await $0.run("select from workspace where id = \(admin.workspace) for no key update")
      return try await $0.row(
        """
        insert into folder (workspace_id, name) select \(admin.workspace), free.name from (\(free)) as free
        returning \(FolderRecord.columns)
        """)
    }
    guard let made else { throw Refusal.notAllowed }
    return made
  }

  /// Renames a folder.
  package func rename(_ folder: String, to name: BaseName) async throws -> FolderRecord {
    let renamed: FolderRecord? = try await app.change(by: admin.caller) {
      try await $0.row(
        """
        update folder set name = \(name.text)
        where id = \(ID<Folder>(text: folder)) and workspace_id = \(admin.workspace)
        returning \(FolderRecord.columns)
        """)
    }
    guard let renamed else { throw Refusal.notFound(.folder(folder)) }
    return renamed
  }

  /// Deletes a folder; its bases move to the workspace itself.
  package func delete(_ folder: String) async throws {
    let id = ID<Folder>(text: folder)
    let count = try await app.change(by: admin.caller) {
      try await $0.run("update base set folder_id = null where folder_id = \(id) and workspace_id = \(admin.workspace)")
      return try await $0.run("delete from folder where id = \(id) and workspace_id = \(admin.workspace)")
    }
    guard count == 1 else { throw Refusal.notFound(.folder(folder)) }
  }

  /// Moves a base from one folder to another; nil is the workspace itself.
  package func move(_ base: BaseUUID, from: ID<Folder>?, to: ID<Folder>?) async throws {
    let count = try await app.change(by: admin.caller) {
      try await $0.run(
        """
        update base set folder_id = \(to)
        where uuid = \(base)::uuid and workspace_id = \(admin.workspace) and deleted_at is null
          and folder_id is not distinct from \(from)
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.base(base.text)) }
  }
}

/// A folder of a workspace.
package struct FolderRecord: RowDecodable, Sendable {
  package let id: ID<Folder>
  package let name: String
  package let workspace: ID<Workspace>

  /// The columns that `init(_ row:)` reads, from `folder`.
  static let columns: SQL = "folder.id, folder.name, folder.workspace_id"

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    workspace = try row["workspace_id"]
  }
}
