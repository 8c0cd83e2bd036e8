internal import HTTP
internal import Loop

/// The server's part on one loop: a daemon, its connections and their deadlines.
final class Listener: Turn, @unchecked Sendable {  // Sendable: from start() on, only its loop's thread touches it.
  let worker: Server.Worker
  let limits: ServerLimits
  let edge: Edge
  /// The time as of the last run.
  private(set) var now = ContinuousClock.now
  /// Whether libmicrohttpd must be run in this turn.
  var isDue = true
  /// Whether a request made progress in this run, so that another run may be worthwhile.
  var hasMoved = false
  var ids = RequestIDs()
  /// How many requests libmicrohttpd asks about in each run, because their handlers wait.
  var asked = 0
  private(set) var isStopping = false

  var loop: Loop { worker.loop }

  let admission: Admission
  private let linger: Linger
  private let tls: TLS?
  private let handshakes: Handshakes
  private var daemon: Daemon?
  private var watch: Watch?
  private var sweeper: Timer?
  private var admitted: Peer?
  private var connections: [Connection] = []
  private var running = 0
  /// Connections that were one too many, in all or from one address.
  private var refusedConnections = 0
  private var barrenRuns = 0
  private var visit: ContinuousClock.Instant?
  private var stopped: UnsafeContinuation<Void, Never>?

  init(
    _ socket: ListenSocket, _ worker: Server.Worker, _ limits: ServerLimits, _ edge: Edge, _ admission: Admission,
    _ tls: TLS?
  ) throws(Daemon.StartError) {
    (self.worker, self.limits, self.edge, self.admission, self.tls) = (worker, limits, edge, admission, tls)
    linger = Linger(on: worker.loop)
    handshakes = Handshakes(on: worker.loop)
    daemon = try Daemon(socket, calling: self, limits, speaksTLS: tls != nil)
  }

  /// Starts to serve.
  func start() {
    guard let daemon else { return }
    do {
      watch = try loop.watch(daemon.epollDescriptor, for: .reading) { [unowned self] _ in isDue = true }
    } catch {
      preconditionFailure("a loop that has just begun cannot watch: \(error)")
    }
    loop.add(self)
    sweep()
  }

  /// Uses this certificate for new connections.
  func use(_ certificate: Certificate) { tls?.certificate = certificate }

  /// What is going on.
  var activity: Server.Activity {
    Server.Activity(connections: connections.count, requests: running, refusedConnections: refusedConnections)
  }

  // MARK: Turns

  func turn() -> Bool {
    if let visit, !isDue { isDue = .now >= visit }
    guard isDue || handshakes.areReady, let daemon else { return false }
    isDue = false
    hasMoved = false
    now = .now
    let before = running
    let isShaking = handshakes.proceed()
    daemon.run()
    visit = nil
    if handshakes.rest() { isDue = true }
    let isPending = daemon.isPending
    barrenRuns = hasMoved || !isPending ? 0 : barrenRuns + 1
    if isPending {
      // Handlers that wait are asked again a little later. Otherwise there is more to read or to write, but
      // libmicrohttpd might never finish with it.
      if hasMoved || isShaking || asked == 0 && barrenRuns < mostBarrenRuns {
        isDue = true
      } else {
        visit = now + .milliseconds(1)
      }
    }
    return endIfIdle() || hasMoved || running > before
  }

  var longestSleep: Int32 { isDue || handshakes.areReady ? 0 : visit == nil ? -1 : 1 }

  /// How many runs of libmicrohttpd may achieve nothing. A header of 16 KiB takes 60 runs, because its end is read in
  /// small pieces, and over TLS one run for each record, which may contain a single byte.
  private var mostBarrenRuns: Int { tls == nil ? 500 : 500 + limits.headerBytes }

  /// A handler has begun.
  func begin() { running += 1 }

  /// A handler has ended, whether its client is still there or not.
  func finish() {
    running -= 1
    endIfIdle()
  }

  // MARK: Connections

  /// Whether the peer may have one more connection.
  func admits(_ peer: Peer) -> Bool {
    if let admitted { admission.leave(admitted) }  // libmicrohttpd had no memory for it
    admitted = nil
    if let shortage = admission.enter(peer) {
      refusedConnections += 1
      refused(shortage == .inAll ? .connection : .connectionOfAddress, of: peer.text)
      return false
    }
    admitted = peer
    return true
  }

  /// The connection that was admitted last has been opened.
  func open(_ handle: OpaquePointer, _ descriptor: Int32, _ session: OpaquePointer?) -> Connection? {
    guard let peer = admitted else { return nil }
    admitted = nil
    let session = session.flatMap { tls?.session($0) }
    let connection = Connection(handle, descriptor, session, peer, until: now + limits.headerTime)
    connection.index = connections.count
    connections.append(connection)
    if session != nil { handshakes.begin(connection) }
    return connection
  }

  /// A connection has ended.
  func close(_ connection: Connection) {
    connection.isClosed = true
    if let failure = connection.failure, !isStopping { refused(failure, of: connection.address) }
    admission.leave(connection.peer)
    connections.swapAt(connection.index, connections.count - 1)
    connections[connection.index].index = connection.index
    connections.removeLast()
  }

  /// Tells the log what was refused.
  func refused(_ kind: Turndown.Kind, of address: String) { worker.refused(Turndown(kind: kind, address: address)) }

  /// Keeps a refused connection until its client has noticed.
  func linger(_ connection: Connection) {
    if !isStopping { linger.keep(connection) }
  }

  private func sweep() {
    cutLate()
    sweeper = loop.after(limits.sweepInterval) { [unowned self] in sweep() }
  }

  private func cutLate() {
    let time = ContinuousClock.now
    for connection in connections {
      if let deadline = connection.deadline, deadline <= time {
        // A request that has just arrived must not be lost.
        if connection.exchange != nil || !connection.hasInput {
          connection.isLate = true
          connection.cut()
        }
      } else if connection.isUnchecked && connection.exchange == nil {
        // libmicrohttpd 0.9 overlooks a client's end that arrives together with its last request.
        connection.isUnchecked = false
        if connection.hasEnded { connection.cut() }
      }
    }
  }

  // MARK: Stopping

  /// How long idle connections stay open while the server stops. Their clients do not know that it stops, and a request
  /// on its way to a closed connection is lost.
  private static let lastTime = Duration.seconds(1)

  /// How long a client may take from an answer to its next request.
  var timeToNext: Duration { isStopping ? min(limits.idleTime, Self.lastTime) : limits.idleTime }

  /// Accepts the connections that wait to be accepted but no others, closes those that stay idle, finishes the running
  /// requests, each answer the last of its connection, and closes the rest when the time is over.
  func stop(within time: Duration) async {
    guard let daemon, !isStopping else { return }
    isStopping = true
    for _ in 0..<ListenSocket.backlog where daemon.hasWaiting { daemon.run() }
    daemon.stopListening()
    let last = ContinuousClock.now + Self.lastTime
    for connection in connections where connection.exchange == nil {
      connection.deadline = min(connection.deadline ?? last, last)
    }
    isDue = true
    let idleTimer = loop.after(Self.lastTime) { [unowned self] in cutLate() }
    let timer = loop.after(time) { [unowned self] in end() }
    await withUnsafeContinuation { continuation in
      stopped = continuation
      endIfIdle()
    }
    timer.cancel()
    idleTimer.cancel()
    close()
  }

  /// True if stop() can continue.
  @discardableResult
  private func endIfIdle() -> Bool {
    guard isStopping, stopped != nil, connections.isEmpty, running == 0 else { return false }
    end()
    return true
  }

  private func end() {
    stopped?.resume()
    stopped = nil
  }

  private func close() {
    for connection in connections { connection.exchange?.resume() }
    handshakes.end()
    sweeper?.cancel()
    watch?.cancel()
    linger.endAll()
    loop.remove(self)
    daemon?.stop()
    daemon = nil
  }
}
