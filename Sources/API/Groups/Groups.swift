internal import Access
package import Domain
package import Ground
internal import HTTP

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

private struct OwnGroupChange: Input {
  let name: GroupName?
  let owner: String?

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    name = try fields.optionalName("name")
    owner = try fields.optionalText("owner", upTo: 255)
    guard name != nil || owner != nil else { throw FieldsError.invalid("name") }
  }
}

/// One of the caller's groups, and the group before which it goes; nil moves it to the end.
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

extension GroupRecord: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
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
  Listing(elements: try await OwnGroups(app, of: caller).list(page.page))
}

private func createGroup(by caller: SignedIn, _ new: NewGroup, _ app: App) async throws -> Created<GroupRecord> {
  Created(try await OwnGroups(app, of: caller).make(new.name))
}

private func searchGroups(
  by caller: SignedIn, _ search: ShortSearch, _ app: App
) async throws -> Listing<GroupRecord> {
  Listing(elements: try await OwnGroups(app, of: caller).searchShareable(search.text))
}

private func listShareableGroups(
  for caller: SignedIn, _ page: LongPage, _ app: App
) async throws -> Listing<GroupRecord> {
  Listing(elements: try await OwnGroups(app, of: caller).shareable(page.page))
}

private func showGroup(to member: GroupMember, _: NoInput, _ app: App) async throws -> GroupRecord {
  try await OwnGroups(app, of: member.caller).show(member.group)
}

private func changeGroup(by owner: GroupOwner, _ change: OwnGroupChange, _ app: App) async throws -> GroupRecord {
  try await Groups(app).change(
    String(owner.group.value), to: GroupChange(name: change.name, owner: change.owner),
    within: owner.caller.ownGroups, by: owner.caller)
  return try await OwnGroups(app, of: owner.caller).show(owner.group)
}

private func deleteGroup(by owner: GroupOwner, _: NoInput, _ app: App) async throws -> Success {
  try await Groups(app).delete(String(owner.group.value), within: owner.caller.ownGroups, by: owner.caller)
  return Success()
}

private func moveGroup(by member: GroupMember, _ move: GroupMove, _ app: App) async throws -> Success {
  try await OwnGroups(app, of: member.caller).move(move.group, before: move.anchor)
  return Success()
}
