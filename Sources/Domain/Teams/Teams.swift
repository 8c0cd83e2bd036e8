package import Access
package import Ground
package import Postgres

/// The teams of the installation.
package struct Teams: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of all teams, or of those with a role or with `text` in their names, and how many there are.
  package func list(
    role: String?, with text: String?, _ page: Page
  ) async throws(PostgresError) -> (teams: [TeamRecord], count: Int64) {
    let ofRole: SQL = if let role { "team.role = \(role)" } else { "true" }
    let named: SQL = if let text { "team.name ilike \(containing(text))" } else { "true" }
    let condition: SQL = "\(ofRole) and \(named)"
    let count = try await app.db.count("select count(*) from team where \(condition)")
    let teams: [TeamRecord] = try await app.db.rows(
      TeamRecord.select("select * from team where \(condition) order by id \(page.limit)"))
    return (try await app.db.countingRows(of: teams), count)
  }

  /// The names of some teams.
  package func names(of teams: [Int64]) async throws(PostgresError) -> [TeamName] {
    try await app.db.rows("select id, name from team where id = any(\(teams)) order by id")
  }

  /// The team with an ID, as a path has it.
  package func find(_ named: String, counted: Bool = false) async throws -> TeamRecord {
    let found: TeamRecord? = try await app.db.row(
      TeamRecord.select("select * from team where id = \(ID<Team>(text: named))", counted: counted))
    guard let found else { throw Refusal.notFound(.team(named)) }
    return found
  }

  /// The same with its rows counted, and if wanted its people and groups, too.
  package func show(_ named: String, counted: Bool = false) async throws -> TeamRecord {
    try await app.db.countingRows(of: try await find(named, counted: counted))
  }

  /// A system administrator's reach, limited to one team.
  package func reach(of admin: SystemAdmin, _ named: String) async throws -> Reach {
    admin.reach(into: try await find(named).id)
  }

  /// A team as its members see it; nil if there is no such team any more.
  package func show(_ team: ID<Team>) async throws(PostgresError) -> PublicTeam? {
    try await app.db.lookup("select id, name, created_at from team where id = \(team)")
  }

  /// A team as its admins see it; nil if there is no such team any more.
  package func info(of team: ID<Team>) async throws(PostgresError) -> TeamInfo? {
    let people: SQL = "account.team_id = \(team) and account.deleted_at is null"
    let info: TeamInfo? = try await app.db.row(
      """
      select team.id, team.name, team.role, team.member_quota::bigint as member_quota,
             team.row_quota,
             (select count(*) from account where \(people)) as members,
             (select count(*) from account where \(people) and account.is_active) as active_members
      from team
      where team.id = \(team)
      """)
    guard let info else { return nil }
    return try await app.db.countingRows(of: info)
  }

  /// Makes a team and its first admin in one transaction. The admin may be an existing person without a team: theirs
  /// was deleted.
  package func make(_ new: NewTeam, by caller: SignedIn) async throws -> TeamRecord {
    let (made, person) = try await app.change(by: caller, statementTime: .seconds(120)) {
      let made: ID<Team>? = try await $0.row("insert into team (name) values (\(new.name.text)) returning id")
      guard let made else { throw Refusal.notFound(.team(new.name.text)) }
      let person = try await $0.addAdmin(new.admin, to: made, by: caller, app.settings)
      try await $0.run("update team set creator_id = \(person.account) where id = \(made)")
      return (made, person)
    }
    var team = try await find(String(made.value))
    team.admin = person
    return team
  }

  /// Changes a team. Its new quotas may be below what it has; then it takes no more.
  package func change(_ named: String, to change: TeamChange, by caller: SignedIn) async throws -> TeamRecord {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update team
        set \(change.name.assigned(to: "name")), \(change.role.assigned(to: "role")),
            \(change.memberQuota.assigned(to: "member_quota")), \(change.rowQuota.assigned(to: "row_quota"))
        where id = \(ID<Team>(text: named))
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.team(named)) }
    app.report(.settingsChanged(.team, ID(text: named), by: caller.asker))
    return try await show(named)
  }

  /// Renames a team.
  package func rename(_ team: ID<Team>, to name: DisplayName, by caller: SignedIn) async throws {
    try await app.change(by: caller) {
      try await $0.run("update team set name = \(name.text) where id = \(team)")
    }
  }

  /// Deletes a team. Its people, groups and bases stay, without a team, with the owners of workspaces and the members
  /// of groups. What the team was responsible for ends: API tokens, shares and links. Every row with the team's ID
  /// changes, so for a large team this takes longer than other statements may.
  package func delete(_ team: ID<Team>, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller, statementTime: .seconds(600)) {
      try await $0.run("select set_config('basekeeper.ending_team', \(String(team.value)), true)")
      // Whoever is giving access to one of its bases or groups has done it before, or finds the change afterwards.
      try await $0.run("select from base where team_id = \(team) order by id for update")
      try await $0.run("select from user_group where team_id = \(team) order by id for update")
      try await $0.run("delete from user_share where team_id = \(team)")
      try await $0.run("delete from group_share where team_id = \(team)")
      try await $0.run("delete from base_link where team_id = \(team)")
      try await $0.run(
        "delete from group_link using user_group where user_group.id = group_id and user_group.team_id = \(team)")
      // What the foreign keys would do row by row.
      try await $0.run(
        "update api_token set team_id = null, revoked_at = coalesce(revoked_at, now()) where team_id = \(team)")
      try await $0.run("update base set team_id = null where team_id = \(team)")
      return try await $0.run("delete from team where id = \(team)")
    }
    guard count == 1 else { throw Refusal.notFound(.team(String(team.value))) }
  }
}

/// A team to be created, and its first admin.
package struct NewTeam: Sendable {
  let name: DisplayName
  private(set) var admin: NewPerson

  package init(name: DisplayName, admin: NewPerson) {
    (self.name, self.admin) = (name, admin)
    self.admin.isTeamAdmin = true
  }
}

/// A change of a team; nil leaves a value as it is.
package struct TeamChange: Sendable {
  package var name: String?
  package var role: String?
  /// The most members that it may have.
  package var memberQuota: Patch<Int64> = .keep
  /// The most rows that its bases may have together.
  package var rowQuota: Patch<Int64> = .keep

  /// Changes nothing.
  package init() {}
}

/// A team as its members see it.
package struct PublicTeam: RowDecodable, Sendable {
  package let id: ID<Team>
  package let name: String
  package let created: Timestamp

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
  }
}
