internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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
  Route(.put,    "/api/v2.1/admin/users/{user_id}/two-factor-auth/", "systemEnforceTwoFactor",   as: SystemAdmin.self, enforceTwoFactors),
  Route(.delete, "/api2/two-factor-auth/{user_id}/",                 "systemDisableTwoFactor",   as: SystemAdmin.self, disableTwoFactors),
  Route(.get,    "/api/v2.1/admin/search-user/",                     "systemSearchUser",         as: SystemAdmin.self, searchUsers, from: .standby),
  Route(.get,    "/api/v2.1/admin/search-user-by-org-id/",           "systemSearchUserByOrgId",  as: SystemAdmin.self, searchUsersOfTeam, from: .standby),
  Route(.post,   "/api/v2.1/admin/import-users/",                    "systemImportUsers",        as: SystemAdmin.self, importUsers, body: .large),
])

// MARK: Wire

private struct NewUser: HashedInput {
  let person: NewPerson

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    var person = try await NewPerson(fields, hashing)
    person.isSystemAdmin = try fields.optionalBoolean("is_staff") ?? false
    person.isActive = try fields.optionalBoolean("is_active") ?? true
    self.person = person
  }
}

private struct UserChange: HashedInput {
  let named: String
  let change: PersonChange

  init(_ person: NamedPerson, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    var change = try PersonChange(fields)
    change.isSystemAdmin = try fields.optionalBoolean("is_staff")
    change.isActive = try fields.optionalBoolean("is_active")
    change.loginID = try fields.removableName("login_id")
    change.unit = try fields.removableName("unit")
    change.role = try fields.optionalName("role")
    if let text = try fields.optionalText("password", upTo: 1024) {
      change.password = try await hashing.hash(try NewPassword(text).clear)
    }
    (named, self.change) = (person.named, change)
  }
}

private struct RoleChange: Input {
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

/// An account, in one form for all operations.
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
    object.add("rows_count", 0)
    object.add("row_usage", 0)
    object.add("row_limit", -1)
    object.add("storage_quota", person.quota ?? -2)
    object.add("api_calls_count", 0)
    object.add("monthly_api_call_limit_per_user", -1)
    object.add("monthly_automation_limit_per_user", -1)
    object.add("social_auth", [String]())
  }
}

/// An account with a sentence about what was done.
private struct ToldUser: Output, JSONEncodable {
  let user: SystemUser
  let key: StaticString
  let tip: String
  /// Of who was deactivated.
  var left: LeftBehind?
  var revealed: [Revealed] { user.person.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      user.write(to: &$0)
      $0.add(key, tip)
      if let left { $0.add("left_behind", left) }
    }
  }
}

private struct FoundUsers: Overview, JSONEncodable {
  let users: [SystemUser]
  let hasNext: Bool

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_list", users)
      $0.add("has_next_page", hasNext ? "true" : "false")  // a text, as SeaTable has it
    }
  }
}

private struct GivenRole: Output, JSONEncodable {
  let person: Person

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("email", person.user)
      $0.add("role", person.adminRole)
    }
  }
}

private struct ResetPassword: Output, JSONEncodable {
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

private func listUsers(of _: SystemAdmin, _ page: Page, _ app: App) async throws -> NamedList<SystemUser> {
  let count = try await app.db.count("select count(*) from account where account.deleted_at is null")
  let users = try await app.users("select * from account where account.deleted_at is null order by id \(page.limit)")
  return NamedList("data", users, count: ("total_count", count))
}

private func addUser(by admin: SystemAdmin, _ new: NewUser, _ app: App) async throws -> ToldUser {
  let person = try await app.add(new.person, to: nil, by: admin.caller)
  return ToldUser(
    user: SystemUser(person: person), key: "add_user_tip", tip: "Added user \(person.email). No email was sent.")
}

private func showUser(to admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> SystemUser {
  SystemUser(person: try await Person.find(user.named, admin.reach, app))
}

private func changeUser(by admin: SystemAdmin, _ user: UserChange, _ app: App) async throws -> ToldUser {
  let person = try await app.change(user.named, to: user.change, admin.reach, by: admin.caller)
  let left = try await app.leftBehind(by: person, after: user.change, admin.reach)
  return ToldUser(user: SystemUser(person: person), key: "update_status_tip", tip: "", left: left)
}

private func deleteUser(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> Departure {
  try await app.delete(user.named, admin.reach, by: admin.caller)
}

private func listAdministrators(of _: SystemAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<SystemUser> {
  NamedList(
    "admin_user_list",
    try await app.users(
      "select * from account where is_system_admin and deleted_at is null order by id \(page.limit)"))
}

/// A name for a part of the work: whoever is an administrator may do all of it.
private func changeRole(by admin: SystemAdmin, _ change: RoleChange, _ app: App) async throws -> GivenRole {
  guard let user = UserID(wire: change.user) else { throw Refusal.notFound(.user(change.user)) }
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update account set admin_role = \(change.role.text)
      where uid = \(user) and is_system_admin and deleted_at is null
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.user(change.user)) }
  return GivenRole(person: try await Person.find(change.user, admin.reach, app))
}

private func resetPassword(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> ResetPassword {
  let password = try await app.resetPassword(of: user.named, admin.reach, by: admin.caller)
  return ResetPassword(person: try await Person.find(user.named, admin.reach, app), password: password)
}

private func enforceTwoFactors(by admin: SystemAdmin, _ rule: TwoFactorRule, _ app: App) async throws -> Success {
  _ = try await app.change(rule.named, to: rule.change, admin.reach, by: admin.caller)
  return Success()
}

/// For who has lost his: takes away the second factor, and the duty to have one.
private func disableTwoFactors(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> Success {
  try await app.removeSecondFactor(of: user.named, admin.reach, by: admin.caller)
  return Success()
}

private func searchUsers(of _: SystemAdmin, _ search: PagedSearch, _ app: App) async throws -> FoundUsers {
  let pattern = search.search.pattern
  let (users, hasNext) = search.page.cut(
    try await app.users(
      """
      select * from account
      where deleted_at is null
        and (name ilike \(pattern) or email ilike \(pattern) or login_id ilike \(pattern)
             or uid = \(UserID(wire: search.search.text)))
      order by id
      \(search.page.limitAndOneMore)
      """))
  return FoundUsers(users: users, hasNext: hasNext)
}

private func searchUsersOfTeam(of admin: SystemAdmin, _ search: SearchInTeam, _ app: App) async throws -> NamedList<
  SystemUser
> {
  let pattern = search.search.pattern
  return NamedList(
    "users",
    try await app.users(
      """
      select * from account
      where \(admin.reach(into: search.team).accounts) and (name ilike \(pattern) or email ilike \(pattern))
      order by id
      limit \(search.limit)
      """))
}

/// Each line is an account of its own: those that cannot be made do not hold up the others. Whatever happens meanwhile,
/// the answer tells which there are, since it alone has their passwords; when the database is away, the rest is left.
private func importUsers(by admin: SystemAdmin, _ file: UserFile, _ app: App) async throws -> Outcomes<SystemUser> {
  var outcomes = Outcomes<SystemUser>()
  var obstacle: String?
  for line in file.people {
    if let obstacle {
      outcomes.fail(line.email, obstacle)
      continue
    }
    do {
      let person = try await app.add(try line.person.get(), to: nil, by: admin.caller)
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

extension App {
  /// The people of a statement that selects rows of `account`.
  fileprivate func users(_ rows: SQL) async throws(PostgresError) -> [SystemUser] {
    let people: [Person] = try await db.rows(Person.select(rows))
    return people.map(SystemUser.init)
  }
}
