internal import Glibc
internal import HTTP
internal import Loop

/// A client's connection: from where it is, what it is doing, and until when it may.
final class Connection {
  /// libmicrohttpd's connection; not to be used once closed.
  let handle: OpaquePointer
  let peer: Peer
  let address: String
  /// Where the server speaks TLS.
  let tls: TLSSession?
  /// Its place among the listener's connections.
  var index = 0
  /// When it is cut; nil while it waits for us.
  var deadline: ContinuousClock.Instant?
  /// The request in hand, from its request line to the end of its answer.
  var exchange: Exchange?
  /// Whether it has been answered since its end was last looked for.
  var isUnchecked = false
  /// Whether libmicrohttpd has let go of it.
  var isClosed = false
  private let descriptor: Int32

  init(
    _ handle: OpaquePointer, _ descriptor: Int32, _ tls: TLSSession?, _ peer: Peer,
    until deadline: ContinuousClock.Instant
  ) {
    (self.handle, self.descriptor, self.tls, self.peer) = (handle, descriptor, tls, peer)
    self.deadline = deadline
    address = peer.text
  }

  /// Ends it both ways; libmicrohttpd closes it in its next run.
  func cut() {
    deadline = nil
    tls?.sendEnd()
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Whether the client has said that nothing more comes, and all that came was read.
  var hasEnded: Bool {
    guard tls == nil else { return false }  // what GnuTLS has read is not to be seen, and it overlooks no end
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }

  /// Whether there is something of the client's that was not read yet.
  var hasInput: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
  }

  /// Sends an answer past libmicrohttpd, as far as the socket takes it; the connection is closed after it.
  func send(_ response: Response, id: String) {
    var head = "HTTP/1.1 \(response.status) Refused\r\nConnection: close\r\nX-Request-Id: \(id)\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(response.body.count)\r\n\r\n"
    let bytes = Array(head.utf8) + response.body
    if let tls { return tls.send(bytes) }
    Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  /// Says that nothing more comes from us.
  func finishSending() {
    tls?.sendEnd()
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Calls `ready` when the socket is as `interest` says, while nobody else reads or writes.
  func watch(on loop: Loop, for interest: Readiness, _ ready: @escaping () -> Void) throws(LoopError) -> Watch {
    try loop.watch(descriptor, for: interest) { _ in ready() }
  }

  /// A second descriptor for it, which keeps it open when libmicrohttpd closes its own; -1 where there is none left.
  func duplicate() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
