internal import Access
internal import Crypto
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let systemTeamRoutes = Table(.systemTeams, [
  Route(.get,    "/api/v2.1/admin/organizations/",                                "systemListTeams",            as: SystemAdmin.self, listTeams, from: .standby),
  Route(.post,   "/api/v2.1/admin/organizations/",                                "systemAddTeam",              as: SystemAdmin.self, addTeam),
  Route(.get,    "/api/v2.1/admin/organizations/{org_id}/dtables/",               "systemListTeamBases",        as: SystemAdmin.self, listBases, from: .standby),
  Route(.get,    "/api/v2.1/admin/organizations-basic-info/",                     "systemGetOrganizationNames", as: SystemAdmin.self, listNames, from: .standby),
  Route(.get,    "/api/v2.1/admin/organizations/{org_id}/",                       "systemSearchTeam",           as: SystemAdmin.self, showTeam),
  Route(.put,    "/api/v2.1/admin/organizations/{org_id}/",                       "systemUpdateTeam",           as: SystemAdmin.self, changeTeam),
  Route(.delete, "/api/v2.1/admin/organizations/{org_id}/",                       "systemDeleteTeam",           as: SystemAdmin.self, deleteTeam),
])

// MARK: Wire

private struct TeamSearch: Input {
  let page: Page
  let role: String?
  let text: String?

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    role = try query.optionalText("role", upTo: 255)
    text = try query.optionalText("query", upTo: 255)
  }
}

struct PageOfTeam: NamedInput {
  let team: NamedTeam
  let page: Page
  init(_ team: NamedTeam, _ parts: Parts) throws { (self.team, page) = (team, try Page(parts)) }
}

private struct HashedNewTeam: HashedInput {
  let new: NewTeam

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    let name: DisplayName = try fields.name("org_name")
    let admin = try await NewPerson(fields, email: "admin_email", name: "admin_name", names: [name.text], hashing)
    new = NewTeam(name: name, admin: admin)
  }
}

private struct NamedTeamChange: NamedInput {
  let team: NamedTeam
  let change: TeamChange

  init(_ team: NamedTeam, _ parts: Parts) throws {
    self.team = team
    let fields = try parts.body()
    var change = TeamChange()
    change.name = try fields.optionalName("org_name")
    change.role = try fields.optionalName("role")
    change.memberQuota = try fields.patch("max_user_number", -2...1_000_000_000) { $0 < 0 }
    change.rowQuota = try fields.patch("row_limit", -2...1_000_000_000_000) { $0 < 0 }
    self.change = change
  }
}

private struct TeamIDs: Input {
  let ids: [Int64]

  init(_ parts: Parts) throws {
    ids = try parts.query().words("org_ids", 0...1000).map { try parsed("org_ids", ID<Team>(text: $0)).value }
  }
}

extension TeamRecord: Output, JSONEncodable {
  var revealed: [Revealed] { admin?.revealed ?? [] }

  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
      $0.add("ctime", created)
      $0.add("org_url_prefix", "org_\(id.value)")
      $0.add("role", role)
      $0.add("creator_email", creator?.wire ?? "")
      $0.add("creator_name", creatorName)
      $0.add("creator_contact_email", creatorEmail)
      $0.add("quota", -2)
      $0.add("storage_usage", 0)
      $0.add("storage_quota", -1)
      $0.add("max_user_number", memberQuota ?? -1)
      $0.add("rows_count", rows)
      $0.add("row_limit", rowQuota ?? -1)
      $0.add("monthly_automation_limit_per_user", -1)
      if let newPassword = admin?.newPassword { $0.add("new_password", newPassword.clear) }
      if let counts {
        $0.add("users_count", counts.users)
        $0.add("active_users_count", counts.activeUsers)
        $0.add("groups_count", counts.groups)
      }
    }
  }
}

extension TeamName: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
    }
  }
}

// MARK: Operations

private func listTeams(of _: SystemAdmin, _ search: TeamSearch, _ app: App) async throws -> NamedList<TeamRecord> {
  let (teams, count) = try await Teams(app).list(role: search.role, with: search.text, search.page)
  return NamedList("organizations", teams, count: ("count", count))
}

private func addTeam(by admin: SystemAdmin, _ new: HashedNewTeam, _ app: App) async throws -> TeamRecord {
  try await Teams(app).make(new.new, by: admin.caller)
}

private func listBases(
  of admin: SystemAdmin, _ team: PageOfTeam, _ app: App
) async throws -> NamedList<AdministeredBase> {
  let reach = try await Teams(app).reach(of: admin, team.team.named)
  let (bases, count) = try await AdministeredBases(app, reach).list(team.page)
  return NamedList("dtable_list", bases, count: ("count", count))
}

private func listNames(of _: SystemAdmin, _ teams: TeamIDs, _ app: App) async throws -> NamedList<TeamName> {
  NamedList("organization_list", try await Teams(app).names(of: teams.ids))
}

private func showTeam(to _: SystemAdmin, _ team: NamedTeam, _ app: App) async throws -> TeamRecord {
  try await Teams(app).show(team.named, counted: true)
}

private func changeTeam(by admin: SystemAdmin, _ team: NamedTeamChange, _ app: App) async throws -> TeamRecord {
  try await Teams(app).change(team.team.named, to: team.change, by: admin.caller)
}

private func deleteTeam(by admin: SystemAdmin, _ team: NamedTeam, _ app: App) async throws -> Success {
  guard let id = ID<Team>(text: team.named) else { throw Refusal.notFound(.team(team.named)) }
  try await Teams(app).delete(id, by: admin.caller)
  return Success()
}
