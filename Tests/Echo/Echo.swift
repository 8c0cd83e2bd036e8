internal import Glibc
internal import HTTP
internal import Loop
internal import Server

/// Serves on a free port of 127.0.0.1, which it prints, and answers each request with its method and its body. The paths
/// below `/stream` get the body piece by piece, and send it back so.
@main struct Echo {
  static func main() throws {
    var limits = ServerLimits()
    (limits.headerTime, limits.bodyTime, limits.idleTime) = (.seconds(2), .seconds(2), .seconds(2))
    (limits.connections, limits.connectionsPerAddress) = (20_000, 0)
    let loop = try Loop()
    let worker = Server.Worker(
      loop: loop, judge: { request, _ in isStreamed(request) ? .stream(upTo: .max) : .read(upTo: .max) },
      handler: answer)
    let server = try Server(host: "127.0.0.1", port: 0, limits: limits, loops: [worker])
    let line = Array("\(server.port)\n".utf8)
    write(STDOUT_FILENO, line, line.count)  // print would keep it back
    loop.run()
  }

  private static func isStreamed(_ request: Request) -> Bool { request.target.segments.first == "stream" }

  private static func answer(_ request: Request) async -> Response {
    let start = Array("\(request.method.rawValue) ".utf8)
    var response = Response(200, type: "text/plain", start + request.body)
    guard let stream = request.stream else { return response }
    response.body = []
    let pieces = Pieces(start, stream)
    response.stream = BodyStream { try await pieces.next() }
    return response
  }
}

/// A first piece, and the rest.
private actor Pieces {
  private var first: [UInt8]?
  private let rest: BodyStream

  init(_ first: [UInt8], _ rest: BodyStream) { (self.first, self.rest) = (first, rest) }

  func next() async throws -> [UInt8]? {
    if let first {
      self.first = nil
      return first
    }
    var iterator = rest.makeAsyncIterator()
    return try await iterator.next()
  }
}
