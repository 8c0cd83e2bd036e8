internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let trashRoutes = Table(.trash, [
  Route(.get,    "/api/v2.1/trash-dtables/",                               "listTrashedBases",        as: SignedIn.self,   listTrash),
  Route(.delete, "/api/v2.1/trash-dtables/",                               "clearTrash",              as: SignedIn.self,   clearTrash),
  Route(.put,    "/api/v2.1/trash-dtables/{trashed_base_id}/",             "restoreTrashedBase",      as: TrashOwner.self, of: \.named, restore),
  Route(.get,    "/api/v2.1/groups/{group_id}/trash-dtables/",             "listGroupTrashedBases",   as: GroupAdmin.self, listGroupTrash),
  Route(.put,    "/api/v2.1/groups/{group_id}/trash-dtables/{base_uuid}/", "restoreGroupTrashedBase", as: GroupAdmin.self, restoreInGroup),
])

// MARK: Wire

private struct OwnTrashedBase: PathInput {
  static let variable = "trashed_base_id"
  let named: String
  init(_ segment: String) { named = segment }
}

private struct GroupTrashedBase: PathInput {
  static let variable = "base_uuid"
  let named: String
  init(_ segment: String) { named = segment }
}

// MARK: Operations

private func listTrash(of caller: SignedIn, _ page: Page, _ app: App) async throws -> NamedList<BaseRecord> {
  let (bases, count) = try await Trash(app).list(of: caller, page)
  return NamedList("trash_dtable_list", bases, count: ("count", count))
}

private func clearTrash(of caller: SignedIn, _: NoInput, _ app: App) async throws -> Success {
  try await Trash(app).clear(of: caller)
  return Success()
}

private func restore(by owner: TrashOwner, _ base: OwnTrashedBase, _ app: App) async throws -> Success {
  try await Trash(app).restore(by: owner, named: base.named)
  return Success()
}

private func listGroupTrash(by admin: GroupAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<BaseRecord> {
  NamedList("trash_dtable_list", try await Trash(app).list(of: admin.group, page.page))
}

private func restoreInGroup(by admin: GroupAdmin, _ base: GroupTrashedBase, _ app: App) async throws -> Success {
  try await Trash(app).restore(base.named, by: admin)
  return Success()
}
