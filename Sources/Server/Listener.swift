internal import CLinux
internal import Glibc
internal import HTTP
internal import Loop
internal import Wire

/// The server's part on one loop: a listening socket, its connections and their deadlines.
final class Listener: Turn, @unchecked Sendable {  // Sendable: from start() on, only its loop's thread touches it.
  let worker: Server.Worker
  let limits: ServerLimits
  let edge: Edge
  let admission: Admission
  var writer: AnswerWriter
  /// What has arrived on a connection is read here, and nothing of it stays.
  let buffer: UnsafeMutableRawBufferPointer
  /// Nil if it speaks plain HTTP.
  let tls: TLS?
  private(set) var isStopping = false

  var loop: Loop { worker.loop }

  private let socket: ListenSocket
  private var ids = RequestIDs()
  private var watch: Watch?
  private var sweeper: Timer?
  private var connections: [Connection] = []
  private var running = 0
  /// Connections that were one too many, in all or from one address.
  private var refusedConnections = 0
  private var spare: [[UInt8]] = []
  private var stopped: UnsafeContinuation<Void, Never>?

  init(
    _ socket: ListenSocket, _ worker: Server.Worker, _ limits: ServerLimits, _ edge: Edge, _ admission: Admission,
    _ tls: TLS?
  ) {
    (self.socket, self.worker, self.limits, self.edge, self.admission) = (socket, worker, limits, edge, admission)
    self.tls = tls
    writer = AnswerWriter(edge)
    // Besides an incomplete line there must be room for what follows it.
    buffer = .allocate(byteCount: limits.headerBytes + 65_536, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// Starts to serve, unless it has.
  func start() {
    guard watch == nil, !isStopping else { return }
    do {
      watch = try loop.watch(socket.descriptor, for: .reading) { [unowned self] _ in accept() }
    } catch {
      preconditionFailure("a loop that has just begun cannot watch: \(error)")
    }
    loop.add(self)
    sweep()
  }

  /// What is going on.
  var activity: Server.Activity {
    Server.Activity(connections: connections.count, requests: running, refusedConnections: refusedConnections)
  }

  /// A handler has begun.
  func begin() { running += 1 }

  /// A handler has ended, whether its client is still there or not.
  func finish() {
    running -= 1
    endIfIdle()
  }

  /// Tells the log what was refused.
  func refused(_ kind: Turndown.Kind, of address: String) { worker.refused(Turndown(kind: kind, address: address)) }

  /// The ID of a request with these fields, and the one that an untrusted client claims.
  func name(for headers: Headers, _ address: String) -> (id: String, claimed: String?) {
    guard let given = headers[.requestID] else { return (ids.next(), nil) }
    guard edge.proxies.contains(address) else { return (ids.next(), RequestIDs.cleaned(given)) }
    return (RequestIDs.isUsable(given) ? given : ids.next(), nil)
  }

  /// What the log says of a request whose header was refused after these fields.
  func inquiry(_ fields: Headers, from address: String) -> Inquiry {
    Inquiry(name(for: fields, address), fields, from: address, through: edge.proxies)
  }

  // MARK: Buffers

  /// A buffer to write answers in.
  func lend() -> [UInt8] { spare.popLast() ?? [] }

  /// Takes a buffer back.
  func takeBack(_ buffer: consuming [UInt8]) {
    guard spare.count < Self.mostSpare, buffer.capacity <= Self.largestSpare else { return }
    buffer.removeAll(keepingCapacity: true)
    spare.append(buffer)
  }

  private static let mostSpare = 16
  private static let largestSpare = 131_072

  // MARK: Handshakes

  /// Connections whose handshakes can go on. A handshake costs as much as a hundred requests, so many at once would
  /// hold up everyone else: only a few go on in each turn.
  var handshakes: [Connection] = []
  private static let handshakesOfTurn = 2

  func turn() -> Bool {
    guard !handshakes.isEmpty else { return false }
    let next = handshakes.prefix(Self.handshakesOfTurn)
    handshakes.removeFirst(next.count)
    for connection in next { connection.shake() }
    return true
  }

  var longestSleep: Int32 { handshakes.isEmpty ? -1 : 0 }

  // MARK: Connections

  /// How many connections are accepted at once.
  private static let batch = 64

  /// Accepts some of the connections that wait; false if there are no more.
  @discardableResult
  private func accept() -> Bool {
    for _ in 0..<Self.batch {
      var address = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let (descriptor, code, peer) = withUnsafeMutablePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
          let descriptor = accept4(socket.descriptor, address, &size, flags)
          return (descriptor, errno, Peer(address))
        }
      }
      guard descriptor >= 0 else {
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) { pause() }
        return code == ECONNABORTED || code == EINTR
      }
      open(descriptor, peer)
    }
    return true
  }

  private func open(_ descriptor: Int32, _ peer: Peer) {
    if let shortage = admission.enter(peer) {
      refusedConnections += 1
      refused(shortage == .inAll ? .connection : .connectionOfAddress, of: peer.text)
      close(descriptor)
      return
    }
    guard let connection = Connection(descriptor, peer, self) else {
      admission.leave(peer)
      close(descriptor)
      return
    }
    connection.index = connections.count
    connections.append(connection)
  }

  /// Accepts nothing for a moment, because the process has no descriptors left.
  private func pause() {
    watch?.change(to: [])
    loop.after(.milliseconds(100)) { [weak self] in self?.watch?.change(to: .reading) }
  }

  /// A connection was closed.
  func remove(_ connection: Connection) {
    admission.leave(connection.peer)
    connections.swapAt(connection.index, connections.count - 1)
    connections[connection.index].index = connection.index
    connections.removeLast()
    endIfIdle()
  }

  private func sweep() {
    cutLate()
    sweeper = loop.after(limits.sweepInterval) { [unowned self] in sweep() }
  }

  private func cutLate() {
    let now = ContinuousClock.now
    for connection in connections.filter({ $0.deadline.map { $0 <= now } ?? false }) { connection.cut() }
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
    guard !isStopping else { return }
    start()
    isStopping = true
    while socket.hasWaiting, accept() {}
    watch?.cancel()
    watch = nil
    socket.close()
    let last = ContinuousClock.now + Self.lastTime
    for connection in connections where connection.isIdle {
      connection.deadline = min(connection.deadline ?? last, last)
    }
    let idleTimer = loop.after(Self.lastTime) { [unowned self] in cutLate() }
    let timer = loop.after(time) { [unowned self] in end() }
    await withUnsafeContinuation { continuation in
      stopped = continuation
      endIfIdle()
    }
    timer.cancel()
    idleTimer.cancel()
    for connection in connections { connection.close(properly: true) }
    sweeper?.cancel()
    loop.remove(self)
  }

  private func endIfIdle() { if isStopping && connections.isEmpty && running == 0 { end() } }

  private func end() {
    stopped?.resume()
    stopped = nil
  }
}
