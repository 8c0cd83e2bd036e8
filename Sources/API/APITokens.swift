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

private struct NewToken: Input {
  let app: AppName
  let permission: Permission

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    guard let app = AppName(try fields.text("app_name", 1...255)) else { throw APIError.invalid(field: "app_name") }
    self.app = app
    permission = try fields.choice("permission")
  }
}

private struct TokenChange: Input {
  let app: String
  let permission: Permission

  init(_ parts: Parts) throws {
    app = parts.path("app_name")
    permission = try parts.body().choice("permission")
  }
}

private struct TokenName: Input {
  let app: String
  init(_ parts: Parts) { app = parts.path("app_name") }
}

/// A token in a list, its secret masked; or a new one, in clear for the only time.
private struct TokenRecord: RowDecodable, Output, JSONEncodable {
  let app: String
  let hint: String
  let permission: Permission
  let creator: UserID
  let created: Timestamp
  let lastUsed: Timestamp?
  var secret: Secret?

  static let columns: SQL =
    "token.app_name, token.hint, token.permission, token.created_at, token.last_used_at, creator.uid as creator_uid"

  init(_ row: Row) throws(PostgresError) {
    app = try row["app_name"]
    hint = try row["hint"]
    permission = try row["permission"]
    created = try row["created_at"]
    lastUsed = try row["last_used_at"]
    creator = try row["creator_uid"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("app_name", app)
      $0.add("api_token", secret?.clear ?? Secret.masked(hint: hint))
      $0.add("generated_by", creator)
      $0.add("generated_at", created)
      $0.add("last_access", lastUsed ?? created)
      $0.add("permission", permission.rawValue)
      $0.add("used", lastUsed != nil)
    }
  }
}

private struct TokenList: Output, JSONEncodable {
  let tokens: [TokenRecord]
  func write(to json: inout JSONWriter) { json.object { $0.add("api_tokens", tokens) } }
}

private struct TemporaryToken: Output, JSONEncodable {
  let token: String
  func write(to json: inout JSONWriter) { json.object { $0.add("api_token", token) } }
}

// MARK: Operations

private func listTokens(by admin: BaseAdmin, _: NoInput, _ app: App) async throws -> TokenList {
  TokenList(
    tokens: try await app.db.rows(
      """
      select \(TokenRecord.columns)
      from api_token as token
      join account as creator on creator.id = token.created_by
      where token.base_id = \(admin.base) and token.revoked_at is null
      order by token.id
      """))
}

private func issueToken(by admin: BaseAdmin, _ new: NewToken, _ app: App) async throws -> TokenRecord {
  let secret = Secret.generate()
  let made: TokenRecord? = try await app.db.row(
    """
    with token as (
      insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
      select base.id, base.team_id, \(new.app.text), \(secret.hash.bytes), \(secret.hint), \(new.permission),
             \(admin.caller.account)
      from base
      where base.id = \(admin.base) and base.deleted_at is null
      returning *
    )
    select \(TokenRecord.columns) from token join account as creator on creator.id = token.created_by
    """)
  guard var made else { throw Refusal.notFound(.base(admin.baseName)) }
  made.secret = secret
  return made
}

private func changeToken(by admin: BaseAdmin, _ change: TokenChange, _ app: App) async throws -> TokenRecord {
  let changed: TokenRecord? = try await app.db.row(
    """
    with token as (
      update api_token set permission = \(change.permission)
      where base_id = \(admin.base) and app_name = \(change.app) and revoked_at is null
      returning *
    )
    select \(TokenRecord.columns) from token join account as creator on creator.id = token.created_by
    """)
  guard let changed else { throw Refusal.notFound(.apiToken(change.app)) }
  return changed
}

private func revokeToken(by admin: BaseAdmin, _ name: TokenName, _ app: App) async throws -> Success {
  let count = try await app.db.run(
    """
    update api_token set revoked_at = now()
    where base_id = \(admin.base) and app_name = \(name.app) and revoked_at is null
    """)
  guard count == 1 else { throw Refusal.notFound(.apiToken(name.app)) }
  return Success()
}

/// Stored nowhere: it says who and for which base, and what he may do there is asked when it is used.
private func issueTemporaryToken(by user: BaseUser, _: NoInput, _ app: App) async throws -> TemporaryToken {
  let claims = TemporaryTokenClaims(
    username: user.caller.user.wire, dtableUUID: user.uuid.text, expiry: app.now().seconds + 3600)
  return TemporaryToken(token: app.signer.sign(claims))
}
