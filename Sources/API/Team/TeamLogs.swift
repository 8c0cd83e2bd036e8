internal import Access
internal import Domain
internal import HTTP
internal import Postgres

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
  let search: LoginSearch
  init(_ person: NamedPerson, _ parts: Parts) throws { (named, search) = (person.named, try LoginSearch(parts)) }
}

// MARK: Operations

private func listChanges(
  of admin: TeamAdmin, _ search: AuditSearch, _ app: App
) async throws -> NamedList<AuditEntry> {
  try await app.auditLog(search, admin.reach, name: "logs")
}

/// The same under the names of a newer operation.
private func listAuditLog(
  of admin: TeamAdmin, _ search: AuditSearch, _ app: App
) async throws -> NamedList<AuditEntry> {
  try await app.auditLog(search, admin.reach, name: "audit_log_list", count: "count")
}

private func listMemberships(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<MembershipEntry> {
  try await app.membershipLog(page, admin.reach)
}

private func listLogins(of admin: TeamAdmin, _ search: LoginSearch, _ app: App) async throws -> NamedList<Login> {
  try await app.logins(search, admin.reach, name: "login_list")
}

private func listUserLogins(of admin: TeamAdmin, _ user: LoginsOfPerson, _ app: App) async throws -> NamedList<Login> {
  let person = try await Person.find(user.named, admin.reach, app)
  return try await app.logins(user.search, of: person, name: "data")
}
