internal import Ground
internal import HTTP

/// Why the server refuses a request, which then reaches no handler.
struct Rejection: Error {
  let status: Int
  let reason: String
  /// Seconds to wait before trying again; nil if that does not help.
  var wait: Int?
  /// The limit that refuses it, for logs and metrics; nil if none does.
  var limit: String?

  /// The answer: `{"error_msg": "..."}`.
  var response: Response {
    var response = Response(status, ErrorMessage(text: reason))
    response.limit = limit
    if let wait { response.headers.append(("Retry-After", "\(wait)")) }
    return response
  }

  static func badRequest(_ reason: String) -> Rejection { Rejection(status: 400, reason: reason) }
  static func bodyTooLarge(_ most: Int) -> Rejection {
    Rejection(status: 413, reason: "The body is too large: it may have \(most) bytes.")
  }
  static let tooManyBodies = Rejection(
    status: 429, reason: "This address is sending too much at once. Please try again.", wait: 1, limit: "address-bodies"
  )
  /// There is no room for a body.
  static func noRoom(_ shortage: Ledger.Shortage) -> Rejection { shortage == .inAll ? .noMemory : .tooManyBodies }
  static let noMemory = Rejection(
    status: 503, reason: "The service is receiving too much at once. Please try again.", wait: 1, limit: "bodies")
  static let targetTooLong = Rejection(status: 414, reason: "The request target is too long.")
  static let headerTooLarge = Rejection(status: 431, reason: "The header is too large.")
  static func notImplemented(_ reason: String) -> Rejection { Rejection(status: 501, reason: reason) }
}

private struct ErrorMessage: JSONEncodable {
  let text: String

  func write(to json: inout JSONWriter) { json.object { $0.add("error_msg", text) } }
}
