internal import Glibc
internal import HTTP
internal import Loop

/// A client's connection: its peer, its request, and its deadline.
final class Connection {
  /// libmicrohttpd's connection. It must not be used after it is closed.
  let handle: OpaquePointer
  let peer: Peer
  let address: String
  /// Nil on a plain connection.
  let tls: TLSSession?
  /// Its index among the listener's connections.
  var index = 0
  /// When it will be cut; nil while the client waits for the service.
  var deadline: ContinuousClock.Instant?
  /// The current request, from its request line to the end of its answer; nil between requests.
  var exchange: Exchange?
  /// Whether it was answered since `hasEnded` was last checked.
  var isUnchecked = false
  /// Whether it was cut because the client was too slow.
  var isLate = false
  /// Whether libmicrohttpd has closed it.
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

  /// What went wrong with its handshake; nil if nothing did, or if the client has only connected.
  var failure: Turndown.Kind? {
    // A client's end counts as one byte.
    guard let tls, !tls.isEstablished, isLate || bytesReceived > 1 else { return nil }
    return isLate ? .handshakeTimedOut : .handshakeFailed
  }

  /// How many bytes have come from the client. Linux has the number behind what glibc's `tcp_info` ends with.
  private var bytesReceived: UInt64 {
    var info = [UInt64](repeating: 0, count: 17)
    var size = socklen_t(info.count * 8)
    let isKnown = getsockopt(descriptor, Int32(IPPROTO_TCP), Int32(TCP_INFO), &info, &size) == 0
    return isKnown ? info[16] : 0
  }

  /// Shuts it down in both directions; libmicrohttpd closes it in its next run.
  func cut() {
    deadline = nil
    tls?.sendEnd()
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Whether the client has shut down its side and everything it sent was read.
  var hasEnded: Bool {
    guard tls == nil else { return false }  // GnuTLS notices the end itself, and hides what it has buffered
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }

  /// Whether the client has sent something that was not read yet.
  var hasInput: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
  }

  /// Sends an answer without libmicrohttpd, as much as the socket takes; the connection is closed after it.
  func send(_ response: Response, id: String) {
    var head = "HTTP/1.1 \(response.status) Refused\r\nConnection: close\r\nX-Request-Id: \(id)\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(response.body.count)\r\n\r\n"
    let bytes = Array(head.utf8) + response.body
    if let tls { return tls.send(bytes) }
    Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  /// Shuts down the service's side.
  func finishSending() {
    tls?.sendEnd()
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Calls `ready` when the socket is ready for `interest`, while nothing else reads or writes.
  func watch(on loop: Loop, for interest: Readiness, _ ready: @escaping () -> Void) throws(LoopError) -> Watch {
    try loop.watch(descriptor, for: interest) { _ in ready() }
  }

  /// A second descriptor, which keeps it open when libmicrohttpd closes its own; -1 if the process has none left.
  func duplicate() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
