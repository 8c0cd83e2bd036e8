internal import Access
internal import Domain
internal import HTTP
internal import Postgres

// swift-format-ignore
let systemBaseRoutes = Table(.systemBases, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/dtables/",  "systemListUsersBases",     as: SystemAdmin.self, listUserBases, from: .standby),
  Route(.get,    "/api/v2.1/admin/dtables/",                  "systemListAllBases",       as: SystemAdmin.self, listBases, from: .standby),
  Route(.delete, "/api/v2.1/admin/dtable/{base_uuid}/",       "systemDeleteBase",         as: SystemAdmin.self, deleteBase),
  Route(.get,    "/api/v2.1/admin/trash-dtables/",            "systemListTrashedBases",   as: SystemAdmin.self, listTrash, from: .standby),
  Route(.put,    "/api/v2.1/admin/trash-dtables/{base_id}/",  "systemRestoreTrashedBase", as: SystemAdmin.self, restoreBase),
])

// MARK: Wire

private struct NumberedBase: PathInput {
  static let variable = "base_id"
  let named: String
  init(_ segment: String) { named = segment }
}

// MARK: Operations

private func listUserBases(of admin: SystemAdmin, _ user: PageOfPerson, _ app: App) async throws -> NamedList<
  AdministeredBase
> {
  try await app.bases(of: user.named, admin.reach, user.page)
}

private func listBases(of _: SystemAdmin, _ page: Page, _ app: App) async throws -> NamedPage<AdministeredBase> {
  let bases: [AdministeredBase] = try await app.db.rows(
    AdministeredBase.select(
      "select * from base where deleted_at is null order by id \(page.limitAndOneMore)", order: "order by base.id"))
  return NamedPage("dtables", bases, page)
}

private func deleteBase(by admin: SystemAdmin, _ base: NamedBaseUUID, _ app: App) async throws -> Success {
  try await app.delete(base, admin.reach, by: admin.caller)
  return Success()
}

private func listTrash(of admin: SystemAdmin, _ page: Page, _ app: App) async throws -> NamedList<AdministeredBase> {
  try await app.trash(admin.reach, page, name: "trash_dtable_list")
}

private func restoreBase(by admin: SystemAdmin, _ base: NumberedBase, _ app: App) async throws -> Success {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update base set deleted_at = null
      where id = \(ID<Base>(text: base.named)) and deleted_at is not null
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.base(base.named)) }
  return Success()
}
