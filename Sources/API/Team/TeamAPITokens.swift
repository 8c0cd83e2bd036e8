internal import Access
internal import Domain
internal import Ground
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

/// A search among the team's tokens, and the page of its results.
private struct PagedTokenSearch: Input {
  let search: APITokenSearch
  let page: Page

  private enum OrderName: String {
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
    var search = APITokenSearch()
    search.base = try query.optionalText("dtable_uuid", 0...36).map { try parsed("dtable_uuid", BaseUUID($0)) }
    search.creator = try query.optionalText("generated_by", 0...255).map {
      try parsed("generated_by", UserID(wire: $0))
    }
    search.permission = try query.optionalChoice("permission")
    search.unusedSince = try query.optionalTime("unused_since")
    search.isExpired = try query.optionalBoolean("is_expired")
    search.text = try query.optionalText("query", upTo: 255)
    search.order =
      switch try query.optionalChoice("order_by", as: OrderName.self) {
      case nil, .made: .made
      case .used: .used
      case .name: .name
      }
    search.isDescending = try query.optionalChoice("direction", as: Direction.self) != .asc
    self.search = search
  }
}

// MARK: Operations

private func listTokens(
  of admin: TeamAdmin, _ base: Long<NamedBaseUUID>, _ app: App
) async throws -> NamedList<APITokenRecord> {
  let found = try await AdministeredBases(app, admin.reach).find(base.of.named)
  return NamedList("api_tokens", try await APITokens(app).list(of: found, base.page))
}

private func issueToken(by user: TeamBaseUser, _ new: NewAPIToken, _ app: App) async throws -> Created<APITokenRecord> {
  Created(
    try await APITokens(app).issue(
      new, for: user.base, named: user.baseName, by: user.caller, callerPermission: user.permission))
}

private func changeToken(
  by user: TeamBaseUser, _ token: NamedAPITokenChange, _ app: App
) async throws -> APITokenRecord {
  try await APITokens(app).change(
    token.app, to: token.change, of: user.base, by: user.caller, callerPermission: user.permission)
}

private func rotateToken(by user: TeamBaseUser, _ token: TokenRotation, _ app: App) async throws -> APITokenRecord {
  try await APITokens(app).rotate(
    token.app, of: user.base, grace: token.grace, by: user.caller, callerPermission: user.permission)
}

private func revokeToken(by admin: TeamAdmin, _ token: TokenOfBase, _ app: App) async throws -> Success {
  let base = try await AdministeredBases(app, admin.reach).find(token.base.named)
  try await APITokens(app).revoke(token.name.app, of: base, by: admin.caller)
  return Success()
}

private func listAllTokens(
  of admin: TeamAdmin, _ search: PagedTokenSearch, _ app: App
) async throws -> NamedList<APITokenRecord> {
  let (tokens, count) = try await APITokens(app).search(search.search, in: admin.team, search.page)
  return NamedList("api_tokens", tokens, count: ("total_count", count))
}
