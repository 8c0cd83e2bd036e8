internal import Access
internal import HTTP
internal import Postgres

let accountRoutes = [
  Route(.get, "/api2/account/info/", "getAccountInfo", as: SignedIn.self, showAccount)
]

// MARK: Wire

/// Basekeeper keeps no rows and no files: what counts them stands at nothing used, nothing limited.
private struct AccountInfo: RowDecodable, Output, JSONEncodable {
  let user: UserID
  let team: ID<Team>?
  let email: String
  let loginID: String?
  let name: String
  let isTeamAdmin: Bool
  let isSystemAdmin: Bool
  var avatarURL = ""

  init(_ row: Row) throws(PostgresError) {
    user = try row["uid"]
    team = try row["team_id"]
    email = try row["email"]
    loginID = try row["login_id"]
    name = try row["name"]
    isTeamAdmin = try row["is_team_admin"]
    isSystemAdmin = try row["is_system_admin"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      if let team {
        $0.add("org_id", team)
        $0.add("is_org_staff", isTeamAdmin ? 1 : 0)
      } else {
        $0.add("is_cloud_personal_account", true)
      }
      $0.add("email", user)
      $0.add("name", name)
      $0.add("login_id", loginID ?? "")
      $0.add("contact_email", email)
      $0.add("institution", "")
      $0.add("avatar_url", avatarURL)
      $0.add("is_staff", isSystemAdmin)
      $0.add("space_usage", "0%")
      $0.add("total", -1)
      $0.add("usage", 0)
      $0.add("row_usage_rate", "0%")
      $0.add("row_total", -1)
      $0.add("row_usage", 0)
      $0.add("enable_chargebee", false)
      $0.add("enable_subscription", false)
      $0.add("dtable_updates_email_interval", 0)
      $0.add("dtable_collaborate_email_interval", 0)
    }
  }
}

// MARK: Operations

private func showAccount(of caller: SignedIn, _: NoInput, _ app: App) async throws -> AccountInfo {
  let found: AccountInfo? = try await app.db.lookup(
    """
    select uid, team_id, email, login_id, name, is_team_admin, is_system_admin
    from live_account where id = \(caller.account)
    """)
  guard var found else { throw Refusal.badAccountToken }
  found.avatarURL = app.settings.avatarURL
  return found
}
