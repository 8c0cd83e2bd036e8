internal import Access
internal import HTTP
internal import Postgres

// swift-format-ignore
let gatewayRoutes = [
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/metadata/",      "getMetadata",                  as: BaseTokenBearer.self, showMetadata),
  Route(.get, "/api-gateway/api/v2/dtables/{base_uuid}/related-users/", "listCollaborators",            as: BaseTokenBearer.self, listCollaborators),
  Route(.get, "/api/v2.1/dtables/{base_uuid}/related-users/",           "listCollaboratorsOfBaseToken", as: BaseTokenBearer.self, listCollaborators),
]

// MARK: Wire

/// Basekeeper keeps bases, not what is in them: every base shows the one table that a new SeaTable base has.
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

private struct Collaborator: RowDecodable, JSONEncodable {
  let user: UserID
  let name: String
  let email: String
  var avatarURL = ""

  init(_ row: Row) throws(PostgresError) {
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("email", user)
      $0.add("name", name)
      $0.add("contact_email", email)
      $0.add("avatar_url", avatarURL)
    }
  }
}

private struct Collaborators: Output, JSONEncodable {
  let users: [Collaborator]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_list", users)
      $0.add("app_user_list", [String]())
    }
  }
}

// MARK: Operations

private func showMetadata(to bearer: BaseTokenBearer, _: NoInput, _ app: App) -> Metadata { Metadata() }

private func listCollaborators(of bearer: BaseTokenBearer, _: NoInput, _ app: App) async throws -> Collaborators {
  var users: [Collaborator] = try await app.db.rows(
    """
    select account.uid, account.name, account.email
    from base
    join workspace_role on workspace_role.workspace_id = base.workspace_id
    join live_account as account on account.id = workspace_role.account_id
    where base.id = \(bearer.base)
    order by account.id
    """)
  for index in users.indices { users[index].avatarURL = app.settings.avatarURL }
  return Collaborators(users: users)
}
