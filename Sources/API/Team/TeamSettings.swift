internal import Access
package import Domain
package import Ground
internal import HTTP

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

extension TeamSettingsChange: Input {
  init(_ parts: Parts) throws {
    self.init()
    let fields = try parts.body()
    forcesTwoFactors = try fields.optionalBoolean("enable_force_2fa")
    forcesSSO = try fields.optionalBoolean("enable_force_sso_login")
    welcomesByEmail = try fields.optionalBoolean("enable_new_user_email")
    allowsPublicLinks = try fields.optionalBoolean("enable_external_links")
    allowsExternalLinks = try fields.optionalBoolean("enable_external_user_access_invite_link")
    letsMembersRename = try fields.optionalBoolean("enable_member_modify_name")
  }
}

extension TeamSettings: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
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

/// SeaTable's usage figures of a team; Basekeeper counts members and rows.
extension TeamInfo: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
      $0.add("role", role)
      $0.add("member_quota", memberQuota ?? -1)
      $0.add("member_usage", members)
      $0.add("active_members", activeMembers)
      $0.add("storage_quota", -1)
      $0.add("storage_usage", 0)
      $0.add("row_total", rowQuota ?? -1)
      $0.add("row_usage", rows)
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
  guard let team = try await Teams(app).info(of: admin.team) else { throw Refusal.notAdministrator }
  return team
}

private func renameTeam(by admin: TeamAdmin, _ new: NewTeamName, _ app: App) async throws -> Success {
  try await Teams(app).rename(admin.team, to: new.name, by: admin.caller)
  return Success()
}

private func showSettings(to admin: TeamAdmin, _: NoInput, _ app: App) async throws -> TeamSettings {
  guard let settings = try await AllTeamSettings(app).find(of: admin.team) else { throw Refusal.notAdministrator }
  return settings
}

private func changeSettings(
  by admin: TeamAdmin, _ change: TeamSettingsChange, _ app: App
) async throws -> TeamSettings {
  guard let settings = try await AllTeamSettings(app).change(of: admin.team, to: change, by: admin.caller) else {
    throw Refusal.notAdministrator
  }
  return settings
}

private func deleteTeam(by admin: TeamAdmin, _: NoInput, _ app: App) async throws -> Success {
  try await Teams(app).delete(admin.team, by: admin.caller)
  return Success()
}
