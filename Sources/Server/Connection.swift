internal import HTTP
internal import Loop
internal import Wire

/// A client's connection: takes up what has arrived, one request after the other, and sends the answers.
///
/// While a request is being answered nothing more is read, and while an answer does not fit into the socket no request
/// is taken up. An idle connection has no buffers: what has arrived is read in the listener's buffer, and answers are
/// written in one that is lent.
final class Connection {
  private enum ConnectionStage {
    /// TLS is not established.
    case shaking
    /// The client has gone on with its handshake, and waits until it is the server's turn.
    case queued
    case open
    /// The last answer is on its way; true if the client may still be sending, so that it must be waited for.
    case ending(Bool)
    /// All is sent, and what still arrives is dropped until the client has noticed: closing a connection with unread
    /// bytes resets it, and the client may lose the answer.
    case lingering
    case closed
  }

  let peer: Peer
  let address: String
  /// Its index among the listener's connections.
  var index = 0
  /// When it will be cut; nil while the client waits for the service.
  var deadline: ContinuousClock.Instant?
  private(set) var exchange: Exchange?
  private let listener: Listener
  private var channel: Channel
  private var stage = ConnectionStage.open
  private var reader: RequestReader
  private var unread: [UInt8] = []
  private var outgoing = Outgoing()
  /// Whether the socket has no room for what is to be sent.
  private var isBlocked = false
  private var isAdvancing = false
  private var watch: Watch?
  private var interest = Readiness.reading
  private var waitsForRoom: UnsafeContinuation<Bool, Never>?

  /// How long a client may take to notice that it was refused.
  private static let lingeringTime = Duration.seconds(2)

  /// A connection that was accepted; nil if the loop cannot watch it.
  init?(_ descriptor: Int32, _ peer: Peer, _ listener: Listener) {
    (self.peer, address, self.listener) = (peer, peer.text, listener)
    channel = Channel(descriptor: descriptor, tls: listener.tls?.session(descriptor))
    reader = RequestReader(headerBytes: listener.limits.headerBytes, targetBytes: listener.limits.targetBytes)
    if channel.tls != nil { stage = .shaking }
    deadline = .now + listener.limits.headerTime
    watch = try? listener.loop.watch(descriptor, for: .reading) { [unowned self] in ready($0) }
    if watch == nil { return nil }
  }

  private func ready(_ readiness: Readiness) {
    switch stage {
    case .shaking:
      stage = .queued
      listener.handshakes.append(self)
    case .lingering: if !channel.drop(into: listener.buffer) { close() }
    case .queued, .closed: break
    case .open, .ending:
      if readiness.contains(.writing) { proceed() }
      if readiness.contains(.reading) && takesUp {
        advance()
      } else if !readiness.isDisjoint(with: .broken) {
        close()
      } else if readiness.contains(.reading) {
        listen(for: interest.subtracting(.reading))
      }
    }
  }

  private func listen(for interest: Readiness) {
    guard interest != self.interest else { return }
    self.interest = interest
    watch?.change(to: interest)
  }

  /// Whether nothing is being answered or sent.
  var isIdle: Bool { exchange == nil && !isBlocked }

  // MARK: Handshakes

  /// Goes on with the handshake. A client that does not speak TLS but HTTP is told so.
  func shake() {
    guard case .queued = stage, let tls = channel.tls else { return }
    stage = .shaking
    if let first = channel.firstByte, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first, !tls.hasBegun {
      noteHandshake(.handshakeFailed)
      channel.tls = nil
      stage = .open
      return answer(Rejection.withoutTLS.response, isLast: true)
    }
    switch tls.shake() {
    case .established:
      stage = .open
      listen(for: .reading)
      advance()
    case .reading: listen(for: .reading)
    case .writing: listen(for: .writing)
    case .failed:
      noteHandshake(.handshakeFailed)
      close()
    }
  }

  /// Tells the log that the client and the server did not agree on TLS. Who has only connected has not tried: a balancer
  /// that looks whether the port is open.
  private func noteHandshake(_ kind: Turndown.Kind) {
    // A client's end counts as one byte.
    guard !listener.isStopping, kind == .handshakeTimedOut || channel.bytesReceived > 1 else { return }
    listener.refused(kind, of: address)
  }

  // MARK: Receiving

  /// Whether what the client sends is read now.
  private var takesUp: Bool {
    guard case .open = stage, !isBlocked, outgoing.hasRoom else { return false }
    return exchange?.takesUp ?? true
  }

  /// Reads what has arrived, and takes it up.
  private func advance(receiving: Bool = true) {
    guard !isAdvancing else { return }
    isAdvancing = true
    var (receiving, hasEnded, isHeldUp) = (receiving, false, false)
    repeat {
      var count = unread.count
      listener.buffer.copyBytes(from: unread)
      // What comes behind a request is kept while that is answered, so it must not be much.
      let room = listener.buffer[count...].prefix(exchange == nil ? listener.limits.headerBytes : .max)
      if receiving && !room.isEmpty {
        switch channel.receive(into: UnsafeMutableRawBufferPointer(rebasing: room)) {
        case .moved(let new): count += new
        case .blocked: break
        case .ended: hasEnded = true
        }
      }
      let bytes = UnsafeRawBufferPointer(rebasing: listener.buffer[..<count])
      var place = 0
      while takesUp, let event = reader.next(in: bytes, from: &place) { take(event, bytes) }
      unread = place < count ? Array(bytes[place...]) : []
      isHeldUp = !takesUp && !unread.isEmpty
      flush()
      receiving = channel.hasBuffered && !hasEnded
    } while takesUp && (receiving || isHeldUp)
    isAdvancing = false
    if hasEnded && takesUp { return close() }
    settle()
  }

  private func take(_ event: RequestReader.Event, _ bytes: UnsafeRawBufferPointer) {
    switch event {
    case .head(let head):
      exchange = Exchange(head, self, listener)
      exchange?.begin()
    case .piece(let places): exchange?.take(UnsafeRawBufferPointer(rebasing: bytes[places]))
    case .end: exchange?.complete()
    case .refusal(let rejection): refuse(rejection)
    }
  }

  /// Goes on after something has changed: sends, takes up what waits, and listens for what is needed.
  func proceed() {
    guard !isAdvancing else { return }
    flush()
    guard takesUp, exchange != nil || !unread.isEmpty || channel.hasBuffered else { return settle() }
    advance(receiving: channel.hasBuffered)  // without another byte there may be the end of a body
  }

  private func settle() {
    guard !isClosed else { return }
    var wish = takesUp ? interest.union(.reading) : interest
    if isBlocked { wish.insert(.writing) } else { wish.remove(.writing) }
    listen(for: wish)
  }

  // MARK: Answering

  /// Refuses what has arrived. If that is the last, nothing more is read.
  func refuse(_ rejection: Rejection, isLast: Bool = true) {
    guard exchange?.isAnswering != true else { return close() }
    answer(rejection.response, as: rejection.turndown, isLast: isLast)
  }

  /// Answers the current request, or what was to become one: every answer is made here, and noted in the log. It is the
  /// last of the connection if the request was not read to its end.
  func answer(_ response: Response, as turndown: Turndown.Kind? = nil, isLast: Bool = false) {
    let head = exchange?.head
    let inquiry = exchange.map { Inquiry($0.request) } ?? listener.inquiry(reader.fieldsSoFar, from: address)
    if let turndown { listener.refused(turndown, of: inquiry.address) }
    let isOld = head?.isOld == true
    let hasBody = head?.method != .head && AnswerWriter.hasBody(response.status)
    let isEndless = hasBody && response.length == nil && isOld
    let isKept = !isLast && !isEndless && !listener.isStopping && head?.isKept == true
    if outgoing.buffer.isEmpty { outgoing.buffer = listener.lend() }
    listener.writer.write(
      response, for: inquiry.headers, id: inquiry.id, isOld: isOld, isKept: isKept, to: &outgoing.buffer)
    if !isKept { stage = .ending(isLast) }
    if hasBody && response.stream != nil {
      return exchange?.pour(response, inChunks: response.length == nil && !isOld) ?? ()
    }
    if hasBody { outgoing.add(response.body) }
    conclude(inquiry, response)
  }

  /// The answer to the current request has been handed over.
  func conclude(_ inquiry: Inquiry, _ response: Response) {
    listener.worker.completed(inquiry, response, exchange.map { .now - $0.start } ?? .zero)
    if exchange?.isReceiving == true { stage = .ending(true) }
    exchange?.leave()
    exchange = nil
    proceed()
  }

  /// Tells the client to send the body.
  func sendContinue() { outgoing.buffer += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) }

  /// Sends a piece of an answer, and waits until the socket takes more; false if the client has gone.
  func send(_ bytes: [UInt8]) async -> Bool {
    outgoing.add(bytes)
    if isAdvancing { flush() } else { proceed() }
    guard isBlocked else { return !isClosed }
    return await withUnsafeContinuation { waitsForRoom = $0 }
  }

  private func flush() {
    if outgoing.count > 0 { send() }
    guard outgoing.count == 0, !isClosed else { return }
    waitsForRoom?.resume(returning: true)
    waitsForRoom = nil
    if case .ending(let isHeard) = stage, exchange == nil { end(waiting: isHeard || !unread.isEmpty) }
  }

  private func send() {
    while outgoing.count > 0 {
      switch outgoing.send(over: channel) {
      case .moved: break
      case .ended: return close()
      case .blocked:
        if !isBlocked { deadline = .now + listener.limits.sendTime }
        isBlocked = true
        return
      }
    }
    if let exchange { if isBlocked { deadline = exchange.bodyDeadline } } else { deadline = .now + listener.timeToNext }
    isBlocked = false
    listener.takeBack(outgoing.clear())
  }

  // MARK: Ending

  private var isClosed: Bool { if case .closed = stage { true } else { false } }

  /// Ends the connection after its last answer.
  private func end(waiting: Bool) {
    guard waiting, !listener.isStopping else { return close(properly: true) }
    channel.finishSending()
    stage = .lingering
    deadline = .now + Self.lingeringTime
    listen(for: .reading)
  }

  /// Ends a connection whose time is over. A client that has begun a request is told so.
  func cut() {
    if case .queued = stage { return }  // the server is late, not the client
    if case .shaking = stage {
      guard !channel.hasInput else { return }
      noteHandshake(.handshakeTimedOut)
    }
    guard case .open = stage, !isBlocked else { return close() }
    if exchange?.takesUp == true || exchange == nil && !(reader.isBetweenRequests && unread.isEmpty) {
      return refuse(.tooLate)
    }
    if exchange == nil && channel.hasInput { return }  // a request that has just arrived must not be lost
    close(properly: true)
  }

  /// Closes the connection; properly, with a close notification, or as it is.
  func close(properly: Bool = false) {
    guard !isClosed else { return }
    stage = .closed
    watch?.cancel()
    watch = nil
    if properly { channel.tls?.sendEnd() }
    channel.close()
    exchange?.leave()
    exchange = nil
    waitsForRoom?.resume(returning: false)
    waitsForRoom = nil
    listener.remove(self)
  }
}
