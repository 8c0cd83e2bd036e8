internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let sessionRoutes = Table(.sessions, [
  Route(.post, "/api2/auth-token/", "getAccountTokenfromUsername", as: Anyone.self, signIn, once: false)
])

// MARK: Wire

extension Credentials: Input {
  /// A missing or impossible name or password fails like a wrong one.
  init(_ parts: Parts) throws {
    let fields = try parts.body()
    guard let username = try? fields.text("username", 1...255), let password = try? fields.text("password", 1...1024),
      password.utf8.count <= PasswordHasher.longest
    else { throw DomainError.signInFailed(.malformed, nil) }
    // SeaTable's clients do not send these: the token's name and lifetime.
    let terms = try AccountTokenTerms(fields)
    self.init(username: username, password: password, code: parts.oneTimePassword, terms: terms)
  }
}

private struct NewSession: Output, JSONEncodable {
  let secret: Secret
  func write(to json: inout JSONWriter) { json.object { $0.add("token", secret.clear) } }
}

// MARK: Operations

private func signIn(_: Anyone, _ credentials: Credentials, _ app: App) async throws -> NewSession {
  NewSession(secret: try await SignIns(app).signIn(credentials))
}
