internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let teamSettingRoutes = Table(.teamSettings, [
  Route(.get,    "/api/v2.1/org/admin/info/",     "teamGetTeamInfo",        as: TeamAdmin.self, showTeam),
  Route(.put,    "/api/v2.1/org/admin/info/",     "teamUpdateTeam",         as: TeamAdmin.self, renameTeam),
  Route(.get,    "/api/v2.1/org/admin/settings/", "teamGetTeamSettings",    as: TeamAdmin.self, showSettings),
  Route(.put,    "/api/v2.1/org/admin/settings/", "teamUpdateTeamSettings", as: TeamAdmin.self, changeSettings),
  Route(.delete, "/api/v2.1/org/admin/",          "teamDeleteTeam",         as: TeamAdmin.self, deleteTeam),
])

// MARK: Wire

private struct NewTeamName: Input {
  let name: DisplayName

  init(_ parts: Parts) throws { name = try parts.body().name("new_org_name") }
}

private struct SettingsChange: Input {
  let forcesTwoFactors: Bool?
  let forcesSSO: Bool?
  let welcomesByEmail: Bool?
  let allowsPublicLinks: Bool?
  let allowsExternalLinks: Bool?
  let letsMembersRename: Bool?

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    forcesTwoFactors = try fields.optionalBoolean("enable_force_2fa")
    forcesSSO = try fields.optionalBoolean("enable_force_sso_login")
    welcomesByEmail = try fields.optionalBoolean("enable_new_user_email")
    allowsPublicLinks = try fields.optionalBoolean("enable_external_links")
    allowsExternalLinks = try fields.optionalBoolean("enable_external_user_access_invite_link")
    letsMembersRename = try fields.optionalBoolean("enable_member_modify_name")
  }
}

private struct Settings: RowDecodable, Output, JSONEncodable {
  let forcesTwoFactors: Bool
  let forcesSSO: Bool
  let welcomesByEmail: Bool
  let allowsPublicLinks: Bool
  let allowsExternalLinks: Bool
  let letsMembersRename: Bool

  static let columns: SQL = """
    forces_2fa, forces_sso, welcomes_by_email, allows_public_links, allows_external_links, lets_members_rename
    """

  init(_ row: Row) throws(PostgresError) {
    forcesTwoFactors = try row["forces_2fa"]
    forcesSSO = try row["forces_sso"]
    welcomesByEmail = try row["welcomes_by_email"]
    allowsPublicLinks = try row["allows_public_links"]
    allowsExternalLinks = try row["allows_external_links"]
    letsMembersRename = try row["lets_members_rename"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("enable_force_2fa", forcesTwoFactors)
      $0.add("enable_force_sso_login", forcesSSO)
      $0.add("enable_new_user_email", welcomesByEmail)
      $0.add("enable_external_links", allowsPublicLinks)
      $0.add("enable_external_user_access_invite_link", allowsExternalLinks)
      $0.add("enable_member_modify_name", letsMembersRename)
    }
  }
}

/// The team, and what SeaTable counts for it: of that, Basekeeper has members alone.
private struct TeamInfo: RowDecodable, Output, JSONEncodable {
  let id: ID<Team>
  let name: String
  let role: String
  let memberQuota: Int64?
  let members: Int64
  let activeMembers: Int64

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    role = try row["role"]
    memberQuota = try row["member_quota"]
    members = try row["members"]
    activeMembers = try row["active_members"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
      $0.add("role", role)
      $0.add("member_quota", memberQuota ?? -1)
      $0.add("member_usage", members)
      $0.add("active_members", activeMembers)
      $0.add("storage_quota", -1)
      $0.add("storage_usage", 0)
      $0.add("row_total", -1)
      $0.add("row_usage", 0)
      $0.add("big_data_row_limit", -1)
      $0.add("big_data_storage_quota", -1)
      $0.add("big_data_total_rows", 0)
      $0.add("big_data_total_storage", 0)
      $0.add("api_calls_limit", -1)
      $0.add("api_calls_count", 0)
      $0.add("automation_limit", -1)
      $0.add("automation_count", 0)
      $0.add("scripts_running_limit", -1)
      $0.add("scripts_running_count", 0)
      $0.add("ai_credit", -1)
      $0.add("ai_cost", 0)
    }
  }
}

// MARK: Operations

private func showTeam(to admin: TeamAdmin, _: NoInput, _ app: App) async throws -> TeamInfo {
  let team: TeamInfo? = try await app.db.row(
    """
    select team.id, team.name, team.role, team.member_quota::bigint as member_quota,
           (select count(*) from account where \(admin.reach.accounts)) as members,
           (select count(*) from account where \(admin.reach.accounts) and account.is_active) as active_members
    from team
    where team.id = \(admin.team)
    """)
  guard let team else { throw Refusal.notAdministrator }
  return team
}

private func renameTeam(by admin: TeamAdmin, _ new: NewTeamName, _ app: App) async throws -> Success {
  try await app.change(by: admin.caller) {
    try await $0.run("update team set name = \(new.name.text) where id = \(admin.team)")
  }
  return Success()
}

private func showSettings(to admin: TeamAdmin, _: NoInput, _ app: App) async throws -> Settings {
  let settings: Settings? = try await app.db.row("select \(Settings.columns) from team where id = \(admin.team)")
  guard let settings else { throw Refusal.notAdministrator }
  return settings
}

private func changeSettings(by admin: TeamAdmin, _ new: SettingsChange, _ app: App) async throws -> Settings {
  let settings: Settings? = try await app.change(by: admin.caller) {
    if new.forcesTwoFactors == true { try await $0.requireSecondFactor(of: admin.caller) }
    return try await $0.row(
      """
      update team
      set forces_2fa = coalesce(\(new.forcesTwoFactors), forces_2fa),
          forces_sso = coalesce(\(new.forcesSSO), forces_sso),
          welcomes_by_email = coalesce(\(new.welcomesByEmail), welcomes_by_email),
          allows_public_links = coalesce(\(new.allowsPublicLinks), allows_public_links),
          allows_external_links = coalesce(\(new.allowsExternalLinks), allows_external_links),
          lets_members_rename = coalesce(\(new.letsMembersRename), lets_members_rename)
      where id = \(admin.team)
      returning \(Settings.columns)
      """)
  }
  guard let settings else { throw Refusal.notAdministrator }
  return settings
}

private func deleteTeam(by admin: TeamAdmin, _: NoInput, _ app: App) async throws -> Success {
  try await app.delete(admin.team, by: admin.caller)
  return Success()
}

extension App {
  /// Deletes a team; its people, groups and bases stay, without one, for the owners of workspaces and the members of
  /// groups. What the team has answered for ends: API tokens, shares and links. Everything that carries the team's number
  /// is changed with it, so a large team takes longer than other statements may.
  func delete(_ team: ID<Team>, by caller: SignedIn) async throws {
    let count = try await change(by: caller, statementTime: .seconds(600)) {
      try await $0.run("select set_config('basekeeper.ending_team', \(String(team.value)), true)")
      // Who is making a way into one of its bases or groups has made it before, or finds that changed.
      try await $0.run("select from base where team_id = \(team) order by id for update")
      try await $0.run("select from user_group where team_id = \(team) order by id for update")
      try await $0.run("delete from user_share where team_id = \(team)")
      try await $0.run("delete from group_share where team_id = \(team)")
      try await $0.run("delete from base_link where team_id = \(team)")
      try await $0.run(
        "delete from group_link using user_group where user_group.id = group_id and user_group.team_id = \(team)")
      // What the foreign keys would do row by row, from below.
      try await $0.run(
        "update api_token set team_id = null, revoked_at = coalesce(revoked_at, now()) where team_id = \(team)")
      try await $0.run("update base set team_id = null where team_id = \(team)")
      return try await $0.run("delete from team where id = \(team)")
    }
    guard count == 1 else { throw Refusal.notFound(.team(String(team.value))) }
  }
}
