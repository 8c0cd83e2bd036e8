public import Cluster
internal import Glibc
internal import Loop
internal import Postgres
internal import Synchronization

/// The PostgreSQL server that all tests of a process share: a temporary cluster in memory, started when it is first
/// needed, or the server at TEST_DATABASE_URL if that is set.
public enum TestCluster {
  /// There is no usable server.
  public struct Refused: Error, CustomStringConvertible {
    /// The reason, in words.
    public let description: String
  }

  private static let prefix = "basekeeper-test-"
  private static let folder =
    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  private static let directories = Mutex<[String]>([])
  private static let embedded = Mutex<EmbeddedCluster?>(nil)
  private static let server = Result { try start() }

  /// The connection string of a database in the shared cluster.
  public static func conninfo(database: String) throws -> String {
    let server = try server.get()
    guard let authority = server.firstRange(of: "://") else { return "\(server) dbname='\(database)'" }
    let path = server[authority.upperBound...].firstIndex { $0 == "/" || $0 == "?" } ?? server.endIndex
    let query = server[path...].firstIndex(of: "?") ?? server.endIndex
    return "\(server[..<path])/\(database)\(server[query...])"
  }

  /// A path in memory for a test that starts its own clusters; deleted when the process ends.
  public static func directory() -> String {
    directories.withLock { directories in
      let path = "\(folder)/\(prefix)\(getpid())-\(directories.count)"
      directories.append(path)
      return path
    }
  }

  private static func start() throws -> String {
    if let given = getenv("TEST_DATABASE_URL"), given.pointee != 0 {
      try checkLocal(String(cString: given))
      return String(cString: given)
    }
    EmbeddedCluster.deleteRemains(in: folder, prefix: prefix)
    atexit { TestCluster.deleteAll() }
    let cluster = try EmbeddedCluster(directory: directory(), settings: .throwAway)
    embedded.withLock { $0 = cluster }
    return cluster.conninfo
  }

  /// Throws unless the URL is of this machine: nothing is created or dropped elsewhere.
  private static func checkLocal(_ url: String) throws {
    do {
      try ScriptSession(url).run(
        """
        do $$ begin
          if not coalesce(inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1', true) then
            raise exception using errcode = '28000';
          end if;
        end $$
        """)
    } catch PostgresError.statement(sqlstate: "28000", _, _) {
      throw Refused(description: "TEST_DATABASE_URL must name a server of this machine")
    }
  }

  private static func deleteAll() {
    embedded.withLock { $0 }?.stop()
    for path in directories.withLock({ $0 }) { try? EmbeddedCluster.delete(directory: path) }
  }
}

extension EmbeddedCluster.ClusterSettings {
  /// Settings for tests: nothing has to survive the process, and there are many connections.
  public static var throwAway: Self {
    var settings = Self()
    settings.isDurable = false
    settings.server = ["max_connections": "300", "shared_buffers": "64MB"]
    return settings
  }
}
