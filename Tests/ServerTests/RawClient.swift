import Glibc
import TestSupport

/// A client over TCP or TLS that sends exactly what it is told to, and waits as long as `patience`.
final class RawClient {
  /// Its TLS session; nil over plain TCP.
  let tls: TLSClient?
  private let descriptor: Int32
  private var received: [UInt8] = []

  /// A system call failed.
  struct Failure: Error {
    let call: String, code: Int32
  }

  init(
    port: UInt16, over transport: Transport = .plain, receiveBuffer: Int32? = nil,
    offering offer: TLSOffer = .usual, trusting identity: Identity? = .common,
    resuming former: [UInt8]? = nil
  ) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    tls =
      transport == .plain
      ? nil : TLSClient(descriptor, offering: offer, trusting: identity?.chain ?? [], resuming: former)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
    var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var noDelay: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let code = withUnsafeBytes(of: &address) { bytes in
      connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard code == 0 else { throw Failure(call: "connect", code: errno) }
  }

  deinit { close(descriptor) }

  /// Sends everything; false if the other side has closed.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        tls?.send($0) ?? Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Finishes sending; over TLS properly, with a close notification, or only by ending TCP.
  func finishSending(properly: Bool = true) {
    if properly { tls?.sendEnd() }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Sends bytes outside TLS.
  func sendPlain(_ bytes: [UInt8]) { Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// Makes closing reset the connection.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// The next answer; nil if the connection ends, or the time is over, before it is complete.
  func answer(hasBody: Bool = true) -> RawAnswer? {
    while true {
      if let (answer, count) = RawAnswer.parse(received, hasBody: hasBody) {
        received.removeFirst(count)
        return answer
      }
      guard receive() else { return nil }
    }
  }

  /// The next line, without its CRLF; nil if it does not come.
  func line() -> String? {
    while true {
      if let end = received.firstIndex(of: 0x0a) { return take(end + 1).map { String($0.dropLast()) } }
      guard receive() else { return nil }
    }
  }

  /// The next bytes; nil if they do not come.
  func take(_ count: Int) -> String? {
    while received.count < count { guard receive() else { return nil } }
    defer { received.removeFirst(count) }
    return String(decoding: received[..<count], as: UTF8.self)
  }

  /// Whether the other side closes the connection; what arrives before that is kept.
  func isClosed() -> Bool {
    while receive() {}
    return isEnded
  }

  /// Everything received that was not taken as an answer.
  var rest: String { String(decoding: received, as: UTF8.self) }

  /// Whether the other side has sent a close notification.
  private(set) var isEndedProperly = false
  private var isEnded = false

  private func receive() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count =
      tls.map { tls in buffer.withUnsafeMutableBytes { tls.receive(into: $0) } }
      ?? recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { received += buffer[..<count] }
    isEndedProperly = count == 0
    isEnded = count == 0 || count < 0 && (tls == nil ? errno == ECONNRESET : errno != EAGAIN)
    return count > 0
  }
}

/// An answer as it was received.
struct RawAnswer {
  let status: Int
  let head: String
  let body: String

  /// The value of a field.
  subscript(name: String) -> String? {
    for line in head.split(separator: "\r\n").dropFirst() where line.lowercased().hasPrefix(name.lowercased() + ": ") {
      return String(line.dropFirst(name.count + 2))
    }
    return nil
  }

  static func parse(_ bytes: [UInt8], hasBody: Bool) -> (RawAnswer, Int)? {
    let end = Array("\r\n\r\n".utf8)
    guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
    let head = String(decoding: bytes[..<split], as: UTF8.self)
    let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let start = split + 4
    let bare = RawAnswer(status: status, head: head, body: "")
    let length = hasBody && status >= 200 ? bare["Content-Length"].flatMap { Int($0) } ?? 0 : 0
    guard bytes.count >= start + length else { return nil }
    let body = String(decoding: bytes[start..<start + length], as: UTF8.self)
    return (RawAnswer(status: status, head: head, body: body), start + length)
  }
}
