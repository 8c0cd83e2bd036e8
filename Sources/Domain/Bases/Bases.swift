package import Access
internal import Postgres

/// The bases of workspaces, for callers who have proved their right to the base or the workspace.
package struct Bases: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A base that the caller has proved a right to. Errors call it `name`.
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

  /// Changes the live base with a name in a workspace.
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

  /// Moves the base with a name in a workspace to the trash.
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

  /// Copies a base into a workspace, with its rows and files, a new UUID, and without tokens and shares. If its name is
  /// taken there, the copy is called "name (1)".
  package func copy(_ name: String, by copier: BaseCopier) async throws -> BaseRecord {
    for _ in 1...5 {
      do {
        guard let made = try await insertCopy(of: copier.source.base, by: copier.destination) else {
          throw Refusal.notFound(.base(name))
        }
        return made
      } catch PostgresError.statement(_, constraint: "base_name_key", _) {
        continue  // another request took the free name: look for the next
      }
    }
    throw Refusal.throttled(.changes, seconds: 1)
  }

  private func insertCopy(of source: ID<Base>, by admin: WorkspaceAdmin) async throws -> BaseRecord? {
    let free = freeName(
      like: "source.name",
      unless: "select from base as taken where taken.workspace_id = workspace.id and taken.deleted_at is null")
    return try await app.change(by: admin.caller, statementTime: .seconds(60)) { transaction in
      // One copy at a time, so that each finds a free name.
      try await transaction.run("select from workspace where id = \(admin.workspace) for no key update")
      let made: BaseRecord? = try await transaction.row(
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
      if let made {
        try await transaction.admitRows(ofCopyOf: source, to: made.id)
        try await transaction.copyContent(of: source, to: made.id)
        try await transaction.copyFiles(of: source, to: made.id, quota: app.settings.files.ofTeam)
      }
      return made
    }
  }
}

/// The icon and the colour of a base; nil: none in a new base, unchanged in a change.
package struct BaseLook: Sendable {
  package let icon: String?
  package let color: String?

  package init(icon: String?, color: String?) { (self.icon, self.color) = (icon, color) }
}

/// A base to be created.
package struct NewBase: Sendable {
  let name: BaseName
  let look: BaseLook
  let folder: ID<Folder>?

  /// A nil folder is the workspace itself.
  package init(name: BaseName, look: BaseLook, folder: ID<Folder>?) {
    (self.name, self.look, self.folder) = (name, look, folder)
  }
}

/// A change of a base; nil leaves a value as it is.
package struct BaseChange: Sendable {
  let name: BaseName?
  let look: BaseLook

  package init(name: BaseName?, look: BaseLook) { (self.name, self.look) = (name, look) }
}
