package import Access
package import Crypto
internal import Ground
package import Postgres

/// People and their accounts, as administrators see and change them.
package struct People: Sendable {
  let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// The person with a user ID, within reach.
  package func find(_ named: String, _ reach: Reach) async throws -> Person {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    let found: Person? = try await app.db.row(
      Person.select("select * from account where uid = \(user) and \(reach.accounts)"))
    guard let found else { throw Refusal.notFound(.user(named)) }
    return found
  }

  /// A page of the people within reach, all or those with `text` in their name, address or login ID.
  package func list(_ reach: Reach, _ page: Page, with text: String? = nil) async throws(PostgresError) -> [Person] {
    let pattern = containing(text ?? "")
    let found: SQL =
      if text == nil { "true" } else {
        "(name ilike \(pattern) or email ilike \(pattern) or login_id ilike \(pattern))"
      }
    return try await people("select * from account where \(reach.accounts) and \(found) order by id \(page.limit)")
  }

  /// How many people are within reach.
  package func count(_ reach: Reach) async throws(PostgresError) -> Int64 {
    try await app.db.count("select count(*) from account where \(reach.accounts)")
  }

  /// A page of the system administrators within reach.
  package func administrators(_ reach: Reach, _ page: Page) async throws(PostgresError) -> [Person] {
    try await people(
      "select * from account where \(reach.accounts) and is_system_admin order by id \(page.limit)")
  }

  /// A page of the people within reach with `text` in their name, address or login ID, or as their whole user ID; with
  /// one extra row that shows whether there is a next page.
  package func search(_ text: String, _ reach: Reach, _ page: Page) async throws(PostgresError) -> [Person] {
    let pattern = containing(text)
    return try await people(
      """
      select * from account
      where \(reach.accounts)
        and (name ilike \(pattern) or email ilike \(pattern) or login_id ilike \(pattern)
             or uid = \(UserID(wire: text)))
      order by id
      \(page.limitAndOneMore)
      """)
  }

  /// At most `limit` people within reach with `text` in their name or address.
  package func search(_ text: String, _ reach: Reach, atMost limit: Int64) async throws(PostgresError) -> [Person] {
    let pattern = containing(text)
    return try await people(
      """
      select * from account
      where \(reach.accounts) and (name ilike \(pattern) or email ilike \(pattern))
      order by id
      limit \(limit)
      """)
  }

  /// People with the rows of their own workspaces counted.
  package func counted(_ people: [Person]) async throws(PostgresError) -> [Person] {
    try await app.db.countingRows(of: people)
  }

  private func people(_ rows: SQL) async throws(PostgresError) -> [Person] {
    try await app.db.rows(Person.select(rows))
  }

  /// What the person of a user id is called, and their team; nothing where there is none.
  package func called(_ named: String) async throws(PostgresError) -> [String] {
    let found: Called? = try await app.db.row(
      "select \(Called.columns) from account where uid = \(UserID(wire: named)) and deleted_at is null")
    return found?.names ?? []
  }

  // MARK: Making

  /// Makes an account, in a team or in none.
  package func add(_ new: NewPerson, to team: ID<Team>?, by caller: SignedIn) async throws -> Person {
    try await app.change(by: caller) { try await $0.add(new, to: team) }
  }

  /// Puts a person within reach who has no team into one.
  package func take(_ named: String, into team: ID<Team>, _ reach: Reach, by caller: SignedIn) async throws -> Person {
    let person = try await find(named, reach)
    try await app.change(by: caller, statementTime: .seconds(120)) {
      guard try await $0.put(person.account, into: team) else {
        throw DomainError.refused("User \(person.name) is already in a team, or deactivated.")
      }
    }
    return try await find(named, reach)
  }

  // MARK: Changing

  /// Changes a person within reach. Anyone who is deactivated, gets another password or loses the second factor has to
  /// sign in again.
  package func change(
    _ named: String, to new: PersonChange, _ reach: Reach, by caller: SignedIn
  ) async throws -> Person {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    return try await app.change(by: caller, endsOwnAccess: user == caller.user) {
      try await $0.holdAccess(of: "uid = \(user) and \(reach.changeableAccounts(by: caller))")
      if user == caller.user { try await $0.checkOwnChange(to: new, of: caller, app.settings) }
      let changed = try await $0.run(
        """
        update account
        set \(new.assignments)
        where uid = \(user) and \(reach.changeableAccounts(by: caller))
        """)
      guard changed == 1 else { throw try await refusal(of: named, reach) }
      if new.losesSecondFactor { try await $0.removeSecondFactor(of: user) }
      if new.isActive == false || new.password != nil || new.losesSecondFactor || new.losesSessions {
        try await $0.endAccountTokens(of: user)
      }
      let person: Person? = try await $0.row(Person.select("select * from account where uid = \(user)"))
      guard let person else { throw Refusal.notFound(.user(named)) }
      return person
    }
  }

  /// Gives a person within reach a generated password, and returns it.
  package func resetPassword(of named: String, _ reach: Reach, by caller: SignedIn) async throws -> Secret {
    let secret = Secret.generatedPassword()
    var new = PersonChange()
    new.password = try await app.hash(secret.clear, by: caller.subject)
    new.isPasswordGenerated = true
    _ = try await change(named, to: new, reach, by: caller)
    return secret
  }

  /// Removes the second factor of a person within reach, and ends their sessions. The requirement to have one stays.
  package func removeSecondFactor(of named: String, _ reach: Reach, by caller: SignedIn) async throws {
    var new = PersonChange()
    new.losesSecondFactor = true
    _ = try await change(named, to: new, reach, by: caller)
  }

  /// Ends the sessions of a person within reach: all account tokens, base tokens and temporary API tokens.
  package func endSessions(of named: String, _ reach: Reach, by caller: SignedIn) async throws {
    var new = PersonChange()
    new.losesSessions = true
    _ = try await change(named, to: new, reach, by: caller)
  }

  /// Sets the admin role of a system administrator within reach. It is only a label: every system administrator may do
  /// everything.
  package func setAdminRole(
    of named: String, to role: DisplayName, _ reach: Reach, by caller: SignedIn
  ) async throws -> Person {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update account set admin_role = \(role.text)
        where uid = \(user) and is_system_admin and \(reach.accounts)
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.user(named)) }
    return try await find(named, reach)
  }

  // MARK: Deleting

  /// Deletes a person within reach: their bases go to the trash, their account tokens end, and their groups pass to the
  /// oldest admin or member. The address stays taken, and what they made keeps their name. Returns what they have left
  /// behind.
  package func delete(_ named: String, _ reach: Reach, by caller: SignedIn) async throws -> LeftBehindCounts {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    // Their groups pass to others, however many those have.
    let gone = try await app.change(by: caller, endsOwnAccess: user == caller.user, isCapped: false) {
      try await $0.holdAccess(of: "uid = \(user) and \(reach.changeableAccounts(by: caller))")
      let gone: ID<Account>? = try await $0.row(
        """
        update account set deleted_at = now(), is_active = false
        where uid = \(user) and \(reach.changeableAccounts(by: caller))
        returning id
        """)
      guard let gone else { throw try await refusal(of: named, reach) }
      try await $0.endAccountTokens(of: gone)
      try await $0.run("delete from user_share where account_id = \(gone)")
      try await $0.run("delete from invite_link_guest where account_id = \(gone)")
      try await $0.run("delete from favorite where account_id = \(gone)")
      try await $0.run(
        """
        update base set deleted_at = now(), modifier_id = \(caller.account)
        from workspace
        where workspace.id = base.workspace_id and workspace.account_id = \(gone) and base.deleted_at is null
        """)
      try await $0.passOnGroups(of: gone)
      return gone
    }
    return try await LeftBehind(app, reach).count(by: gone)
  }

  /// Why a person cannot be changed.
  private func refusal(of named: String, _ reach: Reach) async throws -> Refusal {
    _ = try await find(named, reach)
    return .notAllowed
  }
}

extension Transaction {
  /// Removes a person from all groups. Groups that they owned pass to the oldest admin or member.
  fileprivate func passOnGroups(of person: ID<Account>) async throws(PostgresError) {
    let former: [FormerMembership] = try await rows(
      "delete from group_member where account_id = \(person) returning group_id, role")
    try await run(
      """
      update group_member set role = 'owner'
      from (
        select distinct on (member.group_id) member.group_id, member.account_id
        from group_member as member
        join live_account as account on account.id = member.account_id
        where member.group_id = any(\(former.filter { $0.role == .owner }.map(\.group.value)))
        order by member.group_id, member.role = 'admin' desc, member.joined_at, member.account_id
      ) as heir
      where group_member.group_id = heir.group_id and group_member.account_id = heir.account_id
      """)
  }
}

private struct FormerMembership: RowDecodable {
  let group: ID<Group>
  let role: Role

  init(_ row: Row) throws(PostgresError) {
    group = try row["group_id"]
    role = try row["role"]
  }
}
