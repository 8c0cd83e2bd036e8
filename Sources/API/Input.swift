internal import Access
internal import Crypto
internal import HTTP

/// What an operation reads besides its principal: ready once, at the edge, and right from then on. It is ready before the
/// operation has a connection to the database to itself.
protocol Readable: Sendable {
  static func read(_ parts: Parts, _ hashing: Hashing) async throws -> Self
}

/// What is ready when it is parsed.
protocol Input: Readable {
  init(_ parts: Parts) throws
}

extension Input {
  static func read(_ parts: Parts, _: Hashing) throws -> Self { try Self(parts) }
}

/// What has a password that somebody sets, of which it keeps the hash.
protocol HashedInput: Readable {
  init(_ parts: Parts, _ hashing: Hashing) async throws
}

extension HashedInput {
  static func read(_ parts: Parts, _ hashing: Hashing) async throws -> Self { try await Self(parts, hashing) }
}

/// Hashes passwords on the account of a caller.
struct Hashing: Sendable {
  let app: App
  let caller: Subject

  /// - Throws: `Refusal.throttled` where too many passwords wait already.
  func hash(_ password: String) async throws -> PasswordHash { try await app.hash(password, by: caller) }
}

/// For operations that read nothing.
struct NoInput: Input {
  init() {}
  init(_ parts: Parts) {}
}

/// A request's three sources of values. They stay apart: a field of the body cannot stand in for a path parameter.
struct Parts {
  private let request: Request

  init(of request: Request) { self.request = request }

  /// A variable segment of the path.
  func path(_ name: String) -> String { request.captures[name] ?? "" }

  /// The query's fields.
  func query() throws(FieldsError) -> Fields { try Fields(query: request.target.query) }

  /// The body's fields, whichever of the three encodings they came in.
  func body() throws(FieldsError) -> Fields { try Fields(bodyOf: request) }

  /// For DELETE, whose fields clients send in the body or in the query.
  func bodyOrQuery() throws(FieldsError) -> Fields {
    let body = try body()
    return body.isEmpty ? try query() : body
  }

  /// The one-time password of two-factor authentication.
  var oneTimePassword: String? { request.headers[.oneTimePassword] }

  /// The validators of what the client has already (`If-None-Match`).
  var knownTags: String? { request.headers[.ifNoneMatch] }

  /// The content codings that the client reads (`Accept-Encoding`).
  var encodings: String? { request.headers[.acceptEncoding] }
}
