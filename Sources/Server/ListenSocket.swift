internal import Glibc

/// A listening socket.
final class ListenSocket {
  let descriptor: Int32
  private var isOpen = true

  deinit { close() }

  /// Closes it. Connections that wait to be accepted are reset.
  func close() {
    if isOpen { Glibc.close(descriptor) }
    isOpen = false
  }

  /// Whether connections wait to be accepted.
  var hasWaiting: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return isOpen && poll(&request, 1, 0) == 1
  }

  /// The port it is bound to.
  var port: UInt16 {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout.size(ofValue: address))
    withUnsafeMutableBytes(of: &address) { bytes in
      _ = getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return withUnsafeBytes(of: &address) { bytes in
      // sin_port and sin6_port have the same offset.
      UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
    }
  }

  /// Binds one of several sockets on a port, among which the kernel spreads the connections. Until they listen,
  /// connections are refused.
  ///
  /// The first one is bound exclusively, so that a port in use is an error; then it lets the others share the port.
  ///
  /// - Throws: `ServerError` with the address.
  init(host: String, port: UInt16, isFirst: Bool) throws(ServerError) {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &found)
    guard code == 0, let found else {
      throw ServerError(host: host, port: port, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(found) }

    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(found.pointee.ai_family, kind, 0)
    guard descriptor >= 0 else { throw ServerError(host: host, port: port, code: errno) }
    set(SOL_SOCKET, SO_REUSEADDR, 1)  // a restart need not wait for connections in TIME_WAIT
    if found.pointee.ai_family == AF_INET6 { set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }  // `::` takes IPv4, too
    if !isFirst { set(SOL_SOCKET, SO_REUSEPORT, 1) }
    guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
      throw ServerError(host: host, port: port, code: errno)
    }
    if isFirst { set(SOL_SOCKET, SO_REUSEPORT, 1) }
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)  // the connections inherit it; each answer is sent as a whole
  }

  /// Starts to listen.
  ///
  /// - Throws: `ServerError` with the address, if another process listens there meanwhile.
  func listen(host: String, port: UInt16) throws(ServerError) {
    guard Glibc.listen(descriptor, Self.backlog) == 0 else { throw ServerError(host: host, port: port, code: errno) }
  }

  /// Connections that wait to be accepted; the kernel takes the lesser of this and net.core.somaxconn.
  static let backlog: Int32 = 4_096

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}

/// Raises the process's limit of open descriptors to what is needed, as far as that is allowed.
func allowDescriptors(_ count: Int) {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < count else { return }
  limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
