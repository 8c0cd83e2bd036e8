internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

// swift-format-ignore
let apiTokenRoutes = [
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/",            "listApiTokens",      as: BaseAdmin.self, listTokens),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/",            "createApiToken",     as: BaseAdmin.self, issueToken, status: 201),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/temp-api-token/",        "createTempApiToken", as: BaseUser.self,  issueTemporaryToken),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/", "updateApiToken",     as: BaseAdmin.self, changeToken),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/", "deleteApiToken",     as: BaseAdmin.self, revokeToken),
]

// MARK: Wire

struct NewToken: Input {
  let app: DisplayName
  let permission: Permission

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    guard let app = DisplayName(try fields.text("app_name", 1...255)) else { throw APIError.invalid(field: "app_name") }
    self.app = app
    permission = try fields.choice("permission")
  }
}

struct TokenChange: Input {
  let app: String
  let permission: Permission

  init(_ parts: Parts) throws {
    app = parts.path("app_name")
    permission = try parts.body().choice("permission")
  }
}

struct TokenName: Input {
  let app: String
  init(_ parts: Parts) { app = parts.path("app_name") }
}

private struct TemporaryToken: Output, JSONEncodable {
  let token: String
  func write(to json: inout JSONWriter) { json.object { $0.add("api_token", token) } }
}

// MARK: Operations

private func listTokens(by admin: BaseAdmin, _: NoInput, _ app: App) async throws -> NamedList<TokenRecord> {
  try await app.tokens(of: admin.base)
}

private func issueToken(by admin: BaseAdmin, _ new: NewToken, _ app: App) async throws -> TokenRecord {
  try await app.issue(new, for: admin.base, named: admin.baseName, by: admin.caller)
}

private func changeToken(by admin: BaseAdmin, _ change: TokenChange, _ app: App) async throws -> TokenRecord {
  try await app.change(change, of: admin.base, by: admin.caller)
}

private func revokeToken(by admin: BaseAdmin, _ name: TokenName, _ app: App) async throws -> Success {
  try await app.revoke(name, of: admin.base, by: admin.caller)
  return Success()
}

/// Stored nowhere: it says who and for which base, and what he may do there is asked when it is used.
private func issueTemporaryToken(by user: BaseUser, _: NoInput, _ app: App) async throws -> TemporaryToken {
  let claims = TemporaryTokenClaims(
    username: user.caller.user.wire, dtableUUID: user.uuid.text, expiry: app.now().seconds + 3600)
  return TemporaryToken(token: app.signer.sign(claims))
}
