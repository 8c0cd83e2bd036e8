internal import Glibc
internal import Ground

/// Why the embedded PostgreSQL does not run.
public enum ClusterError: Error, Equatable, CustomStringConvertible {
  /// A system call failed on a path.
  case system(String, path: String, errno: Int32)
  /// PostgreSQL's programs were not found.
  case noPrograms
  /// The programs that dump and restore are older than the server, which has this major version.
  case noClientPrograms(server: Int)
  /// Another process uses the directory.
  case inUse(directory: String)
  /// Everyone may write to the directory.
  case open(directory: String)
  /// The data directory contains something that is not a cluster.
  case notACluster(path: String)
  /// The data directory and the programs have different major versions.
  case wrongVersion(data: String, programs: String, path: String)
  /// The process runs as root, and the user to run PostgreSQL as does not exist.
  case noUser(String)
  /// The user that PostgreSQL runs as may not enter the directory.
  case closedToUser(String, directory: String)
  /// A program failed, with this output.
  case programFailed(String, output: String)
  /// The server takes no connections; with the end of its log.
  case notRunning(log: String, lastLines: String)

  /// In words for the operator.
  public var description: String {
    switch self {
    case .system(let call, let path, let code): "\(call) \(path): \(systemReason(code))"
    case .noPrograms:
      "PostgreSQL's programs (initdb, postgres) were not found: install the package postgresql, set BASEKEEPER_PG_BIN "
        + "to their folder, or set DATABASE_URL to a running server"
    case .noClientPrograms(let server):
      "pg_dump, pg_restore and psql of the server's PostgreSQL \(server) or a newer one were not found: install the "
        + "package postgresql-client-\(server), or set BASEKEEPER_PG_BIN to their folder"
    case .inUse(let directory): "another process uses \(directory): set BASEKEEPER_DATA_DIR to another directory"
    case .open(let directory): "everyone may write to \(directory): forbid that first (chmod o-w)"
    case .notACluster(let path): "\(path) is neither empty nor a PostgreSQL data directory"
    case .wrongVersion(let data, let programs, let path):
      "\(path) belongs to PostgreSQL \(data), but the programs are of version \(programs): "
        + "set BASEKEEPER_PG_BIN to the folder of version \(data), or upgrade the data with pg_upgrade"
    case .noUser(let name): "PostgreSQL does not run as root, and there is no user \(name) to run it as"
    case .closedToUser(let name, let directory):
      "PostgreSQL runs as the user \(name), who may not enter \(directory): "
        + "set BASEKEEPER_DATA_DIR to a directory that every user may enter"
    case .programFailed(let program, let output): "\(program) failed: \(output)"
    case .notRunning(let log, let lastLines): "PostgreSQL takes no connections; its log \(log) ends with: \(lastLines)"
    }
  }
}
