public import HTTP
public import Loop

/// HTTP/1.1 on one address, plain or over TLS, over any number of loops: the kernel spreads the connections among them.
///
/// It gives complete requests to handlers, and refuses what is malformed, too large or too slow by itself. Each answer
/// names its request in `X-Request-Id`.
public final class Server: Sendable {
  /// A loop, and what runs there.
  public struct Worker: @unchecked Sendable {  // Sendable: the closures are called on the loop's thread alone.
    /// The loop.
    public let loop: Loop
    /// Says what is done with a request whose body is to come, of so many bytes where that is known; it may not wait. No
    /// body is longer than the limit for all, whatever it says.
    public let judge: (Request, UInt64?) -> HeaderVerdict
    /// Answers a request; it may wait as long as it likes, and runs to its end also when the client has gone.
    public let handler: (Request) async -> Response
    /// Told of each answer once, with the time from the complete request to its answer, for the log; the request is nil
    /// where it could not be read.
    public let completed: (Request?, Response, Duration) -> Void

    /// A loop with what runs there.
    public init(
      loop: Loop, judge: @escaping (Request, UInt64?) -> HeaderVerdict = { _, _ in .read(upTo: .max) },
      handler: @escaping (Request) async -> Response,
      completed: @escaping (Request?, Response, Duration) -> Void = { _, _, _ in }
    ) {
      (self.loop, self.judge, self.handler, self.completed) = (loop, judge, handler, completed)
    }
  }

  /// What is going on at a moment.
  public struct Activity: Sendable, Equatable {
    /// Open connections.
    public var connections: Int
    /// Requests whose handlers run.
    public var requests: Int
  }

  /// Where it listens: the port that was asked for, or the one that was free where that was 0.
  public let port: UInt16
  private let listeners: [Listener]

  /// An address that is taken before anybody is served there: what is bound already cannot fail later.
  public struct BoundAddress {
    let host: String
    let socket: ListenSocket

    /// Binds an IPv4 or IPv6 address, or a name of one. Who connects is refused until a server serves there.
    ///
    /// - Throws: `ServerError` where that is not possible.
    public init(host: String, port: UInt16) throws(ServerError) {
      self.host = host
      socket = try ListenSocket(host: host, port: port, isFirst: true)
    }
  }

  /// Binds an address, and serves there as soon as the loops run.
  ///
  /// - Throws: `ServerError` where that is not possible.
  public convenience init(
    host: String, port: UInt16, limits: ServerLimits = ServerLimits(), edge: Edge = Edge(),
    certificate: Certificate? = nil,
    loops: [Worker]
  ) throws(ServerError) {
    let place = try BoundAddress(host: host, port: port)
    try self.init(at: place, limits: limits, edge: edge, certificate: certificate, loops: loops)
  }

  /// Listens at a place, and serves as soon as the loops run; over TLS where there is a certificate.
  ///
  /// - Throws: `ServerError` where that is not possible.
  public init(
    at place: BoundAddress, limits: ServerLimits = ServerLimits(), edge: Edge = Edge(), certificate: Certificate? = nil,
    loops: [Worker]
  ) throws(ServerError) {
    precondition(!loops.isEmpty, "a server needs a loop")
    allowDescriptors(limits.connections + 1_000)
    let (host, first) = (place.host, place.socket)
    let bound = first.port
    let admission = Admission(limits, edge.proxies)
    let tickets = TicketKey()
    var listeners: [Listener] = []
    for worker in loops {
      let socket = listeners.isEmpty ? first : try ListenSocket(host: host, port: bound, isFirst: false)
      try socket.listen(host: host, port: bound)
      do throws(Daemon.StartError) {
        let tls = certificate.map { TLS($0, tickets) }
        listeners.append(try Listener(socket, worker, limits, edge, admission, tls))
      } catch {
        throw ServerError(host: host, port: bound, code: error.code)
      }
    }
    self.port = bound
    self.listeners = listeners
    for listener in listeners { Task(executorPreference: listener.loop) { listener.start() } }
  }

  /// Ends in good order: accepts no more, answers what has been asked, and closes every connection; what is not done
  /// when the time is over is closed as it is. Afterwards the loops may be stopped.
  public func stop(within time: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      for listener in listeners {
        group.addTask { await listener.loop.perform { await listener.stop(within: time) } }
      }
    }
  }

  /// Shows another certificate to all who connect from now on, where the server speaks TLS.
  public func use(_ certificate: Certificate) async {
    for listener in listeners { await listener.loop.perform { listener.use(certificate) } }
  }

  /// What is going on, over all loops.
  public var activity: Activity {
    get async {
      var sum = Activity(connections: 0, requests: 0)
      for listener in listeners {
        let own = await listener.loop.perform { listener.activity }
        sum.connections += own.connections
        sum.requests += own.requests
      }
      return sum
    }
  }
}
