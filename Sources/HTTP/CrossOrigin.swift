internal import Ground

/// Decides which pages of other sites may call the service from a browser (Fetch, CORS protocol). The service does not
/// use cookies, so no page may send the browser's credentials; a page sends its token itself, in `Authorization`.
///
/// If pages of every site may, only responses that anyone may read have `*`. All other responses name the origin of the
/// request, so that no cache gives them to another origin. Pages without an origin (`null`) get none, and no page may read
/// what only depends on the client's place in the network.
public struct CrossOrigin: Sendable {
  private let origins: Set<String>
  private let admitsAll: Bool

  /// Parses origins as browsers send them (`https://app.example.com`), separated by commas or blanks, or `*` for all.
  /// Nil if one of them is invalid.
  public init?(_ text: String) {
    let words = text.split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() }
    admitsAll = words == ["*"]
    origins = admitsAll ? [] : Set(words)
    guard origins.allSatisfy(Self.isOrigin) else { return nil }
  }

  /// Allows no pages of other sites.
  public static let none = CrossOrigin(origins: [])

  private init(origins: Set<String>) { (self.origins, admitsAll) = (origins, false) }

  /// Whether responses depend on the origin of the request, which caches must know.
  var variesByOrigin: Bool { admitsAll || !origins.isEmpty }

  /// The value of `Access-Control-Allow-Origin` that lets a page of this origin read the response; nil if it may not.
  func permission(for origin: String, _ openness: Response.Openness) -> String? {
    // Origins are ASCII. Other text could take long to hash.
    guard admitsAll else { return origin.utf8.isASCII && origins.contains(origin.lowercased()) ? origin : nil }
    switch openness {
    case .open: return "*"
    case .shown: return Self.hasName(origin) ? origin : nil
    case .placed: return nil
    }
  }

  /// The response to a preflight request for a path that accepts these methods. Nil if the request is not a preflight
  /// request.
  public static func preflight(_ request: Request, methods: [Method]) -> Response? {
    guard request.method == .options, request.headers[.origin] != nil, request.headers[.requestedMethod] != nil else {
      return nil
    }
    var response = Response(204, type: "text/plain", [])
    response.headers = [
      ("Access-Control-Allow-Methods", methods.map(\.rawValue).joined(separator: ", ")),
      ("Access-Control-Allow-Headers", allowedHeaders), ("Access-Control-Max-Age", "\(preflightMaxAge)"),
    ]
    return response
  }

  /// The header fields that pages may send: those of SeaTable's clients, and ours. A wildcard would not cover
  /// `Authorization`.
  private static let allowedHeaders = """
    Accept, Authorization, Content-Type, deviceType, Idempotency-Key, token, traceparent, tracestate, X-Link-Password, \
    X-Request-Id, X-SEAFILE-OTP
    """

  /// The header fields that pages may read.
  static let exposedHeaders = """
    Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, \
    X-RateLimit-Reset, X-Request-Id
    """

  /// How long browsers may cache a preflight response, in seconds: the maximum that Chromium accepts.
  private static let preflightMaxAge = 7_200

  /// Whether it is the origin of a page that has one of its own, also in a program that shows pages, such as
  /// `capacitor://localhost`.
  private static func hasName(_ origin: String) -> Bool {
    let bytes = origin.utf8
    guard bytes.count <= 255, let mark = origin.firstRange(of: "://") else { return false }
    let (scheme, host) = (origin[..<mark.lowerBound].utf8, origin[mark.upperBound...].utf8)
    return !scheme.isEmpty && scheme.allSatisfy { $0.isLetterOrDigit || "+-.".utf8.contains($0) }
      && !host.isEmpty && host.allSatisfy { $0.isCapitalLetter || isHostByte($0) }
  }

  private static func isOrigin(_ text: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
    let host = text.dropFirst(scheme.count)
    return !host.isEmpty && host.utf8.allSatisfy(Self.isHostByte)
  }

  /// Whether the byte may occur in a host name, an address or a port.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case _ where byte.isSmallLetter || byte.isDigit: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): true
    default: false
    }
  }
}
