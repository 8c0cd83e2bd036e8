internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let baseTokenStatusRoutes = Table(.baseTokenStatus, [
  Route(.post, "/api/v2.1/base-tokens/verify/",  "verifyBaseToken",      as: TokenVerifier.self,   verify, once: false),
  Route(.get,  "/api/v2.1/base-tokens/verify/",  "checkBaseToken",       as: BaseTokenBearer.self, check),
  Route(.post, "/api/v2.1/base-tokens/revoke/",  "revokeBaseToken",      as: Anyone.self,          revoke, once: false),
  Route(.get,  "/.well-known/jwks.json",         "getJWKS",              as: Anyone.self,          listKeys),
])

// MARK: Wire

private struct TokenToVerify: Input {
  let token: String
  /// The address from which the token was used, as far as the caller says; nil if they do not say.
  let address: IPAddress?

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    token = try fields.text("token", 1...8192)
    address = try fields.optionalText("address", upTo: 45).map { try parsed("address", IPAddress($0)?.unmapped) }
  }
}

private struct TokenToRevoke: Input {
  let token: String
  init(_ parts: Parts) throws { token = try parts.body().text("token", 1...8192) }
}

/// The status of a token (RFC 7662, 2.2): only that it is not active, or everything that it allows.
private struct Status: Output, JSONEncodable {
  let bearer: BaseTokenBearer?

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("active", bearer != nil)
      guard let bearer else { return }
      let claims = bearer.claims
      $0.add("scope", bearer.permission.rawValue)
      $0.add("client_id", claims.appName ?? "")
      $0.add("token_type", "Bearer")
      $0.add("exp", claims.expiry)
      if let id = claims.id { $0.add("jti", id) }
      $0.add("username", claims.username)
      $0.add("dtable_uuid", bearer.uuid)
      $0.add("dtable_name", bearer.baseName)
      $0.add("workspace_id", bearer.workspace)
      $0.add("org_id", bearer.team?.value ?? -1)
      $0.add("permission", bearer.permission.rawValue)
      $0.add("app_name", claims.appName ?? "")
    }
  }
}

/// The status for a reverse proxy, which reads the HTTP status and the header.
private struct BaseTokenCheck: Output {
  let bearer: BaseTokenBearer

  func response(publicURL _: String) -> Response {
    var response = Response(Self.status.rawValue, Status(bearer: bearer))
    response.headers += [
      ("X-Dtable-Uuid", bearer.uuid.text), ("X-Permission", bearer.permission.rawValue),
      ("X-Username", bearer.claims.username),
    ]
    return response
  }
}

private struct KeySet: Output, JSONEncodable {
  let keys: [PublicKey]

  func response(publicURL _: String) -> Response {
    var response = Response(Self.status.rawValue, self)
    // A new key is published before it signs; clients cache the set for no longer than that.
    response.headers.append(("Cache-Control", "public, max-age=\(KeyStore.overlap.components.seconds - 15)"))
    return response
  }

  func write(to json: inout JSONWriter) { json.object { $0.add("keys", keys) } }
}

// MARK: Operations

/// A token that the caller may not know about is not active. If its API token is limited to networks, the address must
/// be in one of them: the one that the request names, or the caller's own.
private func verify(by verifier: TokenVerifier, _ asked: TokenToVerify, _ app: App) async throws -> Status {
  do {
    let bearer = try await BaseTokenBearer.prove(asked.token, from: asked.address, app)
    return Status(bearer: verifier.mayKnow(bearer) ? bearer : nil)
  } catch {
    guard error is Refusal || error is KnownRefusal else { throw error }
    return Status(bearer: nil)
  }
}

private func check(by bearer: BaseTokenBearer, _: NoInput, _ app: App) -> BaseTokenCheck {
  BaseTokenCheck(bearer: bearer)
}

/// Anyone who has a token may end it (RFC 7009). An expired or invalid token gets the same response.
private func revoke(by _: Anyone, _ asked: TokenToRevoke, _ app: App) async throws -> Success {
  guard let claims = try? app.signer.verify(asked.token, at: app.now().seconds, evenEarly: true) else {
    return Success()
  }
  guard let id = claims.id, id.utf8.count <= 64 else {
    throw DomainError.refused("This token cannot be ended by itself, because it has no ID (jti).")
  }
  try await BaseTokens(app).revoke(claims, named: id)
  return Success()
}

private func listKeys(to _: Anyone, _: NoInput, _ app: App) -> KeySet {
  KeySet(keys: app.signer.accepted.compactMap(\.publicKey))
}
