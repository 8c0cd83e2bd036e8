internal import Access
internal import Crypto
internal import Domain
internal import HTTP
internal import Postgres

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
  let terms: LinkTerms

  init(_ link: NamedLink, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    (self.link, permission) = (link, try fields.optionalChoice("permission"))
    terms = try await LinkTerms(fields, hashing)
  }
}

private struct LinkOfGroup: NamedInput {
  let group: NamedGroup
  let link: NamedLink
  init(_ path: Both<NamedGroup, NamedLink>, _: Parts) { (group, link) = (path.first, path.second) }
}

// MARK: Operations

private func listExternalLinks(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<ExternalLink> {
  let (links, count) = try await app.links(.external, of: admin.team, page)
  return NamedList("external_link_list", links.map { ExternalLink(link: $0) }, count: ("count", count))
}

private func deleteExternalLink(by admin: TeamAdmin, _ named: NamedExternalLink, _ app: App) async throws -> Success {
  try await app.deleteLink(.external, named.link, within: admin.reach.links, by: admin.caller)
  return Success()
}

private func listInviteLinks(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<InviteLink> {
  let (links, count) = try await app.links(.invite, of: admin.team, page)
  return NamedList("invite_link_list", links.map(InviteLink.init), count: ("count", count))
}

/// What it allows counts at once for everybody who has accepted it.
private func changeInviteLink(by admin: TeamAdmin, _ change: InviteLinkChange, _ app: App) async throws -> InviteLink {
  let changed: LinkRecord? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      with changed as (
        update base_link
        set permission = coalesce(\(change.permission), permission),
            password_hash = coalesce(\(change.terms.password), password_hash),
            expires_at = case when \(change.terms.days)::bigint is null then expires_at else \(change.terms.end) end
        where kind = 'invite' and handle = \(change.link.handle) and team_id = \(admin.team)
        returning *
      )
      \(LinkRecord.select("select * from changed"))
      """)
  }
  guard let changed else { throw Refusal.notFound(.link) }
  return InviteLink(link: changed)
}

private func deleteInviteLink(by admin: TeamAdmin, _ link: NamedLink, _ app: App) async throws -> Success {
  try await app.deleteLink(.invite, link, within: admin.reach.links, by: admin.caller)
  return Success()
}

private func listGroupLinks(of admin: TeamAdmin, _ group: Long<NamedGroup>, _ app: App) async throws -> NamedList<
  GroupLink
> {
  try await app.links(of: try await app.group(group.of, within: admin.reach.groups).id, group.page)
}

private func deleteGroupLink(by admin: TeamAdmin, _ named: LinkOfGroup, _ app: App) async throws -> Success {
  let group = try await app.group(named.group, within: admin.reach.groups)
  try await app.delete(named.link, of: group.id, by: admin.caller)
  return Success()
}

extension App {
  /// A page of a team's links, and how many there are.
  fileprivate func links(
    _ kind: OpenedLink.Kind, of team: ID<Team>, _ page: Page
  ) async throws -> ([LinkRecord], count: Int64) {
    let own: SQL = "from base_link where team_id = \(team) and kind = \(kind.rawValue)"
    let count = try await db.count("select count(*) \(own)")
    return (try await links("select * \(own) order by id \(page.limit)"), count)
  }
}
