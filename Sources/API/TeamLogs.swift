internal import Access
internal import HTTP
internal import Postgres

// swift-format-ignore
let teamLogRoutes = [
  Route(.get, "/api/v2.1/org/{org_id}/admin/admin-logs/",           "teamListTeamOperationLog",     as: TeamAdmin.self, listChanges),
  Route(.get, "/api/v2.1/org/{org_id}/admin/group-member-audit/",   "teamListGroupMemberAuditLogs", as: TeamAdmin.self, listMemberships),
  Route(.get, "/api/v2.1/org/{org_id}/admin/login-logs/",           "teamListTeamLogins",           as: TeamAdmin.self, listLogins),
  Route(.get, "/api/v2.1/org/{org_id}/admin/login-logs/{user_id}/", "teamListUserLogins",           as: TeamAdmin.self, listUserLogins),
]

// MARK: Wire

private struct Changes: Output, JSONEncodable {
  let entries: [AuditEntry]
  let count: Int64

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("logs", entries)
      $0.add("total_count", count)
    }
  }
}

/// A page of what the audit log says of people in groups.
struct Memberships: Output, JSONEncodable {
  let entries: [MembershipEntry]
  let count: Int64

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("group_member_log_list", entries)
      $0.add("count", count)
    }
  }
}

private struct LoginsOfPerson: Input {
  let named: String
  let search: LoginSearch
  init(_ parts: Parts) throws { (named, search) = (parts.path("user_id"), try LoginSearch(parts)) }
}

// MARK: Operations

private func listChanges(of admin: TeamAdmin, _ search: AuditSearch, _ app: App) async throws -> Changes {
  let (entries, count) = try await app.auditLog(search, admin.reach)
  return Changes(entries: entries, count: count)
}

private func listMemberships(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> Memberships {
  let (entries, count) = try await app.membershipLog(page, admin.reach)
  return Memberships(entries: entries, count: count)
}

private func listLogins(of admin: TeamAdmin, _ search: LoginSearch, _ app: App) async throws -> Logins {
  try await app.logins(search, admin.reach, key: "login_list")
}

private func listUserLogins(of admin: TeamAdmin, _ user: LoginsOfPerson, _ app: App) async throws -> Logins {
  let person = try await Person.find(user.named, admin.reach, app)
  return try await app.logins(user.search, of: person, key: "data")
}
