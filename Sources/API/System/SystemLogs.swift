internal import Access
internal import Domain
internal import Ground
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

/// Days, the first and the last included.
private struct Days: Input {
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

private struct DayCount: RowDecodable, JSONEncodable {
  let day: Timestamp
  let count: Int64

  init(_ row: Row) throws(PostgresError) {
    day = try row["day"]
    count = try row["count"]
  }

  func write(to json: inout JSONWriter) {
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

private func listLogins(of admin: SystemAdmin, _ search: LoginSearch, _ app: App) async throws -> NamedList<Login> {
  try await app.logins(search, admin.reach, name: "login_log_list")
}

/// Nobody registers by himself here.
private func listRegistrations(of _: SystemAdmin, _: NoInput, _ app: App) -> NamedList<String> {
  NamedList("invitation_logs", [])
}

/// No e-mail is sent.
private func listMails(of _: SystemAdmin, _: Page, _ app: App) -> NamedList<String> {
  NamedList("email_sending_logs", [], count: ("count", 0))
}

/// Nobody can report anything.
private func listAbuseReports(of _: SystemAdmin, _: NoInput, _ app: App) -> AbuseReports { AbuseReports() }

private func listChanges(of admin: SystemAdmin, _ search: AuditSearch, _ app: App) async throws -> NamedList<AuditEntry>
{
  try await app.auditLog(search, admin.reach, name: "audit_log_list")
}

private func listMemberships(of admin: SystemAdmin, _ page: Page, _ app: App) async throws -> NamedList<MembershipEntry>
{
  try await app.membershipLog(page, admin.reach)
}

/// Active on a day is who has signed in on it, by UTC.
private func countActiveUsers(of _: SystemAdmin, _ days: Days, _ app: App) async throws -> NamedList<DayCount> {
  NamedList(
    "active_users",
    try await app.db.rows(
      """
      select day, (
        select count(distinct account_id) from login_log
        where succeeded and at >= day and at < day + interval '1 day'
      ) as count
      from generate_series(date_trunc('day', \(days.first)::timestamptz, 'UTC'), \(days.last)::timestamptz,
                           interval '1 day') as day
      order by day
      """))
}

private func listActiveUsers(of _: SystemAdmin, _ search: ActiveOnDay, _ app: App) async throws -> ActiveUsers {
  let active: SQL = """
    select distinct account_id from login_log
    where succeeded and at >= date_trunc('day', \(search.day)::timestamptz, 'UTC')
      and at < date_trunc('day', \(search.day)::timestamptz, 'UTC') + interval '1 day'
    """
  let count = try await app.db.count("select count(*) from (\(active)) as active")
  let people: [Person] = try await app.db.rows(
    Person.select("select * from account where id in (\(active)) order by id \(search.page.limit)"))
  return ActiveUsers(
    users: people.map(ActiveUser.init), page: search.page, count: count)
}
