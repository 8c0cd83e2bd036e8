internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let teamUserRoutes = Table(.teamUsers, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/",                           "teamListTeamUsers",     as: TeamAdmin.self, listUsers, from: .standby),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/users/",                           "teamAddUser",           as: TeamAdmin.self, addUser),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/",                 "teamGetUser",           as: TeamAdmin.self, showUser),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/",                 "teamUpdateUser",        as: TeamAdmin.self, changeUser),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/users/{user_id}/",                 "teamDeleteUser",        as: TeamAdmin.self, deleteUser),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/set-password/",    "teamResetUserPassword", as: TeamAdmin.self, resetPassword),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/users/{user_id}/sessions/",        "teamEndUserSessions",   as: TeamAdmin.self, endSessions),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/two-factor-auth/", "teamEnforceTwofactor",  as: TeamAdmin.self, enforceTwoFactors),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/users/{user_id}/two-factor-auth/", "teamDisableTwoFactor",  as: TeamAdmin.self, disableTwoFactors),
])

// MARK: Wire

private struct NewTeamUser: HashedInput {
  let person: NewPerson

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    person = try await NewPerson(parts.body(), in: hashing.team, hashing)
  }
}

private struct TeamUserChange: NamedInput {
  let named: String
  let change: PersonChange

  init(_ person: NamedPerson, _ parts: Parts) throws {
    let fields = try parts.body()
    var change = try PersonChange(fields)
    change.isTeamAdmin = try fields.optionalBoolean("is_staff")
    change.isActive = try fields.optionalBoolean("is_active")
    (named, self.change) = (person.named, change)
  }
}

/// Whether a person must have a second factor.
struct TwoFactorRule: NamedInput {
  let named: String
  let change: PersonChange

  init(_ person: NamedPerson, _ parts: Parts) throws {
    var change = PersonChange()
    change.mustUseTwoFactors = try parts.body().boolean("force_2fa")
    (named, self.change) = (person.named, change)
  }
}

/// A member, in the form of all operations.
private struct TeamUser: Output, JSONEncodable {
  let person: Person
  /// What the person has left behind, if they were deactivated.
  var left: LeftBehindCounts?
  var revealed: [Revealed] { person.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      person.write(to: &$0)
      $0.add("id", person.account)
      $0.add("ctime", person.created)
      $0.add("last_login", person.lastLogin)
      $0.add("self_usage", 0)
      $0.add("quota", person.quota ?? -2)
      $0.add("id_in_org", person.idInTeam)
      $0.add("is_active", person.isActive)
      $0.add("is_org_admin", person.isTeamAdmin)
      $0.add("is_force_2fa", person.mustUseTwoFactors)
      $0.add("has_default_device", person.hasSecondFactor)
      $0.addAvatar()
      if let left { $0.add("left_behind", left) }
    }
  }
}

private struct TeamPasswordReset: Output, JSONEncodable {
  let password: Secret
  func write(to json: inout JSONWriter) { json.object { $0.add("new_password", password.clear) } }
}

// MARK: Operations

private func listUsers(
  of admin: TeamAdmin, _ search: PagedSearchIfAny, _ app: App
) async throws -> NamedList<TeamUser> {
  let people = try await People(app).list(admin.reach, search.page, with: search.text)
  return NamedList("user_list", people.map { TeamUser(person: $0) })
}

private func addUser(by admin: TeamAdmin, _ new: NewTeamUser, _ app: App) async throws -> TeamUser {
  TeamUser(person: try await People(app).add(new.person, to: admin.team, by: admin.caller))
}

private func showUser(to admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> TeamUser {
  TeamUser(person: try await People(app).find(user.named, admin.reach))
}

private func changeUser(by admin: TeamAdmin, _ user: TeamUserChange, _ app: App) async throws -> TeamUser {
  let person = try await People(app).change(user.named, to: user.change, admin.reach, by: admin.caller)
  let left = try await LeftBehind(app, admin.reach).count(by: person, after: user.change)
  return TeamUser(person: person, left: left)
}

private func deleteUser(by admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> Departure {
  Departure(left: try await People(app).delete(user.named, admin.reach, by: admin.caller))
}

private func resetPassword(by admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> TeamPasswordReset {
  TeamPasswordReset(password: try await People(app).resetPassword(of: user.named, admin.reach, by: admin.caller))
}

private func endSessions(by admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> Success {
  try await People(app).endSessions(of: user.named, admin.reach, by: admin.caller)
  return Success()
}

private func enforceTwoFactors(by admin: TeamAdmin, _ rule: TwoFactorRule, _ app: App) async throws -> Success {
  _ = try await People(app).change(rule.named, to: rule.change, admin.reach, by: admin.caller)
  return Success()
}

/// For people who have lost their second factor: removes it. The requirement to have one stays.
private func disableTwoFactors(by admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> Success {
  try await People(app).removeSecondFactor(of: user.named, admin.reach, by: admin.caller)
  return Success()
}
