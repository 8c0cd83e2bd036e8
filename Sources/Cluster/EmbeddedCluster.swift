internal import Glibc
internal import Ground
internal import Loop
internal import Postgres
internal import Synchronization

/// A PostgreSQL server of our own: made where there is none, reached through a socket that is its owner's alone, and
/// started again should it ever end.
///
/// The server outlives a crash of this process; the next one that uses the directory takes it over.
public final class EmbeddedCluster: Sendable {
  /// How the server runs.
  public struct ClusterSettings: Sendable {
    /// Whether what is committed outlives a crash of the machine, not only one of the server: false for tests.
    public var isDurable = true
    /// Settings as in `postgresql.conf`, on top of our own.
    public var server: [String: String] = [:]
    /// How long the server may take to start, crash recovery included.
    public var startTime = Duration.seconds(60)
    /// How long it may take to stop before it is forced to.
    public var stopTime = Duration.seconds(30)

    /// Durable, with our settings alone.
    public init() {}
  }

  /// For `Database` and `Migrator`.
  public let conninfo: String

  private let server: PostgresServer
  private let supervisor: LoopThread
  private let isStopped = Mutex(false)

  /// Makes or finds the cluster in the directory, starts the server or takes over the one that runs already, and
  /// returns when it takes connections. Blocks the calling thread.
  ///
  /// - Parameters:
  ///   - directory: Made if it is not there. One process at a time can have it.
  ///   - settings: How the server runs.
  ///   - report: Called, on a thread of the cluster's, with what an operator should know: the server ended, or is back.
  /// - Throws: `ClusterError`, or `PostgresError` where the server refuses to make the database.
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
    conninfo = server.conninfo(database: "basekeeper")
    self.server = server
    try server.start()
    do {
      try Self.createDatabase(server)
    } catch {
      server.end()
      server.wait()
      throw error
    }
    supervisor = Supervisor.start(server, report)
  }

  /// How to reach the server that another process runs in a directory; nil where none takes connections there.
  public static func conninfo(ofServerIn directory: String) -> String? {
    guard let path = try? absolute(directory) else { return nil }
    let lines = (textContents(of: "\(path)/postgres/postmaster.pid") ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5 else { return nil }
    let conninfo = PostgresServer.conninfo(socketDirectory: String(lines[4]), database: "basekeeper")
    return (try? ScriptSession(conninfo)) == nil ? nil : conninfo
  }

  /// Stops the server: open transactions are rolled back. Blocks the calling thread until it has ended.
  public func stop() {
    isStopped.withLock { isStopped in
      guard !isStopped else { return }
      server.end()
      supervisor.join()
      server.release()
      isStopped = true
    }
  }

  private static func createDatabase(_ server: PostgresServer) throws {
    do {
      try ScriptSession(server.conninfo(database: "postgres")).run("create database basekeeper")
    } catch PostgresError.statement(sqlstate: "42P04", _, _) {}  // duplicate_database
  }
}
