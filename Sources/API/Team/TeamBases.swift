internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let teamBaseRoutes = Table(.teamBases, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/dtables/",                   "teamListBases",            as: TeamAdmin.self, listBases, from: .standby),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/dtables/",   "teamListUsersBases",       as: TeamAdmin.self, listUserBases, from: .standby),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/",       "teamGetBase",              as: TeamAdmin.self, showBase),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/",       "teamDeleteBase",           as: TeamAdmin.self, deleteBase),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/trash-dtables/",             "teamListTrashBases",       as: TeamAdmin.self, listTrash, from: .standby),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/trash-dtables/",             "teamClearTeamTrashBin",    as: TeamAdmin.self, clearTrash),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/trash-dtables/{base_uuid}/", "teamRestoreBaseFromTrash", as: TeamAdmin.self, restoreBase),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/search-dtables/",            "teamSearchBase",           as: TeamAdmin.self, searchBases, from: .standby),
])

// MARK: Operations

private func listBases(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<AdministeredBase> {
  let (bases, count) = try await AdministeredBases(app, admin.reach).list(page)
  return NamedList("dtable_list", bases, count: ("count", count))
}

private func showBase(to admin: TeamAdmin, _ base: NamedBaseUUID, _ app: App) async throws -> AdministeredBase {
  try await AdministeredBases(app, admin.reach).show(base.named)
}

private func listTrash(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<AdministeredBase> {
  let (bases, count) = try await AdministeredBases(app, admin.reach).trash(page)
  return NamedList("dtable_list", bases, count: ("count", count))
}

private func clearTrash(of admin: TeamAdmin, _: NoInput, _ app: App) async throws -> Success {
  try await AdministeredBases(app, admin.reach).clearTrash(by: admin.caller)
  return Success()
}

private func restoreBase(by admin: TeamAdmin, _ base: NamedBaseUUID, _ app: App) async throws -> Success {
  try await AdministeredBases(app, admin.reach).restore(base.named, by: admin.caller)
  return Success()
}

private func searchBases(
  of admin: TeamAdmin, _ search: Search, _ app: App
) async throws -> NamedList<AdministeredBase> {
  NamedList("results", try await AdministeredBases(app, admin.reach).search(search.text))
}
