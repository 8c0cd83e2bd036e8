internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let teamLinkRoutes = Table(.teamLinks, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/external-links/",                       "teamListBaseExternalLinks", as: TeamAdmin.self, listExternalLinks, from: .standby),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/external-links/{external_link_token}/", "teamDeleteExternalLink",    as: TeamAdmin.self, deleteExternalLink),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/invite-links/",                         "teamListInviteLinks",       as: TeamAdmin.self, listInviteLinks, from: .standby),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/invite-links/{invite_link_token}/",     "teamUpdateInviteLink",      as: TeamAdmin.self, changeInviteLink),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/invite-links/{invite_link_token}/",     "teamDeleteInviteLink",      as: TeamAdmin.self, deleteInviteLink),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/groups/{group_id}/invite-links/",       "teamListGroupInviteLinks",  as: TeamAdmin.self, listGroupLinks, from: .standby),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/groups/{group_id}/invite-links/{invite_link_token}/", "teamDeleteGroupInviteLink", as: TeamAdmin.self, deleteGroupLink),
])

// MARK: Wire

private struct InviteLinkChange: HashedInput {
  let link: NamedLink
  let permission: Permission?
  let terms: BaseLinkTerms

  init(_ link: NamedLink, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    (self.link, permission) = (link, try fields.optionalChoice("permission"))
    terms = try await BaseLinkTerms(fields, hashing)
  }
}

private struct LinkOfGroup: NamedInput {
  let group: NamedGroup
  let link: NamedLink
  init(_ path: Both<NamedGroup, NamedLink>, _: Parts) { (group, link) = (path.first, path.second) }
}

// MARK: Operations

private func listExternalLinks(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<ExternalLink> {
  let (links, count) = try await BaseLinks(app, .external).list(admin.reach, page)
  return NamedList("external_link_list", links.map { ExternalLink(link: $0) }, count: ("count", count))
}

private func deleteExternalLink(by admin: TeamAdmin, _ named: NamedExternalLink, _ app: App) async throws -> Success {
  try await BaseLinks(app, .external).delete(named.link.handle, within: admin.reach.links, by: admin.caller)
  return Success()
}

private func listInviteLinks(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<InviteLink> {
  let (links, count) = try await BaseLinks(app, .invite).list(admin.reach, page)
  return NamedList("invite_link_list", links.map(InviteLink.init), count: ("count", count))
}

private func changeInviteLink(by admin: TeamAdmin, _ change: InviteLinkChange, _ app: App) async throws -> InviteLink {
  InviteLink(
    link: try await BaseLinks(app, .invite).change(
      change.link.handle, of: admin.team, to: change.permission, change.terms, by: admin.caller))
}

private func deleteInviteLink(by admin: TeamAdmin, _ link: NamedLink, _ app: App) async throws -> Success {
  try await BaseLinks(app, .invite).delete(link.handle, within: admin.reach.links, by: admin.caller)
  return Success()
}

private func listGroupLinks(
  of admin: TeamAdmin, _ group: Long<NamedGroup>, _ app: App
) async throws -> NamedList<GroupLinkRecord> {
  let found = try await Groups(app).find(group.of.named, within: admin.reach.groups)
  return NamedList("invite_link_list", try await GroupLinks(app).list(of: found.id, group.page))
}

private func deleteGroupLink(by admin: TeamAdmin, _ named: LinkOfGroup, _ app: App) async throws -> Success {
  let group = try await Groups(app).find(named.group.named, within: admin.reach.groups)
  try await GroupLinks(app).delete(named.link.handle, of: group.id, by: admin.caller)
  return Success()
}
