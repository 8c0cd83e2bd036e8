internal import Glibc

/// PostgreSQL's server programs, and the user they run as.
struct Programs {
  /// The folder of `initdb` and `postgres`.
  let folder: String
  /// Their major version, such as `15`.
  let version: String
  /// The user who runs them; nil for the user of this process.
  let user: User?

  struct User {
    let name: String
    let uid: uid_t
    let gid: gid_t
  }

  /// Finds the programs: only in BASEKEEPER_PG_BIN if that is set, else in PATH, else where Debian installs them. Those
  /// of the data's version come first, then the newest.
  ///
  /// - Throws: `ClusterError` if there are none, or if this process runs as root and there is no user `postgres`.
  init(for dataVersion: String?) throws(ClusterError) {
    user = try geteuid() == 0 ? Self.postgresUser() : nil
    var found: [(folder: String, version: String)] = []
    for folder in Self.folders where access("\(folder)/postgres", X_OK) == 0 && access("\(folder)/initdb", X_OK) == 0 {
      // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
      let words = try Subprocess.run(["\(folder)/postgres", "--version"]).split(separator: " ")
      guard words.count >= 3 else { continue }
      found.append((folder, String(words[2].prefix { $0.isNumber })))
    }
    guard let programs = found.first(where: { $0.version == dataVersion }) ?? found.first else { throw .noPrograms }
    (folder, version) = programs
  }

  private static var folders: [String] {
    if let given = getenv("BASEKEEPER_PG_BIN"), given.pointee != 0 { return [String(cString: given)] }
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let root = "/usr/lib/postgresql"
    let versions = entries(of: root).compactMap { Int($0) }.sorted(by: >)
    return path.split(separator: ":").map(String.init) + versions.map { "\(root)/\($0)/bin" }
  }

  private static func postgresUser() throws(ClusterError) -> User {
    guard let entry = getpwnam("postgres") else { throw .noUser("postgres") }
    return User(name: "postgres", uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
  }

  /// The command line that runs one of the programs as the right user.
  func command(_ program: String, _ arguments: [String]) -> [String] {
    asUser(["\(folder)/\(program)"] + arguments)
  }

  /// Makes the user the owner of a directory.
  func own(_ path: String) throws(ClusterError) {
    guard let user else { return }
    guard chown(path, user.uid, user.gid) == 0 else { throw .system("chown", path: path, errno: errno) }
  }

  /// - Throws: `ClusterError` if the user may not enter the directory.
  func checkEntrance(to directory: String) throws(ClusterError) {
    guard let user else { return }
    do throws(ClusterError) {
      _ = try Subprocess.run(asUser(["test", "-x", directory]))
    } catch .programFailed {
      throw .closedToUser(user.name, directory: directory)
    }
  }

  private func asUser(_ command: [String]) -> [String] {
    guard let user else { return command }
    return ["setpriv", "--reuid=\(user.uid)", "--regid=\(user.gid)", "--clear-groups", "--"] + command
  }
}
