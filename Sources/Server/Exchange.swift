internal import HTTP
internal import Wire

/// One request from its header to its answer.
///
/// If a body will follow, the service first decides whether to take it. The handler runs in a task on the loop, which
/// starts at once: if it does not wait, the answer is there when the call returns.
final class Exchange: @unchecked Sendable {  // Sendable: only its loop's thread touches it.
  private enum ExchangeStage {
    /// The service is deciding whether to take the body.
    case judging
    case receiving
    /// The handler has the whole request, or is about to send the answer.
    case running
    /// It was answered, or its client has gone.
    case over
  }

  let head: RequestHead
  private(set) var request: Request
  private(set) var start = ContinuousClock.now
  private let listener: Listener
  private var connection: Connection?
  private var stage = ExchangeStage.receiving
  private var bodyLimit = 0
  private var received = 0
  /// The bytes of the body that are counted, and for whom.
  private var counted = 0
  private var taker: Ledger.Taker?
  /// Why the body is not kept; nil if it is. The rest of it is read and dropped.
  private var flaw: Rejection?
  /// What the handler has not yet taken of a body that comes piece by piece.
  private var inflow: Inflow?
  /// How much of such a body has come since its client got more time, and the time that it had left when it was held.
  private var progress = 0
  private var timeLeft = Duration.zero
  private var isHeld = false
  /// Whether the beginning of the answer has been sent.
  private(set) var isAnswering = false
  private var hasAsked = false

  init(_ head: RequestHead, _ connection: Connection, _ listener: Listener) {
    (self.head, self.connection, self.listener) = (head, connection, listener)
    let name = listener.name(for: head.headers, connection.address)
    request = Request(id: name.id, head.method, head.target, headers: head.headers, address: connection.address)
    request.claimedID = name.claimed
    listener.edge.proxies.resolveCaller(of: &request)
  }

  /// Whether more of the request is to come.
  var isReceiving: Bool { if case .receiving = stage { true } else { false } }

  /// Whether more of the request is read now.
  var takesUp: Bool { isReceiving && inflow?.hasRoom ?? true }

  /// Until when the body must go on; nil if the client waits for the service.
  var bodyDeadline: ContinuousClock.Instant? { takesUp ? .now + listener.limits.bodyTime : nil }

  // MARK: Judging

  /// Decides what to do with the body, if one follows.
  func begin() {
    guard head.body != .bytes(0) else { return }
    switch listener.worker.judge(request, head.length) {
    case .read(let most): if limit(min(most, listener.limits.bodyBytes)) { receive() }
    case .stream(let most, let length): if limit(most) { stream(inPiecesOf: length) }
    case .ask(let most, let question): if limit(min(most, listener.limits.bodyBytes)) { judge(question) }
    case .answer(let question): judge(question)
    }
  }

  /// False if the body is announced to be longer, which is refused.
  private func limit(_ most: Int) -> Bool {
    bodyLimit = most
    guard head.length ?? 0 > most else { return true }
    connection?.refuse(.bodyTooLarge(most))
    return false
  }

  private func judge(_ question: @escaping @Sendable () async -> Response?) {
    stage = .judging
    connection?.deadline = nil
    listener.begin()
    Task.immediate(executorPreference: listener.loop) { [self] in
      let response = await question()
      listener.finish()
      guard case .judging = stage else { return }  // the client has gone
      if let response { connection?.answer(response, isLast: true) } else { receive() }
    }
  }

  // MARK: Receiving

  private func receive() {
    stage = .receiving
    taker = listener.admission.taker(for: request)
    connection?.deadline = bodyDeadline
    if inflow == nil { askForBody() }
    connection?.proceed()
  }

  private func stream(inPiecesOf length: Int?) {
    let inflow = Inflow(pieces: length) { [unowned self] taken in
      count(-taken)
      if taken == 0 { askForBody() } else { goOn() }
      connection?.proceed()
    }
    self.inflow = inflow
    request.stream = inflow.stream(on: listener.loop)
    receive()
    run()
  }

  /// Tells a client that waits for it to send the body.
  private func askForBody() {
    guard head.expectsContinue, !hasAsked else { return }
    hasAsked = true
    connection?.sendContinue()
  }

  /// Takes a piece of the body. Only received bytes count: a client that announces much and sends nothing takes no room
  /// from others.
  func take(_ piece: UnsafeRawBufferPointer) {
    guard flaw == nil else { return }
    received += piece.count
    flaw = received > bodyLimit ? .bodyTooLarge(bodyLimit) : count(piece.count)
    if flaw != nil {
      drop()
      inflow?.end(whole: false)
    } else if let inflow {
      extendTime(for: piece.count)
      count(-inflow.add(piece))
      if !inflow.hasRoom { hold() }
    } else {
      request.body.append(contentsOf: piece)
    }
  }

  /// A client that sends piece by piece gets more time for each 64 KiB, so that it cannot take for ever.
  private func extendTime(for bytes: Int) {
    progress += bytes
    guard progress >= 65_536 else { return }
    progress = 0
    connection?.deadline = bodyDeadline
  }

  /// The handler did not wait for what has come, so the client waits for the handler, which costs it no time.
  private func hold() {
    timeLeft = connection?.deadline.map { $0 - .now } ?? timeLeft
    connection?.deadline = nil
    isHeld = true
  }

  /// The handler has taken a piece: if the client waited for that, its time goes on.
  private func goOn() {
    guard isHeld, inflow?.hasRoom == true else { return }
    isHeld = false
    connection?.deadline = .now + timeLeft
  }

  @discardableResult
  private func count(_ bytes: Int) -> Rejection? {
    guard let taker else { return nil }
    if bytes > 0, let shortage = listener.admission.take(bytes, taker) {
      listener.refused(shortage == .inAll ? .body : .bodyOfAddress, of: request.address)
      return shortage == .inAll ? .noMemory : .tooManyBodies
    }
    if bytes < 0 { listener.admission.giveBack(-bytes, taker) }
    counted += bytes
    return nil
  }

  private func drop() {
    request.body = []
    count(-counted)
  }

  /// The whole request is there.
  func complete() {
    stage = .running
    connection?.deadline = nil
    if let inflow { return inflow.end(whole: true) }
    if let flaw { connection?.refuse(flaw, isLast: false) } else { run() }
  }

  // MARK: Running

  private func run() {
    let whole = request
    request.body = []  // only the handler needs it
    start = .now
    listener.begin()
    Task.immediate(executorPreference: listener.loop) { [self] in
      let response = await listener.worker.handler(whole)
      drop()
      listener.finish()
      if flaw == nil, connection != nil, response.stream != nil, head.method != .head { flaw = makeRoom() }
      if let flaw { return connection?.refuse(flaw, isLast: isReceiving) ?? () }
      // Of a streamed body there may be more to come, which nobody takes, unless the answer is made from it.
      connection?.answer(response, isLast: isReceiving && response.stream == nil)
    }
  }

  /// How much of an answer that comes piece by piece is in memory at a time, about. It counts as a body does.
  private static let pouredBytes = 65_536

  /// Counts an answer that comes piece by piece. Returns why there is no room for it.
  private func makeRoom() -> Rejection? {
    if taker == nil { taker = listener.admission.taker(for: request) }
    return count(Self.pouredBytes)
  }

  /// Sends an answer that comes piece by piece.
  func pour(_ response: Response, inChunks: Bool) {
    isAnswering = true
    listener.begin()
    Task.immediate(executorPreference: listener.loop) { [self] in
      let isWhole = await response.pour(inChunks: inChunks) { [self] in await connection?.send($0) ?? false }
      drop()
      listener.finish()
      guard isWhole else {
        listener.worker.completed(Inquiry(request), response, .now - start)
        return connection?.close() ?? ()  // so the client knows that something is missing
      }
      connection?.conclude(Inquiry(request), response)
    }
  }

  /// It was answered, or its client has gone. A handler that runs goes on to its end.
  func leave() {
    if isReceiving { drop() }
    stage = .over
    connection = nil
    inflow?.end(whole: false)
  }
}
