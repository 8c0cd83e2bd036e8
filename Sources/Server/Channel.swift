internal import Glibc

/// What became of an attempt to receive or to send.
enum Transfer {
  /// So many bytes were moved, at least one.
  case moved(Int)
  /// There is nothing to receive now, or no room to send.
  case blocked
  /// The other side has gone, or has sent what is not TLS.
  case ended
}

/// The two ways of a connection, plain or over TLS. Nothing waits.
struct Channel {
  let descriptor: Int32
  /// Nil over plain TCP.
  var tls: TLSSession?

  /// Receives as much as there is, and fits.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    if let tls { return tls.receive(into: buffer) }
    return Self.result(recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
  }

  /// Sends from `first`, then from `second`.
  func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Transfer {
    if let tls { return tls.send(first.isEmpty ? second : first) }
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    let count = withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { parts in
      parts[0] = iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count)
      parts[1] = iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
      var message = msghdr()
      message.msg_iov = parts.baseAddress
      message.msg_iovlen = 2
      return sendmsg(descriptor, &message, flags)
    }
    return Self.result(count)
  }

  /// Whether there is something received that no event will announce.
  var hasBuffered: Bool { tls?.hasBuffered == true }

  /// Whether the client has sent something that was not received yet.
  var hasInput: Bool { firstByte != nil }

  /// The first byte of that; nil if there is none.
  var firstByte: UInt8? {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 1 ? byte : nil
  }

  /// How many bytes have come from the client. Linux has the number behind what glibc's `tcp_info` ends with.
  var bytesReceived: UInt64 {
    var info = [UInt64](repeating: 0, count: 17)
    var size = socklen_t(info.count * 8)
    let isKnown = getsockopt(descriptor, Int32(IPPROTO_TCP), Int32(TCP_INFO), &info, &size) == 0
    return isKnown ? info[16] : 0
  }

  /// Says that nothing more will be sent.
  func finishSending() {
    tls?.sendEnd()
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Closes it.
  func close() { Glibc.close(descriptor) }

  /// Drops what has arrived; false if the client has gone.
  func drop(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    if case .ended = Channel(descriptor: descriptor).receive(into: buffer) { false } else { true }
  }

  private static func result(_ count: Int) -> Transfer {
    if count > 0 { return .moved(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .blocked : .ended
  }
}

/// Bytes on their way to a client: headers and small bodies in one buffer, and behind it one large body, which is not
/// copied.
struct Outgoing {
  /// A body of up to so many bytes is copied.
  private static let small = 16_384

  var buffer: [UInt8] = []
  private var body: [UInt8] = []
  private var sent = 0

  /// The number of bytes that are not sent.
  var count: Int { buffer.count + body.count - sent }

  /// Whether more may be added before all is sent.
  var hasRoom: Bool { buffer.count <= Self.small && body.isEmpty }

  /// Adds a body. Nothing may follow it before all is sent, if it is large.
  mutating func add(_ bytes: [UInt8]) {
    if bytes.count <= Self.small { buffer += bytes } else { body = bytes }
  }

  /// Sends as much as the channel takes at once.
  mutating func send(over channel: Channel) -> Transfer {
    let result = buffer.withUnsafeBytes { buffer in
      body.withUnsafeBytes { body in
        let first = UnsafeRawBufferPointer(rebasing: buffer.dropFirst(sent))
        return channel.send(first, UnsafeRawBufferPointer(rebasing: body.dropFirst(max(sent - buffer.count, 0))))
      }
    }
    if case .moved(let count) = result { sent += count }
    return result
  }

  /// Forgets what was sent, and returns the buffer for others.
  mutating func clear() -> [UInt8] {
    let used = buffer
    self = Outgoing()
    return used
  }
}
