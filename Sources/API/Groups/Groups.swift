internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let groupRoutes = Table(.groups, [
  Route(.get,    "/api/v2.1/groups/",            "listGroups",          as: SignedIn.self,    listGroups),
  Route(.post,   "/api/v2.1/groups/",            "createGroup",         as: SignedIn.self,    createGroup),
  Route(.put,    "/api/v2.1/groups/move-group/", "orderGroups",         as: GroupMember.self, of: \.group, moveGroup),
  Route(.get,    "/api/v2.1/search-group/",      "searchGroup",         as: SignedIn.self,    searchGroups),
  Route(.get,    "/api/v2.1/shareable-groups/",  "listShareableGroups", as: SignedIn.self,    listShareableGroups),
  Route(.get,    "/api/v2.1/groups/{group_id}/", "getGroup",            as: GroupMember.self, showGroup),
  Route(.put,    "/api/v2.1/groups/{group_id}/", "updateGroup",         as: GroupOwner.self,  changeGroup),
  Route(.delete, "/api/v2.1/groups/{group_id}/", "deleteGroup",         as: GroupOwner.self,  deleteGroup),
])

// MARK: Wire

private struct NewGroup: Input {
  let name: GroupName

  init(_ parts: Parts) throws { name = try parts.body().name("name") }
}

private struct GroupChange: Input {
  let name: GroupName?
  let owner: String?

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    name = try fields.optionalName("name")
    owner = try fields.optionalText("owner", upTo: 255)
    guard name != nil || owner != nil else { throw FieldsError.invalid("name") }
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
      $0.addGroupAvatar()
      $0.add("admins", admins.map(UserID.init(postgresValue:)))
    }
  }
}

// MARK: Operations

private func listGroups(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> Listing<GroupRecord> {
  Listing(
    elements: try await app.groupRecords(
      """
      select \(GroupRecord.columns)
      from group_member as own
      join user_group on user_group.id = own.group_id
      where own.account_id = \(caller.account)
      order by own.position, user_group.id
      \(page.limit)
      """))
}

private func createGroup(by caller: SignedIn, _ new: NewGroup, _ app: App) async throws -> Created<GroupRecord> {
  let made = try await app.change(by: caller) {
    guard let made = try await $0.insertGroup(new.name.text, owner: caller.account) else {
      throw Refusal.badAccountToken
    }
    return made
  }
  return Created(try await app.groupRecord(made))
}

/// By a part of the name, among those that the caller may share with.
private func searchGroups(
  by caller: SignedIn, _ search: ShortSearch, _ app: App
) async throws -> Listing<GroupRecord> {
  Listing(
    elements: try await app.groupRecords(
      """
      select \(GroupRecord.columns) from user_group
      where \(caller.shareableGroups) and user_group.name ilike \(search.pattern)
      order by user_group.id
      limit 50
      """))
}

private func listShareableGroups(
  for caller: SignedIn, _ page: LongPage, _ app: App
) async throws -> Listing<GroupRecord> {
  Listing(
    elements: try await app.groupRecords(
      """
      select \(GroupRecord.columns) from user_group where \(caller.shareableGroups)
      order by user_group.id \(page.limit)
      """))
}

private func showGroup(to member: GroupMember, _: NoInput, _ app: App) async throws -> GroupRecord {
  try await app.groupRecord(member.group)
}

private func changeGroup(by owner: GroupOwner, _ change: GroupChange, _ app: App) async throws -> GroupRecord {
  try await app.change(
    NamedGroup(owner.group), name: change.name, owner: change.owner, within: owner.caller.ownGroups, by: owner.caller)
  return try await app.groupRecord(owner.group)
}

private func deleteGroup(by owner: GroupOwner, _: NoInput, _ app: App) async throws -> Success {
  try await app.delete(NamedGroup(owner.group), within: owner.caller.ownGroups, by: owner.caller)
  return Success()
}

extension SignedIn {
  /// Holds for the rows of `user_group` that the caller may share a base with: all of his team, or his own if he is in
  /// no team.
  var shareableGroups: SQL {
    """
    (user_group.team_id = \(team) or user_group.team_id is null and exists (
      select from group_member as own where own.group_id = user_group.id and own.account_id = \(account)))
    """
  }
}

extension App {
  fileprivate func groupRecords(_ sql: SQL) async throws(PostgresError) -> [GroupRecord] {
    try await db.rows(sql)
  }

  fileprivate func groupRecord(_ id: ID<Group>) async throws -> GroupRecord {
    let found = try await groupRecords("select \(GroupRecord.columns) from user_group where id = \(id)")
    guard let found = found.first else { throw Refusal.notFound(.group(String(id.value))) }
    return found
  }
}

/// The order is the caller's own: all his groups are numbered anew, with one taken out and put where it goes.
private func moveGroup(by member: GroupMember, _ move: GroupMove, _ app: App) async throws -> Success {
  let caller = member.caller
  try await app.change(by: caller) { transaction in
    var groups: [ID<Group>] = try await transaction.rows(
      """
      select group_id as id from group_member where account_id = \(caller.account) order by position, group_id for update
      """)
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
