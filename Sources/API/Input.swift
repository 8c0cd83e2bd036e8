internal import Access
internal import Crypto
internal import Domain
internal import HTTP

/// What an operation reads besides its principal: ready once, at the edge, and right from then on. It is ready before the
/// operation has a connection to the database to itself.
protocol Readable: Sendable {
  /// Whether reading it may take long, so that whoever sent it may be somebody else by then.
  static var takesLong: Bool { get }
  /// What it takes from the path.
  associatedtype Path: PathPart
  static func read(_ path: Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self
}

extension Readable {
  static var takesLong: Bool { false }
}

/// What is ready when it is parsed, and names nothing in the path.
protocol Input: Readable where Path == NoPath {
  init(_ parts: Parts) throws
}

extension Input {
  static func read(_: NoPath, _ parts: Parts, _: Hashing) throws -> Self { try Self(parts) }
}

/// What a variable segment of the path names.
protocol PathInput: Readable, PathVariable where Path == Self {}

extension PathInput {
  static func read(_ path: Self, _: Parts, _: Hashing) -> Self { path }
}

/// What the path names, with what is said about it.
protocol NamedInput: Readable {
  /// What it is that the path names.
  associatedtype Path
  init(_ path: Path, _ parts: Parts) throws
}

extension NamedInput {
  static func read(_ path: Path, _ parts: Parts, _: Hashing) throws -> Self { try Self(path, parts) }
}

/// What has a password that somebody sets, of which it keeps the hash.
protocol HashedInput: Readable {
  /// What the path names of it.
  associatedtype Path
  init(_ path: Path, _ parts: Parts, _ hashing: Hashing) async throws
}

extension HashedInput {
  static var takesLong: Bool { true }
  static func read(_ path: Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self {
    try await Self(path, parts, hashing)
  }
}

/// Hashes passwords on the account of a caller.
struct Hashing: Sendable {
  let app: App
  let caller: Subject

  /// - Throws: `Refusal.throttled` where too many passwords wait already.
  func hash(_ password: String) async throws -> PasswordHash { try await app.hash(password, by: caller) }

  /// The hash of what somebody sets; `names` are what those are called whose it is, or is about.
  ///
  /// - Throws: `DomainError` where it cannot be a password, or `Refusal.throttled`.
  func hash(new password: String, names: [String]) async throws -> PasswordHash {
    try await hash(NewPassword(password, names: names, leaked: app.settings.leakedPasswords).clear)
  }

  /// What a team is called, or the caller's own; empty without one.
  func names(of team: ID<Team>?) async throws -> [String] {
    guard let team, let found = try await Teams(app).show(team) else { return [] }
    return [found.name]
  }

  /// The caller's team; nil without one.
  var team: ID<Team>? { if case .person(let person, doing: _) = caller { person.team } else { nil } }
}

/// For operations that read nothing.
struct NoInput: Input {
  init() {}
  init(_ parts: Parts) {}
}

/// A request's sources of values but for its path. They stay apart: a field of the body cannot stand in for one of the
/// query, nor for what the path names.
struct Parts {
  private let request: Request

  init(of request: Request) { self.request = request }

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
