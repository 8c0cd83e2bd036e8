package import Access
package import Postgres

/// A person's own account.
package struct OwnAccount: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's account.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// The account as it is now.
  package func show() async throws -> OwnAccountRecord {
    let found: OwnAccountRecord? = try await app.db.lookup(
      """
      select id, uid, team_id, email, login_id, name, is_team_admin, is_system_admin
      from live_account where id = \(caller.account)
      """)
    guard let found else { throw Refusal.badAccountToken }
    return try await app.db.countingRows(of: found)
  }

  /// Renames the caller. Throws `DomainError.forbidden` if the team does not let its members do that.
  package func rename(to name: DisplayName) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update account set name = \(name.text)
        where id = \(caller.account)
          and (is_team_admin or not exists (
            select from team where team.id = account.team_id and not team.lets_members_rename
          ))
        """)
    }
    guard count == 1 else { throw DomainError.forbidden("The team does not let its members change their names.") }
  }

  /// Changes the caller's address. No e-mail confirms it, so it takes effect at once. If the operator or the team asks for
  /// the password, the proof is needed.
  package func changeAddress(to email: EmailAddress, _ proof: PasswordProof?) async throws {
    if proof == nil, try await asksForPassword { throw DomainError.invalid(field: "password") }
    let confirmed: ConfirmedPassword? =
      if let proof { try await OwnPassword(app, of: caller).confirm(proof) } else { nil }
    try await app.change(by: caller) {
      if let confirmed { try await $0.holdPassword(of: caller, confirmed) }
      try await $0.run("update account set email = \(email.text) where id = \(caller.account)")
    }
  }

  private var asksForPassword: Bool {
    get async throws {
      guard !app.settings.confirmsEmailChange else { return true }
      return try await app.db.count("select count(*) from team where id = \(caller.team) and confirms_email_change") > 0
    }
  }
}

/// An account as its owner sees it.
package struct OwnAccountRecord: RowDecodable, Sendable {
  let account: ID<Account>
  package let user: UserID
  package let team: ID<Team>?
  package let email: String
  package let loginID: String?
  package let name: String
  package let isTeamAdmin: Bool
  package let isSystemAdmin: Bool
  /// The rows of the live bases in their own workspace.
  package internal(set) var rows: Int64 = 0

  package init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    user = try row["uid"]
    team = try row["team_id"]
    email = try row["email"]
    loginID = try row["login_id"]
    name = try row["name"]
    isTeamAdmin = try row["is_team_admin"]
    isSystemAdmin = try row["is_system_admin"]
  }
}
