internal import Access
internal import Crypto
internal import Domain
internal import HTTP

/// The input of an operation besides its principal. It is parsed and validated once, before the operation takes a
/// database connection for itself.
protocol Readable: Sendable {
  /// Whether reading it may take so long that the caller has to be authorised again afterwards.
  static var takesLong: Bool { get }
  /// What it reads from the path.
  associatedtype Path: PathPart
  static func read(_ path: Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self
  /// Whether an `Idempotency-Key` has an effect, where the operation knows one.
  var isDoneOnce: Bool { get }
}

extension Readable {
  static var takesLong: Bool { false }
  var isDoneOnce: Bool { true }
}

/// An input that is only parsed, and reads nothing from the path.
protocol Input: Readable where Path == NoPath {
  init(_ parts: Parts) throws
}

extension Input {
  static func read(_: NoPath, _ parts: Parts, _: Hashing) throws -> Self { try Self(parts) }
}

/// An input that is one variable segment of the path.
protocol PathInput: Readable, PathVariable where Path == Self {}

extension PathInput {
  static func read(_ path: Self, _: Parts, _: Hashing) -> Self { path }
}

/// An input from the path and from other parts of the request.
protocol NamedInput: Readable {
  /// What it reads from the path.
  associatedtype Path
  init(_ path: Path, _ parts: Parts) throws
}

extension NamedInput {
  static func read(_ path: Path, _ parts: Parts, _: Hashing) throws -> Self { try Self(path, parts) }
}

/// An input with a password, of which it keeps only the hash.
protocol HashedInput: Readable {
  /// What it reads from the path.
  associatedtype Path
  init(_ path: Path, _ parts: Parts, _ hashing: Hashing) async throws
}

extension HashedInput {
  static var takesLong: Bool { true }
  static func read(_ path: Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self {
    try await Self(path, parts, hashing)
  }
}

/// Hashes passwords; each hash counts against the caller's limit.
struct Hashing: Sendable {
  let app: App
  let caller: Subject

  /// - Throws: `Refusal.throttled` if too many passwords are waiting.
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

/// The parts of a request except its path. They are kept apart: a body field never stands in for a query field or a
/// path variable.
struct Parts {
  private let request: Request

  init(of request: Request) { self.request = request }

  /// The fields of the query.
  func query() throws(FieldsError) -> Fields { try Fields(query: request.target.query) }

  /// The fields of the body, in any of the three encodings.
  func body() throws(FieldsError) -> Fields { try Fields(bodyOf: request) }

  /// The fields of the body, or of the query if the body is empty: for DELETE, clients send them in either.
  func bodyOrQuery() throws(FieldsError) -> Fields {
    let body = try body()
    return body.isEmpty ? try query() : body
  }

  /// A multipart body that comes piece by piece.
  func multipart() throws(FieldsError) -> MultipartStream { try MultipartStream(of: request) }

  /// The range of a file that the client asks for (`Range`), and the entity tag for which it asks (`If-Range`).
  var range: (text: String?, tag: String?) { (request.headers[.range], request.headers[.ifRange]) }

  /// The body as it came.
  var bytes: [UInt8] { request.body }

  /// The type of the body, without parameters; empty if the request has none.
  var mediaType: String { request.mediaType }

  /// Whether the request is refused rather than that something of it is lost (`X-Basekeeper-Strict`).
  var isStrict: Bool { request.headers[.strict] == "1" }

  /// Whether the path is one of older clients.
  var isOfOlderClient: Bool { OlderPaths.has(request.target.segments) }

  /// The one-time password of two-factor authentication.
  var oneTimePassword: String? { request.headers[.oneTimePassword] }

  /// The entity tags that the client has cached (`If-None-Match`).
  var knownTags: String? { request.headers[.ifNoneMatch] }

  /// The content codings that the client accepts (`Accept-Encoding`).
  var encodings: String? { request.headers[.acceptEncoding] }
}
