internal import Access
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let systemLinkRoutes = Table(.systemLinks, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/shared-dtables/",         "systemListBasesSharedToUser",  as: SystemAdmin.self, listSharedBases, from: .standby),
  Route(.get,    "/api/v2.1/admin/dtable/{base_id}/external-links/",        "systemListBaseExternalLinks",  as: SystemAdmin.self, listLinksOfBase, from: .standby),
  Route(.get,    "/api/v2.1/admin/external-links/",                         "systemListExternalLinks",      as: SystemAdmin.self, listLinks, from: .standby),
  Route(.delete, "/api/v2.1/admin/external-links/{external_link_token}/",   "systemDeleteBaseExternalLink", as: SystemAdmin.self, deleteLink),
])

// MARK: Wire

/// Basekeeper has no views, so there are no links to views.
private struct LinksOfBase: Overview, JSONEncodable {
  let links: [BaseLinkRecord]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("dtable_external_link_list") {
        $0.add("base_external_links", links.map { ExternalLink(link: $0, permission: "r") })
        $0.add("view_external_links", [String]())
      }
    }
  }
}

private struct ExternalLinkPage: Overview, JSONEncodable {
  let links: [BaseLinkRecord]
  let hasNext: Bool

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("has_next_page", hasNext)
      $0.add("external_link_list", links.map { ExternalLink(link: $0, permission: "r") })
    }
  }
}

// MARK: Operations

private func listLinksOfBase(
  of admin: SystemAdmin, _ base: Long<NumberedBase>, _ app: App
) async throws -> LinksOfBase {
  let found = try await AdministeredBases(app, admin.reach).find(id: base.of.named)
  return LinksOfBase(links: try await BaseLinks(app, .external).list(to: found, base.page))
}

private func listLinks(of admin: SystemAdmin, _ page: Page, _ app: App) async throws -> ExternalLinkPage {
  let (links, hasNext) = page.cut(try await BaseLinks(app, .external).listUncounted(admin.reach, page))
  return ExternalLinkPage(links: links, hasNext: hasNext)
}

private func deleteLink(by admin: SystemAdmin, _ named: NamedExternalLink, _ app: App) async throws -> Success {
  try await BaseLinks(app, .external).delete(named.link.handle, within: admin.reach.links, by: admin.caller)
  return Success()
}
