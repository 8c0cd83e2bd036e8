internal import Access
internal import HTTP

/// What an operation reads besides its principal: parsed once, at the edge, and right from then on.
protocol Input: Sendable {
  init(_ parts: Parts) throws
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
