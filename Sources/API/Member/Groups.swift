internal import Access
internal import HTTP
internal import Postgres

// swift-format-ignore
let groupRoutes = [
  Route(.get,  "/api/v2.1/groups/",            "listGroups",  as: SignedIn.self, listGroups),
  Route(.post, "/api/v2.1/groups/",            "createGroup", as: SignedIn.self, createGroup, status: 201),
  Route(.put,  "/api/v2.1/groups/move-group/", "orderGroups", as: SignedIn.self, moveGroup),
]

// MARK: Wire

private struct NewGroup: Input {
  let name: GroupName

  init(_ parts: Parts) throws {
    guard let name = GroupName(try parts.body().text("name", 1...255)) else { throw APIError.invalid(field: "name") }
    self.name = name
  }
}

/// A group of the caller's, and the one in front of which it goes, or the end.
private struct GroupMove: Input {
  let group: ID<Group>
  let anchor: ID<Group>?

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    group = ID(try fields.integer("group_id", 1...Int64.max))
    let isLast = try fields.optionalBoolean("to_last") ?? false
    anchor = isLast ? nil : ID(try fields.integer("anchor_group_id", 1...Int64.max))
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
    order by own.position, user_group.id
    """)
  for index in groups.indices { groups[index].avatarURL = app.settings.groupAvatarURL }
  return Listing(elements: groups)
}

private func createGroup(by caller: SignedIn, _ new: NewGroup, _ app: App) async throws -> GroupRecord {
  var made: GroupRecord = try await app.change(by: caller) {
    guard let made = try await $0.insertGroup(new.name.text, owner: caller.account) else {
      throw Refusal.badAccountToken
    }
    let record: GroupRecord? = try await $0.row("select \(GroupRecord.columns) from user_group where id = \(made)")
    guard let record else { throw Refusal.notFound(.group(String(made.value))) }
    return record
  }
  made.avatarURL = app.settings.groupAvatarURL
  return made
}

/// The order is the caller's own: all his groups are numbered anew, with one taken out and put where it goes.
private func moveGroup(by caller: SignedIn, _ move: GroupMove, _ app: App) async throws -> Success {
  try await app.db.transaction { transaction in
    let own: [OwnGroup] = try await transaction.rows(
      """
      select group_id from group_member where account_id = \(caller.account) order by position, group_id for update
      """)
    var groups = own.map(\.group)
    guard let from = groups.firstIndex(of: move.group) else {
      throw Refusal.notFound(.group(String(move.group.value)))
    }
    groups.remove(at: from)
    if let anchor = move.anchor {
      guard let to = groups.firstIndex(of: anchor) else { throw Refusal.notFound(.group(String(anchor.value))) }
      groups.insert(move.group, at: to)
    } else {
      groups.append(move.group)
    }
    try await transaction.run(
      """
      update group_member set position = place.number
      from unnest(\(groups.map(\.value))::bigint[]) with ordinality as place (group_id, number)
      where group_member.group_id = place.group_id and group_member.account_id = \(caller.account)
      """)
  }
  return Success()
}

private struct OwnGroup: RowDecodable {
  let group: ID<Group>
  init(_ row: Row) throws(PostgresError) { group = try row["group_id"] }
}
