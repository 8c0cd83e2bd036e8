internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let baseTokenRoutes = Table(.baseTokens, [
  Route(.get,  "/api/v2.1/dtable/app-access-token/",                                  "getBaseTokenWithApiToken",     as: APITokenBearer.self, exchange),
  Route(.get,  "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/access-token/", "getBaseTokenWithAccountToken", as: BaseUser.self,       issueBaseToken),
  Route(.get,  "/api/v2.1/external-link-tokens/{external_link_token}/access-token/",  "getBaseTokenWithExternalLink", as: LinkVisitor.self,    visit),
  Route(.post, "/api/v2.1/external-link-tokens/{external_link_token}/access-token/",  "openExternalLink",             as: LinkVisitor.self,    visit, once: false),
])

// MARK: Wire

/// The lifetime of a base token, `?exp=`: a number followed by `m`, `h` or `d`; at least a minute, at most three days.
struct Lifetime: Input {
  static let longest = BaseTokenClaims.longestLife
  let seconds: Int64

  init(_ parts: Parts) throws {
    guard let text = try parts.query().optionalText("exp", 0...20) else {
      seconds = Self.longest
      return
    }
    guard let seconds = Self.seconds(text) else { throw FieldsError.invalid("exp") }
    self.seconds = seconds
  }

  private static func seconds(_ text: String) -> Int64? { seconds(text, within: 60...longest) }

  /// A number of minutes, hours or days, in seconds; nil if the text is invalid or out of range.
  static func seconds(_ text: String, within range: ClosedRange<Int64>) -> Int64? {
    let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = ID<Never>(text: String(text.dropLast()))?.value
    else {
      return nil
    }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
    return !overflow && range.contains(seconds) ? seconds : nil
  }

  /// The expiry of a token made at `now`, in seconds since 1970: no later than a team's policy allows.
  func end(from now: Timestamp, atMost longest: Int64?) -> Int64 { now.seconds + min(seconds, longest ?? seconds) }
}

/// A base token, and the addresses to use it at. There is no expiry field: clients read a number there as a duration.
private struct BaseTokenGrant: Output, JSONEncodable {
  var appName: String?
  let token: String
  let uuid: BaseUUID
  let baseName: String
  let workspace: ID<Workspace>

  func write(to json: inout JSONWriter) {
    json.object {
      if let appName { $0.add("app_name", appName) }
      $0.add("access_token", token)
      $0.add("dtable_uuid", uuid)
      $0.add("dtable_server", address: "/api-gateway/")
      $0.add("dtable_socket", address: "/")
      $0.add("dtable_db", address: "/dtable-db/")
      $0.add("workspace_id", workspace)
      $0.add("dtable_name", baseName)
      $0.add("use_api_gateway", true)
    }
  }
}

// MARK: Operations

/// Exchanges an API token for a base token. This is the hottest path of the service: one look-up, no write.
private func exchange(by bearer: APITokenBearer, _ lifetime: Lifetime, _ app: App) async throws -> BaseTokenGrant {
  let now = app.now()
  let expiry = lifetime.end(from: now, atMost: bearer.longestLifetime)
  let claims: BaseTokenClaims
  let appName: String
  switch bearer.source {
  case .program(let program):
    appName = program.appName
    claims = .program(
      expiry: expiry, issued: now.seconds, dtableUUID: bearer.uuid.text, permission: bearer.permission.rawValue,
      appName: appName, apiTokenID: program.token.value, generation: program.generation)
    app.lastUse.note(program.token, at: now, from: app.origin)
  case .person(let caller):
    appName = ""
    claims = .person(
      expiry: expiry, issued: now.seconds, dtableUUID: bearer.uuid.text, username: caller.user.wire,
      permission: bearer.permission.rawValue, accountID: caller.account.value, signIn: caller.signIn)
  }
  return BaseTokenGrant(
    appName: appName, token: app.signer.sign(claims), uuid: bearer.uuid, baseName: bearer.baseName,
    workspace: bearer.workspace)
}

private func issueBaseToken(by user: BaseUser, _ lifetime: Lifetime, _ app: App) async throws -> BaseTokenGrant {
  let now = app.now()
  let claims = BaseTokenClaims.person(
    expiry: lifetime.end(from: now, atMost: user.longestLifetime), issued: now.seconds, dtableUUID: user.uuid.text,
    username: user.caller.user.wire, permission: user.permission.rawValue, accountID: user.caller.account.value,
    signIn: user.caller.signIn)
  return BaseTokenGrant(
    token: app.signer.sign(claims), uuid: user.uuid, baseName: user.baseName, workspace: user.workspace)
}

/// The token only reads, and does not outlive the link.
private func visit(by visitor: LinkVisitor, _ lifetime: Lifetime, _ app: App) async throws -> BaseTokenGrant {
  let (opened, now) = (visitor.opened, app.now())
  let expiry = lifetime.end(from: now, atMost: opened.longestLifetime)
  let claims = BaseTokenClaims.visitor(
    expiry: opened.end.map { min(expiry, $0.seconds) } ?? expiry, issued: now.seconds, dtableUUID: opened.uuid.text,
    permission: opened.permission.rawValue, externalLinkID: opened.link.value)
  app.lastUse.note(opened.link, at: now, from: app.origin)
  return BaseTokenGrant(
    token: app.signer.sign(claims), uuid: opened.uuid, baseName: opened.baseName, workspace: opened.workspace)
}
