internal import CMicrohttpd
internal import Glibc
internal import HTTP

/// One request from its request line to the end of its answer.
///
/// libmicrohttpd calls it repeatedly: with the header, with each piece of the body, and, once the request is complete,
/// until there is an answer. If a body will follow, the service first decides whether to take it. If the handler does
/// not wait, the call that started it returns the answer. If it waits, it is asked again in each run, which is cheap
/// for a few milliseconds; then the connection is parked until the answer is there.
final class Exchange: @unchecked Sendable {  // Sendable: only its loop's thread touches it.
  private enum Stage {
    case begun
    /// The service is deciding whether to take the body.
    case judging
    case judged(Response?)
    case receiving
    case running
    case finished(Response)
    case answered
    case gone
  }

  private let handle: OpaquePointer  // libmicrohttpd's connection; must not be used after its end
  private let listener: Listener
  private let connection: Connection
  private let target: UnsafeBufferPointer<CChar>  // in libmicrohttpd's buffer; until the header has been read
  private let rawTarget: String?
  private var stage = Stage.begun
  private var request: Request?
  private var bodyLimit = 0
  /// The bytes of the body that were counted, and for whom.
  private var taken = 0
  private var taker: Ledger.Taker?
  /// Why the body is not kept; nil if it is. The rest of it is read and dropped.
  private var flaw: Rejection?
  private var isRefused = false
  private var isStarting = false
  /// Whether the connection is parked, so that libmicrohttpd ignores it.
  private(set) var isParked = false
  private var start: ContinuousClock.Instant

  /// How long a waiting handler is asked again before its connection is parked. Parking costs 3 µs, and an exchange
  /// with the database takes less than this.
  private static let askingTime = Duration.milliseconds(5)

  init(_ handle: OpaquePointer, _ listener: Listener, on connection: Connection, _ target: UnsafePointer<CChar>) {
    self.target = UnsafeBufferPointer(start: target, count: strlen(target))
    rawTarget = String(validating: UnsafeRawBufferPointer(self.target), as: UTF8.self)
    // Hides the query from libmicrohttpd: nobody reads its parts from there, and too many of them would hang it.
    if let mark = strchr(UnsafeMutablePointer(mutating: target), CInt(UInt8(ascii: "?"))) { mark[1] = 0 }
    (self.handle, self.listener, self.connection) = (handle, listener, connection)
    start = listener.now
    connection.exchange = self
  }

  /// Takes the next part of the request from libmicrohttpd.
  func proceed(_ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>, _ piece: UnsafeRawBufferPointer)
    -> MHD_Result
  {
    switch stage {
    case .begun: return readHeader(method, version)
    case .judged(let response): return receive(unless: response)
    case .receiving where !piece.isEmpty:
      store(piece)
      return .YES
    case .receiving: return flaw.map { answer($0.response) } ?? run()
    case .running:
      if listener.now - start > Self.askingTime { park() }
      return .YES
    case .finished(let response): return answer(response)
    case .judging, .answered, .gone: return .NO
    }
  }

  // MARK: Receiving

  private func readHeader(_ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>) -> MHD_Result {
    stage = .receiving
    start = listener.now
    do throws(Rejection) {
      let header = try RequestHeader(
        of: handle, method: method, target: target, version: version, limit: listener.limits.headerBytes)
      let request = try makeRequest(method, header)
      self.request = request
      guard header.announcesBody else { return .YES }
      listener.hasMoved = true  // a `100 Continue` may have to be sent
      switch listener.worker.judge(request, header.contentLength) {
      case .read(let most):
        try limitBody(to: most, header.contentLength)
        return receive()
      case .ask(let most, let question):
        try limitBody(to: most, header.contentLength)
        return judge(question)
      case .answer(let question): return judge(question)
      }
    } catch {
      return error.status == Rejection.headerTooLarge.status ? refuseTooLargeHeader() : refuse(error.response)
    }
  }

  private func limitBody(to most: Int, _ announced: UInt64?) throws(Rejection) {
    bodyLimit = min(most, listener.limits.bodyBytes)
    guard announced ?? 0 <= bodyLimit else { throw .bodyTooLarge(bodyLimit) }
  }

  private func makeRequest(_ method: UnsafePointer<CChar>, _ header: RequestHeader) throws(Rejection) -> Request {
    guard target.count <= listener.limits.targetBytes else { throw .targetTooLong }
    guard let method = Method(rawValue: String(cString: method)) else {
      throw .notImplemented("The method is unknown.")
    }
    guard let rawTarget, !rawTarget.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }),
      let target = try? Target(rawTarget)
    else { throw .badRequest("The request target is malformed.") }
    let proxies = listener.edge.proxies
    let given = header.fields[.requestID]
    let isTrusted = given != nil && proxies.contains(connection.address)
    let id = given.flatMap { isTrusted && RequestIDs.isUsable($0) ? $0 : nil } ?? listener.ids.next()
    var request = Request(id: id, method, target, headers: header.fields, address: connection.address)
    if !isTrusted { request.claimedID = given.flatMap(RequestIDs.cleaned) }
    proxies.resolveCaller(of: &request)
    return request
  }

  // MARK: Judging

  /// Asks the service about the body; libmicrohttpd reads nothing meanwhile.
  private func judge(_ question: @escaping @Sendable () async -> Response?) -> MHD_Result {
    stage = .judging
    connection.deadline = nil
    listener.begin()
    isStarting = true
    Task.immediate(executorPreference: listener.loop) { [self] in judged(await question()) }
    isStarting = false
    if case .judged(let response) = stage { return receive(unless: response) }
    suspend()
    return .YES
  }

  private func judged(_ response: Response?) {
    listener.finish()
    guard case .judging = stage else { return }  // the client has gone
    stage = .judged(response)
    guard !isStarting else { return }
    listener.isDue = true
    resume()
  }

  // MARK: Receiving a body

  private func receive(unless response: Response? = nil) -> MHD_Result {
    if let response { return refuse(response) }
    stage = .receiving
    taker = request.map(listener.admission.taker)
    connection.deadline = listener.now + listener.limits.bodyTime
    return .YES
  }

  /// Only received bytes count: a client that announces much and sends nothing takes no room from others.
  private func store(_ piece: UnsafeRawBufferPointer) {
    listener.hasMoved = true  // there may be more in the socket
    guard flaw == nil, let taker else { return }
    guard piece.count <= bodyLimit - taken else {
      flaw = .bodyTooLarge(bodyLimit)
      return drop()
    }
    if let shortage = listener.admission.take(piece.count, taker) {
      flaw = .noRoom(shortage)
      listener.refused(shortage == .inAll ? .body : .bodyOfAddress, of: request?.address ?? connection.address)
      return drop()
    }
    taken += piece.count
    request?.body.append(contentsOf: piece)
  }

  private func drop() {
    request?.body = []
    if let taker { listener.admission.giveBack(taken, taker) }
    taken = 0
  }

  // MARK: Running

  private func run() -> MHD_Result {
    guard let whole = request else { return .NO }
    request?.body = []  // only the handler needs it
    stage = .running
    start = .now
    connection.deadline = nil
    listener.begin()
    isStarting = true
    Task.immediate(executorPreference: listener.loop) { [self] in finish(await listener.worker.handler(whole)) }
    isStarting = false
    if case .finished(let response) = stage { return answer(response) }
    listener.asked += 1
    return .YES
  }

  private func finish(_ response: Response) {
    drop()
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
    listener.asked -= 1
    suspend()
  }

  private func suspend() {
    isParked = true
    MHD_suspend_connection(handle)
  }

  /// Lets libmicrohttpd continue with a parked connection. Must be called for all of them before the daemon stops.
  func resume() {
    guard isParked else { return }
    isParked = false
    MHD_resume_connection(handle)
  }

  // MARK: Answering

  /// Answers without reading the rest of the body.
  private func refuse(_ response: Response) -> MHD_Result {
    isRefused = true
    return answer(response)
  }

  private func answer(_ response: Response) -> MHD_Result {
    stage = .answered
    listener.hasMoved = true  // another run may have to send it
    connection.deadline = listener.now + listener.limits.sendTime
    let id = request?.id ?? listener.ids.next()
    let isQueued = response.queue(on: handle, request, id: id, listener.edge, closing: listener.isStopping || isRefused)
    if isQueued { listener.worker.completed(request, response, .now - start) }
    return isQueued ? .YES : .NO
  }

  /// Refuses a request whose header leaves libmicrohttpd no room for an answer.
  private func refuseTooLargeHeader() -> MHD_Result {
    let response = Rejection.headerTooLarge.response
    stage = .answered
    isRefused = true
    connection.send(response, id: listener.ids.next())
    listener.worker.completed(nil, response, .now - start)
    return .NO
  }

  /// The answer was sent, or the connection ends before that.
  func end() {
    let foreignStatus = Int(basekeeper_status(handle))
    switch stage {
    case .begun where foreignStatus != 0, .receiving where foreignStatus != 0:
      // libmicrohttpd has refused the request by itself.
      listener.worker.completed(request, Response(foreignStatus, type: "text/html", []), .now - start)
      isRefused = true
    case .running: if !isParked { listener.asked -= 1 }
    default: drop()
    }
    stage = .gone
    connection.exchange = nil
    connection.isUnchecked = true
    connection.deadline = listener.now + listener.timeToNext
    if isRefused { listener.linger(connection) }
  }
}
