internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let groupMemberRoutes = Table(.groupMembers, [
  Route(.get,    "/api/v2.1/groups/{group_id}/members/",                "getGroupMembers",     as: GroupMember.self, listMembers),
  Route(.post,   "/api/v2.1/groups/{group_id}/members/",                "addGroupMember",      as: GroupAdmin.self,  addMember),
  Route(.post,   "/api/v2.1/groups/{group_id}/members/bulk/",           "addGroupMembers",     as: GroupAdmin.self,  addMembers),
  Route(.put,    "/api/v2.1/groups/{group_id}/members/{group_member}/", "updateGroupRole",     as: GroupAdmin.self,  changeMember),
  Route(.delete, "/api/v2.1/groups/{group_id}/members/{group_member}/", "removeGroupMember",   as: GroupAdminOrSelf.self, of: \.user, removeMember),
  Route(.get,    "/api/v2.1/groups/{group_id}/search-member/",          "searchGroupMembers",  as: GroupMember.self, searchMembers),
])

// MARK: Wire

private struct MemberFilter: Input {
  let isAdmin: Bool
  init(_ parts: Parts) throws { isAdmin = try parts.query().optionalBoolean("is_admin") ?? false }
}

private struct NewMember: Input {
  let user: String
  init(_ parts: Parts) throws { user = try parts.body().text("email", 1...255) }
}

/// Several people, with commas or blanks between their user ids.
private struct NewMembers: Input {
  let users: [String]

  init(_ parts: Parts) throws {
    users = try parts.body().words("emails", 1...100_000)
    guard (1...1000).contains(users.count) else { throw FieldsError.invalid("emails") }
  }
}

private struct NamedMember: PathInput {
  static let variable = "group_member"
  let user: String
  init(_ segment: String) { user = segment }
}

private struct MemberChange: NamedInput {
  let user: String
  let isAdmin: Bool

  init(_ member: NamedMember, _ parts: Parts) throws {
    (user, isAdmin) = (member.user, try parts.body().boolean("is_admin"))
  }
}

/// In this one list SeaTable says with a number whether somebody is an admin.
private struct NumberedMember: JSONEncodable {
  let member: MemberRecord

  func write(to json: inout JSONWriter) {
    json.object {
      member.write(to: &$0)
      $0.add("is_admin", member.role.administers ? 1 : 0)
    }
  }
}

// MARK: Operations

private func listMembers(
  to member: GroupMember, _ filter: Long<MemberFilter>, _ app: App
) async throws -> Listing<NumberedMember> {
  let condition: SQL = filter.of.isAdmin ? "member.role <> 'member'" : "true"
  return Listing(
    elements: try await app.members(of: member.group, where: condition, filter.page.limit).map(NumberedMember.init))
}

private func addMember(
  by admin: GroupAdmin, _ new: NewMember, _ app: App
) async throws -> Created<MemberRecord> {
  Created(try await app.add(new.user, to: admin.group, by: admin.caller))
}

private func addMembers(by admin: GroupAdmin, _ new: NewMembers, _ app: App) async throws -> Outcomes<MemberRecord> {
  try await app.add(new.users, to: admin.group, by: admin.caller)
}

private func changeMember(by admin: GroupAdmin, _ change: MemberChange, _ app: App) async throws -> Success {
  try await app.change(change.user, of: admin.group, to: change.isAdmin ? .admin : .member, by: admin.caller)
  return Success()
}

/// Everybody but the owner may leave; others are taken out by owner and admins.
private func removeMember(by remover: GroupAdminOrSelf, _ member: NamedMember, _ app: App) async throws -> Success {
  try await app.remove(member.user, from: remover.group, by: remover.caller)
  return Success()
}

private func searchMembers(
  by member: GroupMember, _ search: ShortSearch, _ app: App
) async throws -> Listing<MemberRecord> {
  Listing(elements: try await app.members(of: member.group, where: search.accounts, "limit 50"))
}
