internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

// swift-format-ignore
let apiTokenRoutes = Table(.apiTokens, [
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/",            "listApiTokens",      as: BaseAdmin.self, listTokens),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/",            "createApiToken",     as: BaseAdmin.self, issueToken),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/temp-api-token/",        "createTempApiToken", as: BaseUser.self,  issueTemporaryToken),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/", "updateApiToken",     as: BaseAdmin.self, changeToken),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/", "deleteApiToken",     as: BaseAdmin.self, revokeToken),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/rotate/", "rotateApiToken", as: BaseAdmin.self, rotateToken),
  Route(.post,   "/api/v2.1/dtable/app-api-token/rotate/", "rotateOwnApiToken", as: APITokenBearer.self, rotateOwnToken),
])

// MARK: Wire

struct NewToken: Input {
  let app: DisplayName
  let permission: Permission
  let terms: TokenTerms

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    app = try fields.name("app_name")
    permission = try fields.choice("permission")
    terms = try TokenTerms(fields)
  }
}

struct TokenChange: NamedInput {
  let app: String
  /// Nil where it stays, and something else is changed.
  let permission: Permission?
  let terms: TokenTerms

  init(_ name: TokenName, _ parts: Parts) throws {
    let fields = try parts.body()
    app = name.app
    terms = try TokenTerms(fields)
    permission =
      terms.isEmpty || fields.has("permission") ? try fields.choice("permission") as Permission : nil
  }
}

struct TokenName: PathInput {
  static let variable = "app_name"
  let app: String
  init(_ segment: String) { app = segment }
}

private struct TemporaryToken: Output, JSONEncodable {
  let token: String
  func write(to json: inout JSONWriter) { json.object { $0.add("api_token", token) } }
}

// MARK: Operations

private func listTokens(by admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<TokenRecord> {
  try await app.tokens(of: admin.base, page)
}

private func issueToken(by admin: BaseAdmin, _ new: NewToken, _ app: App) async throws -> Created<TokenRecord> {
  Created(try await app.issue(new, for: admin.base, named: admin.baseName, by: admin.caller))
}

private func changeToken(by admin: BaseAdmin, _ change: TokenChange, _ app: App) async throws -> TokenRecord {
  try await app.change(change, of: admin.base, by: admin.caller)
}

private func revokeToken(by admin: BaseAdmin, _ name: TokenName, _ app: App) async throws -> Success {
  try await app.revoke(name, of: admin.base, by: admin.caller)
  return Success()
}

private func rotateToken(by admin: BaseAdmin, _ rotation: TokenRotation, _ app: App) async throws -> TokenRecord {
  try await app.rotate(rotation, of: admin.base, by: admin.caller)
}

/// By the program itself, with the secret that it has: it needs to know nothing else.
private func rotateOwnToken(by bearer: APITokenBearer, _ grace: Grace, _ app: App) async throws -> TokenRecord {
  guard case .program(let program) = bearer.source else { throw Refusal.badAPIToken }
  // Without it, an answer that is lost would be lost for good: whoever asks again shows the secret of before.
  guard grace.seconds > 0 else { throw APIError.refused("grace invalid: a minute at least, to ask again.") }
  let generation: SQL = "token.id = \(program.token) and token.generation = \(program.generation)"
  guard program.isCurrent, let rotated = try await app.rotate(generation, grace: grace.seconds, by: nil) else {
    throw Refusal.retiredSecret
  }
  return rotated
}

/// Stored nowhere: it says who and for which base, and what he may do there is asked when it is used.
private func issueTemporaryToken(by user: BaseUser, _: NoInput, _ app: App) async throws -> TemporaryToken {
  let claims = TemporaryTokenClaims(
    username: user.caller.user.wire, dtableUUID: user.uuid.text, expiry: app.now().seconds + 3600,
    signIn: user.caller.signIn)
  return TemporaryToken(token: app.signer.sign(claims))
}
