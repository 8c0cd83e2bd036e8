internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let teamLogRoutes = Table(.teamLogs, [
  Route(.get, "/api/v2.1/org/{org_id}/admin/admin-logs/",           "teamListTeamOperationLog",     as: TeamAdmin.self, listChanges, from: .standby),
  Route(.get, "/api/v2.1/org/{org_id}/admin/audit-logs/",           "teamListAuditLogs",            as: TeamAdmin.self, listAuditLog, from: .standby),
  Route(.get, "/api/v2.1/org/{org_id}/admin/group-member-audit/",   "teamListGroupMemberAuditLogs", as: TeamAdmin.self, listMemberships, from: .standby),
  Route(.get, "/api/v2.1/org/{org_id}/admin/login-logs/",           "teamListTeamLogins",           as: TeamAdmin.self, listLogins, from: .standby),
  Route(.get, "/api/v2.1/org/{org_id}/admin/login-logs/{user_id}/", "teamListUserLogins",           as: TeamAdmin.self, listUserLogins, from: .standby),
])

// MARK: Wire

private struct LoginsOfPerson: NamedInput {
  let named: String
  let paged: PagedLoginSearch
  init(_ person: NamedPerson, _ parts: Parts) throws { (named, paged) = (person.named, try PagedLoginSearch(parts)) }
}

// MARK: Operations

private func listChanges(
  of admin: TeamAdmin, _ paged: PagedAuditSearch, _ app: App
) async throws -> NamedList<AuditEntry> {
  let (entries, count) = try await AuditLog(app, admin.reach).search(paged.search, paged.page)
  return NamedList("logs", entries, count: ("total_count", count))
}

/// The same list under the keys of a newer operation.
private func listAuditLog(
  of admin: TeamAdmin, _ paged: PagedAuditSearch, _ app: App
) async throws -> NamedList<AuditEntry> {
  let (entries, count) = try await AuditLog(app, admin.reach).search(paged.search, paged.page)
  return NamedList("audit_log_list", entries, count: ("count", count))
}

private func listLogins(of admin: TeamAdmin, _ paged: PagedLoginSearch, _ app: App) async throws -> NamedList<Login> {
  let (logins, count) = try await LoginLog(app, admin.reach).search(paged.search, paged.page)
  return NamedList("login_list", logins, count: ("total_count", count))
}

private func listUserLogins(of admin: TeamAdmin, _ user: LoginsOfPerson, _ app: App) async throws -> NamedList<Login> {
  let (logins, count) = try await LoginLog(app, admin.reach).search(
    user.paged.search, of: user.named, user.paged.page)
  return NamedList("data", logins, count: ("total_count", count))
}
