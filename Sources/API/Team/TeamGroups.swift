internal import Access
internal import HTTP
internal import Postgres

// swift-format-ignore
let teamGroupRoutes = [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/",                              "teamListGroups",            as: TeamAdmin.self, listGroups),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/groups/",                              "teamAddGroup",              as: TeamAdmin.self, addGroup),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/",                   "teamGetGroup",              as: TeamAdmin.self, showGroup),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/",                   "teamUpdateGroup",           as: TeamAdmin.self, changeGroup),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/groups/{group_id}/",                   "teamDeleteGroup",           as: TeamAdmin.self, deleteGroup),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/dtables/",           "teamListGroupBases",        as: TeamAdmin.self, listBases),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/",           "teamListGroupMembers",      as: TeamAdmin.self, listMembers),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/",           "teamAddGroupMembers",       as: TeamAdmin.self, addMembers),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/{user_id}/", "teamUpdateGroupMemberRole", as: TeamAdmin.self, changeMember),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/groups/{group_id}/members/{user_id}/", "teamRemoveGroupMembers",    as: TeamAdmin.self, removeMember),
]

// MARK: Wire

private struct GroupChange: Input {
  let group: NamedGroup
  let name: GroupName?
  let owner: String?

  init(_ parts: Parts) throws {
    group = NamedGroup(parts)
    let fields = try parts.body()
    if let text = try fields.optionalText("new_group_name", 0...255), !text.isEmpty {
      guard let name = GroupName(text) else { throw APIError.invalid(field: "new_group_name") }
      self.name = name
    } else {
      name = nil
    }
    owner = try fields.optionalText("new_owner", 0...255).flatMap { $0.isEmpty ? nil : $0 }
    guard name != nil || owner != nil else { throw APIError.invalid(field: "new_owner") }
  }
}

private struct NewMembers: Input {
  let group: NamedGroup
  let users: [String]

  init(_ parts: Parts) throws {
    group = NamedGroup(parts)
    users = try parts.body().texts("email", 1...255)
    guard (1...1000).contains(users.count) else { throw APIError.invalid(field: "email") }
  }
}

private struct NamedMember: Input {
  let group: NamedGroup
  let user: String
  init(_ parts: Parts) { (group, user) = (NamedGroup(parts), parts.path("user_id")) }
}

private struct MemberChange: Input {
  let member: NamedMember
  let isAdmin: Bool
  init(_ parts: Parts) throws { (member, isAdmin) = (NamedMember(parts), try parts.body().boolean("is_admin")) }
}

private struct GroupPage: Output, JSONEncodable {
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

private struct Member: RowDecodable, JSONEncodable {
  let group: ID<Group>
  let user: UserID
  let name: String
  let email: String
  let loginID: String
  let role: Role
  var avatarURL = ""

  static let columns: SQL =
    "member.group_id, account.uid, account.name, account.email, coalesce(account.login_id, '') as login_id, member.role"

  init(_ row: Row) throws(PostgresError) {
    group = try row["group_id"]
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
    loginID = try row["login_id"]
    role = try row["role"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("group_id", group)
      $0.add("email", user)
      $0.add("name", name)
      $0.add("contact_email", email)
      $0.add("login_id", loginID)
      $0.add("avatar_url", avatarURL)
      $0.add("is_admin", role.administers)
      $0.add("role", role.wire)
    }
  }
}

extension Role {
  /// `Owner`, `Admin` or `Member`.
  var wire: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

private struct MemberList: Output, JSONEncodable {
  let team: ID<Team>
  let group: AdministeredGroup
  let members: [Member]

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
  try await app.group(group, admin.reach)
}

private func changeGroup(by admin: TeamAdmin, _ change: GroupChange, _ app: App) async throws -> AdministeredGroup {
  try await app.change(change.group, name: change.name, owner: change.owner, admin.reach, by: admin.caller)
}

private func deleteGroup(by admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await app.delete(group, admin.reach, by: admin.caller)
  return Success()
}

private func listBases(of admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> NamedList<AdministeredBase>
{
  let found = try await app.group(group, admin.reach)
  let bases: [AdministeredBase] = try await app.db.rows(
    AdministeredBase.select(
      """
      select base.* from base join workspace on workspace.id = base.workspace_id
      where workspace.group_id = \(found.id) and base.deleted_at is null
      """, order: "order by base.id"))
  return NamedList("tables", bases)
}

private func listMembers(of admin: TeamAdmin, _ group: NamedGroup, _ app: App) async throws -> MemberList {
  let found = try await app.group(group, admin.reach)
  var members: [Member] = try await app.db.rows(
    """
    select \(Member.columns)
    from group_member as member
    join account on account.id = member.account_id and account.deleted_at is null
    where member.group_id = \(found.id)
    order by account.id
    """)
  for index in members.indices { members[index].avatarURL = app.settings.avatarURL }
  return MemberList(team: admin.team, group: found, members: members)
}

private func addMembers(by admin: TeamAdmin, _ new: NewMembers, _ app: App) async throws -> Outcomes<Member> {
  let group = try await app.group(new.group, admin.reach)
  let additions = try await app.change(by: admin.caller) {
    var additions = Outcomes<Member>()
    for user in new.users {
      if let reason = try await add(user, to: group.id, within: admin.reach, $0, &additions.success) {
        additions.fail(user, reason)
      }
    }
    return additions
  }
  var answer = additions
  for index in answer.success.indices { answer.success[index].avatarURL = app.settings.avatarURL }
  return answer
}

/// Puts one person into a group; says why not where that is not possible.
private func add(
  _ named: String, to group: ID<Group>, within reach: Reach, _ transaction: Transaction, _ members: inout [Member]
) async throws -> String? {
  let found: Candidate? = try await transaction.row(
    "select id, name from account where uid = \(UserID(wire: named)) and \(reach.accounts)")
  guard let found else { return "User \(named) not found." }
  let made: Member? = try await transaction.row(
    """
    with member as (
      insert into group_member (group_id, account_id, role) values (\(group), \(found.account), 'member')
      on conflict (group_id, account_id) do nothing
      returning group_id, account_id, role
    )
    select \(Member.columns) from member join account on account.id = member.account_id
    """)
  guard let made else { return "User \(found.name) is already a group member." }
  members.append(made)
  return nil
}

private struct Candidate: RowDecodable {
  let account: ID<Account>
  let name: String

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    name = try row["name"]
  }
}

private func changeMember(by admin: TeamAdmin, _ change: MemberChange, _ app: App) async throws -> Success {
  let member = change.member
  let role = change.isAdmin ? Role.admin : .member
  try await touch(member, by: admin, app) {
    try await $0.run("update group_member set role = \(role) where group_id = \($1) and account_id = \($2)")
  }
  return Success()
}

private func removeMember(by admin: TeamAdmin, _ member: NamedMember, _ app: App) async throws -> Success {
  try await touch(member, by: admin, app) {
    try await $0.run("delete from group_member where group_id = \($1) and account_id = \($2)")
  }
  return Success()
}

/// Changes a membership; the owner's is changed by giving the group to somebody else alone.
private func touch(
  _ member: NamedMember, by admin: TeamAdmin, _ app: App,
  _ body: (Transaction, ID<Group>, ID<Account>) async throws -> Void
) async throws {
  let group = try await app.group(member.group, admin.reach)
  try await app.change(by: admin.caller) {
    let found: Membership? = try await $0.row(
      """
      select member.account_id, member.role
      from group_member as member
      join account on account.id = member.account_id and \(admin.reach.accounts)
      where member.group_id = \(group.id) and account.uid = \(UserID(wire: member.user))
      for update of member
      """)
    guard let found else { throw Refusal.notFound(.user(member.user)) }
    guard found.role != .owner else { throw APIError.refused("The owner of a group has to stay: transfer it first.") }
    try await body($0, group.id, found.account)
  }
}

private struct Membership: RowDecodable {
  let account: ID<Account>
  let role: Role

  init(_ row: Row) throws(PostgresError) {
    account = try row["account_id"]
    role = try row["role"]
  }
}
