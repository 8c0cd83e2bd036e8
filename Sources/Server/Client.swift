internal import CMicrohttpd
internal import Glibc

/// One connection: who it is, and until when it must have come further. Owned by its listener's thread.
final class Client {
  let socket: Int32
  /// The peer's address without the port.
  let address: String
  /// Milliseconds of the monotonic clock; nil while nothing is expected of the client.
  private var deadline: Int64?
  /// The request that is being read or answered.
  var exchange: Exchange?

  init(socket: Int32, address: String) { (self.socket, self.address) = (socket, address) }

  /// From now on the client has this long for the next step; nil: it is our turn.
  func expect(within time: Duration?) {
    deadline = time.map { Client.now + Int64($0 / .milliseconds(1)) }
  }

  /// Cuts a connection whose time is over; libmicrohttpd notices and closes it.
  func cutIfLate(at now: Int64) {
    guard let deadline, deadline <= now else { return }
    self.deadline = nil
    cut()
  }

  /// Ends both directions; the descriptor stays libmicrohttpd's to close.
  func cut() { shutdown(socket, Int32(SHUT_RDWR)) }

  /// Milliseconds of the monotonic clock, as exact as the kernel's ticks.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// A socket address as text, without the port: `127.0.0.1`, `::1`.
func hostText(_ address: UnsafePointer<sockaddr>) -> String {
  let isLong = Int32(address.pointee.sa_family) == AF_INET6
  let length = socklen_t(isLong ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
  var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
  guard getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else { return "" }
  return String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
