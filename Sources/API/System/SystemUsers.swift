internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let systemUserRoutes = Table(.systemUsers, [
  Route(.get,    "/api/v2.1/admin/users/",                           "systemListUsers",          as: SystemAdmin.self, listUsers, from: .standby),
  Route(.post,   "/api/v2.1/admin/users/",                           "systemAddNewUser",         as: SystemAdmin.self, addUser),
  Route(.get,    "/api/v2.1/admin/users/{user_id}/",                 "systemGetUser",            as: SystemAdmin.self, showUser),
  Route(.put,    "/api/v2.1/admin/users/{user_id}/",                 "systemUpdateUser",         as: SystemAdmin.self, changeUser),
  Route(.delete, "/api/v2.1/admin/users/{user_id}/",                 "systemDeleteUser",         as: SystemAdmin.self, deleteUser),
  Route(.get,    "/api/v2.1/admin/admin-users/",                     "systemListAdminUsers",     as: SystemAdmin.self, listAdministrators, from: .standby),
  Route(.put,    "/api/v2.1/admin/admin-role/",                      "systemUpdateAdminRole",    as: SystemAdmin.self, changeRole),
  Route(.put,    "/api/v2.1/admin/users/{user_id}/reset-password/",  "systemResetUserPassword",  as: SystemAdmin.self, resetPassword),
  Route(.delete, "/api/v2.1/admin/users/{user_id}/sessions/",        "systemEndUserSessions",    as: SystemAdmin.self, endSessions),
  Route(.put,    "/api/v2.1/admin/users/{user_id}/two-factor-auth/", "systemEnforceTwoFactor",   as: SystemAdmin.self, enforceTwoFactors),
  Route(.delete, "/api2/two-factor-auth/{user_id}/",                 "systemDisableTwoFactor",   as: SystemAdmin.self, disableTwoFactors),
  Route(.get,    "/api/v2.1/admin/search-user/",                     "systemSearchUser",         as: SystemAdmin.self, searchUsers, from: .standby),
  Route(.get,    "/api/v2.1/admin/search-user-by-org-id/",           "systemSearchUserByOrgId",  as: SystemAdmin.self, searchUsersOfTeam, from: .standby),
  Route(.post,   "/api/v2.1/admin/import-users/",                    "systemImportUsers",        as: SystemAdmin.self, importUsers, body: .file),
])

// MARK: Wire

private struct NewSystemUser: HashedInput {
  let person: NewPerson

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    var person = try await NewPerson(fields, hashing)
    person.isSystemAdmin = try fields.optionalBoolean("is_staff") ?? false
    person.isActive = try fields.optionalBoolean("is_active") ?? true
    self.person = person
  }
}

private struct SystemUserChange: HashedInput {
  let named: String
  let change: PersonChange

  init(_ person: NamedPerson, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    var change = try PersonChange(fields)
    change.isSystemAdmin = try fields.optionalBoolean("is_staff")
    change.isActive = try fields.optionalBoolean("is_active")
    change.loginID = try fields.patchedName("login_id")
    change.unit = try fields.removableName("unit")
    change.role = try fields.optionalName("role")
    if let text = try fields.optionalText("password", upTo: 1024) {
      let names = [change.email?.text, change.email?.localPart, change.name, change.loginID.value].compactMap(\.self)
      let called = try await People(hashing.app).called(person.named)
      change.password = try await hashing.hash(new: text, names: names + called)
    }
    (named, self.change) = (person.named, change)
  }
}

private struct AdminRoleChange: Input {
  let user: String
  let role: DisplayName

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (user, role) = (try fields.text("email", 1...255), try fields.name("role"))
  }
}

private struct SearchInTeam: Input {
  let search: Search
  let team: ID<Team>
  let limit: Int64

  init(_ parts: Parts) throws {
    let query = try parts.query()
    search = try Search(parts)
    team = ID(try query.integer("org_id", 1...Int64.max))
    limit = try query.optionalInteger("limit", 1...1000) ?? 25
  }
}

private struct PagedSearch: Input {
  let search: Search
  let page: Page
  init(_ parts: Parts) throws { (search, page) = (try Search(parts), try Page(parts)) }
}

/// An account, in the form of all operations.
private struct SystemUser: Output, JSONEncodable {
  let person: Person

  func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("org_id", person.team?.value ?? -1)
    object.add("org_name", person.teamName ?? "")
    object.add("login_id", person.loginID)
    object.add("id_in_org", person.idInTeam)
    object.add("unit", person.unit)
    object.add("phone", "")
    object.add("is_staff", person.isSystemAdmin)
    object.add("is_active", person.isActive)
    object.add("is_org_admin", person.isTeamAdmin)
    object.add("is_force_2fa", person.mustUseTwoFactors)
    object.add("has_default_device", false)
    object.add("create_time", person.created)
    object.add("last_login", person.lastLogin)
    object.add("role", person.role)
    object.add("admin_role", person.isSystemAdmin ? person.adminRole : "")
    object.addAvatar()
    object.add("source", "db")
    object.add("storage_usage", 0)
    object.add("rows_count", person.rows)
    object.add("row_usage", person.rows)
    object.add("row_limit", -1)
    object.add("storage_quota", person.quota ?? -2)
    object.add("api_calls_count", 0)
    object.add("monthly_api_call_limit_per_user", -1)
    object.add("monthly_automation_limit_per_user", -1)
    object.add("social_auth", [String]())
  }
}

/// An account, and a sentence about what was done.
private struct SystemUserWithTip: Output, JSONEncodable {
  let user: SystemUser
  let key: StaticString
  let tip: String
  /// What the person has left behind, if they were deactivated.
  var left: LeftBehindCounts?
  var revealed: [Revealed] { user.person.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      user.write(to: &$0)
      $0.add(key, tip)
      if let left { $0.add("left_behind", left) }
    }
  }
}

private struct FoundSystemUsers: Overview, JSONEncodable {
  let users: [SystemUser]
  let hasNext: Bool

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_list", users)
      $0.add("has_next_page", hasNext ? "true" : "false")  // a string, as in SeaTable
    }
  }
}

private struct GivenAdminRole: Output, JSONEncodable {
  let person: Person

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("email", person.user)
      $0.add("role", person.adminRole)
    }
  }
}

private struct SystemPasswordReset: Output, JSONEncodable {
  let person: Person
  let password: Secret

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("new_password", password.clear)
      $0.add("reset_tip", "The new password of \(person.email) is shown only here; no email was sent.")
    }
  }
}

// MARK: Operations

/// People with what they have, in the form of all operations.
private func shown(_ people: [Person], _ app: App) async throws -> [SystemUser] {
  try await People(app).counted(people).map(SystemUser.init)
}

private func shown(_ person: Person, _ app: App) async throws -> SystemUser {
  try await shown([person], app).first ?? SystemUser(person: person)
}

private func listUsers(of admin: SystemAdmin, _ page: Page, _ app: App) async throws -> NamedList<SystemUser> {
  let count = try await People(app).count(admin.reach)
  let people = try await People(app).list(admin.reach, page)
  return NamedList("data", try await shown(people, app), count: ("total_count", count))
}

private func addUser(by admin: SystemAdmin, _ new: NewSystemUser, _ app: App) async throws -> SystemUserWithTip {
  let person = try await People(app).add(new.person, to: nil, by: admin.caller)
  return SystemUserWithTip(
    user: SystemUser(person: person), key: "add_user_tip", tip: "Added user \(person.email). No email was sent.")
}

private func showUser(to admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> SystemUser {
  try await shown(try await People(app).find(user.named, admin.reach), app)
}

private func changeUser(by admin: SystemAdmin, _ user: SystemUserChange, _ app: App) async throws -> SystemUserWithTip {
  let person = try await People(app).change(user.named, to: user.change, admin.reach, by: admin.caller)
  let left = try await LeftBehind(app, admin.reach).count(by: person, after: user.change)
  return SystemUserWithTip(user: try await shown(person, app), key: "update_status_tip", tip: "", left: left)
}

private func deleteUser(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> Departure {
  Departure(left: try await People(app).delete(user.named, admin.reach, by: admin.caller))
}

private func listAdministrators(
  of admin: SystemAdmin, _ page: LongPage, _ app: App
) async throws -> NamedList<SystemUser> {
  let people = try await People(app).administrators(admin.reach, page.page)
  return NamedList("admin_user_list", try await shown(people, app))
}

private func changeRole(by admin: SystemAdmin, _ change: AdminRoleChange, _ app: App) async throws -> GivenAdminRole {
  GivenAdminRole(
    person: try await People(app).setAdminRole(of: change.user, to: change.role, admin.reach, by: admin.caller))
}

private func resetPassword(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> SystemPasswordReset {
  let password = try await People(app).resetPassword(of: user.named, admin.reach, by: admin.caller)
  return SystemPasswordReset(person: try await People(app).find(user.named, admin.reach), password: password)
}

private func endSessions(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> Success {
  try await People(app).endSessions(of: user.named, admin.reach, by: admin.caller)
  return Success()
}

private func enforceTwoFactors(by admin: SystemAdmin, _ rule: TwoFactorRule, _ app: App) async throws -> Success {
  _ = try await People(app).change(rule.named, to: rule.change, admin.reach, by: admin.caller)
  return Success()
}

/// For people who have lost their second factor: removes it. The requirement to have one stays.
private func disableTwoFactors(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> Success {
  try await People(app).removeSecondFactor(of: user.named, admin.reach, by: admin.caller)
  return Success()
}

private func searchUsers(of admin: SystemAdmin, _ search: PagedSearch, _ app: App) async throws -> FoundSystemUsers {
  let (people, hasNext) = search.page.cut(
    try await People(app).search(search.search.text, admin.reach, search.page))
  return FoundSystemUsers(users: try await shown(people, app), hasNext: hasNext)
}

private func searchUsersOfTeam(
  of admin: SystemAdmin, _ search: SearchInTeam, _ app: App
) async throws -> NamedList<SystemUser> {
  let reach = admin.reach(into: search.team)
  let people = try await People(app).search(search.search.text, reach, atMost: search.limit)
  return NamedList("users", try await shown(people, app))
}

/// Each line makes its own account: one that fails does not hold up the others. Whatever happens meanwhile, the
/// response says which accounts were made, because only it has their passwords. If the database becomes unavailable,
/// the remaining lines fail.
private func importUsers(by admin: SystemAdmin, _ file: UserFile, _ app: App) async throws -> Outcomes<SystemUser> {
  var outcomes = Outcomes<SystemUser>()
  var obstacle: String?
  for line in file.people {
    if let obstacle {
      outcomes.fail(line.email, obstacle)
      continue
    }
    do {
      let person = try await People(app).add(try line.person.get(), to: nil, by: admin.caller)
      outcomes.success.append(SystemUser(person: person))
    } catch {
      let reason = WireError(error)
      if reason.status >= 500 || reason.status == 429 || reason.status == 401 {
        guard !outcomes.success.isEmpty else { throw error }
        obstacle = reason.text
      }
      outcomes.fail(line.email, reason.text)
    }
  }
  return outcomes
}
