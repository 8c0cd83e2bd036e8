internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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
  try await app.bases(admin.reach, page)
}

private func listUserBases(of admin: TeamAdmin, _ user: PageOfPerson, _ app: App) async throws -> NamedList<
  AdministeredBase
> {
  try await app.bases(of: user.named, admin.reach, user.page)
}

private func showBase(to admin: TeamAdmin, _ base: NamedBaseUUID, _ app: App) async throws -> AdministeredBase {
  let uuid = try base.uuid()
  let found: AdministeredBase? = try await app.db.row(
    AdministeredBase.select(
      "select * from base where uuid = \(uuid)::uuid and \(admin.reach.bases) and deleted_at is null", order: ""))
  guard let found else { throw Refusal.notFound(.base(base.named)) }
  return found
}

private func deleteBase(by admin: TeamAdmin, _ base: NamedBaseUUID, _ app: App) async throws -> Success {
  try await app.delete(base, admin.reach, by: admin.caller)
  return Success()
}

private func listTrash(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<AdministeredBase> {
  try await app.trash(admin.reach, page, name: "dtable_list")
}

/// For good: their tokens go with them.
private func clearTrash(of admin: TeamAdmin, _: NoInput, _ app: App) async throws -> Success {
  try await app.change(by: admin.caller, statementTime: .seconds(120)) {
    try await $0.run("delete from base where \(admin.reach.bases) and deleted_at is not null")
  }
  return Success()
}

private func restoreBase(by admin: TeamAdmin, _ base: NamedBaseUUID, _ app: App) async throws -> Success {
  let uuid = try base.uuid()
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update base set deleted_at = null
      where uuid = \(uuid)::uuid and \(admin.reach.bases) and deleted_at is not null
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.base(base.named)) }
  return Success()
}

private func searchBases(of admin: TeamAdmin, _ search: Search, _ app: App) async throws -> NamedList<AdministeredBase>
{
  let bases: [AdministeredBase] = try await app.db.rows(
    AdministeredBase.select(
      """
      select * from base
      where \(admin.reach.bases) and deleted_at is null and name ilike \(search.pattern)
      order by id limit 100
      """, order: "order by base.id"))
  return NamedList("results", bases)
}
