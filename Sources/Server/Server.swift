internal import Glibc
public import HTTP
public import Loop

/// An HTTP/1.1 server on one address, with a listener on each of its loops.
public final class Server: Sendable {
  /// What one loop does for the server.
  public struct Worker: Sendable {
    let loop: Loop
    let handler: @Sendable (Request) async -> Response
    let completed: @Sendable (Request?, Response, Duration) -> Void

    /// A loop that answers requests; `completed` is told of every answer, also of those that the server gave itself,
    /// when no request could be read.
    public init(
      loop: Loop, handler: @escaping @Sendable (Request) async -> Response,
      completed: @escaping @Sendable (Request?, Response, Duration) -> Void
    ) {
      (self.loop, self.handler, self.completed) = (loop, handler, completed)
    }
  }

  /// The port it listens on: the real one where 0 was asked for.
  public let port: UInt16
  private let members: [Member]

  /// A listener and the way to it.
  private struct Member: @unchecked Sendable {  // Sendable: owned by the loop's thread
    let loop: Loop
    let listener: Listener
  }

  /// Listens, and serves as soon as the workers' loops run: they may not run yet.
  ///
  /// - Throws: `ServerError` where the address cannot be listened on.
  public init(host: String, port: UInt16, limits: Limits = Limits(), workers: [Worker]) throws(ServerError) {
    raiseDescriptorLimit()
    let census = Census(limits)
    var port = port
    var members: [Member] = []
    for worker in workers {
      let socket = try listeningSocket(host: host, port: &port)
      let listener = Listener(worker, socket: socket, limits: limits, census: census)
      try listener.start()
      members.append(Member(loop: worker.loop, listener: listener))
    }
    (self.members, self.port) = (members, port)
  }

  /// Takes no new connections, closes idle ones, and lets running requests end; what is not done in time is cut.
  public func stop(within time: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      for member in members {
        group.addTask {
          await member.loop.perform {
            let end = ContinuousClock.now + time
            member.listener.quiesce()
            while member.listener.openExchanges > 0, .now < end { await member.loop.sleep(for: .milliseconds(5)) }
            member.listener.end()
          }
        }
      }
    }
  }
}

/// Why a server cannot serve.
public struct ServerError: Error, CustomStringConvertible {
  /// For the operator: the address and the reason.
  public let description: String
}

/// A socket that listens on the address; several may share it, and the kernel spreads connections over them.
private func listeningSocket(host: String, port: inout UInt16) throws(ServerError) -> Int32 {
  let name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  var hints = addrinfo()
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  let code = getaddrinfo(host, "\(port)", &hints, &found)
  guard code == 0, let address = found?.pointee else {
    throw ServerError(description: "\(name): \(String(cString: gai_strerror(code)))")
  }
  defer { freeaddrinfo(found) }

  let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  let descriptor = socket(address.ai_family, type, 0)
  guard descriptor >= 0 else { throw failure(name, nil) }
  var on: Int32 = 1
  for option in [SO_REUSEADDR, SO_REUSEPORT] {
    setsockopt(descriptor, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<Int32>.size))
  }
  if address.ai_family == AF_INET6 {
    setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
  }
  guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 1024) == 0 else {
    throw failure(name, descriptor)
  }
  port = boundPort(of: descriptor) ?? port
  return descriptor
}

private func failure(_ name: String, _ descriptor: Int32?) -> ServerError {
  let reason = String(cString: strerror(errno))
  if let descriptor { close(descriptor) }
  return ServerError(description: "\(name): \(reason)")
}

private func boundPort(of descriptor: Int32) -> UInt16? {
  var address = sockaddr_in6()  // the port stands at the same place in sockaddr_in
  var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
  let code = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
  }
  return code == 0 ? UInt16(bigEndian: address.sin6_port) : nil
}

/// Every connection takes a descriptor.
private func raiseDescriptorLimit() {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
  limit.rlim_cur = limit.rlim_max
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
