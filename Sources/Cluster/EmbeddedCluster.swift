internal import Glibc
internal import Ground
internal import Loop
internal import Postgres
internal import Synchronization

/// A private PostgreSQL server: created if there is none, reached through a socket that only its owner can use, and
/// restarted if it ends.
///
/// The server outlives a crash of this process; the next process that uses the directory takes it over.
public final class EmbeddedCluster: Sendable {
  /// How the server runs.
  public struct ClusterSettings: Sendable {
    /// Whether commits survive a crash of the machine and not only of the server. False in tests.
    public var isDurable = true
    /// Further settings, as in `postgresql.conf`.
    public var server: [String: String] = [:]
    /// How long the server may take to start, including crash recovery.
    public var startTime = Duration.seconds(60)
    /// How long the server may take to stop before it is killed.
    public var stopTime = Duration.seconds(30)

    /// Durable, without further settings.
    public init() {}
  }

  /// The connection string of the role that may do everything.
  public var conninfo: String { conninfo(.superuser) }

  private let server: PostgresServer
  private let supervisor: LoopThread
  private let isStopped = Mutex(false)

  /// Creates the cluster in the directory if there is none, starts the server or takes over a running one, and returns
  /// when it takes connections. Blocks the calling thread.
  ///
  /// - Parameters:
  ///   - directory: Created if it does not exist. Only one process at a time can use it.
  ///   - settings: How the server runs.
  ///   - report: Called on a thread of the cluster with messages for the operator: the server ended, or runs again.
  /// - Throws: `ClusterError`, or `PostgresError` if the server refuses to create the database.
  public init(
    directory: String, settings: ClusterSettings = ClusterSettings(),
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    let directory = try DataDirectory(directory)
    let programs = try Programs(for: directory.version)
    try programs.checkEntrance(to: directory.path)
    if directory.version == nil { try directory.create(with: programs, isDurable: settings.isDurable) }
    if let version = directory.version, version != programs.version {
      throw ClusterError.wrongVersion(data: version, programs: programs.version, path: directory.data)
    }
    let server = try PostgresServer(directory, programs, settings)
    self.server = server
    try server.start()
    do {
      try ClusterRole.prepare(server)
    } catch {
      server.end()
      server.wait()
      throw error
    }
    supervisor = Supervisor.start(server, report)
  }

  /// The connection string of a role.
  public func conninfo(_ role: ClusterRole) -> String { server.conninfo(role, database: "basekeeper") }

  /// The same for a server that another process runs in the directory; nil if none takes connections there.
  public static func conninfo(_ role: ClusterRole, ofServerIn directory: String) -> String? {
    guard let path = try? absolute(directory) else { return nil }
    let lines = (textContents(of: "\(path)/postgres/postmaster.pid") ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5 else { return nil }
    let conninfo = role.conninfo(socketDirectory: String(lines[4]), database: "basekeeper")
    return (try? ScriptSession(conninfo)) == nil ? nil : conninfo
  }

  /// Stops the server, and rolls back open transactions. Blocks the calling thread until the server has ended.
  public func stop() {
    isStopped.withLock { isStopped in
      guard !isStopped else { return }
      server.end()
      supervisor.join()
      server.release()
      isStopped = true
    }
  }
}
