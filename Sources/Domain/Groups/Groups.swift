package import Access
package import Postgres

/// The groups within a scope: an administrator's reach, or the groups that a person owns.
package struct Groups: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the groups within reach.
  package func list(_ reach: Reach, _ page: Page) async throws(PostgresError) -> [AdministeredGroup] {
    try await groups("select * from user_group where \(reach.groups) order by id \(page.limit)")
  }

  /// A page of the groups within reach, all or those with `name` in their names, with one extra row that shows whether
  /// there is a next page.
  package func search(
    _ name: String? = nil, _ reach: Reach, _ page: Page
  ) async throws(PostgresError) -> [AdministeredGroup] {
    let named: SQL = if let name { "and name ilike \(containing(name))" } else { "" }
    return try await groups(
      "select * from user_group where \(reach.groups) \(named) order by id \(page.limitAndOneMore)")
  }

  private func groups(_ rows: SQL) async throws(PostgresError) -> [AdministeredGroup] {
    try await app.db.rows(AdministeredGroup.select(rows))
  }

  /// The group with an ID, if it is within the scope.
  package func find(_ named: String, within scope: Scope<Group>) async throws -> AdministeredGroup {
    let found = try await groups(
      "select * from user_group where id = \(ID<Group>(text: named)) and \(scope)")
    guard let found = found.first else { throw Refusal.notFound(.group(named)) }
    return found
  }

  /// Makes a group for a person within reach, in their team.
  package func make(
    _ name: GroupName, for owner: String, _ reach: Reach, by caller: SignedIn
  ) async throws -> AdministeredGroup {
    let person = try await People(app).find(owner, reach)
    let made = try await app.change(by: caller) {
      try await $0.insertGroup(name, owner: person.account, within: reach.holds("owner"))
    }
    guard let made else { throw Refusal.notFound(.user(owner)) }
    return try await find(String(made.value), within: reach.groups)
  }

  /// Renames a group within the scope, or gives it another owner. The former owner stays as an admin.
  package func change(
    _ named: String, to change: GroupChange, within scope: Scope<Group>, by caller: SignedIn
  ) async throws {
    let id = ID<Group>(text: named)
    try await app.change(by: caller) { transaction in
      // The scope is checked after the lock is taken: so it sees the change that it has waited for.
      try await transaction.run("select from user_group where id = \(id) for no key update")
      let found: GroupToChange? = try await transaction.row(
        "select id, team_id, name from user_group where id = \(id) and \(scope)")
      guard let found else { throw Refusal.notFound(.group(named)) }
      // The present name and nothing else is refused, as SeaTable does.
      guard change.name?.text != found.name || change.owner != nil else {
        throw DomainError.refused("There is already a group with that name.")
      }
      // First, since it waits for whatever else is becoming the new owner's, and the rest takes the team's lock.
      if let owner = change.owner { try await transaction.transfer(found, to: owner) }
      if let name = change.name {
        try await transaction.run("update user_group set name = \(name.text) where id = \(found.group)")
      }
    }
  }

  /// Deletes a group within the scope that has no live bases. The bases in its trash are deleted with it.
  package func delete(_ named: String, within scope: Scope<Group>, by caller: SignedIn) async throws {
    let id = ID<Group>(text: named)
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        delete from base using workspace, user_group
        where workspace.id = base.workspace_id and workspace.group_id = user_group.id
          and user_group.id = \(id) and \(scope) and base.deleted_at is not null
        """)
      return try await $0.run("delete from user_group where id = \(id) and \(scope)")
    }
    guard count == 1 else { throw Refusal.notFound(.group(named)) }
  }
}

/// A change of a group; nil leaves a value as it is.
package struct GroupChange: Sendable {
  let name: GroupName?
  /// A user ID.
  let owner: String?

  package init(name: GroupName? = nil, owner: String? = nil) { (self.name, self.owner) = (name, owner) }
}

extension Transaction {
  /// Makes a group in its owner's team, with its workspace. Nil if there is no such account any more, or the scope, a
  /// condition on `owner`, excludes it.
  func insertGroup(
    _ name: GroupName, owner: ID<Account>, within scope: Scope<Any>? = nil
  ) async throws(PostgresError) -> ID<Group>? {
    let condition: SQL = if let scope { "and \(scope)" } else { "" }
    return try await row(
      """
      with made as (
        insert into user_group (team_id, name)
        select team_id, \(name.text) from live_account as owner where id = \(owner) \(condition)
        returning id, team_id
      ), place as (
        insert into workspace (group_id, team_id) select id, team_id from made
      )
      insert into group_member (group_id, account_id, role) select id, \(owner), 'owner' from made
      returning group_id as id
      """)
  }

  /// The new owner must be in the group's team; for a group without a team, they must be in none.
  fileprivate func transfer(_ group: GroupToChange, to named: String) async throws {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    let owner: NextOwner? = try await row(
      """
      select account.id, account.name, member.role
      from account
      left join group_member as member on member.account_id = account.id and member.group_id = \(group.group)
      where account.uid = \(user) and account.team_id is not distinct from \(group.team)
        and account.is_active and account.deleted_at is null
      for share of account
      """)
    guard let owner else { throw Refusal.notFound(.user(named)) }
    guard owner.role != .owner else { throw DomainError.refused("User \(owner.name) is already group owner.") }
    try await run("update group_member set role = 'admin' where group_id = \(group.group) and role = 'owner'")
    try await run(
      """
      insert into group_member (group_id, account_id, role) values (\(group.group), \(owner.account), 'owner')
      on conflict (group_id, account_id) do update set role = 'owner'
      """)
  }
}

private struct GroupToChange: RowDecodable {
  let group: ID<Group>
  let team: ID<Team>?
  let name: String

  init(_ row: Row) throws(PostgresError) {
    group = try row["id"]
    team = try row["team_id"]
    name = try row["name"]
  }
}

private struct NextOwner: RowDecodable {
  let account: ID<Account>
  let name: String
  let role: Role?

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    name = try row["name"]
    role = try row["role"]
  }
}
