internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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

private struct GroupChange: NamedInput {
  let group: NamedGroup
  let name: GroupName?
  let owner: String?

  init(_ group: NamedGroup, _ parts: Parts) throws {
    self.group = group
    let fields = try parts.body()
    name = try fields.optionalName("new_group_name")
    owner = try fields.optionalText("new_owner", upTo: 255)
    guard name != nil || owner != nil else { throw FieldsError.invalid("new_owner") }
  }
}

private struct NewMembers: NamedInput {
  let group: NamedGroup
  let users: [String]

  init(_ group: NamedGroup, _ parts: Parts) throws {
    self.group = group
    users = try parts.body().texts("email", 1...255)
    guard (1...1000).contains(users.count) else { throw FieldsError.invalid("email") }
  }
}

private struct NamedMember: NamedInput {
  let group: NamedGroup
  let user: String
  init(_ path: Both<NamedGroup, NamedPerson>, _: Parts) { (group, user) = (path.first, path.second.named) }
}

private struct MemberChange: NamedInput {
  let member: NamedMember
  let isAdmin: Bool

  init(_ path: NamedMember.Path, _ parts: Parts) throws {
    (member, isAdmin) = (NamedMember(path, parts), try parts.body().boolean("is_admin"))
  }
}

private struct GroupPage: Overview, JSONEncodable {
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

private struct MemberList: Overview, JSONEncodable {
  let team: ID<Team>
  let group: AdministeredGroup
  let members: [MemberRecord]

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

private func listGroups(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> GroupPage {
  let (groups, hasNext) = page.cut(
    try await app.groups("select * from user_group where \(admin.reach.groups) order by id \(page.limitAndOneMore)"))
  return GroupPage(groups: groups, page: page, hasNext: hasNext)
}

private func addGroup(by admin: TeamAdmin, _ new: NewOwnedGroup, _ app: App) async throws -> AdministeredGroup {
  try await app.add(new, admin.reach, by: admin.caller)
}

private func showGroup(to admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> AdministeredGroup {
  try await app.group(group, within: admin.reach.groups)
}

private func changeGroup(by admin: TeamAdmin, _ change: GroupChange, _ app: App) async throws -> AdministeredGroup {
  let own = admin.reach.groups
  try await app.change(change.group, name: change.name, owner: change.owner, within: own, by: admin.caller)
  return try await app.group(change.group, within: own)
}

private func deleteGroup(by admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await app.delete(group, within: admin.reach.groups, by: admin.caller)
  return Success()
}

private func listBases(of admin: TeamAdmin, _ group: Long<NamedGroup>, _ app: App) async throws -> NamedList<
  AdministeredBase
> {
  let found = try await app.group(group.of, within: admin.reach.groups)
  let bases: [AdministeredBase] = try await app.db.rows(
    AdministeredBase.select(
      """
      select base.* from base join workspace on workspace.id = base.workspace_id
      where workspace.group_id = \(found.id) and base.deleted_at is null
      order by base.id \(group.page.limit)
      """, order: "order by base.id"))
  return NamedList("tables", bases)
}

private func listMembers(of admin: TeamAdmin, _ group: Long<NamedGroup>, _ app: App) async throws -> MemberList {
  let found = try await app.group(group.of, within: admin.reach.groups)
  return MemberList(
    team: admin.team, group: found, members: try await app.members(of: found.id, group.page.limit))
}

private func addMembers(by admin: TeamAdmin, _ new: NewMembers, _ app: App) async throws -> Outcomes<MemberRecord> {
  let group = try await app.group(new.group, within: admin.reach.groups)
  return try await app.add(new.users, to: group.id, by: admin.caller)
}

private func changeMember(by admin: TeamAdmin, _ change: MemberChange, _ app: App) async throws -> Success {
  let group = try await app.group(change.member.group, within: admin.reach.groups)
  try await app.change(change.member.user, of: group.id, to: change.isAdmin ? .admin : .member, by: admin.caller)
  return Success()
}

private func removeMember(by admin: TeamAdmin, _ member: NamedMember, _ app: App) async throws -> Success {
  let group = try await app.group(member.group, within: admin.reach.groups)
  try await app.remove(member.user, from: group.id, by: admin.caller)
  return Success()
}
