internal import Access
internal import HTTP
internal import Postgres

let groupRoutes = [
  Route(.get, "/api/v2.1/groups/", "listGroups", as: SignedIn.self, listGroups),
  Route(.post, "/api/v2.1/groups/", "createGroup", as: SignedIn.self, createGroup, status: 201),
]

// MARK: Wire

private struct NewGroup: Input {
  let name: GroupName

  init(_ parts: Parts) throws {
    guard let name = GroupName(try parts.body().text("name", 1...255)) else { throw APIError.invalid(field: "name") }
    self.name = name
  }
}

private struct GroupRecord: RowDecodable, Output, JSONEncodable {
  let id: ID<Group>
  let name: String
  let created: Timestamp
  let owner: UserID?
  let admins: [String]
  var avatarURL = ""

  static let columns: SQL = """
    user_group.id, user_group.name, user_group.created_at,
    (select account.uid from group_member as member join account on account.id = member.account_id
     where member.group_id = user_group.id and member.role = 'owner') as owner_uid,
    array(select account.uid from group_member as member join account on account.id = member.account_id
          where member.group_id = user_group.id and member.role <> 'member' order by account.id) as admin_uids
    """

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
    owner = try row["owner_uid"]
    admins = try row["admin_uids"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("parent_group_id", 0)
      $0.add("name", name)
      $0.add("owner", owner)
      $0.add("created_at", created)
      $0.add("avatar_url", avatarURL)
      $0.add("admins", admins.map(UserID.init(postgresValue:)))
    }
  }
}

// MARK: Operations

private func listGroups(of caller: SignedIn, _: NoInput, _ app: App) async throws -> Listing<GroupRecord> {
  var groups: [GroupRecord] = try await app.db.rows(
    """
    select \(GroupRecord.columns)
    from group_member as own
    join user_group on user_group.id = own.group_id
    where own.account_id = \(caller.account)
    order by user_group.id
    """)
  for index in groups.indices { groups[index].avatarURL = app.settings.groupAvatarURL }
  return Listing(elements: groups)
}

/// The group, its owner and its workspace come to be in one statement.
private func createGroup(by caller: SignedIn, _ new: NewGroup, _ app: App) async throws -> GroupRecord {
  let made: MadeGroup? = try await app.db.row(
    """
    with made as (
      insert into user_group (team_id, name)
      select team_id, \(new.name.text) from live_account where id = \(caller.account)
      returning id, team_id
    ), place as (
      insert into workspace (group_id, team_id) select id, team_id from made
    )
    insert into group_member (group_id, account_id, role) select id, \(caller.account), 'owner' from made
    returning group_id
    """)
  guard let made else { throw Refusal.badAccountToken }
  let found: GroupRecord? = try await app.db.row(
    "select \(GroupRecord.columns) from user_group where id = \(made.group)")
  guard var found else { throw Refusal.notFound(.group(String(made.group.value))) }
  found.avatarURL = app.settings.groupAvatarURL
  return found
}

private struct MadeGroup: RowDecodable {
  let group: ID<Group>
  init(_ row: Row) throws(PostgresError) { group = try row["group_id"] }
}
