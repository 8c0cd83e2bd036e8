internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// A group as administrators see it; what their lists call its creator is its owner. One form for all their lists.
struct AdministeredGroup: RowDecodable, Output, JSONEncodable {
  let id: ID<Group>
  let name: String
  let created: Timestamp
  let owner: UserID?
  let ownerName: String
  let ownerEmail: String
  let admins: [String]

  /// Gives the groups of a statement that selects rows of `user_group`.
  static func select(_ rows: SQL) -> SQL {
    """
    select user_group.id, user_group.name, user_group.created_at, owner.uid as owner_uid,
           coalesce(owner.name, '') as owner_name, coalesce(owner.email, '') as owner_email,
           array(select account.uid from group_member as member join account on account.id = member.account_id
                 where member.group_id = user_group.id and member.role <> 'member' order by account.id) as admin_uids
    from (\(rows)) as user_group
    left join group_member as first on first.group_id = user_group.id and first.role = 'owner'
    left join account as owner on owner.id = first.account_id
    order by user_group.id
    """
  }

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
    owner = try row["owner_uid"]
    ownerName = try row["owner_name"]
    ownerEmail = try row["owner_email"]
    admins = try row["admin_uids"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("group_id", id)
      $0.add("name", name)
      $0.add("group_name", name)
      $0.add("created_at", created)
      $0.add("ctime", created)
      $0.add("owner", owner?.wire ?? "")
      $0.add("owner_name", ownerName)
      $0.add("creator_email", owner?.wire ?? "")
      $0.add("creator_name", ownerName)
      $0.add("creator_contact_email", ownerEmail)
      $0.add("admins", admins.map(UserID.init(postgresValue:)))
      $0.addGroupAvatar()
      $0.add("parent_group_id", 0)
      $0.add("quota", -1)
      $0.add("size", 0)
    }
  }
}

/// The group that a path names by `group_id`.
struct NamedGroup: PathInput {
  static let variable = "group_id"
  let named: String
  var id: ID<Group>? { ID(text: named) }
  init(_ segment: String) { named = segment }
}

/// A group that an administrator makes for somebody.
struct NewOwnedGroup: Input {
  let name: GroupName
  let owner: String

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (name, owner) = (try fields.name("group_name"), try fields.text("group_owner", 1...255))
  }
}

// MARK: Operations

extension App {
  /// The groups of a statement that selects rows of `user_group`.
  func groups(_ rows: SQL) async throws(PostgresError) -> [AdministeredGroup] {
    try await db.rows(AdministeredGroup.select(rows))
  }

  /// The group that a path names, if it is within the scope.
  func group(_ group: NamedGroup, within scope: Scope<Group>) async throws -> AdministeredGroup {
    let found = try await groups("select * from user_group where id = \(group.id) and \(scope)")
    guard let found = found.first else { throw Refusal.notFound(.group(group.named)) }
    return found
  }

  /// Makes a group for somebody within reach, in his team.
  func add(_ new: NewOwnedGroup, _ reach: Reach, by caller: SignedIn) async throws -> AdministeredGroup {
    let owner = try await Person.find(new.owner, reach, self)
    let made = try await change(by: caller) {
      try await $0.insertGroup(new.name.text, owner: owner.account)
    }
    guard let made else { throw Refusal.notFound(.user(new.owner)) }
    return try await group(NamedGroup(made), within: reach.groups)
  }

  /// Renames a group within the scope, or gives it another owner; who owned it stays as
  /// an admin.
  func change(
    _ group: NamedGroup, name: GroupName? = nil, owner named: String? = nil, within scope: Scope<Group>,
    by caller: SignedIn
  ) async throws {
    try await change(by: caller) { transaction in
      // What the scope says is asked when the lock is there: who has waited for another change sees it.
      try await transaction.run("select from user_group where id = \(group.id) for no key update")
      let found: TeamOfGroup? = try await transaction.row(
        "select id, team_id, name from user_group where id = \(group.id) and \(scope)")
      guard let found else { throw Refusal.notFound(.group(group.named)) }
      if let name {
        // Who says the name as it is, and nothing else, is told so as SeaTable does.
        guard name.text != found.name || named != nil else {
          throw DomainError.refused("There is already a group with that name.")
        }
        try await transaction.run("update user_group set name = \(name.text) where id = \(found.group)")
      }
      if let named { try await transfer(found, to: named, in: transaction) }
    }
  }

  /// The new owner is in the group's team; a group without a team takes one without a team.
  private func transfer(_ group: TeamOfGroup, to named: String, in transaction: Transaction) async throws {
    guard let user = UserID(wire: named) else { throw Refusal.notFound(.user(named)) }
    let owner: Member? = try await transaction.row(
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
    try await transaction.run(
      "update group_member set role = 'admin' where group_id = \(group.group) and role = 'owner'")
    try await transaction.run(
      """
      insert into group_member (group_id, account_id, role) values (\(group.group), \(owner.account), 'owner')
      on conflict (group_id, account_id) do update set role = 'owner'
      """)
  }

  /// Deletes a group within the scope in which there are no bases; what is in its
  /// trash goes with it.
  func delete(_ group: NamedGroup, within scope: Scope<Group>, by caller: SignedIn) async throws {
    let count = try await change(by: caller) {
      try await $0.run(
        """
        delete from base using workspace, user_group
        where workspace.id = base.workspace_id and workspace.group_id = user_group.id
          and user_group.id = \(group.id) and \(scope) and base.deleted_at is not null
        """)
      return try await $0.run("delete from user_group where id = \(group.id) and \(scope)")
    }
    guard count == 1 else { throw Refusal.notFound(.group(group.named)) }
  }
}

extension NamedGroup {
  init(_ id: ID<Group>) { named = String(id.value) }
}

extension Transaction {
  /// Makes a group in its owner's team, with its workspace; nil where there is no such account any more.
  func insertGroup(_ name: String, owner: ID<Account>) async throws(PostgresError) -> ID<Group>? {
    try await row(
      """
      with made as (
        insert into user_group (team_id, name)
        select team_id, \(name) from live_account where id = \(owner)
        returning id, team_id
      ), place as (
        insert into workspace (group_id, team_id) select id, team_id from made
      )
      insert into group_member (group_id, account_id, role) select id, \(owner), 'owner' from made
      returning group_id as id
      """)
  }
}

private struct TeamOfGroup: RowDecodable {
  let group: ID<Group>
  let team: ID<Team>?
  let name: String

  init(_ row: Row) throws(PostgresError) {
    group = try row["id"]
    team = try row["team_id"]
    name = try row["name"]
  }
}

private struct Member: RowDecodable {
  let account: ID<Account>
  let name: String
  let role: Role?

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    name = try row["name"]
    role = try row["role"]
  }
}
