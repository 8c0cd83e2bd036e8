internal import Access
internal import Crypto
internal import Postgres

extension Transaction {
  /// Makes the admin of a new team: a new account, or the live person without a team whose address a system
  /// administrator set. An address set by anyone else proves nothing, and counts as taken. Such a person gets the given
  /// password and has to sign in again with it; if none was given, they keep the old one. The caller may be that person,
  /// and does not get around a proof here either.
  func addAdmin(
    _ new: NewPerson, to team: ID<Team>, by caller: SignedIn, _ settings: AppSettings
  ) async throws -> Person {
    let owner: SQL = "lower(email) = lower(\(new.email.text)) and team_id is null and email_given_by = 'system'"
    try await holdAccess(of: owner)
    let found: ID<Account>? = try await row("select id from account where \(owner) for update")
    guard let found, try await put(found, into: team, asAdmin: true) else {
      return try await add(new, to: team)
    }
    if new.generated == nil {
      var change = PersonChange()
      change.password = new.password
      if found == caller.account { try await checkOwnChange(to: change, of: caller, settings) }
      try await run("update account set password_hash = \(new.password) where id = \(found)")
      try await endAccountTokens(of: found)
    }
    let person: Person? = try await row(Person.select("select * from account where id = \(found)"))
    guard let person else { throw Refusal.notFound(.user(new.email.text)) }
    return person
  }
}

extension Transaction {
  /// Puts a live person without a team into one, as its admin or as a member. Their personal workspace moves with them.
  /// So do those of their groups without a team in which everyone else, if there is anyone, is already in this team,
  /// with all they contain. In other groups they stay a member. False if the person is in a team already, or is not
  /// there any more.
  func put(_ person: ID<Account>, into team: ID<Team>, asAdmin isAdmin: Bool = false) async throws -> Bool {
    try await holdAccess(of: "id = \(person)")
    let count = try await run(
      """
      update account set team_id = \(team), is_team_admin = \(isAdmin)
      where id = \(person) and team_id is null and is_active and deleted_at is null
      """)
    guard count == 1 else { return false }
    try await run("delete from team_invitation where account_id = \(person)")
    try await run("update workspace set team_id = \(team) where account_id = \(person)")
    for group in try await movableGroups(person, team) { try await move(group, into: team) }
    try await moveContents(of: person, into: team)
    return true
  }

  /// Locks keep others from joining these groups; their members are read after the locks are taken.
  private func movableGroups(_ person: ID<Account>, _ team: ID<Team>) async throws(PostgresError) -> [ID<Group>] {
    try await run(
      """
      select from user_group
      where user_group.team_id is null
        and exists (select from group_member as own where own.group_id = user_group.id and own.account_id = \(person))
      order by user_group.id
      for update
      """)
    return try await rows(
      """
      select user_group.id from user_group
      where user_group.team_id is null
        and exists (select from group_member as own where own.group_id = user_group.id and own.account_id = \(person))
        and not exists (
          select from group_member as member join account on account.id = member.account_id
          where member.group_id = user_group.id and account.team_id is distinct from \(team))
      order by user_group.id
      """)
  }

  /// Moves a group into the team, with a number after its name if the team has a group with that name.
  private func move(_ group: ID<Group>, into team: ID<Team>) async throws(PostgresError) {
    try await run(
      """
      update user_group set team_id = \(team), name = (
        select candidate.name
        from generate_series(1, 1 + (select count(*) from user_group as taken where taken.team_id = \(team))) as number
        cross join lateral (
          select case when number = 1 then user_group.name else left(user_group.name, 240) || ' ' || number end
        ) as candidate (name)
        where not exists (
          select from user_group as taken
          where taken.team_id = \(team) and name_look(taken.name) = name_look(candidate.name))
        order by number
        limit 1)
      where id = \(group)
      """)
    try await run("update workspace set team_id = \(team) where group_id = \(group)")
  }

  /// From the workspaces down: what is in a workspace has its team.
  private func moveContents(of person: ID<Account>, into team: ID<Team>) async throws(PostgresError) {
    let workspaces: SQL = """
      select workspace.id from workspace
      where workspace.team_id = \(team) and (workspace.account_id = \(person) or workspace.group_id in (
        select group_id from group_member where account_id = \(person)))
      """
    let bases: SQL = "select id from base where team_id = \(team) and workspace_id in (\(workspaces))"
    try await run("update base set team_id = \(team) where team_id is null and workspace_id in (\(workspaces))")
    try await run("update api_token set team_id = \(team) where team_id is null and base_id in (\(bases))")
    try await run("update user_share set team_id = \(team) where team_id is null and base_id in (\(bases))")
    try await run("update group_share set team_id = \(team) where team_id is null and base_id in (\(bases))")
    try await run("update base_link set team_id = \(team) where team_id is null and base_id in (\(bases))")
  }
}
