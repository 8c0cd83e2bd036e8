internal import Loop

/// A thread that waits until the server ends, and restarts it.
enum Supervisor {
  static func start(_ server: PostgresServer, _ report: @escaping @Sendable (String) -> Void) -> LoopThread {
    LoopThread(named: "pg-supervisor") {
      while true {
        server.wait()
        guard !server.isEnding else { return }
        report("the embedded PostgreSQL ended and is being restarted")
        guard restart(server, report) else { return }
        report("the embedded PostgreSQL runs again")
      }
    }
  }

  /// Tries until the server runs; false if it should not run any more.
  private static func restart(_ server: PostgresServer, _ report: (String) -> Void) -> Bool {
    var delay: UInt32 = 100
    while !server.isEnding {
      do throws(ClusterError) {
        try server.start()
        return !server.isEnding
      } catch {
        report("\(error)")
      }
      pause(milliseconds: delay)
      delay = min(delay * 2, 5000)
    }
    return false
  }
}
