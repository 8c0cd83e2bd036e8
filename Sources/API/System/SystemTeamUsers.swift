internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let systemTeamUserRoutes = Table(.systemTeamUsers, [
  Route(.get,    "/api/v2.1/admin/organizations/{org_id}/users/",                 "systemListTeamUsers",        as: SystemAdmin.self, listUsers, from: .standby),
  Route(.post,   "/api/v2.1/admin/organizations/{org_id}/users/",                 "systemAddTeamUser",          as: SystemAdmin.self, addUser),
  Route(.post,   "/api/v2.1/admin/organizations/{org_id}/users/{user_id}/",       "systemPutUserIntoTeam",      as: SystemAdmin.self, takeUser),
  Route(.put,    "/api/v2.1/admin/organizations/{org_id}/users/{user_id}/",       "systemUpdateTeamUser",       as: SystemAdmin.self, changeUser),
  Route(.delete, "/api/v2.1/admin/organizations/{org_id}/users/{user_id}/",       "systemDeleteTeamUser",       as: SystemAdmin.self, deleteUser),
  Route(.get,    "/api/v2.1/admin/organizations/{org_id}/groups/",                "systemListTeamGroups",       as: SystemAdmin.self, listGroups, from: .standby),
  Route(.delete, "/api/v2.1/admin/organizations/{org_id}/groups/{group_id}/",     "systemDeleteTeamGroup",      as: SystemAdmin.self, deleteGroup),
])

// MARK: Wire

private struct NewUser: HashedInput {
  let team: NamedTeam
  let person: NewPerson

  init(_ team: NamedTeam, _ parts: Parts, _ hashing: Hashing) async throws {
    (self.team, person) = (team, try await NewPerson(parts.body(), hashing))
  }
}

private struct NamedMember: NamedInput {
  let team: NamedTeam
  let user: String
  init(_ path: Both<NamedTeam, NamedPerson>, _: Parts) { (team, user) = (path.first, path.second.named) }
}

private struct MemberChange: NamedInput {
  let member: NamedMember
  let change: PersonChange

  init(_ path: NamedMember.Path, _ parts: Parts) throws {
    let fields = try parts.body()
    var change = try PersonChange(fields)
    change.isTeamAdmin = try fields.optionalBoolean("is_admin")
    change.isActive = try fields.optionalBoolean("active")
    (member, self.change) = (NamedMember(path, parts), change)
  }
}

private struct GroupOfTeam: NamedInput {
  let team: NamedTeam
  let group: NamedGroup
  init(_ path: Both<NamedTeam, NamedGroup>, _: Parts) { (team, group) = (path.first, path.second) }
}

private struct TeamMember: Output, JSONEncodable {
  let person: Person
  /// Of who was deactivated.
  var left: LeftBehind?
  var revealed: [Revealed] { person.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      person.write(to: &$0)
      $0.add("org_id", person.team?.value ?? -1)
      $0.add("is_org_admin", person.isTeamAdmin)
      $0.add("create_time", person.created)
      $0.add("last_login", person.lastLogin?.wire ?? "")  // empty for never, as SeaTable has it here
      $0.add("active", person.isActive)
      if let left { $0.add("left_behind", left) }
    }
  }
}

// MARK: Operations

private func listUsers(of admin: SystemAdmin, _ team: PageOfTeam, _ app: App) async throws -> NamedList<TeamMember> {
  let reach = admin.reach(into: try await app.key(of: team.team))
  let people: [Person] = try await app.db.rows(
    Person.select("select * from account where \(reach.accounts) order by id \(team.page.limit)"))
  return NamedList("users", people.map { TeamMember(person: $0) })
}

private func addUser(by admin: SystemAdmin, _ new: NewUser, _ app: App) async throws -> TeamMember {
  TeamMember(person: try await app.add(new.person, to: try await app.key(of: new.team), by: admin.caller))
}

/// Puts somebody without a team into this one.
private func takeUser(by admin: SystemAdmin, _ member: NamedMember, _ app: App) async throws -> TeamMember {
  let team = try await app.key(of: member.team)
  let person = try await Person.find(member.user, admin.reach, app)
  try await app.change(by: admin.caller, statementTime: .seconds(120)) {
    guard try await $0.put(person.account, into: team) else {
      throw DomainError.refused("User \(person.name) is already in a team, or deactivated.")
    }
  }
  return TeamMember(person: try await Person.find(member.user, admin.reach, app))
}

private func changeUser(by admin: SystemAdmin, _ change: MemberChange, _ app: App) async throws -> TeamMember {
  let reach = admin.reach(into: try await app.key(of: change.member.team))
  let person = try await app.change(change.member.user, to: change.change, reach, by: admin.caller)
  return TeamMember(person: person, left: try await app.leftBehind(by: person, after: change.change, reach))
}

private func deleteUser(by admin: SystemAdmin, _ member: NamedMember, _ app: App) async throws -> Departure {
  try await app.delete(member.user, admin.reach(into: try await app.key(of: member.team)), by: admin.caller)
}

private func listGroups(of admin: SystemAdmin, _ team: Long<NamedTeam>, _ app: App) async throws -> NamedList<
  AdministeredGroup
> {
  let reach = admin.reach(into: try await app.key(of: team.of))
  return NamedList(
    "group_list",
    try await app.groups("select * from user_group where \(reach.groups) order by id \(team.page.limit)"))
}

private func deleteGroup(by admin: SystemAdmin, _ group: GroupOfTeam, _ app: App) async throws -> Success {
  try await app.delete(
    group.group, within: admin.reach(into: try await app.key(of: group.team)).groups, by: admin.caller)
  return Success()
}
