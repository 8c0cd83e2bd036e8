internal import CMicrohttpd
internal import Glibc
internal import HTTP

/// One request from its request line to the end of its answer.
///
/// libmicrohttpd asks it on and on: with the header, with each piece of the body, and, once all is there, until it has
/// an answer. A handler that does not wait is answered in the call that started it. One that waits is asked again in
/// each run, which is cheap for a few milliseconds; then its connection is parked, until the answer is there.
final class Exchange: @unchecked Sendable {  // Sendable: only its loop's thread touches it.
  private enum Stage {
    case begun
    case receiving
    case running
    case finished(Response)
    case answered
    case gone
  }

  private let handle: OpaquePointer  // libmicrohttpd's connection; not to be used once gone
  private let listener: Listener
  private let connection: Connection
  private let target: UnsafeBufferPointer<CChar>  // in libmicrohttpd's buffer; until the header has been read
  private let rawTarget: String?
  private var stage = Stage.begun
  private var request: Request?
  private var isTooLarge = false
  private var isRefused = false
  private var isStarting = false
  /// Whether libmicrohttpd is not to look at it.
  private(set) var isParked = false
  private var start: ContinuousClock.Instant

  /// How long a waiting handler is asked again before its connection is parked: parking costs 3 µs, and an exchange
  /// with the database takes less than this.
  private static let askingTime = Duration.milliseconds(5)

  init(_ handle: OpaquePointer, _ listener: Listener, on connection: Connection, _ target: UnsafePointer<CChar>) {
    self.target = UnsafeBufferPointer(start: target, count: strlen(target))
    rawTarget = String(validating: UnsafeRawBufferPointer(self.target), as: UTF8.self)
    // Nobody reads the query's parts from libmicrohttpd, and too many of them would hang it: it is not to see them.
    if let mark = strchr(UnsafeMutablePointer(mutating: target), CInt(UInt8(ascii: "?"))) { mark[1] = 0 }
    (self.handle, self.listener, self.connection) = (handle, listener, connection)
    start = listener.now
    connection.exchange = self
  }

  /// Takes what libmicrohttpd has for us.
  func proceed(_ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>, _ piece: UnsafeRawBufferPointer)
    -> MHD_Result
  {
    switch stage {
    case .begun: return readHeader(method, version)
    case .receiving where !piece.isEmpty:
      store(piece)
      return .YES
    case .receiving: return isTooLarge ? answer(Refusal.bodyTooLarge.response) : run()
    case .running:
      if listener.now - start > Self.askingTime { park() }
      return .YES
    case .finished(let response): return answer(response)
    case .answered, .gone: return .NO
    }
  }

  // MARK: Receiving

  private func readHeader(_ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>) -> MHD_Result {
    stage = .receiving
    start = listener.now
    do throws(Refusal) {
      let header = try RequestHeader(
        of: handle, method: method, target: target, version: version, limit: listener.limits.headerBytes)
      request = try makeRequest(method, header)
      guard header.contentLength ?? 0 <= listener.limits.bodyBytes else { throw .bodyTooLarge }
      guard header.announcesBody else { return .YES }
      request?.body.reserveCapacity(Int(min(header.contentLength ?? 0, Self.reservedBytes)))
      connection.deadline = listener.now + listener.limits.bodyTime
      listener.hasMoved = true  // there may be a `100 Continue` to send
      return .YES
    } catch {
      return error.status == Refusal.headerTooLarge.status ? refuseTooLargeHeader() : refuse(error)
    }
  }

  /// What a body gets on its announcement alone.
  private static let reservedBytes: UInt64 = 65_536

  private func makeRequest(_ method: UnsafePointer<CChar>, _ header: RequestHeader) throws(Refusal) -> Request {
    guard target.count <= listener.limits.targetBytes else { throw .targetTooLong }
    guard let method = Method(rawValue: String(cString: method)) else {
      throw .notImplemented("The method is unknown.")
    }
    guard let rawTarget, !rawTarget.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }),
      let target = try? Target(rawTarget)
    else { throw .badRequest("The request target is malformed.") }
    let id = header.fields[.requestID].flatMap { RequestIDs.isUsable($0) ? $0 : nil } ?? listener.ids.next()
    var request = Request(id: id, method, target, headers: header.fields, address: connection.address)
    listener.edge.proxies.resolveCaller(of: &request)
    return request
  }

  private func store(_ piece: UnsafeRawBufferPointer) {
    listener.hasMoved = true  // there may be more in the socket
    if (request?.body.count ?? 0) + piece.count > listener.limits.bodyBytes {
      isTooLarge = true
      request?.body = []
    }
    if !isTooLarge { request?.body.append(contentsOf: piece) }
  }

  // MARK: Running

  private func run() -> MHD_Result {
    guard let request else { return .NO }
    stage = .running
    start = .now
    connection.deadline = nil
    listener.begin()
    isStarting = true
    Task.immediate(executorPreference: listener.loop) { [self] in finish(await listener.worker.handler(request)) }
    isStarting = false
    if case .finished(let response) = stage { return answer(response) }
    listener.asked += 1
    return .YES
  }

  private func finish(_ response: Response) {
    listener.finish()
    guard case .running = stage else { return }  // the client has gone
    stage = .finished(response)
    guard !isStarting else { return }
    if !isParked { listener.asked -= 1 }
    listener.isDue = true
    resume()
  }

  private func park() {
    guard !isParked else { return }
    isParked = true
    listener.asked -= 1
    MHD_suspend_connection(handle)
  }

  /// Lets libmicrohttpd look at it again; before the daemon stops, for any that is parked.
  func resume() {
    guard isParked else { return }
    isParked = false
    MHD_resume_connection(handle)
  }

  // MARK: Answering

  private func refuse(_ refusal: Refusal) -> MHD_Result {
    isRefused = true
    return answer(refusal.response)
  }

  private func answer(_ response: Response) -> MHD_Result {
    stage = .answered
    listener.hasMoved = true  // it is to be sent, unless this run does that
    connection.deadline = listener.now + listener.limits.sendTime
    let id = request?.id ?? listener.ids.next()
    let isQueued = response.queue(on: handle, request, id: id, listener.edge, closing: listener.isStopping)
    if isQueued { listener.worker.completed(request, response, .now - start) }
    return isQueued ? .YES : .NO
  }

  /// Refuses a request whose header has left libmicrohttpd no room for an answer.
  private func refuseTooLargeHeader() -> MHD_Result {
    let response = Refusal.headerTooLarge.response
    stage = .answered
    isRefused = true
    connection.send(response, id: listener.ids.next())
    listener.worker.completed(nil, response, .now - start)
    return .NO
  }

  /// The answer has been sent, or the connection is ending before.
  func end() {
    let foreignStatus = Int(basekeeper_status(handle))
    switch stage {
    case .begun where foreignStatus != 0, .receiving where foreignStatus != 0:
      // libmicrohttpd has refused the request by itself.
      listener.worker.completed(request, Response(foreignStatus, type: "text/html", []), .now - start)
      isRefused = true
    case .running where !isParked: listener.asked -= 1
    default: break
    }
    stage = .gone
    connection.exchange = nil
    connection.isUnchecked = true
    connection.deadline = listener.now + listener.timeToNext
    if isRefused { listener.linger(connection) }
  }
}
