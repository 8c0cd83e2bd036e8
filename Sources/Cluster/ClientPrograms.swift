internal import Glibc
package import Postgres

/// PostgreSQL's programs that dump and restore a database: `pg_dump`, `pg_restore` and `psql`.
public struct ClientPrograms: Sendable {
  private static let names = ["pg_dump", "pg_restore", "psql"]
  private let folder: String

  /// Finds the programs whose version is nearest to the server's, but not older: older ones cannot read a newer server,
  /// and an older server may not understand what newer ones write. They are looked for only in BASEKEEPER_PG_BIN if
  /// that is set, else where Debian installs them, else in PATH.
  ///
  /// - Throws: `ClusterError.noClientPrograms`.
  public init(forServer major: Int) throws(ClusterError) {
    let fit = try Self.installed().filter { $0.version >= major }
    guard let nearest = fit.min(by: { $0.version < $1.version }) else { throw .noClientPrograms(server: major) }
    folder = nearest.folder
  }

  private init(folder: String) { self.folder = folder }

  /// The newest programs, which can read the files of all versions.
  ///
  /// - Throws: `ClusterError.noClientPrograms`.
  public static var newest: ClientPrograms {
    get throws(ClusterError) {
      guard let newest = try installed().max(by: { $0.version < $1.version }) else {
        throw .noClientPrograms(server: 15)
      }
      return ClientPrograms(folder: newest.folder)
    }
  }

  private static func installed() throws(ClusterError) -> [(folder: String, version: Int)] {
    var found: [(folder: String, version: Int)] = []
    for folder in folders where names.allSatisfy({ access("\(folder)/\($0)", X_OK) == 0 }) {
      // pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
      let words = try Subprocess.run(["\(folder)/pg_dump", "--version"]).split(separator: " ")
      guard words.count >= 3, let version = Int(words[2].prefix { $0.isNumber }) else { continue }
      found.append((folder, version))
    }
    return found
  }

  private static var folders: [String] {
    if let given = getenv("BASEKEEPER_PG_BIN"), given.pointee != 0 { return [String(cString: given)] }
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let root = "/usr/lib/postgresql"
    return entries(of: root).map { "\(root)/\($0)/bin" } + path.split(separator: ":").map(String.init)
  }

  /// Starts a program, for a database or, if that is nil, only for its input. Its errors go to this process's standard
  /// error. The password is not among its arguments, which everyone on the machine can read.
  package func start(
    _ program: String, _ arguments: [String], on database: ConnectionString? = nil, input: Int32? = nil, output: Int32
  ) throws(ClusterError) -> Subprocess {
    var arguments = ["\(folder)/\(program)"] + arguments
    var environment = Subprocess.bareEnvironment + Self.inherited
    if let database {
      arguments.append("--dbname=\(database.text(withSecrets: false))")
      // If a name has two entries, the first counts.
      if let password = database.password { environment.insert("PGPASSWORD=\(password)", at: 0) }
    }
    return try Subprocess(arguments, input: input, output: output, errors: STDERR_FILENO, environment: environment)
  }

  /// The variables that libpq reads in addition to the URL: the program must see the same ones as this process.
  private static var inherited: [String] {
    (ConnectionString.variables + ["HOME"]).compactMap { name in
      getenv(name).map { "\(name)=\(String(cString: $0))" }
    }
  }
}
