internal import Access
internal import Domain
internal import Ground
internal import HTTP

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
  /// The place of a new base: clients name a workspace, its owner, or neither.
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

extension BaseLook {
  init(_ fields: Fields) throws {
    let icon = try fields.optionalText("icon", upTo: 50)
    let color = try fields.optionalText("color", upTo: 20)
    let isIcon = icon?.utf8.allSatisfy { $0.isSmallLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    guard isIcon ?? true else { throw FieldsError.invalid("icon") }
    let isColor = color.map {
      $0.first == "#" && $0.dropFirst().allSatisfy(\.isHexDigit) && [4, 7, 9].contains($0.count)
    }
    guard isColor ?? true else { throw FieldsError.invalid("color") }
    self.init(icon: icon, color: color)
  }
}

private struct PlacedNewBase: Input {
  let place: WorkspaceReference
  let new: NewBase

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    let name: BaseName = try fields.name("name")
    place = try WorkspaceReference(fields)
    new = NewBase(
      name: name, look: try BaseLook(fields),
      folder: try fields.optionalInteger("folder_id", 1...Int64.max).map { ID($0) })
  }
}

private struct NamedBaseChange: Input {
  let name: String
  let change: BaseChange

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    name = try fields.text("name", 1...255)
    change = BaseChange(name: try fields.optionalName("new_name"), look: try BaseLook(fields))
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

/// How many bytes the files of a base have.
private struct BaseSize: Output, JSONEncodable {
  let bytes: Int64
  func write(to json: inout JSONWriter) { json.object { $0.add("result", bytes) } }
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

private func createBase(
  by admin: WorkspaceAdmin, _ base: PlacedNewBase, _ app: App
) async throws -> Created<KeyedBase> {
  Created(KeyedBase(key: "table", base: try await Bases(app).make(base.new, by: admin)))
}

private func showBase(to user: BaseUser, _ base: BaseInWorkspace, _ app: App) async throws -> KeyedBase {
  KeyedBase(key: "table", base: try await Bases(app).show(user.base, named: base.name))
}

private func showSize(to user: BaseUser, _: NoInput, _ app: App) async throws -> BaseSize {
  BaseSize(bytes: try await Files(app, of: user.base).size())
}

private func listCollaborators(of user: BaseUser, _ page: LongPage, _ app: App) async throws -> CollaboratorList {
  CollaboratorList(
    users: try await Collaborators(app).list(of: user.base, for: user.caller.account, page.page))
}

private func changeBase(by admin: WorkspaceAdmin, _ base: NamedBaseChange, _ app: App) async throws -> KeyedBase {
  KeyedBase(key: "table", base: try await Bases(app).change(base.name, to: base.change, by: admin))
}

private func deleteBase(by admin: WorkspaceAdmin, _ base: BaseToDelete, _ app: App) async throws -> Success {
  try await Bases(app).delete(base.name, by: admin)
  return Success()
}

private func copyBase(by copier: BaseCopier, _ copy: BaseCopy, _ app: App) async throws -> KeyedBase {
  KeyedBase(key: "dtable", base: try await Bases(app).copy(copy.name, by: copier))
}
