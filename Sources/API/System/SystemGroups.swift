internal import Access
internal import Domain
internal import HTTP
internal import Postgres

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

private struct Transfer: NamedInput {
  let group: NamedGroup
  let owner: String

  init(_ group: NamedGroup, _ parts: Parts) throws {
    (self.group, owner) = (group, try parts.body().text("new_owner", 1...255))
  }
}

// MARK: Operations

private func listGroups(
  of _: SystemAdmin, _ search: GroupSearch, _ app: App
) async throws -> NamedPage<AdministeredGroup> {
  let condition: SQL = if let name = search.name { "name ilike \(containing(name))" } else { "true" }
  let groups = try await app.groups(
    "select * from user_group where \(condition) order by id \(search.page.limitAndOneMore)")
  return NamedPage("groups", groups, search.page)
}

private func createGroup(by admin: SystemAdmin, _ new: NewOwnedGroup, _ app: App) async throws -> AdministeredGroup {
  try await app.add(new, admin.reach, by: admin.caller)
}

private func transferGroup(by admin: SystemAdmin, _ transfer: Transfer, _ app: App) async throws -> AdministeredGroup {
  let all = admin.reach.groups
  try await app.change(transfer.group, owner: transfer.owner, within: all, by: admin.caller)
  return try await app.group(transfer.group, within: all)
}

private func deleteGroup(by admin: SystemAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await app.delete(group, within: admin.reach.groups, by: admin.caller)
  return Success()
}
