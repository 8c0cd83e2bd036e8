internal import Access
internal import Domain
internal import HTTP

// The operations that team admins and system administrators share, each within their reach.

func listUserBases(
  of admin: some Administrator, _ user: PageOfPerson, _ app: App
) async throws -> NamedList<AdministeredBase> {
  let (bases, count) = try await AdministeredBases(app, admin.reach).list(ofPerson: user.named, user.page)
  return NamedList("dtable_list", bases, count: ("count", count))
}

func deleteBase(by admin: some Administrator, _ base: NamedBaseUUID, _ app: App) async throws -> Success {
  try await AdministeredBases(app, admin.reach).delete(base.named, by: admin.caller)
  return Success()
}

func listSharedBases(
  of admin: some Administrator, _ user: PageOfPerson, _ app: App
) async throws -> NamedList<SharedBase> {
  let person = try await People(app).find(user.named, admin.reach)
  let (bases, count) = try await SharedBases(app, with: person.account).list(admin.reach, user.page)
  return NamedList("dtable_list", bases, count: ("count", count))
}

/// In the bases and groups within reach.
func showLeftBehind(to admin: some Administrator, _ user: PageOfPerson, _ app: App) async throws -> LeftBehindList {
  try await LeftBehind(app, admin.reach).list(by: user.named, user.page)
}

func endLeftBehind(by admin: some Administrator, _ user: NamedPerson, _ app: App) async throws -> EndedLeftBehind {
  EndedLeftBehind(ended: try await LeftBehind(app, admin.reach).end(by: user.named, caller: admin.caller))
}

func listMemberships(
  of admin: some Administrator, _ page: Page, _ app: App
) async throws -> NamedList<MembershipEntry> {
  let (entries, count) = try await AuditLog(app, admin.reach).memberships(page)
  return NamedList("group_member_log_list", entries, count: ("count", count))
}
