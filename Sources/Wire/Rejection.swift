internal import Ground
public import HTTP

/// Why the server refuses a request, which then reaches no handler.
public struct Rejection: Error {
  /// The status of the answer.
  public let status: Int
  /// The reason, for the client.
  public let reason: String
  /// Seconds to wait before trying again; nil if that does not help.
  private var wait: Int?
  /// The limit that refuses it, for logs and metrics; nil if none does.
  private var limit: String?

  private init(_ status: Int, _ reason: String, wait: Int? = nil, limit: String? = nil) {
    (self.status, self.reason, self.wait, self.limit) = (status, reason, wait, limit)
  }

  /// The answer: `{"error_msg": "..."}`.
  public var response: Response {
    var response = Response(status, ErrorMessage(text: reason))
    response.limit = limit
    if let wait { response.headers.append(("Retry-After", "\(wait)")) }
    return response
  }

  /// 400: what has arrived is not a request, or one that two servers could read in two ways.
  public static func badRequest(_ reason: String) -> Rejection { Rejection(400, reason) }
  /// 400: it came without TLS to a port that speaks https.
  public static let withoutTLS = badRequest("This port speaks https, and the request came without TLS.")
  /// 408: it did not arrive in time.
  public static let tooLate = Rejection(408, "The request did not arrive in time.")
  /// 413.
  public static func bodyTooLarge(_ most: Int) -> Rejection {
    Rejection(413, "The body is too large: it may have \(most) bytes.")
  }
  static let bodyTooLarge = Rejection(413, "The body is too large.")
  static let targetTooLong = Rejection(414, "The request target is too long.")
  static let unknownExpectation = Rejection(417, "The only expectation that is met is 100-continue.")
  /// 429: bodies of this address take up too much memory.
  public static let tooManyBodies = Rejection(
    429, "This address is sending too much at once. Please try again.", wait: 1, limit: "address-bodies")
  static let headerTooLarge = Rejection(431, "The header is too large.")
  static func notImplemented(_ reason: String) -> Rejection { Rejection(501, reason) }
  /// 503: bodies take up too much memory.
  public static let noMemory = Rejection(
    503, "The service is receiving too much at once. Please try again.", wait: 1, limit: "bodies")
  static let unknownVersion = Rejection(505, "The only versions that are spoken are HTTP/1.1 and HTTP/1.0.")
}

private struct ErrorMessage: JSONEncodable {
  let text: String

  func write(to json: inout JSONWriter) { json.object { $0.add("error_msg", text) } }
}
