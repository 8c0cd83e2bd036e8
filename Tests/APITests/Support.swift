import API
import Access
import Crypto
import Foundation
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

/// What several suites do with tokens.
extension World {
  /// The path of the API tokens of "Projects".
  static let apiTokens = "/api/v2.1/workspace/9/dtable/Projects/api-tokens/"
  /// The path where an API token is exchanged.
  static let exchange = "/api/v2.1/dtable/app-access-token/"
  /// The path that a base token for "Projects" opens.
  static let gateway = "/api-gateway/api/v2/dtables/\(projects)/metadata/"

  /// Makes an API token and returns its secret.
  func makeAPIToken(
    _ name: String = "app", _ permission: String = "rw", _ terms: [String: String] = [:]
  ) async throws -> String {
    let fields = ["app_name": name, "permission": permission].merging(terms) { $1 }
    let made = try await call(.post, Self.apiTokens, as: .groupOwner, fields)
    #expect(made.status == 201, "\(made.text)")
    return try #require(made["api_token"] as? String)
  }

  /// Exchanges an API token for a base token.
  func exchange(
    _ secret: String, _ query: String = "", from address: String = "127.0.0.1", client: String? = nil
  ) async throws -> Answer {
    try await call(
      .get, Self.exchange + query, authorization: "Token \(secret)",
      headers: client.map { [.userAgent: $0] } ?? [:], address: address)
  }

  /// The base token that an API token is exchanged for.
  func baseToken(of secret: String) async throws -> String {
    try #require(try await exchange(secret)["access_token"] as? String)
  }

  /// The status that a base token gets at the gateway.
  func knock(_ token: String) async throws -> Int {
    try await call(.get, Self.gateway, authorization: "Token \(token)").status
  }

  /// The claims of a base token.
  func claims(_ token: String) throws -> BaseTokenClaims { try app.signer.verify(token, at: app.now().seconds) }

  /// Rotates an API token of "Projects" and returns its new secret.
  func rotate(_ name: String = "app", grace: String? = nil) async throws -> String {
    let rotated = try await call(
      .post, Self.apiTokens + "\(name)/rotate/", as: .groupOwner, grace.map { ["grace": $0] } ?? [:])
    #expect(rotated.status == 200, "\(rotated.text)")
    return try #require(rotated["api_token"] as? String)
  }

  /// The entry of an API token in the list.
  func listed(_ name: String = "app") async throws -> [String: Any] {
    let list = try await call(.get, Self.apiTokens, as: .groupOwner)
    let tokens = try #require(list["api_tokens"] as? [[String: Any]])
    return try #require(tokens.first { $0["app_name"] as? String == name })
  }

  /// Signs a person in.
  func signIn(
    _ name: String, _ fields: [String: String] = [:], code: String? = nil, password: String = World.password
  ) async throws -> Answer {
    try await call(
      .post, "/api2/auth-token/", as: .nobody, ["username": name, "password": password].merging(fields) { $1 },
      headers: code.map { [.oneTimePassword: $0] } ?? [:])
  }

  /// Makes waits after failed attempts last, however slow the test is.
  func holdAttempts() async throws {
    try await database.execute("update failed_attempt set next_at = now() + interval '1 hour' where next_at > last_at")
  }

  /// Sends fifty requests at once.
  func fifty(_ request: @escaping @Sendable (Int) async throws -> Answer) async throws -> [Answer] {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      for number in 1...50 { group.addTask { try await request(number) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }
}

/// Whether a member of a response exists and is null.
func isNull(_ value: Any?) -> Bool { value is NSNull }
