internal import Access
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let teamGroupRoutes = Table(.teamGroups, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/",                              "teamListGroups",            as: TeamAdmin.self, listGroups, from: .standby),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/groups/",                              "teamAddGroup",              as: TeamAdmin.self, addGroup),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/",                   "teamGetGroup",              as: TeamAdmin.self, showGroup),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/",                   "teamUpdateGroup",           as: TeamAdmin.self, changeGroup),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/groups/{group_id}/",                   "teamDeleteGroup",           as: TeamAdmin.self, deleteGroup),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/dtables/",           "teamListGroupBases",        as: TeamAdmin.self, listBases, from: .standby),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/",           "teamListGroupMembers",      as: TeamAdmin.self, listMembers, from: .standby),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/",           "teamAddGroupMembers",       as: TeamAdmin.self, addMembers),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/{user_id}/", "teamUpdateGroupMemberRole", as: TeamAdmin.self, changeMember),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/{user_id}/", "teamRemoveGroupMembers",    as: TeamAdmin.self, removeMember),
])

// MARK: Wire

private struct TeamGroupChange: NamedInput {
  let group: NamedGroup
  let change: GroupChange

  init(_ group: NamedGroup, _ parts: Parts) throws {
    self.group = group
    let fields = try parts.body()
    let name: GroupName? = try fields.optionalName("new_group_name")
    let owner = try fields.optionalText("new_owner", upTo: 255)
    guard name != nil || owner != nil else { throw FieldsError.invalid("new_owner") }
    change = GroupChange(name: name, owner: owner)
  }
}

private struct NewMembersOfGroup: NamedInput {
  let group: NamedGroup
  let users: [String]

  init(_ group: NamedGroup, _ parts: Parts) throws {
    self.group = group
    users = try parts.body().texts("email", 1...255)
    guard (1...1000).contains(users.count) else { throw FieldsError.invalid("email") }
  }
}

private struct MemberOfGroup: NamedInput {
  let group: NamedGroup
  let user: String
  init(_ path: Both<NamedGroup, NamedPerson>, _: Parts) { (group, user) = (path.first, path.second.named) }
}

private struct MemberOfGroupChange: NamedInput {
  let member: MemberOfGroup
  let isAdmin: Bool

  init(_ path: MemberOfGroup.Path, _ parts: Parts) throws {
    (member, isAdmin) = (MemberOfGroup(path, parts), try parts.body().boolean("is_admin"))
  }
}

private struct TeamGroupPage: Overview, JSONEncodable {
  let groups: [AdministeredGroup]
  let page: Page
  let hasNext: Bool

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("groups", groups)
      $0.add("page", page.number)
      $0.add("per_page", page.size)
      $0.add("page_next", hasNext)
    }
  }
}

private struct TeamGroupMemberList: Overview, JSONEncodable {
  let team: ID<Team>
  let group: AdministeredGroup
  let members: [GroupMemberRecord]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", team)
      $0.add("group_id", group.id)
      $0.add("group_name", group.name)
      $0.add("members", members)
    }
  }
}

// MARK: Operations

private func listGroups(of admin: TeamAdmin, _ search: PagedSearchIfAny, _ app: App) async throws -> TeamGroupPage {
  let found = try await Groups(app).search(search.text, admin.reach, search.page)
  let (groups, hasNext) = search.page.cut(found)
  return TeamGroupPage(groups: groups, page: search.page, hasNext: hasNext)
}

private func addGroup(by admin: TeamAdmin, _ new: NewOwnedGroup, _ app: App) async throws -> AdministeredGroup {
  try await Groups(app).make(new.name, for: new.owner, admin.reach, by: admin.caller)
}

private func showGroup(to admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> AdministeredGroup {
  try await Groups(app).find(group.named, within: admin.reach.groups)
}

private func changeGroup(by admin: TeamAdmin, _ group: TeamGroupChange, _ app: App) async throws -> AdministeredGroup {
  let own = admin.reach.groups
  try await Groups(app).change(group.group.named, to: group.change, within: own, by: admin.caller)
  return try await Groups(app).find(group.group.named, within: own)
}

private func deleteGroup(by admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await Groups(app).delete(group.named, within: admin.reach.groups, by: admin.caller)
  return Success()
}

private func listBases(
  of admin: TeamAdmin, _ group: Long<NamedGroup>, _ app: App
) async throws -> NamedList<AdministeredBase> {
  let found = try await Groups(app).find(group.of.named, within: admin.reach.groups)
  return NamedList("tables", try await AdministeredBases(app, admin.reach).list(of: found.id, group.page))
}

private func listMembers(
  of admin: TeamAdmin, _ group: Long<NamedGroup>, _ app: App
) async throws -> TeamGroupMemberList {
  let found = try await Groups(app).find(group.of.named, within: admin.reach.groups)
  return TeamGroupMemberList(
    team: admin.team, group: found, members: try await GroupMembers(app).list(of: found.id, group.page))
}

private func addMembers(
  by admin: TeamAdmin, _ new: NewMembersOfGroup, _ app: App
) async throws -> Outcomes<GroupMemberRecord> {
  let group = try await Groups(app).find(new.group.named, within: admin.reach.groups)
  return Outcomes(try await GroupMembers(app).add(new.users, to: group.id, by: admin.caller))
}

private func changeMember(by admin: TeamAdmin, _ change: MemberOfGroupChange, _ app: App) async throws -> Success {
  let group = try await Groups(app).find(change.member.group.named, within: admin.reach.groups)
  try await GroupMembers(app).setRole(
    change.isAdmin ? .admin : .member, of: change.member.user, in: group.id, by: admin.caller)
  return Success()
}

private func removeMember(by admin: TeamAdmin, _ member: MemberOfGroup, _ app: App) async throws -> Success {
  let group = try await Groups(app).find(member.group.named, within: admin.reach.groups)
  try await GroupMembers(app).remove(member.user, from: group.id, by: admin.caller)
  return Success()
}
