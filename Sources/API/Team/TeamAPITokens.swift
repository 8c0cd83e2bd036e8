internal import Access
internal import HTTP
internal import Postgres

// swift-format-ignore
let teamTokenRoutes = Table(.teamTokens, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/api-tokens/",            "teamListApiTokens",           as: TeamAdmin.self,    listTokens, from: .standby),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/api-tokens/",            "teamCreateApiToken",          as: TeamBaseUser.self, issueToken),
  Route(.put,    "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/api-tokens/{app_name}/", "teamUpdateApiToken",          as: TeamBaseUser.self, changeToken),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/api-tokens/{app_name}/", "teamDeleteApiToken",          as: TeamAdmin.self,    revokeToken),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/api-tokens/{app_name}/rotate/", "teamRotateApiToken", as: TeamBaseUser.self, rotateToken),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/api-tokens/",                                "teamListApiTokensOfAllBases", as: TeamAdmin.self,    listAllTokens, from: .standby),
])

// MARK: Wire

private struct TokenOfBase: NamedInput {
  let base: NamedBaseUUID
  let name: TokenName
  init(_ path: Both<NamedBaseUUID, TokenName>, _: Parts) { (base, name) = (path.first, path.second) }
}

/// Which of the team's tokens, and in which order.
private struct TokenSearch: Input {
  let page: Page
  let base: BaseUUID?
  let creator: UserID?
  let permission: Permission?
  let unusedSince: Timestamp?
  let text: String?
  let order: Order
  let isDescending: Bool

  enum Order: String {
    case made = "generated_at"
    case used = "last_access"
    case name = "app_name"
  }

  private enum Direction: String {
    case asc, desc
  }

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    base = try query.optionalText("dtable_uuid", 0...36).map { try parsed("dtable_uuid", BaseUUID($0)) }
    creator = try query.optionalText("generated_by", 0...255).map { try parsed("generated_by", UserID(wire: $0)) }
    permission = try query.optionalChoice("permission")
    unusedSince = try query.optionalTime("unused_since")
    text = try query.optionalText("query", upTo: 255)
    order = try query.optionalChoice("order_by") ?? .made
    isDescending = try (query.optionalChoice("direction", as: Direction.self) ?? .desc) == .desc
  }

  var hasFilter: Bool {
    base != nil || creator != nil || permission != nil || unusedSince != nil || text != nil
  }

  /// The rows of `token` that are asked for.
  func source(_ team: ID<Team>) -> SQL {
    let asksForBase = base != nil || text != nil
    let tables: SQL =
      asksForBase ? "api_token as token join base on base.id = token.base_id" : "api_token as token"
    return "\(tables) where \(condition(team))"
  }

  private func condition(_ team: ID<Team>) -> SQL {
    var condition: SQL = "token.team_id = \(team) and token.revoked_at is null"
    if let base { condition = "\(condition) and base.uuid = \(base)::uuid" }
    if let creator { condition = "\(condition) and token.created_by = (select id from account where uid = \(creator))" }
    if let permission { condition = "\(condition) and token.permission = \(permission)" }
    if let unusedSince {
      condition = "\(condition) and coalesce(token.last_used_at, token.created_at) < \(unusedSince)"
    }
    if let text {
      let pattern = Search.pattern(text)
      condition = "\(condition) and (token.app_name ilike \(pattern) or base.name ilike \(pattern))"
    }
    return condition
  }

  func ordering(isFromEnd: Bool) -> SQL {
    switch (order, isDescending != isFromEnd) {
    case (.made, false): "order by token.created_at, token.id"
    case (.made, true): "order by token.created_at desc, token.id desc"
    case (.used, false): "order by coalesce(token.last_used_at, token.created_at), token.id"
    case (.used, true): "order by coalesce(token.last_used_at, token.created_at) desc, token.id desc"
    case (.name, false): "order by token.app_name, token.id"
    case (.name, true): "order by token.app_name desc, token.id desc"
    }
  }
}

// MARK: Operations

private func listTokens(of admin: TeamAdmin, _ base: Long<NamedBaseUUID>, _ app: App) async throws -> NamedList<
  TokenRecord
> {
  try await app.tokens(of: try await app.base(base.of, admin.reach), base.page)
}

private func issueToken(by user: TeamBaseUser, _ new: NewToken, _ app: App) async throws -> Created<TokenRecord> {
  guard new.permission <= user.permission else { throw Refusal.notAllowed }
  return Created(try await app.issue(new, for: user.base, named: user.baseName, by: user.caller))
}

private func changeToken(by user: TeamBaseUser, _ change: TokenChange, _ app: App) async throws -> TokenRecord {
  if let permission = change.permission, permission > user.permission { throw Refusal.notAllowed }
  return try await app.change(change, of: user.base, by: user.caller, whoMay: user.permission)
}

/// Whoever gets the new secret can do what the token allows, so he must be allowed that himself.
private func rotateToken(by user: TeamBaseUser, _ rotation: TokenRotation, _ app: App) async throws -> TokenRecord {
  let allowed: SQL = """
    token.base_id = \(user.base) and token.app_name = \(rotation.name.app) and token.permission <= \(user.permission)
    """
  if let rotated = try await app.rotate(allowed, grace: rotation.grace, by: user.caller) { return rotated }
  throw try await app.missing(rotation.name.app, of: user.base)
}

private func revokeToken(by admin: TeamAdmin, _ token: TokenOfBase, _ app: App) async throws -> Success {
  let base = try await app.base(token.base, admin.reach)
  try await app.revoke(token.name, of: base, by: admin.caller)
  return Success()
}

private func listAllTokens(of admin: TeamAdmin, _ search: TokenSearch, _ app: App) async throws -> NamedList<
  TokenRecord
> {
  let tokens = search.source(admin.team)
  let count =
    search.hasFilter
    ? try await app.count("select count(*) from \(tokens)")
    : try await app.count(
      "select coalesce(sum(live), 0)::bigint as count from api_token_tally where team_id = \(admin.team)")
  let (isFromEnd, limit) = search.page.window(of: count)
  let order = search.ordering(isFromEnd: isFromEnd)
  let found = try await app.tokens(
    TokenRecord.select("select token.* from \(tokens) \(order) \(limit)", order: order))
  return NamedList("api_tokens", isFromEnd ? found.reversed() : found, count: ("total_count", count))
}
