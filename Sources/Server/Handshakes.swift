internal import CMicrohttpd
internal import Loop

/// TLS handshakes in progress, and key updates.
///
/// libmicrohttpd 0.9 asks GnuTLS about each handshake in every run, whether its client has sent something or not, so a
/// few hundred silent clients would keep the loop busy. And a handshake costs as much as a hundred requests, so many at
/// once would hold up everyone else. Therefore the connection of a handshake is suspended until its client has sent
/// something, and only a few continue in each turn.
///
/// When a client updates its keys, GnuTLS says that it would block although there may be more to read; libmicrohttpd
/// then waits for an event that does not come. Suspending and resuming the connection makes it read on.
final class Handshakes {
  /// How many continue in one turn.
  private static let share = 2

  private let loop: Loop
  /// The handshakes that libmicrohttpd continues in this run.
  private var active: [Connection] = []
  private var waiting: [ObjectIdentifier: (connection: Connection, watch: Watch)] = [:]
  private var ready: [Connection] = []
  /// Connections whose clients have updated their keys in this run.
  private var rekeyed: [Connection] = []

  init(on loop: Loop) { self.loop = loop }

  /// Whether some handshakes can continue.
  var areReady: Bool { !ready.isEmpty }

  /// Adds a new connection.
  func begin(_ connection: Connection) {
    active.append(connection)
    connection.tls?.keysChanged = { [unowned self, unowned connection] in rekeyed.append(connection) }
  }

  /// Before a run: lets the next handshakes continue; false if there are none.
  func proceed() -> Bool {
    guard areReady else { return false }
    let next = ready.prefix(Self.share)
    ready.removeFirst(next.count)
    for connection in next { resume(connection) }
    return true
  }

  /// After a run: suspends those that wait for their clients; true if another run is needed.
  func rest() -> Bool {
    for connection in active where !connection.isClosed && connection.tls?.isEstablished == false {
      wait(connection)
    }
    active.removeAll(keepingCapacity: true)
    guard !rekeyed.isEmpty else { return false }
    for connection in rekeyed where !connection.isClosed && connection.exchange?.isParked != true {
      MHD_suspend_connection(connection.handle)
      MHD_resume_connection(connection.handle)
    }
    rekeyed.removeAll()
    return true
  }

  /// Resumes all of them, because libmicrohttpd is about to stop.
  func end() {
    for connection in ready { resume(connection) }
    for (connection, watch) in waiting.values {
      watch.cancel()
      resume(connection)
    }
    ready = []
    waiting = [:]
  }

  private func resume(_ connection: Connection) {
    active.append(connection)
    MHD_resume_connection(connection.handle)
  }

  private func wait(_ connection: Connection) {
    MHD_suspend_connection(connection.handle)
    let interest: Readiness = connection.tls?.isWriting == true ? .writing : .reading
    do {
      let watch = try connection.watch(on: loop, for: interest) { [unowned self] in goOn(connection) }
      waiting[ObjectIdentifier(connection)] = (connection, watch)
    } catch {
      connection.cut()  // no memory for the watch
      ready.append(connection)
    }
  }

  private func goOn(_ connection: Connection) {
    waiting.removeValue(forKey: ObjectIdentifier(connection))?.watch.cancel()
    ready.append(connection)
  }
}
