internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// A person as administrators see him.
struct Person: RowDecodable, Sendable {
  let account: ID<Account>
  let user: UserID
  let team: ID<Team>?
  let teamName: String?
  let workspace: ID<Workspace>?
  let email: String
  let loginID: String
  let name: String
  let unit: String
  let idInTeam: String
  let role: String
  let adminRole: String
  /// In bytes; nil where nobody has set one.
  let quota: Int64?
  let mustUseTwoFactors: Bool
  let hasSecondFactor: Bool
  let isTeamAdmin: Bool
  let isSystemAdmin: Bool
  let isActive: Bool
  let created: Timestamp
  let lastLogin: Timestamp?
  /// One that was generated, in the answer that tells of it.
  var newPassword: Secret?
  var revealed: [Revealed] { newPassword == nil ? [] : [.password(of: user)] }

  /// Gives the people of a statement that selects rows of `account`, and nothing but what they are joined with for
  /// these.
  static func select(_ rows: SQL) -> SQL {
    """
    select account.id, account.uid, account.team_id, team.name as team_name, workspace.id as workspace_id,
           account.email, coalesce(account.login_id, '') as login_id, account.name, account.unit, account.id_in_org,
           account.role, account.admin_role, account.quota_total, account.forces_2fa,
           account.totp_confirmed_at is not null as has_2fa, account.is_team_admin, account.is_system_admin,
           account.is_active, account.created_at, account.last_login_at
    from (\(rows)) as account
    left join team on team.id = account.team_id
    left join workspace on workspace.account_id = account.id
    order by account.id
    """
  }

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    user = try row["uid"]
    team = try row["team_id"]
    teamName = try row["team_name"]
    workspace = try row["workspace_id"]
    email = try row["email"]
    loginID = try row["login_id"]
    name = try row["name"]
    unit = try row["unit"]
    idInTeam = try row["id_in_org"]
    role = try row["role"]
    adminRole = try row["admin_role"]
    quota = try row["quota_total"]
    mustUseTwoFactors = try row["forces_2fa"]
    hasSecondFactor = try row["has_2fa"]
    isTeamAdmin = try row["is_team_admin"]
    isSystemAdmin = try row["is_system_admin"]
    isActive = try row["is_active"]
    created = try row["created_at"]
    lastLogin = try row["last_login_at"]
  }

  /// What every form of a person on the wire has. `-2` stands for a quota that nobody has set.
  func write(to object: inout JSONWriter.Members) {
    object.add("email", user)
    object.add("name", name)
    object.add("contact_email", email)
    object.add("workspace_id", workspace)
    object.add("quota_usage", 0)
    object.add("quota_total", quota ?? -2)
    if let newPassword { object.add("new_password", newPassword.clear) }
  }

  /// The person of a user id, within reach.
  static func find(_ named: String, _ reach: Reach, _ app: App) async throws -> Person {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    let found: Person? = try await app.db.row(
      select("select * from account where uid = \(user) and \(reach.accounts)"))
    guard let found else { throw Refusal.notFound(.user(named)) }
    return found
  }
}

/// The person that a path names by `user_id`.
struct NamedPerson: PathInput {
  static let variable = "user_id"
  let named: String
  init(_ segment: String) { named = segment }
}

// MARK: Changing

/// What an administrator changes about a person; nil stays as it is.
struct PersonChange: Sendable {
  var email: EmailAddress?
  var name: String?
  var loginID: String?
  var idInTeam: String?
  var unit: String?
  var role: String?
  /// In bytes; 0 takes it away.
  var quota: Int64?
  var mustUseTwoFactors: Bool?
  var losesSecondFactor = false
  var isTeamAdmin: Bool?
  var isSystemAdmin: Bool?
  var isActive: Bool?
  var password: PasswordHash?

  init() {}

  /// From the fields that all operations share. Quotas come in megabytes; what is not positive takes one away.
  init(_ fields: Fields) throws {
    if let text = try fields.optionalText("contact_email", upTo: 254) {
      guard let email = EmailAddress(text) else { throw FieldsError.invalid("contact_email") }
      self.email = email
    }
    name = try fields.optionalName("name")
    idInTeam = try fields.removableName("id_in_org")
    quota = try fields.optionalInteger("quota_total", -2...1_000_000_000_000).map { max(0, $0) * 1_000_000 }
  }
}

extension App {
  /// Changes a person within reach. Who is deactivated, gets another password or loses the second factor has to sign in
  /// anew.
  func change(_ named: String, to new: PersonChange, _ reach: Reach, by caller: SignedIn) async throws -> Person {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    return try await change(by: caller, endsOwnAccess: user == caller.user) {
      try await $0.holdAccess(of: "uid = \(user) and \(reach.changeableAccounts(by: caller))")
      if new.mustUseTwoFactors == true, user == caller.user { try await $0.requireSecondFactor(of: caller) }
      let changed = try await $0.run(
        """
        update account
        set email = coalesce(\(new.email?.text), email), name = coalesce(\(new.name), name),
            login_id = case when \(new.loginID)::text is null then login_id else nullif(\(new.loginID), '') end,
            id_in_org = coalesce(\(new.idInTeam), id_in_org), unit = coalesce(\(new.unit), unit),
            role = coalesce(\(new.role), role),
            quota_total = case when \(new.quota)::bigint is null then quota_total else nullif(\(new.quota), 0) end,
            forces_2fa = coalesce(\(new.mustUseTwoFactors), forces_2fa),
            is_team_admin = coalesce(\(new.isTeamAdmin), is_team_admin),
            is_system_admin = coalesce(\(new.isSystemAdmin), is_system_admin),
            is_active = coalesce(\(new.isActive), is_active),
            password_hash = coalesce(\(new.password), password_hash)
        where uid = \(user) and \(reach.changeableAccounts(by: caller))
        """)
      guard changed == 1 else { throw try await refusal(of: named, reach) }
      if new.losesSecondFactor { try await $0.removeSecondFactor(of: user) }
      if new.isActive == false || new.password != nil || new.losesSecondFactor {
        try await $0.endAccountTokens(of: user)
      }
      let person: Person? = try await $0.row(Person.select("select * from account where uid = \(user)"))
      guard let person else { throw Refusal.notFound(.user(named)) }
      return person
    }
  }

  /// Gives a person within reach a new password, and says which.
  func resetPassword(of named: String, _ reach: Reach, by caller: SignedIn) async throws -> Secret {
    let secret = Secret.generatedPassword()
    var new = PersonChange()
    new.password = try await hash(secret.clear, by: caller.subject)
    _ = try await change(named, to: new, reach, by: caller)
    return secret
  }

  /// Deletes a person within reach: his bases go to the trash, his account tokens end, his groups pass to their oldest
  /// admin or member. The address stays taken, and what he made keeps his name. Says what he has left behind.
  func delete(_ named: String, _ reach: Reach, by caller: SignedIn) async throws -> Departure {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    let gone = try await change(by: caller, endsOwnAccess: user == caller.user) {
      try await $0.holdAccess(of: "uid = \(user) and \(reach.changeableAccounts(by: caller))")
      let gone: ID<Account>? = try await $0.row(
        """
        update account set deleted_at = now(), is_active = false
        where uid = \(user) and \(reach.changeableAccounts(by: caller))
        returning id
        """)
      guard let gone else { throw try await refusal(of: named, reach) }
      try await $0.run("delete from account_token where account_id = \(gone)")
      try await $0.run("delete from user_share where account_id = \(gone)")
      try await $0.run("delete from invite_link_guest where account_id = \(gone)")
      try await $0.run("delete from favorite where account_id = \(gone)")
      try await $0.run(
        """
        update base set deleted_at = now(), modifier_id = \(caller.account)
        from workspace
        where workspace.id = base.workspace_id and workspace.account_id = \(gone) and base.deleted_at is null
        """)
      let left: [Left] = try await $0.rows(
        "delete from group_member where account_id = \(gone) returning group_id, role")
      try await $0.run(
        """
        update group_member set role = 'owner'
        from (
          select distinct on (member.group_id) member.group_id, member.account_id
          from group_member as member
          join live_account as account on account.id = member.account_id
          where member.group_id = any(\(left.filter { $0.role == .owner }.map(\.group.value)))
          order by member.group_id, member.role = 'admin' desc, member.joined_at, member.account_id
        ) as heir
        where group_member.group_id = heir.group_id and group_member.account_id = heir.account_id
        """)
      return gone
    }
    return Departure(left: try await leftBehind(by: gone, reach))
  }
}

extension Transaction {
  /// Waits for what a person is writing, who is the one row of `account` for which the condition holds, and lets them write
  /// nothing more until the end. It comes before their rows are touched: whoever writes holds their own access first, and
  /// may touch these rows then.
  func holdAccess(of person: SQL) async throws(PostgresError) {
    try await run("select hold_access(account.id, true) from account where \(person)")
  }

  /// Takes away a person's second factor with its recovery codes.
  func removeSecondFactor(of user: UserID) async throws {
    try await run(
      """
      with person as (
        update account set totp_sealed = null, totp_confirmed_at = null, totp_last_step = null, totp_used_steps = '{}'
        where uid = \(user) returning id
      )
      delete from recovery_code using person where recovery_code.account_id = person.id
      """)
  }

  /// Ends a person's account tokens, who has to sign in anew.
  func endAccountTokens(of user: UserID) async throws {
    try await run("delete from account_token where account_id = (select id from account where uid = \(user))")
  }
}

extension App {
  /// Why a person cannot be changed.
  private func refusal(of named: String, _ reach: Reach) async throws -> Refusal {
    _ = try await Person.find(named, reach, self)
    return .notAllowed
  }
}

private struct Left: RowDecodable {
  let group: ID<Group>
  let role: Role

  init(_ row: Row) throws(PostgresError) {
    group = try row["group_id"]
    role = try row["role"]
  }
}
