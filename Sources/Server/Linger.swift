internal import Glibc
internal import Loop

/// Connections that were refused while the client was still sending.
///
/// Closing a connection with unread bytes resets it, and the client may lose the answer. So the service shuts down only
/// its side, and for a short time reads and drops what arrives.
final class Linger {
  /// How long a client may take to notice.
  private static let time = Duration.seconds(2)
  /// How many at a time, so that a flood of refused requests cannot hold more descriptors.
  private static let capacity = 64

  private let loop: Loop
  private var watches: [Int32: Watch] = [:]
  private var trash = [UInt8](repeating: 0, count: 65_536)

  init(on loop: Loop) { self.loop = loop }

  /// Keeps the connection for a while after libmicrohttpd has closed it.
  func keep(_ connection: Connection) {
    guard watches.count < Self.capacity else { return }
    let descriptor = connection.duplicate()
    guard descriptor >= 0 else { return }
    connection.finishSending()
    do {
      let watch = try loop.watch(descriptor, for: .reading) { [weak self] _ in self?.drain(descriptor) }
      watches[descriptor] = watch
      loop.after(Self.time) { [weak self, weak watch] in
        if let self, let watch, self.watches[descriptor] === watch { self.end(descriptor) }
      }
    } catch {
      close(descriptor)
    }
  }

  /// Closes all.
  func endAll() {
    for descriptor in Array(watches.keys) { end(descriptor) }
  }

  private func drain(_ descriptor: Int32) {
    let count = recv(descriptor, &trash, trash.count, Int32(MSG_DONTWAIT))
    if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { end(descriptor) }
  }

  private func end(_ descriptor: Int32) {
    watches.removeValue(forKey: descriptor)?.cancel()
    close(descriptor)
  }
}
