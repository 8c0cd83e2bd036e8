internal import Access
package import Domain
package import Ground
internal import HTTP

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

private struct NewGroupMember: Input {
  let user: String
  init(_ parts: Parts) throws { user = try parts.body().text("email", 1...255) }
}

/// Several user IDs, separated by commas or spaces.
private struct NewGroupMembers: Input {
  let users: [String]

  init(_ parts: Parts) throws {
    users = try parts.body().words("emails", 1...100_000)
    guard (1...1000).contains(users.count) else { throw FieldsError.invalid("emails") }
  }
}

private struct NamedGroupMember: PathInput {
  static let variable = "group_member"
  let user: String
  init(_ segment: String) { user = segment }
}

private struct GroupMemberChange: NamedInput {
  let user: String
  let isAdmin: Bool

  init(_ member: NamedGroupMember, _ parts: Parts) throws {
    (user, isAdmin) = (member.user, try parts.body().boolean("is_admin"))
  }
}

/// In this list, SeaTable writes `is_admin` as a number.
private struct NumberedMember: JSONEncodable {
  let member: GroupMemberRecord

  func write(to json: inout JSONWriter) {
    json.object {
      member.write(to: &$0)
      $0.add("is_admin", member.role.administers ? 1 : 0)
    }
  }
}

extension GroupMemberRecord: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      write(to: &$0)
      $0.add("is_admin", role.administers)
    }
  }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("group_id", group)
    object.add("login_id", loginID)
    object.add("role", role.wire)
  }
}

extension Role {
  /// `Owner`, `Admin` or `Member`.
  var wire: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension Outcomes<GroupMemberRecord> {
  /// From the outcomes of all additions.
  init(_ additions: [(user: String, addition: MemberAddition)]) {
    self.init()
    for (user, addition) in additions {
      do { success.append(try addition.member(named: user)) } catch { fail(user, WireError(error).text) }
    }
  }
}

// MARK: Operations

private func listMembers(
  to member: GroupMember, _ filter: Long<MemberFilter>, _ app: App
) async throws -> Listing<NumberedMember> {
  let members = try await GroupMembers(app).list(of: member.group, onlyAdmins: filter.of.isAdmin, filter.page)
  return Listing(elements: members.map(NumberedMember.init))
}

private func addMember(
  by admin: GroupAdmin, _ new: NewGroupMember, _ app: App
) async throws -> Created<GroupMemberRecord> {
  Created(try await GroupMembers(app).add(new.user, to: admin.group, by: admin.caller))
}

private func addMembers(
  by admin: GroupAdmin, _ new: NewGroupMembers, _ app: App
) async throws -> Outcomes<GroupMemberRecord> {
  Outcomes(try await GroupMembers(app).add(new.users, to: admin.group, by: admin.caller))
}

private func changeMember(by admin: GroupAdmin, _ change: GroupMemberChange, _ app: App) async throws -> Success {
  try await GroupMembers(app).setRole(
    change.isAdmin ? .admin : .member, of: change.user, in: admin.group, by: admin.caller)
  return Success()
}

/// Everyone except the owner may leave; others are removed by the owner or an admin.
private func removeMember(
  by remover: GroupAdminOrSelf, _ member: NamedGroupMember, _ app: App
) async throws -> Success {
  try await GroupMembers(app).remove(member.user, from: remover.group, by: remover.caller)
  return Success()
}

private func searchMembers(
  by member: GroupMember, _ search: ShortSearch, _ app: App
) async throws -> Listing<GroupMemberRecord> {
  Listing(elements: try await GroupMembers(app).search(search.text, in: member.group))
}
