internal import CMicrohttpd
internal import Glibc
internal import HTTP
internal import Loop

/// libmicrohttpd on one loop: it reads and writes when the loop's turn comes, and never waits.
///
/// A handler that does not wait is answered in the same run. For one that waits, libmicrohttpd asks again in each run;
/// after some milliseconds it is told not to ask, since suspending every request would cost more than the asking.
final class Listener: Turn {
  static let parkingTime: Int64 = 5

  let worker: Server.Worker
  let limits: Limits
  let census: Census
  private let socket: Int32
  private var daemon: OpaquePointer?
  private var watch: Watch?
  private var clients: [ObjectIdentifier: Client] = [:]
  /// Requests whose handlers run and which libmicrohttpd asks about.
  private var asked = 0
  private var parked: [ObjectIdentifier: Exchange] = [:]
  private var answers = 0
  private var isDue = true
  private var hasMoved = false
  private var isStopping = false
  private var requestIDs = RequestIDs()

  init(_ worker: Server.Worker, socket: Int32, limits: Limits, census: Census) {
    (self.worker, self.socket, self.limits, self.census) = (worker, socket, limits, census)
  }

  // MARK: Running

  /// On the loop's thread, or before there is one.
  func start() throws(ServerError) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    guard let daemon = startDaemon(on: socket, limits, context) else {
      throw ServerError(description: "libmicrohttpd does not start")
    }
    self.daemon = daemon
    do {
      watch = try worker.loop.watch(basekeeper_epoll_descriptor(daemon), for: .reading) { [unowned self] _ in
        isDue = true
      }
    } catch { throw ServerError(description: "\(error)") }
    worker.loop.add(self)
    sweep()
  }

  func turn() -> Bool {
    guard isDue, let daemon else { return false }
    isDue = false
    hasMoved = false
    MHD_run(daemon)
    if answers > 0 {  // the first run took these answers, the second sends them
      answers = 0
      MHD_run(daemon)
    }
    return true
  }

  var patience: Int32 {
    guard let daemon else { return -1 }
    var milliseconds: UInt64 = 0
    guard MHD_get_timeout(daemon, &milliseconds) == .YES else { return -1 }
    isDue = true  // whatever ends the sleep: libmicrohttpd keeps its own time
    // While handlers run it would like to be asked without end; a millisecond's rest is enough.
    if milliseconds == 0, asked > 0, !hasMoved { return 1 }
    return Int32(min(milliseconds, 60_000))
  }

  /// Cuts late clients, and comes again.
  private func sweep() {
    guard daemon != nil else { return }
    let now = Client.now
    for client in clients.values { client.cutIfLate(at: now) }
    let shortest = min(limits.headerTime, limits.bodyTime, limits.idleTime, limits.sendTime)
    worker.loop.after(min(.seconds(1), max(shortest / 4, .milliseconds(10)))) { [weak self] in self?.sweep() }
  }

  // MARK: Ending

  /// Takes no new connections; those that wait in the kernel's queue are still taken first.
  func quiesce() {
    guard let daemon else { return }
    for _ in 0..<10 { MHD_run(daemon) }
    isStopping = true
    close(MHD_quiesce_daemon(daemon))
    for client in clients.values where client.exchange == nil { client.cut() }
    isDue = true
  }

  /// How many requests are on their way.
  var openExchanges: Int { clients.values.count { $0.exchange != nil } }

  /// Ends all connections. Handlers that still run end as they like; nobody gets their answers.
  func end() {
    guard let daemon else { return }
    for exchange in parked.values { resume(exchange) }
    MHD_run(daemon)  // what was resumed leaves the list of the suspended, with which a daemon may not be stopped
    worker.loop.remove(self)
    watch?.cancel()
    self.daemon = nil
    MHD_stop_daemon(daemon)
  }

  // MARK: What libmicrohttpd tells

  func admits(_ address: String) -> Bool { !isStopping && census.admits(address) }

  func connected(_ connection: OpaquePointer) -> Client {
    let address = basekeeper_peer(connection).map(hostText) ?? ""
    let client = Client(socket: basekeeper_socket(connection), address: address)
    client.expect(within: limits.headerTime)
    clients[ObjectIdentifier(client)] = client
    census.add(address)
    return client
  }

  func disconnected(_ client: Client) {
    clients[ObjectIdentifier(client)] = nil
    census.remove(client.address)
  }

  func begun(_ connection: OpaquePointer, _ target: UnsafePointer<CChar>?) -> Exchange {
    let exchange = Exchange(connection, target: target)
    client(of: connection)?.exchange = exchange
    return exchange
  }

  /// The answer is with the client, or the client is gone.
  func completed(_ exchange: Exchange) {
    if exchange.phase == .handling { asked -= 1 }
    parked[ObjectIdentifier(exchange)] = nil
    exchange.phase = .over
    guard let client = client(of: exchange.connection) else { return }
    client.exchange = nil
    client.expect(within: limits.idleTime)
    if isStopping { client.cut() }
  }

  /// Called for the complete header, for each piece of the body, for its end, and for as long as there is no answer.
  func proceed(
    _ exchange: Exchange, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>,
    _ piece: UnsafePointer<CChar>?, _ size: inout Int
  ) -> MHD_Result {
    switch exchange.phase {
    case .begun:
      do throws(CheckedHeader.Refused) {
        try receive(exchange, String(cString: method), version)
        client(of: exchange.connection)?.expect(within: limits.bodyTime)
        exchange.phase = .receiving
        return .YES  // an answer now would close the connection
      } catch {
        return answer(exchange, .refusing(error))
      }
    case .receiving where size > 0:
      take(piece, size, exchange)
      size = 0
      return .YES
    case .receiving: return handle(exchange)
    case .handling:
      if Client.now - exchange.handlingSince > Self.parkingTime { park(exchange) }
      return .YES
    case .answered:
      guard let response = exchange.response else { return .NO }
      return queue(response, for: exchange)
    case .parked, .over: return .YES
    }
  }

  // MARK: A request

  private func receive(
    _ exchange: Exchange, _ method: String, _ version: UnsafePointer<CChar>
  ) throws(CheckedHeader.Refused) {
    let header = try CheckedHeader(of: exchange.connection, version: version)
    guard let known = Method(rawValue: method) else {
      throw CheckedHeader.Refused(status: 501, reason: "The method is not supported.")
    }
    guard let raw = exchange.rawTarget, let target = try? Target(raw) else {
      throw .bad("The path or the query has a bad escape, NUL, or text that is not UTF-8.")
    }
    exchange.request = Request(
      id: requestIDs.id(for: header.headers[.requestID]), known, target, headers: header.headers,
      address: client(of: exchange.connection)?.address ?? "")
    guard header.contentLength ?? 0 <= limits.bodyBytes else {
      throw CheckedHeader.Refused(status: 413, reason: "The body is larger than \(limits.bodyBytes) bytes.")
    }
    exchange.body.reserveCapacity(header.contentLength ?? 0)
  }

  private func take(_ piece: UnsafePointer<CChar>?, _ size: Int, _ exchange: Exchange) {
    hasMoved = true
    guard exchange.body.count + size <= limits.bodyBytes else {
      exchange.isBodyTooLarge = true
      exchange.body = []
      return
    }
    exchange.body.append(contentsOf: UnsafeRawBufferPointer(start: piece, count: size))
  }

  private func handle(_ exchange: Exchange) -> MHD_Result {
    client(of: exchange.connection)?.expect(within: nil)
    guard !exchange.isBodyTooLarge, var request = exchange.request else {
      return answer(
        exchange,
        .refusing(.init(status: 413, reason: "The body is larger than \(limits.bodyBytes) bytes.")), closing: true)
    }
    request.body = exchange.body
    exchange.phase = .handling
    asked += 1
    let work = Work(listener: self, exchange: exchange)
    Task.immediate(executorPreference: worker.loop) { [worker, request] in
      let response = await worker.handler(request)
      work.finish(response)
    }
    guard exchange.phase == .answered, let response = exchange.response else { return .YES }
    return queue(response, for: exchange)
  }

  /// What the handler's task holds. It comes back on the loop's thread, where both are owned.
  private struct Work: @unchecked Sendable {  // Sendable: used on the loop's thread alone
    let listener: Listener
    let exchange: Exchange
    func finish(_ response: Response) { listener.finish(exchange, response) }
  }

  private func finish(_ exchange: Exchange, _ response: Response) {
    worker.completed(exchange.request, response, .now - exchange.began)
    switch exchange.phase {
    case .handling: asked -= 1
    case .parked: resume(exchange)
    default: return  // the client is gone
    }
    exchange.response = response
    exchange.phase = .answered
    isDue = true
  }

  private func park(_ exchange: Exchange) {
    asked -= 1
    exchange.phase = .parked
    parked[ObjectIdentifier(exchange)] = exchange
    MHD_suspend_connection(exchange.connection)
  }

  private func resume(_ exchange: Exchange) {
    parked[ObjectIdentifier(exchange)] = nil
    MHD_resume_connection(exchange.connection)
    isDue = true
  }

  // MARK: Answers

  private func answer(_ exchange: Exchange, _ response: Response, closing: Bool = false) -> MHD_Result {
    worker.completed(exchange.request, response, .now - exchange.began)
    return queue(response, for: exchange, closing: closing)
  }

  private func queue(_ response: Response, for exchange: Exchange, closing: Bool = false) -> MHD_Result {
    exchange.phase = .over
    answers += 1
    client(of: exchange.connection)?.expect(within: limits.sendTime)
    let made = response.body.withUnsafeBytes { body in
      MHD_create_response_from_buffer(body.count, UnsafeMutableRawPointer(mutating: body.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made else { return .NO }
    defer { MHD_destroy_response(made) }
    for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
    if let id = exchange.request?.id { MHD_add_response_header(made, "X-Request-Id", id) }
    MHD_add_response_header(made, "Cache-Control", "no-store")
    MHD_add_response_header(made, "X-Content-Type-Options", "nosniff")
    if closing || isStopping { MHD_add_response_header(made, "Connection", "close") }
    return MHD_queue_response(exchange.connection, UInt32(response.status), made)
  }

  private func client(of connection: OpaquePointer) -> Client? {
    basekeeper_socket_context(connection).map { Unmanaged<Client>.fromOpaque($0).takeUnretainedValue() }
  }
}
