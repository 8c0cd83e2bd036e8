package import Access
package import Ground
package import Postgres

/// The teams of the installation.
package struct Teams: Sendable {
  private let app: App

  /// Those of an app's database.
  package init(_ app: App) { self.app = app }

  /// A page of all, or of those with a role, and how many there are.
  package func list(role: String?, _ page: Page) async throws(PostgresError) -> (teams: [TeamRecord], count: Int64) {
    let condition: SQL = if let role { "team.role = \(role)" } else { "true" }
    let count = try await app.db.count("select count(*) from team where \(condition)")
    let teams: [TeamRecord] = try await app.db.rows(
      TeamRecord.select("select * from team where \(condition) order by id \(page.limit)"))
    return (teams, count)
  }

  /// What some teams are called.
  package func names(of teams: [Int64]) async throws(PostgresError) -> [TeamName] {
    try await app.db.rows("select id, name from team where id = any(\(teams)) order by id")
  }

  /// The team of a number, as it stood in a path.
  package func find(_ named: String, counted: Bool = false) async throws -> TeamRecord {
    let found: TeamRecord? = try await app.db.row(
      TeamRecord.select("select * from team where id = \(ID<Team>(text: named))", counted: counted))
    guard let found else { throw Refusal.notFound(.team(named)) }
    return found
  }

  /// What a system administrator reaches of such a team alone.
  package func reach(of admin: SystemAdmin, _ named: String) async throws -> Reach {
    admin.reach(into: try await find(named).id)
  }

  /// A team as its people see it; nil if it is not there any more.
  package func show(_ team: ID<Team>) async throws(PostgresError) -> PublicTeam? {
    try await app.db.lookup("select id, name, created_at from team where id = \(team)")
  }

  /// A team as its admins see it; nil if it is not there any more.
  package func info(of team: ID<Team>) async throws(PostgresError) -> TeamInfo? {
    let people: SQL = "account.team_id = \(team) and account.deleted_at is null"
    return try await app.db.row(
      """
      select team.id, team.name, team.role, team.member_quota::bigint as member_quota,
             (select count(*) from account where \(people)) as members,
             (select count(*) from account where \(people) and account.is_active) as active_members
      from team
      where team.id = \(team)
      """)
  }

  /// Makes a team and its first admin, together; the admin may be somebody who is in no team, because theirs was deleted.
  package func make(_ new: NewTeam, by caller: SignedIn) async throws -> TeamRecord {
    let (made, person) = try await app.change(by: caller, statementTime: .seconds(120)) {
      let made: ID<Team>? = try await $0.row("insert into team (name) values (\(new.name.text)) returning id")
      guard let made else { throw Refusal.notFound(.team(new.name.text)) }
      let person = try await $0.putOrAdd(new.admin, to: made)
      try await $0.run("update team set creator_id = \(person.account) where id = \(made)")
      return (made, person)
    }
    var team = try await find(String(made.value))
    team.admin = person
    return team
  }

  /// Changes a team. It may have more members than its new quota; then it takes no more.
  package func change(_ named: String, to change: TeamChange, by caller: SignedIn) async throws -> TeamRecord {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update team
        set \(change.name.assigned(to: "name")), \(change.role.assigned(to: "role")),
            \(change.memberQuota.assigned(to: "member_quota"))
        where id = \(ID<Team>(text: named))
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.team(named)) }
    return try await find(named)
  }

  /// Gives a team another name.
  package func rename(_ team: ID<Team>, to name: DisplayName, by caller: SignedIn) async throws {
    try await app.change(by: caller) {
      try await $0.run("update team set name = \(name.text) where id = \(team)")
    }
  }

  /// Deletes a team; its people, groups and bases stay, without one, for the owners of workspaces and the members of
  /// groups. What the team has answered for ends: API tokens, shares and links. Everything that carries the team's number
  /// is changed with it, so a large team takes longer than other statements may.
  package func delete(_ team: ID<Team>, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller, statementTime: .seconds(600)) {
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

/// A team that is to be made, and its first admin.
package struct NewTeam: Sendable {
  let name: DisplayName
  private(set) var admin: NewPerson

  /// A team with somebody who administers it.
  package init(name: DisplayName, admin: NewPerson) {
    (self.name, self.admin) = (name, admin)
    self.admin.isTeamAdmin = true
  }
}

/// What is to become of a team; nil stays as it is.
package struct TeamChange: Sendable {
  package var name: String?
  package var role: String?
  /// How many people it may have.
  package var memberQuota: Patch<Int64> = .keep

  /// Nothing.
  package init() {}
}

/// A team as its people see it.
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
