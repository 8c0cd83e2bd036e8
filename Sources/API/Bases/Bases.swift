internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let baseRoutes = Table(.bases, [
  Route(.post,   "/api/v2.1/dtables/",                         "createBase",              as: WorkspaceAdmin.self, of: \.place, createBase),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/", "getBase",                 as: BaseUser.self,       of: \.base, showBase),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/", "updateBase",              as: WorkspaceAdmin.self, changeBase),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/", "deleteBase",              as: WorkspaceAdmin.self, deleteBase),
  Route(.post,   "/api/v2.1/dtable-copy/",                     "copyBaseFromWorkspace",   as: BaseCopier.self,     of: \.target, copyBase),
  Route(.get,    "/api/v2.1/dtable/{base_uuid}/size/",         "getBaseSize",             as: BaseUser.self,       showSize),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/related-users/", "listCollaboratorsAsUser", as: BaseUser.self, listCollaborators),
])

// MARK: Wire

extension WorkspaceReference {
  /// Where a new base goes: clients name a workspace, or its owner, or neither.
  fileprivate init(_ fields: Fields) throws {
    if let id = try fields.optionalInteger("workspace_id", 1...Int64.max) {
      self = .workspace(ID(id))
    } else if let owner = try fields.optionalText("owner", upTo: 255) {
      if let user = UserID(wire: owner) {
        self = .person(user)
      } else if owner.hasSuffix("@seafile_group"), let id = ID<Group>(text: String(owner.dropLast(14))) {
        self = .group(id)
      } else {
        throw FieldsError.invalid("owner")
      }
    } else {
      self = .personal
    }
  }
}

/// Icon and colour, from SeaTable's palette or beyond it.
private struct Look {
  let icon: String?
  let color: String?

  init(_ fields: Fields) throws {
    icon = try fields.optionalText("icon", upTo: 50)
    color = try fields.optionalText("color", upTo: 20)
    let isIcon = icon?.utf8.allSatisfy { $0.isSmallLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    guard isIcon ?? true else { throw FieldsError.invalid("icon") }
    let isColor = color.map {
      $0.first == "#" && $0.dropFirst().allSatisfy(\.isHexDigit) && [4, 7, 9].contains($0.count)
    }
    guard isColor ?? true else { throw FieldsError.invalid("color") }
  }
}

private struct NewBase: Input {
  let name: BaseName
  let place: WorkspaceReference
  let look: Look
  let folder: ID<Folder>?

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    name = try fields.name("name")
    place = try WorkspaceReference(fields)
    look = try Look(fields)
    folder = try fields.optionalInteger("folder_id", 1...Int64.max).map { ID($0) }
  }
}

private struct BaseChange: Input {
  let name: String
  let newName: BaseName?
  let look: Look

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    name = try fields.text("name", 1...255)
    newName = try fields.optionalName("new_name")
    look = try Look(fields)
  }
}

private struct NamedWorkspace: PathVariable {
  static let variable = "workspace_id"
  let named: String
  init(_ segment: String) { named = segment }
}

private struct BaseInWorkspace: NamedInput {
  let workspace: String
  let name: String
  var base: BaseReference { .name(name, in: workspace) }

  init(_ workspace: NamedWorkspace, _ parts: Parts) throws {
    (self.workspace, name) = (workspace.named, try parts.query().text("name", 1...255))
  }
}

/// Basekeeper keeps no rows and no files, so every base takes nothing.
private struct BaseSize: Output, JSONEncodable {
  func write(to json: inout JSONWriter) { json.object { $0.add("result", 0) } }
}

private struct BaseToDelete: Input {
  let name: String
  init(_ parts: Parts) throws { name = try parts.bodyOrQuery().text("name", 1...255) }
}

private struct BaseCopy: Input {
  let source: ID<Workspace>
  let name: String
  let destination: ID<Workspace>
  var target: BaseCopier.Target { (.name(name, in: String(source.value)), destination) }

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    source = ID(try fields.integer("src_workspace_id", 1...Int64.max))
    name = try fields.text("name", 1...255)
    destination = ID(try fields.integer("dst_workspace_id", 1...Int64.max))
    _ = try fields.optionalBoolean("is_copy_dataset_syncs")
  }
}

// MARK: Operations

private func createBase(by admin: WorkspaceAdmin, _ new: NewBase, _ app: App) async throws -> Created<NamedBase> {
  guard let made = try await insert(new, by: admin, app) else { throw Refusal.notAllowed }
  return Created(NamedBase(key: "table", base: made))
}

private func showBase(to user: BaseUser, _ base: BaseInWorkspace, _ app: App) async throws -> NamedBase {
  let found: BaseRecord? = try await app.db.row(
    "select \(BaseRecord.columns) from base \(BaseRecord.people) where base.id = \(user.base)")
  guard let found else { throw Refusal.notFound(.base(base.name)) }
  return NamedBase(key: "table", base: found)
}

private func showSize(to _: BaseUser, _: NoInput, _ app: App) -> BaseSize { BaseSize() }

private func listCollaborators(of user: BaseUser, _ page: LongPage, _ app: App) async throws -> Collaborators {
  try await app.collaborators(of: user.base, for: user.caller.account, page)
}

private func changeBase(by admin: WorkspaceAdmin, _ change: BaseChange, _ app: App) async throws -> NamedBase {
  let changed: BaseRecord? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      with changed as (
        update base
        set name = coalesce(\(change.newName?.text), name), icon = coalesce(\(change.look.icon), icon),
            color = coalesce(\(change.look.color), color), modifier_id = \(admin.caller.account), updated_at = now()
        where workspace_id = \(admin.workspace) and name = \(change.name) and deleted_at is null
        returning *
      )
      select \(BaseRecord.columns) from changed as base \(BaseRecord.people)
      """)
  }
  guard let changed else { throw Refusal.notFound(.base(change.name)) }
  return NamedBase(key: "table", base: changed)
}

private func deleteBase(by admin: WorkspaceAdmin, _ base: BaseToDelete, _ app: App) async throws -> Success {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update base set deleted_at = now(), modifier_id = \(admin.caller.account)
      where workspace_id = \(admin.workspace) and name = \(base.name) and deleted_at is null
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.base(base.name)) }
  return Success()
}

/// A new UUID, no tokens, no shares. Where the name is taken at the destination, the copy is called "name (1)".
private func copyBase(by copier: BaseCopier, _ copy: BaseCopy, _ app: App) async throws -> NamedBase {
  for _ in 1...5 {
    do {
      guard let made = try await insertCopy(of: copier.source.base, by: copier.destination, app) else {
        throw Refusal.notFound(.base(copy.name))
      }
      return NamedBase(key: "dtable", base: made)
    } catch PostgresError.statement(_, constraint: "base_name_key", _) {
      continue  // somebody took the free name in the meantime: look for the next
    }
  }
  throw Refusal.throttled(seconds: 1)
}

// MARK: Statements

private func insert(_ new: NewBase, by admin: WorkspaceAdmin, _ app: App) async throws -> BaseRecord? {
  try await app.change(by: admin.caller) {
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
}

private func insertCopy(of source: ID<Base>, by admin: WorkspaceAdmin, _ app: App) async throws -> BaseRecord? {
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
