internal import Glibc
internal import Ground

/// The service manager, if it wants to be notified about the service's state (`Type=notify`): with a datagram to the
/// socket that it names in the environment. See sd_notify(3).
struct Systemd: Sendable {
  private let socketPath: String?
  /// How often the manager must hear that the service is alive, with a margin for one late message; nil if it does not
  /// watch the service.
  let interval: Duration?

  /// Reads this process's environment.
  init(_ environment: Environment) {
    socketPath = environment.text("NOTIFY_SOCKET")
    let watched = environment.text("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
    let microseconds = environment.text("WATCHDOG_USEC").flatMap(Int.init) ?? 0
    interval = watched && microseconds > 0 ? .microseconds(microseconds) / 4 : nil
  }

  /// Sends a message such as `READY=1`. Does not wait: if the manager cannot take it, the message is lost.
  func tell(_ message: String) {
    guard let socketPath else { return }
    var name = Array(socketPath.utf8)
    if name.first == UInt8(ascii: "@") { name[0] = 0 }  // an abstract socket, which is not a file
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let start = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
    guard name.count <= MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }

    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(message.utf8)
    withUnsafeBytes(of: &address) { raw in
      let pointer = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
      _ = sendto(
        descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), pointer,
        socklen_t(start + name.count))
    }
  }
}
