internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let systemBaseRoutes = Table(.systemBases, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/dtables/",  "systemListUsersBases",     as: SystemAdmin.self, listUserBases, from: .standby),
  Route(.get,    "/api/v2.1/admin/dtables/",                  "systemListAllBases",       as: SystemAdmin.self, listBases, from: .standby),
  Route(.delete, "/api/v2.1/admin/dtable/{base_uuid}/",       "systemDeleteBase",         as: SystemAdmin.self, deleteBase),
  Route(.get,    "/api/v2.1/admin/trash-dtables/",            "systemListTrashedBases",   as: SystemAdmin.self, listTrash, from: .standby),
  Route(.put,    "/api/v2.1/admin/trash-dtables/{base_id}/",  "systemRestoreTrashedBase", as: SystemAdmin.self, restoreBase),
])

// MARK: Operations

private func listBases(
  of admin: SystemAdmin, _ search: PagedSearchIfAny, _ app: App
) async throws -> NamedPage<AdministeredBase> {
  let bases = try await AdministeredBases(app, admin.reach).listUncounted(search.page, with: search.text)
  return NamedPage("dtables", bases, search.page)
}

private func listTrash(of admin: SystemAdmin, _ page: Page, _ app: App) async throws -> NamedList<AdministeredBase> {
  let (bases, count) = try await AdministeredBases(app, admin.reach).trash(page)
  return NamedList("trash_dtable_list", bases, count: ("count", count))
}

private func restoreBase(by admin: SystemAdmin, _ base: NumberedBase, _ app: App) async throws -> Success {
  try await AdministeredBases(app, admin.reach).restore(id: base.named, by: admin.caller)
  return Success()
}
