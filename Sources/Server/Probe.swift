internal import COpenSSL
internal import Glibc
internal import Ground

/// Sends a request to a server on this machine and waits for the answer: for a health check. The request has no
/// secrets, so the server's certificate is not verified.
public enum Probe {
  /// There was no answer, or it was not HTTP.
  public struct NoAnswer: Error, CustomStringConvertible {
    /// The reason, for the operator.
    public let description: String
  }

  /// Sends a GET.
  ///
  /// - Parameters:
  ///   - path: The request's path.
  ///   - host: The server's address.
  ///   - port: The server's port.
  ///   - isSecure: Whether it speaks TLS.
  ///   - time: How long each step may take: to connect, to shake hands, to answer.
  /// - Returns: The status of the answer.
  /// - Throws: `NoAnswer`.
  public static func status(
    of path: String, at host: String, _ port: UInt16, isSecure: Bool, within time: Duration
  ) throws(NoAnswer) -> Int {
    let descriptor = try connect(to: host, port, within: time)
    defer { close(descriptor) }
    let question = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    let answer = isSecure ? try secretly(question, descriptor, time) : plainly(question, descriptor)
    // HTTP/1.1 200 OK
    let words = String(decoding: answer, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw NoAnswer(
        description: answer.isEmpty ? "no answer within \(time)" : "what listens there does not speak HTTP")
    }
    return status
  }

  /// How much of an answer is read at most, in bytes.
  private static let size = 1024

  private static func plainly(_ question: [UInt8], _ descriptor: Int32) -> [UInt8] {
    send(descriptor, question, question.count, Int32(MSG_NOSIGNAL))
    return begin { recv(descriptor, $0.baseAddress, $0.count, 0) }
  }

  private static func secretly(_ question: [UInt8], _ descriptor: Int32, _ time: Duration) throws(NoAnswer) -> [UInt8] {
    let context = SSL_CTX_new(TLS_client_method())
    let session = SSL_new(context)
    defer {
      SSL_free(session)
      SSL_CTX_free(context)
    }
    SSL_set_fd(session, descriptor)
    ERR_clear_error()
    guard SSL_connect(session) == 1 else {
      let reason = ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) }
      throw NoAnswer(description: "TLS: \(reason ?? "no answer within \(time)")")
    }
    SSL_write(session, question, Int32(question.count))
    return begin { Int(SSL_read(session, $0.baseAddress, Int32($0.count))) }
  }

  /// The first line of the answer; shorter if the connection ends.
  private static func begin(_ receive: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: size)
    while bytes.count < size, !bytes.contains(UInt8(ascii: "\n")) {
      let count = buffer.withUnsafeMutableBytes { receive($0) }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// A connected socket, whose calls block at most for this time.
  private static func connect(to host: String, _ port: UInt16, within time: Duration) throws(NoAnswer) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &found)
    guard code == 0 else { throw NoAnswer(description: "\(host): \(String(cString: gai_strerror(code)))") }
    defer { freeaddrinfo(found) }
    var limit = timeval(tv_sec: Int(time.components.seconds), tv_usec: 0)
    var reason = ""
    var next = found
    while let address = next?.pointee {
      next = address.ai_next
      let type = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
      let descriptor = socket(address.ai_family, type, address.ai_protocol)
      guard descriptor >= 0 else { continue }
      for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
        setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
      }
      if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
      reason = systemReason(errno)
      close(descriptor)
    }
    throw NoAnswer(description: "nothing answers there: \(reason)")
  }
}
