internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let gatewayRoutes = Table(.gateway, [
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/metadata/",      "getMetadata",                  as: BaseTokenBearer.self, showMetadata),
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/related-users/", "listCollaborators",            as: BaseTokenBearer.self, listCollaborators),
  Route(.get, "/api/v2.1/dtables/{base_uuid}/related-users/",           "listCollaboratorsOfBaseToken", as: BaseTokenBearer.self, listCollaborators),
])

// MARK: Wire

/// Basekeeper stores no content of bases: every base shows the one table of a new SeaTable base.
private struct Metadata: Output, JSONEncodable {
  private static let newBase = """
    {"metadata":{"version":1,"format_version":9,"settings":{},"tables":[{"_id":"0000","name":"Table1",\
    "is_header_locked":false,"columns":[{"key":"0000","type":"text","name":"Name","editable":true,"width":200,\
    "resizable":true,"draggable":true,"data":null,"permission_type":"","permitted_users":[]}],\
    "summary_configs":{},"views":[{"_id":"0000","name":"Default View","type":"table","is_locked":false,"rows":[],\
    "formula_rows":{},"summaries":[],"filter_conjunction":"And","filters":[],"sorts":[],"groupbys":[],"groups":[],\
    "colors":{},"hidden_columns":[],"link_rows":{}}]}]}}
    """

  func write(to json: inout JSONWriter) { json.raw(Self.newBase.utf8) }
}

// MARK: Operations

private func showMetadata(to bearer: BaseTokenBearer, _: NoInput, _ app: App) -> Metadata { Metadata() }

/// Visitors by an external link get an empty list.
private func listCollaborators(
  of bearer: BaseTokenBearer, _ page: LongPage, _ app: App
) async throws -> CollaboratorList {
  let users =
    switch bearer.holder {
    case .program: try await Collaborators(app).list(of: bearer.base, for: nil, page.page)
    case .person(let viewer): try await Collaborators(app).list(of: bearer.base, for: viewer, page.page)
    case .visitor: [PublicPerson]()
    }
  return CollaboratorList(users: users)
}
