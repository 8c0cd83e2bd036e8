import HTTP
import Loop
import Server
import Synchronization
import TestSupport
import Testing

/// A server on a free port, and what it has received.
final class TestServer: Sendable {
  let server: Server
  let log: Log
  let transport: Transport
  private let loops: [(loop: Loop, thread: LoopThread)]

  var port: UInt16 { server.port }

  /// What the handlers and the request log received.
  final class Log: Sendable {
    struct Entry: Sendable {
      let inquiry: Inquiry, response: Response, time: Duration
    }
    private let handledRequests = Mutex<[Request]>([])
    private let completedRequests = Mutex<[Entry]>([])
    private let refusedClients = Mutex<[Turndown]>([])

    var handled: [Request] { handledRequests.withLock { $0 } }
    var completed: [Entry] { completedRequests.withLock { $0 } }
    var turndowns: [Turndown] { refusedClients.withLock { $0 } }
    func refuse(_ turndown: Turndown) { refusedClients.withLock { $0.append(turndown) } }
    func handle(_ request: Request) { handledRequests.withLock { $0.append(request) } }
    func complete(_ entry: Entry) { completedRequests.withLock { $0.append(entry) } }
  }

  init(
    limits: ServerLimits = ServerLimits(), edge: Edge = Edge(), host: String = "127.0.0.1", loops count: Int = 1,
    _ handler: @escaping @Sendable (Request, Loop) async -> Response,
    judge: @escaping @Sendable (Request, UInt64?) -> HeaderVerdict = { _, _ in .read(upTo: .max) }
  ) throws {
    let log = Log()
    let loops = try (0..<count).map { _ in try Loop() }
    self.log = log
    transport = .current
    server = try Server(
      host: host, port: 0, limits: limits, edge: edge,
      certificate: transport == .plain ? nil : #require(Identity.common).certificate(),
      loops: loops.map { loop in
        Server.Worker(
          loop: loop, judge: judge,
          handler: { request in
            log.handle(request)
            return await handler(request, loop)
          },
          completed: { log.complete(Log.Entry(inquiry: $0, response: $1, time: $2)) },
          refused: { log.refuse($0) })
      })
    self.loops = loops.map { ($0, $0.start(named: "test loop")) }
  }

  func stop(within time: Duration = .seconds(5)) async {
    await server.stop(within: time)
    for (loop, thread) in loops {
      loop.stop()
      thread.join()
    }
  }

  func client(receiveBuffer: Int32? = nil) throws -> RawClient {
    try RawClient(port: port, over: transport, receiveBuffer: receiveBuffer)
  }

  /// Waits until no connection is open and no handler runs.
  func isIdle() async -> Bool {
    await poll {
      let load = await self.server.activity
      return load.connections == 0 && load.requests == 0
    }
  }
}

/// Runs the body with a server that answers each request with its method, path, query and body, and stops it.
func withServer(
  _ limits: ServerLimits = ServerLimits(), edge: Edge = Edge(), loops: Int = 1,
  handler: @escaping @Sendable (Request, Loop) async -> Response = { request, _ in echo(request) },
  judge: @escaping @Sendable (Request, UInt64?) -> HeaderVerdict = { _, _ in .read(upTo: .max) },
  _ body: (TestServer) async throws -> Void
) async throws {
  let server = try TestServer(limits: limits, edge: edge, loops: loops, handler, judge: judge)
  do {
    try await body(server)
  } catch {
    await server.stop(within: .zero)
    throw error
  }
  await server.stop()
}

/// `POST /a/b?c=d 5:hello`
func echo(_ request: Request) -> Response {
  let path = request.target.segments.map { "/" + $0 }.joined()
  let query = String(Substring(request.target.query))
  let text = "\(request.method.rawValue) \(path)?\(query) \(request.body.count):"
  return Response(200, type: "text/plain", Array(text.utf8) + request.body)
}

/// Runs each test on its own thread, so that its clients may block without holding up other tests, over plain
/// connections and over TLS.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
  let isRecursive = true
  var transports = Transport.allCases

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    let loop = try Loop()
    let thread = loop.start(named: "test")
    defer {
      loop.stop()
      thread.join()
    }
    for transport in transports {
      try await Transport.$current.withValue(transport) {
        try await withTaskExecutorPreference(loop) { try await function() }
      }
    }
  }
}

extension Trait where Self == OwnThread {
  static var ownThread: Self { OwnThread() }
  /// The same, only over TLS.
  static var ownThreadOverTLS: Self { OwnThread(transports: [.tls]) }
}
