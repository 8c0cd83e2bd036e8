internal import Glibc
public import HTTP
public import Loop

/// HTTP/1.1 on one address, plain or over TLS, on any number of loops. The kernel spreads the connections among them.
///
/// It passes complete requests to handlers. By itself it refuses those that are malformed, too large or too slow. Each
/// answer has its request's ID in `X-Request-Id`.
public final class Server: Sendable {
  /// A loop, and the functions that it calls.
  public struct Worker: @unchecked Sendable {  // Sendable: the closures are called only on the loop's thread.
    /// The loop.
    public let loop: Loop
    /// Decides about a request whose body will follow, with the body's length in bytes if that is known. It must not
    /// wait. In any case, no body may be longer than the general limit.
    public let judge: (Request, UInt64?) -> HeaderVerdict
    /// Answers a request. It may wait for any time, and runs to its end even if the client has gone.
    public let handler: (Request) async -> Response
    /// Called once for each answer, for the log, with the time from the complete request to its answer.
    public let completed: (Inquiry, Response, Duration) -> Void
    /// Called for what the server refuses of a client, for the log.
    public let refused: (Turndown) -> Void

    /// A worker for this loop.
    public init(
      loop: Loop, judge: @escaping (Request, UInt64?) -> HeaderVerdict = { _, _ in .read(upTo: .max) },
      handler: @escaping (Request) async -> Response,
      completed: @escaping (Inquiry, Response, Duration) -> Void = { _, _, _ in },
      refused: @escaping (Turndown) -> Void = { _ in }
    ) {
      (self.loop, self.judge, self.handler, self.completed) = (loop, judge, handler, completed)
      self.refused = refused
    }
  }

  /// The load at one moment.
  public struct Activity: Sendable, Equatable {
    /// Open connections.
    public var connections: Int
    /// Requests whose handlers are running.
    public var requests: Int
    /// Connections that a limit has refused since the start.
    public var refusedConnections = 0
  }

  /// The port that it listens on; if 0 was requested, the free one that was chosen.
  public let port: UInt16
  private let listeners: [Listener]
  private let tls: TLS?

  /// An address that is bound before the server starts, so that binding cannot fail later.
  public struct BoundAddress {
    let host: String
    let socket: ListenSocket

    /// Binds an IPv4 or IPv6 address, or a name of one. Connections are refused until a server listens there.
    ///
    /// - Throws: `ServerError` if that is not possible.
    public init(host: String, port: UInt16) throws(ServerError) {
      self.host = host
      socket = try ListenSocket(host: host, port: port, isFirst: true)
    }
  }

  /// Binds an address, and serves on it as soon as the loops run.
  ///
  /// - Throws: `ServerError` if that is not possible.
  public convenience init(
    host: String, port: UInt16, limits: ServerLimits = ServerLimits(), edge: Edge = Edge(),
    certificate: Certificate? = nil,
    loops: [Worker]
  ) throws(ServerError) {
    let place = try BoundAddress(host: host, port: port)
    try self.init(at: place, limits: limits, edge: edge, certificate: certificate, loops: loops)
  }

  /// Listens on a bound address, and serves as soon as the loops run; over TLS if there is a certificate.
  ///
  /// - Throws: `ServerError` if that is not possible.
  public init(
    at place: BoundAddress, limits: ServerLimits = ServerLimits(), edge: Edge = Edge(), certificate: Certificate? = nil,
    loops: [Worker]
  ) throws(ServerError) {
    precondition(!loops.isEmpty, "a server needs a loop")
    signal(SIGPIPE, SIG_IGN)  // OpenSSL writes to connections that clients have closed
    allowDescriptors(limits.connections + 1_000)
    let (host, first) = (place.host, place.socket)
    let bound = first.port
    let admission = Admission(limits, edge.proxies)
    tls = certificate.map { TLS($0, ticketTime: limits.ticketTime) }
    var listeners: [Listener] = []
    for worker in loops {
      let socket = listeners.isEmpty ? first : try ListenSocket(host: host, port: bound, isFirst: false)
      try socket.listen(host: host, port: bound)
      listeners.append(Listener(socket, worker, limits, edge, admission, tls))
    }
    self.port = bound
    self.listeners = listeners
    for listener in listeners { Task(executorPreference: listener.loop) { listener.start() } }
  }

  /// Stops in order: accepts no more connections, answers the requests that have arrived, and closes every connection.
  /// When the time is over, it closes the rest. Afterwards the loops may be stopped.
  public func stop(within time: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      for listener in listeners {
        group.addTask { await listener.loop.perform { await listener.stop(within: time) } }
      }
    }
  }

  /// Uses another certificate for new connections, if the server speaks TLS.
  public func use(_ certificate: Certificate) { tls?.use(certificate) }

  /// The load of all loops together.
  public var activity: Activity {
    get async {
      var sum = Activity(connections: 0, requests: 0)
      for listener in listeners {
        let own = await listener.loop.perform { listener.activity }
        sum.connections += own.connections
        sum.requests += own.requests
        sum.refusedConnections += own.refusedConnections
      }
      return sum
    }
  }
}
