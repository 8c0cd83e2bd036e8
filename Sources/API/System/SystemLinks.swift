internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let systemLinkRoutes = Table(.systemLinks, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/shared-dtables/",         "systemListBasesSharedToUser",  as: SystemAdmin.self, listSharedBases, from: .standby),
  Route(.get,    "/api/v2.1/admin/dtable/{base_id}/external-links/",        "systemListBaseExternalLinks",  as: SystemAdmin.self, listLinksOfBase, from: .standby),
  Route(.get,    "/api/v2.1/admin/external-links/",                         "systemListExternalLinks",      as: SystemAdmin.self, listLinks, from: .standby),
  Route(.delete, "/api/v2.1/admin/external-links/{external_link_token}/",   "systemDeleteBaseExternalLink", as: SystemAdmin.self, deleteLink),
])

// MARK: Wire

private struct NumberedBase: PathInput {
  static let variable = "base_id"
  let named: String
  init(_ segment: String) { named = segment }
}

/// Views are not kept, so there are no links to any.
private struct LinksOfBase: Overview, JSONEncodable {
  let links: [LinkRecord]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("dtable_external_link_list") {
        $0.add("base_external_links", links.map { ExternalLink(link: $0, permission: "r") })
        $0.add("view_external_links", [String]())
      }
    }
  }
}

private struct LinkPage: Overview, JSONEncodable {
  let links: [LinkRecord]
  let hasNext: Bool

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("has_next_page", hasNext)
      $0.add("external_link_list", links.map { ExternalLink(link: $0, permission: "r") })
    }
  }
}

// MARK: Operations

private func listSharedBases(
  of admin: SystemAdmin, _ user: PageOfPerson, _ app: App
) async throws -> NamedList<SharedBase> {
  try await app.sharedBases(of: user, admin.reach)
}

private func listLinksOfBase(of _: SystemAdmin, _ base: Long<NumberedBase>, _ app: App) async throws -> LinksOfBase {
  let found: ID<Base>? = try await app.db.lookup("select id from base where id = \(ID<Base>(text: base.of.named))")
  guard let found else { throw Refusal.notFound(.base(base.of.named)) }
  return LinksOfBase(links: try await app.externalLinks(of: found, base.page))
}

private func listLinks(of _: SystemAdmin, _ page: Page, _ app: App) async throws -> LinkPage {
  let (links, hasNext) = page.cut(
    try await app.links("select * from base_link where kind = 'external' order by id \(page.limitAndOneMore)"))
  return LinkPage(links: links, hasNext: hasNext)
}

private func deleteLink(by admin: SystemAdmin, _ named: NamedExternalLink, _ app: App) async throws -> Success {
  try await app.deleteLink(.external, named.link, within: admin.reach.links, by: admin.caller)
  return Success()
}
