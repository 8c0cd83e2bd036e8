internal import Access
internal import Crypto
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let groupLinkRoutes = Table(.groupLinks, [
  Route(.get,    "/api/v2.1/groups/{group_id}/invite-links/",                     "listGroupInviteLinks",  as: GroupAdmin.self, listLinks),
  Route(.post,   "/api/v2.1/groups/{group_id}/invite-links/",                     "createGroupInviteLink", as: GroupAdmin.self, makeLink),
  Route(.delete, "/api/v2.1/groups/{group_id}/invite-links/{invite_link_token}/", "deleteGroupInviteLink", as: GroupAdmin.self, deleteLink),
  Route(.post,   "/api/v2.1/groups/invite-links/{invite_link_token}/accept/",     "acceptGroupInviteLink", as: GroupInvitee.self, of: \.token, acceptLink, once: false),
])

// MARK: Wire

private struct NewGroupLink: Input {
  let days: Int64?
  init(_ parts: Parts) throws { days = try parts.body().optionalInteger("expire_days", 0...3650) }
}

private struct WholeGroupLink: PathInput {
  static let variable = "invite_link_token"
  let token: String
  init(_ segment: String) { token = segment }
}

/// Only the response that creates the link has its secret.
extension GroupLinkRecord: Output, JSONEncodable {
  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? [] }

  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("group_id", group)
      $0.add("username", creator)
      $0.add("creator_name", creatorName)
      $0.add("token", secret?.clear ?? handle)
      $0.add("link", address: linkPath("/groups/links", handle: handle, secret: secret?.clear))
      $0.add("is_expired", isExpired)
      $0.add("expire_date", end?.wire ?? "")
      $0.add("ctime", created)
    }
  }
}

// MARK: Operations

private func listLinks(of admin: GroupAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<GroupLinkRecord> {
  NamedList("invite_link_list", try await GroupLinks(app).list(of: admin.group, page.page))
}

private func makeLink(by admin: GroupAdmin, _ new: NewGroupLink, _ app: App) async throws -> GroupLinkRecord {
  try await GroupLinks(app).make(into: admin.group, days: new.days, by: admin.caller)
}

private func deleteLink(by admin: GroupAdmin, _ link: NamedLink, _ app: App) async throws -> Success {
  try await GroupLinks(app).delete(link.handle, of: admin.group, by: admin.caller)
  return Success()
}

private func acceptLink(by invitee: GroupInvitee, _: WholeGroupLink, _ app: App) async throws -> GroupMemberRecord {
  try await GroupLinks(app).accept(invitee.link, by: invitee.caller)
}
