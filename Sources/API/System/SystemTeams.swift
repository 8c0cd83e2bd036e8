internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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

private struct TeamPage: Input {
  let page: Page
  let role: String?

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    role = try query.optionalText("role", upTo: 255)
  }
}

struct PageOfTeam: NamedInput {
  let team: NamedTeam
  let page: Page
  init(_ team: NamedTeam, _ parts: Parts) throws { (self.team, page) = (team, try Page(parts)) }
}

private struct NewTeam: HashedInput {
  let name: DisplayName
  let admin: NewPerson

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    name = try fields.name("org_name")
    var admin = try await NewPerson(fields, email: "admin_email", name: "admin_name", hashing)
    admin.isTeamAdmin = true
    self.admin = admin
  }
}

private struct TeamChange: NamedInput {
  let team: NamedTeam
  let name: String?
  let role: String?
  /// Negative takes it away.
  let memberQuota: Int64?

  init(_ team: NamedTeam, _ parts: Parts) throws {
    self.team = team
    let fields = try parts.body()
    name = try fields.optionalName("org_name")
    role = try fields.optionalName("role")
    memberQuota = try fields.optionalInteger("max_user_number", -2...1_000_000_000)
  }
}

private struct TeamIDs: Input {
  let ids: [Int64]

  init(_ parts: Parts) throws {
    ids = try parts.query().words("org_ids", 0...1000).map { try parsed("org_ids", ID<Team>(text: $0)).value }
  }
}

/// A team, in one form for all operations. Its creator is the admin it was made with.
private struct TeamRecord: RowDecodable, Output, JSONEncodable {
  let id: ID<Team>
  let name: String
  let role: String
  let created: Timestamp
  let memberQuota: Int64?
  let creator: UserID?
  let creatorName: String
  let creatorEmail: String
  let counts: Counts?
  /// The admin, if a password was generated.
  var admin: Person?
  var revealed: [Revealed] { admin?.revealed ?? [] }

  struct Counts: Sendable {
    let users: Int64
    let activeUsers: Int64
    let groups: Int64
  }

  /// Gives the teams of a statement that selects rows of `team`.
  static func select(_ rows: SQL, counted: Bool = false) -> SQL {
    """
    select team.id, team.name, team.role, team.created_at, team.member_quota::bigint as member_quota,
           creator.uid as creator_uid, coalesce(creator.name, '') as creator_name,
           coalesce(creator.email, '') as creator_email, \(counts(counted))
    from (\(rows)) as team
    left join account as creator on creator.id = team.creator_id
    order by team.id
    """
  }

  private static func counts(_ areWanted: Bool) -> SQL {
    guard areWanted else { return "null::bigint as users, null::bigint as active_users, null::bigint as groups" }
    return """
      (select count(*) from account where account.team_id = team.id and account.deleted_at is null) as users,
      (select count(*) from account
       where account.team_id = team.id and account.deleted_at is null and account.is_active) as active_users,
      (select count(*) from user_group where user_group.team_id = team.id) as groups
      """
  }

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    role = try row["role"]
    created = try row["created_at"]
    memberQuota = try row["member_quota"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    creatorEmail = try row["creator_email"]
    let users: Int64? = try row["users"]
    counts =
      if let users {
        Counts(users: users, activeUsers: try row["active_users"], groups: try row["groups"])
      } else { nil }
  }

  func write(to json: inout JSONWriter) {
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
      $0.add("rows_count", 0)
      $0.add("row_limit", -1)
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

private struct TeamName: RowDecodable, JSONEncodable {
  let id: ID<Team>
  let name: String

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
    }
  }
}

// MARK: Operations

private func listTeams(of _: SystemAdmin, _ search: TeamPage, _ app: App) async throws -> NamedList<TeamRecord> {
  let condition: SQL = if let role = search.role { "team.role = \(role)" } else { "true" }
  let count = try await app.db.count("select count(*) from team where \(condition)")
  let teams: [TeamRecord] = try await app.db.rows(
    TeamRecord.select("select * from team where \(condition) order by id \(search.page.limit)"))
  return NamedList("organizations", teams, count: ("count", count))
}

/// The team and its first admin come to be together; the admin may be somebody who is in no team, because theirs was
/// deleted.
private func addTeam(by admin: SystemAdmin, _ new: NewTeam, _ app: App) async throws -> TeamRecord {
  let (made, person) = try await app.change(by: admin.caller, statementTime: .seconds(120)) {
    let made: ID<Team>? = try await $0.row("insert into team (name) values (\(new.name.text)) returning id")
    guard let made else { throw Refusal.notFound(.team(new.name.text)) }
    let person = try await app.putOrAdd(new.admin, to: made, in: $0)
    try await $0.run("update team set creator_id = \(person.account) where id = \(made)")
    return (made, person)
  }
  var team = try await app.team(String(made.value))
  team.admin = person
  return team
}

private func listBases(of admin: SystemAdmin, _ team: PageOfTeam, _ app: App) async throws -> NamedList<
  AdministeredBase
> {
  try await app.bases(admin.reach(into: try await app.key(of: team.team)), team.page)
}

private func listNames(of admin: SystemAdmin, _ teams: TeamIDs, _ app: App) async throws -> NamedList<TeamName> {
  NamedList(
    "organization_list", try await app.db.rows("select id, name from team where id = any(\(teams.ids)) order by id"))
}

private func showTeam(to _: SystemAdmin, _ team: NamedTeam, _ app: App) async throws -> TeamRecord {
  try await app.team(team.named, counted: true)
}

/// A team may have more members than its new quota; then it takes no more.
private func changeTeam(by admin: SystemAdmin, _ change: TeamChange, _ app: App) async throws -> TeamRecord {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update team
      set name = coalesce(\(change.name), name), role = coalesce(\(change.role), role),
          member_quota = case
            when \(change.memberQuota)::integer is null then member_quota
            when \(change.memberQuota)::integer >= 0 then \(change.memberQuota)::integer
          end
      where id = \(ID<Team>(text: change.team.named))
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.team(change.team.named)) }
  return try await app.team(change.team.named)
}

private func deleteTeam(by admin: SystemAdmin, _ team: NamedTeam, _ app: App) async throws -> Success {
  guard let id = ID<Team>(text: team.named) else { throw Refusal.notFound(.team(team.named)) }
  try await app.delete(id, by: admin.caller)
  return Success()
}

extension App {
  /// The team that a path names.
  fileprivate func team(_ named: String, counted: Bool = false) async throws -> TeamRecord {
    let found: TeamRecord? = try await db.row(
      TeamRecord.select("select * from team where id = \(ID<Team>(text: named))", counted: counted))
    guard let found else { throw Refusal.notFound(.team(named)) }
    return found
  }

  /// The key of the team that a path names.
  func key(of team: NamedTeam) async throws -> ID<Team> { try await self.team(team.named).id }
}
