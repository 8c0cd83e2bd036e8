internal import Ground

/// A request method of RFC 9110 and RFC 5789 that the service knows; any other is refused with 501.
public enum Method: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
}

/// A complete request, its framing and its target checked.
public struct Request: Sendable {
  /// Names the request in logs and in the answer's `X-Request-Id`.
  public var id: String
  /// What is asked for; HEAD arrives as itself.
  public var method: Method
  /// Path and query.
  public var target: Target
  /// The fields of the header that the service reads.
  public var headers: Headers
  /// The whole body, as its transfer coding left it.
  public var body: [UInt8]
  /// The caller's address without the port, as text: `127.0.0.1`, `::1`.
  public var address: String
  /// Whether the caller's address is not known, and a proxy's stands in its place: of one that nobody trusts, or one that
  /// does not know it.
  public var isForwarded = false

  /// A request with the given parts.
  public init(
    id: String, _ method: Method, _ target: Target, headers: Headers = Headers(), body: [UInt8] = [],
    address: String = "127.0.0.1"
  ) {
    (self.id, self.method, self.target) = (id, method, target)
    (self.headers, self.body, self.address) = (headers, body, address)
  }
}

/// The fields of a request's header that the service reads; the rest is checked and dropped.
public struct Headers: Sendable {
  /// A field that is kept.
  public enum HeaderName: String, Sendable, CaseIterable {
    case acceptEncoding = "accept-encoding"
    case authorization = "authorization"
    case contentEncoding = "content-encoding"
    case contentType = "content-type"
    case forwardedFor = "x-forwarded-for"
    case idempotencyKey = "idempotency-key"
    case ifNoneMatch = "if-none-match"
    case linkPassword = "x-link-password"
    case oneTimePassword = "x-seafile-otp"
    case origin = "origin"
    case requestID = "x-request-id"
    case requestedMethod = "access-control-request-method"
    case traceParent = "traceparent"
    case userAgent = "user-agent"
  }

  private var values: [HeaderName: String] = [:]

  /// No fields.
  public init() {}

  /// The field's value; where a request repeats it, the values joined by a comma (RFC 9110, 5.3).
  public subscript(name: HeaderName) -> String? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// Keeps the field if the service reads it; `name` is compared without regard to case.
  public mutating func add(_ name: String, _ value: String) {
    guard name.utf8.isASCII, let name = HeaderName(rawValue: name.lowercased()) else { return }
    add(name, value)
  }

  /// Keeps a field.
  public mutating func add(_ name: HeaderName, _ value: String) {
    if values[name] == nil { values[name] = value } else { values[name]?.append(", \(value)") }
  }
}
