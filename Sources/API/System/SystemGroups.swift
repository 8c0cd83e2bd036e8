internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let systemGroupRoutes = Table(.systemGroups, [
  Route(.get,    "/api/v2.1/admin/groups/",            "systemListGroups",    as: SystemAdmin.self, listGroups, from: .standby),
  Route(.post,   "/api/v2.1/admin/groups/",            "systemCreateGroup",   as: SystemAdmin.self, createGroup),
  Route(.put,    "/api/v2.1/admin/groups/{group_id}/", "systemTransferGroup", as: SystemAdmin.self, transferGroup),
  Route(.delete, "/api/v2.1/admin/groups/{group_id}/", "systemDeleteGroup",   as: SystemAdmin.self, deleteGroup),
])

// MARK: Wire

private struct GroupSearch: Input {
  let page: Page
  let name: String?

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    name = try query.optionalText("name", upTo: 255)
  }
}

private struct GroupTransfer: NamedInput {
  let group: NamedGroup
  let owner: String

  init(_ group: NamedGroup, _ parts: Parts) throws {
    (self.group, owner) = (group, try parts.body().text("new_owner", 1...255))
  }
}

// MARK: Operations

private func listGroups(
  of admin: SystemAdmin, _ search: GroupSearch, _ app: App
) async throws -> NamedPage<AdministeredGroup> {
  NamedPage("groups", try await Groups(app).search(search.name, admin.reach, search.page), search.page)
}

private func createGroup(by admin: SystemAdmin, _ new: NewOwnedGroup, _ app: App) async throws -> AdministeredGroup {
  try await Groups(app).make(new.name, for: new.owner, admin.reach, by: admin.caller)
}

private func transferGroup(
  by admin: SystemAdmin, _ transfer: GroupTransfer, _ app: App
) async throws -> AdministeredGroup {
  let (named, all) = (transfer.group.named, admin.reach.groups)
  try await Groups(app).change(named, to: GroupChange(owner: transfer.owner), within: all, by: admin.caller)
  return try await Groups(app).find(named, within: all)
}

private func deleteGroup(by admin: SystemAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await Groups(app).delete(group.named, within: admin.reach.groups, by: admin.caller)
  return Success()
}
