internal import Access
internal import Domain
internal import Ground
internal import HTTP

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

private struct NewUserOfTeam: HashedInput {
  let team: NamedTeam
  let person: NewPerson

  init(_ team: NamedTeam, _ parts: Parts, _ hashing: Hashing) async throws {
    (self.team, person) = (team, try await NewPerson(parts.body(), in: ID(text: team.named), hashing))
  }
}

private struct UserOfTeam: NamedInput {
  let team: NamedTeam
  let user: String
  init(_ path: Both<NamedTeam, NamedPerson>, _: Parts) { (team, user) = (path.first, path.second.named) }
}

private struct UserOfTeamChange: NamedInput {
  let member: UserOfTeam
  let change: PersonChange

  init(_ path: UserOfTeam.Path, _ parts: Parts) throws {
    let fields = try parts.body()
    var change = try PersonChange(fields)
    change.isTeamAdmin = try fields.optionalBoolean("is_admin")
    change.isActive = try fields.optionalBoolean("active")
    (member, self.change) = (UserOfTeam(path, parts), change)
  }
}

private struct GroupOfTeam: NamedInput {
  let team: NamedTeam
  let group: NamedGroup
  init(_ path: Both<NamedTeam, NamedGroup>, _: Parts) { (team, group) = (path.first, path.second) }
}

private struct TeamUserOfSystem: Output, JSONEncodable {
  let person: Person
  /// What the person has left behind, if they were deactivated.
  var left: LeftBehindCounts?
  var revealed: [Revealed] { person.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      person.write(to: &$0)
      $0.add("org_id", person.team?.value ?? -1)
      $0.add("is_org_admin", person.isTeamAdmin)
      $0.add("create_time", person.created)
      $0.add("last_login", person.lastLogin?.wire ?? "")  // empty for never, as in SeaTable
      $0.add("active", person.isActive)
      if let left { $0.add("left_behind", left) }
    }
  }
}

// MARK: Operations

private func listUsers(
  of admin: SystemAdmin, _ team: PageOfTeam, _ app: App
) async throws -> NamedList<TeamUserOfSystem> {
  let reach = try await Teams(app).reach(of: admin, team.team.named)
  return NamedList("users", try await People(app).list(reach, team.page).map { TeamUserOfSystem(person: $0) })
}

private func addUser(by admin: SystemAdmin, _ new: NewUserOfTeam, _ app: App) async throws -> TeamUserOfSystem {
  let team = try await Teams(app).find(new.team.named).id
  return TeamUserOfSystem(person: try await People(app).add(new.person, to: team, by: admin.caller))
}

/// Puts a person without a team into this one.
private func takeUser(by admin: SystemAdmin, _ member: UserOfTeam, _ app: App) async throws -> TeamUserOfSystem {
  let team = try await Teams(app).find(member.team.named).id
  return TeamUserOfSystem(
    person: try await People(app).take(member.user, into: team, admin.reach, by: admin.caller))
}

private func changeUser(
  by admin: SystemAdmin, _ change: UserOfTeamChange, _ app: App
) async throws -> TeamUserOfSystem {
  let reach = try await Teams(app).reach(of: admin, change.member.team.named)
  let person = try await People(app).change(change.member.user, to: change.change, reach, by: admin.caller)
  let left = try await LeftBehind(app, reach).count(by: person, after: change.change)
  return TeamUserOfSystem(person: person, left: left)
}

private func deleteUser(by admin: SystemAdmin, _ member: UserOfTeam, _ app: App) async throws -> Departure {
  let reach = try await Teams(app).reach(of: admin, member.team.named)
  return Departure(left: try await People(app).delete(member.user, reach, by: admin.caller))
}

private func listGroups(
  of admin: SystemAdmin, _ team: Long<NamedTeam>, _ app: App
) async throws -> NamedList<AdministeredGroup> {
  let reach = try await Teams(app).reach(of: admin, team.of.named)
  return NamedList("group_list", try await Groups(app).list(reach, team.page))
}

private func deleteGroup(by admin: SystemAdmin, _ group: GroupOfTeam, _ app: App) async throws -> Success {
  let reach = try await Teams(app).reach(of: admin, group.team.named)
  try await Groups(app).delete(group.group.named, within: reach.groups, by: admin.caller)
  return Success()
}
