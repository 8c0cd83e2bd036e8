internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let accountRoutes = Table(.account, [
  Route(.get, "/api2/account/info/",           "getAccountInfo",     as: SignedIn.self, showAccount),
  Route(.get, "/api/v2.1/user/",               "getUserInfo",        as: SignedIn.self, showAccount),
  Route(.put, "/api/v2.1/user/",               "updateUserInfo",     as: SignedIn.self, changeName),
  Route(.put, "/api/v2.1/user/contact-email/", "updateEmailAddress", as: SignedIn.self, changeAddress),
])

// MARK: Wire

private struct NewName: Input {
  let name: String

  init(_ parts: Parts) throws {
    let name: DisplayName = try parts.body().name("name")
    self.name = name.text
  }
}

private struct NewAddress: Input {
  let email: EmailAddress

  init(_ parts: Parts) throws {
    email = try parsed("new_contact_email", EmailAddress(try parts.body().text("new_contact_email", 1...254)))
  }
}

private struct Message: Output, JSONEncodable {
  let text: String
  func write(to json: inout JSONWriter) { json.object { $0.add("msg", text) } }
}

/// Basekeeper keeps no rows and no files: what counts them stands at nothing used, nothing limited.
private struct AccountInfo: RowDecodable, Output, JSONEncodable {
  let user: UserID
  let team: ID<Team>?
  let email: String
  let loginID: String?
  let name: String
  let isTeamAdmin: Bool
  let isSystemAdmin: Bool

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
      $0.addAvatar()
      $0.add("is_staff", isSystemAdmin)
      $0.add("space_usage", "0%")
      $0.add("total", -1)
      $0.add("usage", 0)
      $0.add("row_usage_rate", "0%")
      $0.add("row_total", -1)
      $0.add("row_usage", 0)
      $0.add("api_calls_limit", -1)
      $0.add("api_calls_usage_rate", "0%")
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
  guard let found else { throw Refusal.badAccountToken }
  return found
}

/// A team may keep its members' names to itself.
private func changeName(of caller: SignedIn, _ new: NewName, _ app: App) async throws -> AccountInfo {
  let count = try await app.change(by: caller) {
    try await $0.run(
      """
      update account set name = \(new.name)
      where id = \(caller.account)
        and (is_team_admin or not exists (
          select from team where team.id = account.team_id and not team.lets_members_rename
        ))
      """)
  }
  guard count == 1 else { throw DomainError.forbidden("The team does not let its members change their names.") }
  return try await showAccount(of: caller, NoInput(), app)
}

/// There is no e-mail to confirm it with, so it counts at once.
private func changeAddress(of caller: SignedIn, _ new: NewAddress, _ app: App) async throws -> Message {
  try await app.change(by: caller) {
    try await $0.run("update account set email = \(new.email.text) where id = \(caller.account)")
  }
  return Message(text: "The address was changed to \(new.email.text).")
}
