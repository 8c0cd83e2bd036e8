internal import CMicrohttpd
internal import Glibc
internal import HTTP
internal import Loop

/// One request from its first line to the end of its answer. Owned by its listener's thread.
final class Exchange {
  enum Phase {
    /// The request line is there.
    case begun
    /// The header is there; the body may follow.
    case receiving
    /// The handler runs; libmicrohttpd asks now and then whether it is done.
    case handling
    /// The handler runs for so long that libmicrohttpd was told not to ask.
    case parked
    /// The answer is there.
    case answered
    /// libmicrohttpd has it, or the client is gone.
    case over
  }

  let connection: OpaquePointer
  let began = ContinuousClock.now
  /// As it came, with all its escapes; nil where it holds NUL or is not UTF-8.
  let rawTarget: String?
  var phase = Phase.begun
  var method: Method?
  var request: Request?
  var body: [UInt8] = []
  var isBodyTooLarge = false
  var response: Response?
  /// When the handler began, in milliseconds.
  var handlingSince: Int64 = 0

  init(_ connection: OpaquePointer, target: UnsafePointer<CChar>?) {
    self.connection = connection
    rawTarget = target.flatMap(Self.wholeTarget)
  }

  /// libmicrohttpd ends the target in place, before the version: if something else follows, the target held NUL.
  private static func wholeTarget(_ target: UnsafePointer<CChar>) -> String? {
    let end = target + strlen(target)
    guard strncmp(end + 1, "HTTP/", 5) == 0 else { return nil }
    return String(validatingCString: target)
  }
}

extension Response {
  /// A refusal of the server's own; the connection is closed after it.
  static func refusing(_ refused: CheckedHeader.Refused) -> Response {
    struct Body: JSONEncodable {
      let reason: String
      func write(to json: inout JSONWriter) { json.object { $0.add("error_msg", reason) } }
    }
    return Response(refused.status, Body(reason: refused.reason))
  }
}
