internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let gatewayRoutes = Table(.gateway, [
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/metadata/",      "getMetadata",                  as: BaseReader.self, showMetadata),
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/related-users/", "listCollaborators",            as: BaseReader.self, listCollaborators),
  Route(.get, "/api/v2.1/dtables/{base_uuid}/related-users/",           "listCollaboratorsOfBaseToken", as: BaseReader.self, listCollaborators),
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/",               "getBaseContent",               as: BaseReader.self, showContent),
  Route(.get, "/api/v2.1/dtable/app-user-info/",                        "getCollaborator",              as: APITokenBearer.self, showCollaborator),
])

// MARK: Wire

/// The tables of a base.
private struct Metadata: Output, JSONEncodable {
  let schema: BaseSchema

  func write(to json: inout JSONWriter) { json.object { $0.add("metadata", schema) } }
}

/// A person by their user ID, in `username`.
private struct NamedCollaborator: Input {
  let named: String
  init(_ parts: Parts) throws { named = try parts.query().text("username", 1...255) }
}

// MARK: Operations

private func showMetadata(to reader: BaseReader, _: NoInput, _ app: App) async throws -> Metadata {
  Metadata(schema: try await Schemas(app).metadata(of: reader.bearer.base))
}

/// Visitors by an external link get an empty list.
private func listCollaborators(
  of reader: BaseReader, _ page: LongPage, _ app: App
) async throws -> CollaboratorList {
  let users =
    switch reader.bearer.holder {
    case .program: try await Collaborators(app).list(of: reader.bearer.base, for: nil, page.page)
    case .person(let viewer): try await Collaborators(app).list(of: reader.bearer.base, for: viewer, page.page)
    case .visitor: [PublicPerson]()
    }
  return CollaboratorList(users: users)
}

private func showContent(to reader: BaseReader, _: NoInput, _ app: App) async throws -> WrittenJSON {
  WrittenJSON(try await Domain.Rows(app, of: reader.bearer.base).whole())
}

/// Programs see everybody who may open their base, and persons those whom they see in its list.
private func showCollaborator(
  to bearer: APITokenBearer, _ person: NamedCollaborator, _ app: App
) async throws -> PublicPerson {
  let viewer: ID<Account>? = if case .person(let caller) = bearer.source { caller.account } else { nil }
  guard let user = UserID(wire: person.named),
    let found = try await Collaborators(app).show(user, of: bearer.base, for: viewer)
  else { throw Refusal.notFound(.user(person.named)) }
  return found
}
