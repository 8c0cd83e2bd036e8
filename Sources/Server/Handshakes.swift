internal import CMicrohttpd
internal import Loop

/// TLS handshakes under way, and changes of keys.
///
/// libmicrohttpd 0.9 asks GnuTLS for each of them in every run, whether its client has sent something or not: a few
/// hundred clients that connect and say nothing would keep the loop busy. And a handshake costs as much as a hundred
/// requests: many that are ready at once would hold up everybody else. So a handshake's connection is suspended until
/// its client has sent something, and only a few go on in each turn.
///
/// When a client changes its keys, GnuTLS says that it would block though there may be more to read; libmicrohttpd then
/// waits for an event that does not come. To suspend and to resume the connection makes it look.
final class Handshakes {
  /// How many go on in one turn.
  private static let share = 2

  private let loop: Loop
  /// Those that libmicrohttpd works on in this run.
  private var active: [Connection] = []
  private var waiting: [ObjectIdentifier: (connection: Connection, watch: Watch)] = [:]
  private var ready: [Connection] = []
  /// Those whose clients have changed their keys in this run.
  private var rekeyed: [Connection] = []

  init(on loop: Loop) { self.loop = loop }

  /// Whether some can go on.
  var areReady: Bool { !ready.isEmpty }

  /// A connection begins.
  func begin(_ connection: Connection) {
    active.append(connection)
    connection.tls?.keysChanged = { [unowned self, unowned connection] in rekeyed.append(connection) }
  }

  /// Before a run: lets the next ones go on; false where there are none.
  func proceed() -> Bool {
    guard areReady else { return false }
    let next = ready.prefix(Self.share)
    ready.removeFirst(next.count)
    for connection in next { resume(connection) }
    return true
  }

  /// After a run: suspends those that have to wait for their clients; true where another run is due.
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

  /// Lets libmicrohttpd have all of them, because it is going to stop.
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
