internal import Glibc
internal import Postgres
internal import Synchronization

/// A `postgres` process, from its start to its end, and its successors after restarts.
final class PostgresServer: Sendable {
  private struct Process: Equatable {
    let pid: pid_t
    /// Whether it is a child of this process; a server that was taken over is not.
    let isChild: Bool
  }

  private struct RunState {
    var process: Process?
    var isEnding = false
  }

  private let directory: DataDirectory
  private let programs: Programs
  private let settings: EmbeddedCluster.ClusterSettings
  private let state = Mutex(RunState())

  init(_ directory: DataDirectory, _ programs: Programs, _ settings: EmbeddedCluster.ClusterSettings)
    throws(ClusterError)
  {
    (self.directory, self.programs, self.settings) = (directory, programs, settings)
    try directory.makeSocketDirectory(for: programs)
  }

  func conninfo(_ role: ClusterRole, database: String) -> String {
    role.conninfo(socketDirectory: directory.socketDirectory, database: database)
  }

  /// Whether `end()` was called: then it is not started again.
  var isEnding: Bool { state.withLock { $0.isEnding } }

  // MARK: Starting

  /// Ends a server that another process has left running, without a checkpoint: its data are not needed any more.
  static func abandon(_ directory: DataDirectory) {
    if let (pid, _) = directory.postmaster { kill(pid, SIGQUIT) }
    let deadline = ContinuousClock.now + .seconds(5)
    while !directory.processes.isEmpty && .now < deadline { pause(milliseconds: 5) }
    for pid in directory.processes { kill(pid, SIGKILL) }
  }

  /// Takes over the server that uses the data, or starts one, and waits until it takes connections.
  func start() throws(ClusterError) {
    let deadline = ContinuousClock.now + settings.startTime
    if let (pid, socketDirectory) = directory.postmaster {
      state.withLock { $0.process = Process(pid: pid, isChild: false) }
      if socketDirectory == directory.socketDirectory { return try waitUntilReady(deadline) }
      stop()  // it cannot be reached: the directory was moved
      wait()
    }
    // Processes without a postmaster end when they notice it; until then no other server may use the data.
    while !directory.processes.isEmpty && .now < deadline { pause(milliseconds: 20) }
    directory.removeStalePID()
    let log = try directory.openLog()
    defer { close(log) }
    let outcome = state.withLock { state -> Result<Void, ClusterError> in
      guard !state.isEnding else { return .success(()) }
      do throws(ClusterError) {
        let pid = try Subprocess(programs.command("postgres", arguments), output: log).pid
        state.process = Process(pid: pid, isChild: true)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
    try waitUntilReady(deadline)
  }

  private var arguments: [String] {
    var all = [
      "listen_addresses": "", "unix_socket_directories": directory.socketDirectory, "unix_socket_permissions": "0700",
      "port": "5432", "max_connections": "100", "timezone": "UTC", "log_timezone": "UTC",
      // The service reports failed statements; the server's own messages would quote rows.
      "log_min_messages": "log", "log_error_verbosity": "terse", "log_checkpoints": "off",
      "jit": "off",  // the service's statements are too short for it
    ]
    if !settings.isDurable { all.merge(["fsync": "off", "full_page_writes": "off"]) { $1 } }
    all.merge(settings.server) { $1 }
    return ["-D", directory.data] + all.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
  }

  private func waitUntilReady(_ deadline: ContinuousClock.Instant) throws(ClusterError) {
    while !acceptsConnections(conninfo(.superuser, database: "postgres")) {
      guard !isEnding else { return }
      if isAlive && .now < deadline {
        pause(milliseconds: 10)
        continue
      }
      stop()
      wait()
      throw .notRunning(log: directory.log, lastLines: directory.endOfLog)
    }
  }

  // MARK: Ending

  /// Blocks until the server has ended, for any reason.
  func wait() {
    guard let process = state.withLock({ $0.process }) else { return }
    if process.isChild {
      // It is reaped only under the lock, so that `stop()` never signals a process ID that was reused.
      var information = siginfo_t()
      while waitid(P_PID, id_t(process.pid), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    } else {
      while isAlive { pause(milliseconds: 100) }
    }
    state.withLock { state in
      if process.isChild { waitpid(process.pid, nil, 0) }
      state.process = nil
    }
  }

  /// Stops the server for good.
  func end() {
    state.withLock { $0.isEnding = true }
    stop()
  }

  /// Unlocks the directory.
  func release() { directory.release() }

  /// Asks the server to end with a fast shutdown, and finally kills it; then the next start begins with a recovery, but
  /// nothing is lost.
  private func stop() {
    for (signal, time) in [(SIGINT, settings.stopTime), (SIGQUIT, .seconds(5)), (SIGKILL, .seconds(5))] {
      state.withLock { state in
        if let process = state.process { kill(process.pid, signal) }
      }
      let deadline = ContinuousClock.now + time
      while .now < deadline {
        guard isAlive else { return }
        pause(milliseconds: 5)
      }
    }
  }

  private var isAlive: Bool {
    state.withLock { state in
      guard let process = state.process else { return false }
      guard process.isChild else { return directory.isInData(process.pid) }
      // Returns nothing as long as it runs.
      var information = siginfo_t()
      let options = WEXITED | WNOWAIT | WNOHANG
      return waitid(P_PID, id_t(process.pid), &information, options) == 0 && information.si_signo == 0
    }
  }
}
