package import Access
internal import Postgres

/// The bases of workspaces, for whoever has proved their right to the base or to the workspace.
package struct Bases: Sendable {
  private let app: App

  /// Those of an app's database.
  package init(_ app: App) { self.app = app }

  /// A base that was proved, by its name.
  package func show(_ base: ID<Base>, named name: String) async throws -> BaseRecord {
    let found: BaseRecord? = try await app.db.row(
      "select \(BaseRecord.columns) from base \(BaseRecord.people) where base.id = \(base)")
    guard let found else { throw Refusal.notFound(.base(name)) }
    return found
  }

  /// Makes a base in a workspace.
  package func make(_ new: NewBase, by admin: WorkspaceAdmin) async throws -> BaseRecord {
    let made: BaseRecord? = try await app.change(by: admin.caller) {
      try await $0.row(
        """
        with made as (
          insert into base (workspace_id, team_id, folder_id, name, icon, color, creator_id, modifier_id)
          select id, team_id, \(new.folder), \(new.name.text), \(new.look.icon), \(new.look.color),
                 \(admin.caller.account), \(admin.caller.account)
          from workspace where id = \(admin.workspace)
          returning *
        )
        select \(BaseRecord.columns) from made as base \(BaseRecord.people)
        """)
    }
    guard let made else { throw Refusal.notAllowed }
    return made
  }

  /// Changes a live base of a workspace, by its name.
  package func change(_ name: String, to change: BaseChange, by admin: WorkspaceAdmin) async throws -> BaseRecord {
    let changed: BaseRecord? = try await app.change(by: admin.caller) {
      try await $0.row(
        """
        with changed as (
          update base
          set \((change.name?.text).assigned(to: "name")), \(change.look.icon.assigned(to: "icon")),
              \(change.look.color.assigned(to: "color")), modifier_id = \(admin.caller.account), updated_at = now()
          where workspace_id = \(admin.workspace) and name = \(name) and deleted_at is null
          returning *
        )
        select \(BaseRecord.columns) from changed as base \(BaseRecord.people)
        """)
    }
    guard let changed else { throw Refusal.notFound(.base(name)) }
    return changed
  }

  /// Puts a base of a workspace into the trash, by its name.
  package func delete(_ name: String, by admin: WorkspaceAdmin) async throws {
    let count = try await app.change(by: admin.caller) {
      try await $0.run(
        """
        update base set deleted_at = now(), modifier_id = \(admin.caller.account)
        where workspace_id = \(admin.workspace) and name = \(name) and deleted_at is null
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.base(name)) }
  }

  /// Copies a base into a workspace: a new UUID, no tokens, no shares. Where the name is taken there, the copy is called
  /// "name (1)".
  package func copy(_ name: String, by copier: BaseCopier) async throws -> BaseRecord {
    for _ in 1...5 {
      do {
        guard let made = try await insertCopy(of: copier.source.base, by: copier.destination) else {
          throw Refusal.notFound(.base(name))
        }
        return made
      } catch PostgresError.statement(_, constraint: "base_name_key", _) {
        continue  // somebody took the free name in the meantime: look for the next
      }
    }
    throw Refusal.throttled(seconds: 1)
  }

  private func insertCopy(of source: ID<Base>, by admin: WorkspaceAdmin) async throws -> BaseRecord? {
    let free = freeName(
      like: "source.name",
      unless: "select from base as taken where taken.workspace_id = workspace.id and taken.deleted_at is null")
    return try await app.change(by: admin.caller) {
      // One copy at a time, so that each finds a free name.
      try await $0.run("select from workspace where id = \(admin.workspace) for no key update")
      return try await $0.row(
        """
        with made as (
          insert into base (workspace_id, team_id, name, icon, color, creator_id, modifier_id)
          select workspace.id, workspace.team_id, free.name, source.icon, source.color, \(admin.caller.account),
                 \(admin.caller.account)
          from base as source
          join workspace on workspace.id = \(admin.workspace)
          cross join lateral (\(free)) as free
          where source.id = \(source) and source.deleted_at is null
          returning *
        )
        select \(BaseRecord.columns) from made as base \(BaseRecord.people)
        """)
    }
  }
}

/// Icon and colour of a base; nil: none, or as they are.
package struct BaseLook: Sendable {
  package let icon: String?
  package let color: String?

  /// From SeaTable's palette or beyond it.
  package init(icon: String?, color: String?) { (self.icon, self.color) = (icon, color) }
}

/// A base that is to be made.
package struct NewBase: Sendable {
  let name: BaseName
  let look: BaseLook
  let folder: ID<Folder>?

  /// A base in a folder, or in the workspace itself.
  package init(name: BaseName, look: BaseLook, folder: ID<Folder>?) {
    (self.name, self.look, self.folder) = (name, look, folder)
  }
}

/// What is to become of a base; nil stays as it is.
package struct BaseChange: Sendable {
  let name: BaseName?
  let look: BaseLook

  /// A new name, another look, or both.
  package init(name: BaseName?, look: BaseLook) { (self.name, self.look) = (name, look) }
}
