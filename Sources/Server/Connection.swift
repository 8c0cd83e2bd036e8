internal import Glibc
internal import HTTP

/// A client's connection: from where it is, what it is doing, and until when it may.
final class Connection {
  let peer: Peer
  let address: String
  /// Its place among the listener's connections.
  var index = 0
  /// When it is cut; nil while it waits for us.
  var deadline: ContinuousClock.Instant?
  /// The request in hand, from its request line to the end of its answer.
  var exchange: Exchange?
  /// Whether it has been answered before.
  var isUsed = false
  /// Whether it has been answered since its end was last looked for.
  var isUnchecked = false
  private let descriptor: Int32

  init(_ descriptor: Int32, _ peer: Peer, until deadline: ContinuousClock.Instant) {
    (self.descriptor, self.peer, self.deadline) = (descriptor, peer, deadline)
    address = peer.text
  }

  /// Ends it both ways; libmicrohttpd closes it in its next run.
  func cut() {
    deadline = nil
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Whether the client has said that nothing more comes, and all that came was read.
  var hasEnded: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }

  /// Sends an answer past libmicrohttpd, as far as the socket takes it; the connection is closed after it.
  func send(_ response: Response, id: String) {
    var head = "HTTP/1.1 \(response.status) Refused\r\nConnection: close\r\nX-Request-Id: \(id)\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(response.body.count)\r\n\r\n"
    let bytes = Array(head.utf8) + response.body
    Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  /// A second descriptor for it, which keeps it open when libmicrohttpd closes its own; -1 where there is none left.
  func duplicate() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
