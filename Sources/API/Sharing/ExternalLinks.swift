internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let externalLinkRoutes = Table(.externalLinks, [
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/external-links/",                       "listBaseExternalLinks",  as: BaseAdmin.self, listLinks),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/external-links/",                       "createBaseExternalLink", as: BaseAdmin.self, makeLink),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/external-links/{external_link_token}/", "deleteExternalLink",     as: BaseAdmin.self, deleteLink),
])

// MARK: Wire

private struct NewExternalLink: HashedInput {
  /// A custom token for the link. It is not a secret, but anyone who guesses it may read the base.
  let token: String?
  let terms: BaseLinkTerms

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    token = try fields.optionalText("token", upTo: 100)
    if let token {
      guard Self.allows(token) else { throw FieldsError.invalid("token") }
      guard token.utf8.count >= 8 else {
        throw DomainError.refused("token invalid: it must have at least 8 characters.")
      }
    }
    terms = try await BaseLinkTerms(fields, hashing)
  }

  /// Letters, digits, hyphens and underscores, but nothing that looks like a link with a secret.
  private static func allows(_ token: String) -> Bool {
    let isPlain = token.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    return isPlain && !LinkToken.isHandle(token) && LinkToken(token) == nil
  }
}

// MARK: Operations

private func listLinks(of admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<ExternalLink> {
  let links = try await BaseLinks(app, .external).list(to: admin.base, page.page)
  return NamedList("links", links.map { ExternalLink(link: $0) })
}

private func makeLink(by admin: BaseAdmin, _ new: NewExternalLink, _ app: App) async throws -> ExternalLink {
  ExternalLink(
    link: try await BaseLinks(app, .external).make(
      to: admin.base, named: admin.baseName, customToken: new.token, .read, new.terms, by: admin.caller))
}

private func deleteLink(by admin: BaseAdmin, _ named: NamedExternalLink, _ app: App) async throws -> Success {
  try await BaseLinks(app, .external).delete(named.link.handle, within: admin.links, by: admin.caller)
  return Success()
}
