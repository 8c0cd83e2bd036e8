internal import Ground

/// A request method (RFC 9110, RFC 5789) that the service knows. Any other is refused with 501.
public enum Method: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
}

/// A complete request. Its framing and its target have been checked.
public struct Request: Sendable {
  /// Names the request in logs and in the response's `X-Request-Id`.
  public var id: String
  /// The ID that an untrusted client gave the request: at most 64 bytes of `A-Za-z0-9._-`, only for the log.
  public var claimedID: String?
  /// The method. HEAD stays HEAD.
  public var method: Method
  /// Path and query.
  public var target: Target
  /// The header fields that the service reads.
  public var headers: Headers
  /// The whole body, after its transfer coding is decoded.
  public var body: [UInt8]
  /// The body, if it comes piece by piece; `body` is empty then.
  public var stream: BodyStream?
  /// The client's address as text, without the port: `127.0.0.1`, `::1`.
  public var address: String
  /// Whether `address` is a proxy's because the client's is unknown: the proxy is not trusted, or does not know it
  /// either.
  public var isForwarded = false

  /// The media type of the body in lower case, without parameters; empty if the request has none.
  public var mediaType: String { MediaType(headers[.contentType] ?? "").name }

  /// Makes a request.
  public init(
    id: String, _ method: Method, _ target: Target, headers: Headers = Headers(), body: [UInt8] = [],
    address: String = "127.0.0.1"
  ) {
    (self.id, self.method, self.target) = (id, method, target)
    (self.headers, self.body, self.address) = (headers, body, address)
  }
}

/// The header fields that the service reads. All others are checked and dropped.
public struct Headers: Sendable {
  /// A header field that the service reads.
  public enum HeaderName: String, Sendable, CaseIterable {
    case accept
    case acceptEncoding = "accept-encoding"
    case authorization = "authorization"
    case contentEncoding = "content-encoding"
    case contentType = "content-type"
    case fetchSite = "sec-fetch-site"
    case forwardedFor = "x-forwarded-for"
    case host = "host"
    case idempotencyKey = "idempotency-key"
    case ifNoneMatch = "if-none-match"
    case ifRange = "if-range"
    case linkPassword = "x-link-password"
    case oneTimePassword = "x-seafile-otp"
    case origin = "origin"
    case range = "range"
    case requestID = "x-request-id"
    case strict = "x-basekeeper-strict"
    case requestedMethod = "access-control-request-method"
    case traceParent = "traceparent"
    case userAgent = "user-agent"
  }

  /// Few enough to be searched one by one, which is faster than to hash their names.
  private var values: [(name: HeaderName, value: String)] = []

  /// Makes an empty set of fields.
  public init() {}

  /// The field's value. If a request repeats the field, its values are joined by commas (RFC 9110, 5.3).
  public subscript(name: HeaderName) -> String? {
    get { values.first { $0.name == name }?.value }
    set {
      values.removeAll { $0.name == name }
      if let newValue { values.append((name, newValue)) }
    }
  }

  /// Adds the field if the service reads it. The case of `name` does not matter.
  public mutating func add(_ name: String, _ value: String) {
    guard name.utf8.isASCII, let name = HeaderName(rawValue: name.lowercased()) else { return }
    add(name, value)
  }

  /// Adds a field.
  public mutating func add(_ name: HeaderName, _ value: String) {
    if let place = values.firstIndex(where: { $0.name == name }) {
      values[place].value.append(", \(value)")
    } else {
      values.append((name, value))
    }
  }
}
