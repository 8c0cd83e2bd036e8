internal import Access
internal import Crypto
package import Domain
package import Ground
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
  Route(.get,    "/api/v2.1/organizations/{org_id}/token-policy/", "getTokenPolicy", as: TeamMember.self, showPolicy),
])

// MARK: Wire

extension NewAPIToken: Input {
  init(_ parts: Parts) throws {
    let fields = try parts.body()
    self.init(
      app: try fields.name("app_name"), permission: try fields.choice("permission"), terms: try APITokenTerms(fields))
  }
}

struct NamedAPITokenChange: NamedInput {
  let app: String
  let change: APITokenChange

  /// The permission is required if there is nothing else to change.
  init(_ name: TokenName, _ parts: Parts) throws {
    let fields = try parts.body()
    let terms = try APITokenTerms(fields)
    let isNeeded = terms.isEmpty || fields.has("permission")
    app = name.app
    change = APITokenChange(permission: isNeeded ? try fields.choice("permission") : nil, terms: terms)
  }
}

extension APITokenTerms {
  init(_ fields: Fields) throws {
    self.init()
    note = try fields.optionalText("note", 0...1000)
    limit = try fields.patch("rate_limit", 0...1_000_000)
    networks = try Self.networks(fields)
    if let days = try fields.optionalInteger("expire_days", 0...36_500) {
      end = days == 0 ? .clear : .set(.days(days))
    } else if let time = try fields.optionalTime("expires_at") {
      end = .set(.time(time))
    }
  }

  /// A list, or a string separated by commas or spaces; an empty one removes all networks.
  private static func networks(_ fields: Fields) throws -> [String]? {
    guard fields.has("allowed_networks") else { return nil }
    let networks = try fields.words("allowed_networks", 0...2000)
    guard networks.count <= 100 else { throw FieldsError.invalid("allowed_networks") }
    return try networks.map { try parsed("allowed_networks", IPNetwork($0)?.text) }
  }
}

struct TokenName: PathInput {
  static let variable = "app_name"
  let app: String
  init(_ segment: String) { app = segment }
}

/// A rotation: the name of a token, and how long its former secret works, in seconds.
struct TokenRotation: NamedInput {
  let app: String
  let grace: Int64
  init(_ name: TokenName, _ parts: Parts) throws { (app, grace) = (name.app, try Grace(parts).seconds) }
}

/// How long a secret works after its rotation: `grace`, in the format of `exp`; a day by default, at most 30 days; `0`
/// ends it at once.
struct Grace: Input {
  let seconds: Int64

  init(_ parts: Parts) throws {
    guard let text = try parts.body().optionalText("grace", upTo: 20) else {
      seconds = 86_400
      return
    }
    seconds = text == "0" ? 0 : try parsed("grace", Lifetime.seconds(text, within: 60...30 * 86_400))
  }
}

/// The secret of a token is masked, except in the response that creates it.
extension APITokenRecord: Output, JSONEncodable {
  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? [] }

  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("app_name", app)
      $0.add("api_token", secret?.clear ?? Secret.masked(hint: hint))
      $0.add("generated_by", creator)
      $0.add("creator", creatorName)
      $0.addAvatar()
      $0.add("generated_at", created)
      $0.add("last_access", lastUsed ?? created)
      $0.add("permission", permission.rawValue)
      $0.add("used", lastUsed != nil)
      $0.add("dtable_uuid", base)
      $0.add("dtable_name", baseName)
      $0.add("dtable_icon", baseIcon)
      $0.add("dtable_color", baseColor)
      $0.add("expires_at", expires)
      $0.add("is_expired", isExpired)
      $0.add("note", note)
      $0.add("allowed_networks", networks)
      $0.add("rate_limit", limit)
      $0.add("rotated_at", rotated)
      $0.add("use_count", uses)
      $0.add("last_client", lastClient)
      $0.add("last_addresses", lastAddresses)
    }
  }
}

private struct TemporaryToken: Output, JSONEncodable {
  let token: String
  func write(to json: inout JSONWriter) { json.object { $0.add("api_token", token) } }
}

// MARK: Operations

private func listTokens(by admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<APITokenRecord> {
  NamedList("api_tokens", try await APITokens(app).list(of: admin.base, page.page))
}

private func issueToken(by admin: BaseAdmin, _ new: NewAPIToken, _ app: App) async throws -> Created<APITokenRecord> {
  Created(try await APITokens(app).issue(new, for: admin.base, named: admin.baseName, by: admin.caller))
}

private func changeToken(by admin: BaseAdmin, _ token: NamedAPITokenChange, _ app: App) async throws -> APITokenRecord {
  try await APITokens(app).change(token.app, to: token.change, of: admin.base, by: admin.caller)
}

private func revokeToken(by admin: BaseAdmin, _ name: TokenName, _ app: App) async throws -> Success {
  try await APITokens(app).revoke(name.app, of: admin.base, by: admin.caller)
  return Success()
}

private func rotateToken(by admin: BaseAdmin, _ token: TokenRotation, _ app: App) async throws -> APITokenRecord {
  try await APITokens(app).rotate(token.app, of: admin.base, grace: token.grace, by: admin.caller)
}

/// For the program itself, which shows its present secret and needs to know nothing else.
private func rotateOwnToken(by bearer: APITokenBearer, _ grace: Grace, _ app: App) async throws -> APITokenRecord {
  guard case .program(let program) = bearer.source else { throw Refusal.badAPIToken }
  // Without a grace period, a lost response would lock the program out: its next attempt shows the former secret.
  guard grace.seconds > 0 else {
    throw DomainError.refused("grace invalid: it must be at least a minute, so that you can try again.")
  }
  return try await APITokens(app).rotate(program, grace: grace.seconds)
}

private func showPolicy(to member: TeamMember, _: NoInput, _ app: App) async throws -> EffectiveTokenPolicy {
  guard let policy = try await TokenPolicies(app).effective(for: member) else { throw Refusal.notAllowed }
  return policy
}

/// The token is not stored: it names the person and the base; the permission is checked when it is used.
private func issueTemporaryToken(by user: BaseUser, _: NoInput, _ app: App) async throws -> TemporaryToken {
  let claims = TemporaryTokenClaims(
    username: user.caller.user.wire, dtableUUID: user.uuid.text, expiry: app.now().seconds + 3600,
    signIn: user.caller.signIn)
  return TemporaryToken(token: app.signer.sign(claims))
}
