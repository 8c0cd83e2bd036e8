internal import Ground

/// Which pages of other sites may call the service from a browser (Fetch, CORS protocol). Cookies do not count here, so
/// that none may send credentials of the browser's; a page shows its tokens itself, in `Authorization`.
public struct CrossOrigin: Sendable {
  private let origins: Set<String>
  private let admitsAll: Bool

  /// Origins as browsers send them, `https://app.example.com`, with commas or blanks between, or `*` for all; nil where
  /// one of them is none.
  public init?(_ text: String) {
    let words = text.split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() }
    admitsAll = words == ["*"]
    origins = admitsAll ? [] : Set(words)
    guard origins.allSatisfy(Self.isOrigin) else { return nil }
  }

  /// No page of another site.
  public static let none = CrossOrigin(origins: [])

  private init(origins: Set<String>) { (self.origins, admitsAll) = (origins, false) }

  /// Whether an answer depends on who asks, which caches must know.
  var variesByOrigin: Bool { !origins.isEmpty }

  /// What lets a page of an origin read the answer; nil where it may not.
  func permission(for origin: String) -> String? {
    if admitsAll { return "*" }
    // An origin is of ASCII; what is not would take its time to be hashed.
    return origin.utf8.isASCII && origins.contains(origin.lowercased()) ? origin : nil
  }

  /// The answer to a browser's question whether a page may send a request to a path that takes these methods; nil where
  /// it is no such question.
  public static func preflight(_ request: Request, methods: [Method]) -> Response? {
    guard request.method == .options, request.headers[.origin] != nil, request.headers[.requestedMethod] != nil else {
      return nil
    }
    var response = Response(204, type: "text/plain", [])
    response.headers = [
      ("Access-Control-Allow-Methods", methods.map(\.rawValue).joined(separator: ", ")),
      ("Access-Control-Allow-Headers", sent), ("Access-Control-Max-Age", "\(memory)"),
    ]
    return response
  }

  /// The fields that pages may send: those of SeaTable's clients, and ours. A wildcard would leave `Authorization` out.
  private static let sent = """
    Accept, Authorization, Content-Type, deviceType, Idempotency-Key, token, traceparent, tracestate, X-Link-Password, \
    X-Request-Id, X-SEAFILE-OTP
    """

  /// The fields that pages may read.
  static let shown = """
    Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, \
    X-RateLimit-Reset, X-Request-Id
    """

  /// How long a browser need not ask again, in seconds: Chromium's most.
  private static let memory = 7_200

  private static func isOrigin(_ text: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
    let host = text.dropFirst(scheme.count)
    return !host.isEmpty && host.utf8.allSatisfy(Self.isHostByte)
  }

  /// Of a name, an address or a port.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case _ where byte.isSmallLetter || byte.isDigit: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): true
    default: false
    }
  }
}
