internal import Access
package import Domain
package import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let systemLogRoutes = Table(.systemLogs, [
  Route(.get, "/api/v2.1/admin/logs/login-logs/",         "systemListLoginLogs",            as: SystemAdmin.self, listLogins, from: .standby),
  Route(.get, "/api/v2.1/admin/registration-logs/",       "systemListRegistrationLogs",     as: SystemAdmin.self, listRegistrations),
  Route(.get, "/api/v2.1/admin/email-sending-logs/",      "systemListEmailLogs",            as: SystemAdmin.self, listMails),
  Route(.get, "/api/v2.1/admin/abuse-reports/",           "systemListAbuseReports",         as: SystemAdmin.self, listAbuseReports),
  Route(.get, "/api/v2.1/admin/audit-logs/",              "systemListAuditLogs",            as: SystemAdmin.self, listChanges, from: .standby),
  Route(.get, "/api/v2.1/admin/group-member-audit/",      "systemListGroupMemberAuditLogs", as: SystemAdmin.self, listMemberships, from: .standby),
  Route(.get, "/api/v2.1/admin/statistics/active-users/", "systemGetActiveUsersPerDay",     as: SystemAdmin.self, countActiveUsers, from: .standby),
  Route(.get, "/api/v2.1/admin/daily-active-users/",      "systemListActiveUsersByDay",     as: SystemAdmin.self, listActiveUsers, from: .standby),
])

// MARK: Wire

/// A range of days, including the first and the last.
private struct DayRange: Input {
  static let longest: Int64 = 366
  let first: Timestamp
  let last: Timestamp

  init(_ parts: Parts) throws {
    let query = try parts.query()
    first = try parsed("start", query.optionalTime("start"))
    last = try parsed("end", query.optionalTime("end"))
    guard (0..<Self.longest * 86_400).contains(last.seconds - first.seconds) else {
      throw DomainError.refused("end invalid: it must not be before start, nor \(Self.longest) days after it.")
    }
  }
}

private struct ActiveOnDay: Input {
  let day: Timestamp
  let page: Page

  init(_ parts: Parts) throws {
    let query = try parts.query()
    (day, page) = (try parsed("date", query.optionalTime("date")), try Page(query))
  }
}

extension ActiveUsersOfDay: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("datetime", day)
      $0.add("count", count)
    }
  }
}

private struct ActiveUser: JSONEncodable {
  let person: Person

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("email", person.user)
      $0.add("name", person.name)
      $0.add("contact_email", person.email)
      $0.add("reg_date", person.created)
      $0.addAvatar()
    }
  }
}

private struct ActiveUsers: Overview, JSONEncodable {
  let users: [ActiveUser]
  let page: Page
  let count: Int64

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("active_user_list", users)
      $0.add("page", page.number)
      $0.add("total_count", count)
    }
  }
}

private struct AbuseReports: Output, JSONEncodable {
  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("abuse_report_list", [String]())
      $0.add("has_next_page", false)
    }
  }
}

// MARK: Operations

private func listLogins(of admin: SystemAdmin, _ paged: PagedLoginSearch, _ app: App) async throws -> NamedList<Login> {
  let (logins, count) = try await LoginLog(app, admin.reach).search(paged.search, paged.page)
  return NamedList("login_log_list", logins, count: ("total_count", count))
}

/// Always empty: nobody can register themselves.
private func listRegistrations(of _: SystemAdmin, _: NoInput, _ app: App) -> NamedList<String> {
  NamedList("invitation_logs", [])
}

/// Always empty: the service sends no e-mail.
private func listMails(of _: SystemAdmin, _: Page, _ app: App) -> NamedList<String> {
  NamedList("email_sending_logs", [], count: ("count", 0))
}

/// Always empty: abuse cannot be reported.
private func listAbuseReports(of _: SystemAdmin, _: NoInput, _ app: App) -> AbuseReports { AbuseReports() }

private func listChanges(
  of admin: SystemAdmin, _ paged: PagedAuditSearch, _ app: App
) async throws -> NamedList<AuditEntry> {
  let (entries, count) = try await AuditLog(app, admin.reach).search(paged.search, paged.page)
  return NamedList("audit_log_list", entries, count: ("total_count", count))
}

private func countActiveUsers(
  of _: SystemAdmin, _ days: DayRange, _ app: App
) async throws -> NamedList<ActiveUsersOfDay> {
  NamedList("active_users", try await Statistics(app).activeUsers(from: days.first, to: days.last))
}

private func listActiveUsers(of _: SystemAdmin, _ search: ActiveOnDay, _ app: App) async throws -> ActiveUsers {
  let (people, count) = try await Statistics(app).people(activeOn: search.day, search.page)
  return ActiveUsers(users: people.map(ActiveUser.init), page: search.page, count: count)
}
