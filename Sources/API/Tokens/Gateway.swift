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
])

// MARK: Wire

/// The tables of a base.
private struct Metadata: Output, JSONEncodable {
  let schema: BaseSchema

  func write(to json: inout JSONWriter) { json.object { $0.add("metadata", schema) } }
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
