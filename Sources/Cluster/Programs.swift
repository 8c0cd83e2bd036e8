internal import Glibc

/// PostgreSQL's programs, and the user they run as.
struct Programs {
  /// Where `initdb` and `postgres` are.
  let folder: String
  /// Their major version, such as `15`.
  let version: String
  /// Who runs them; nil for the user of this process.
  let user: User?

  struct User {
    let name: String
    let uid: uid_t
    let gid: gid_t
  }

  /// Finds the programs: in BASEKEEPER_PG_BIN alone where it is set, else in PATH, else where Debian has them. Those of
  /// the version that the data needs come first, then the newest.
  ///
  /// - Throws: `ClusterError` where there are none, or where this is root and there is no user `postgres`.
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

  /// A command of the folder, as the right user runs it.
  func command(_ program: String, _ arguments: [String]) -> [String] {
    asUser(["\(folder)/\(program)"] + arguments)
  }

  /// Gives a directory to the user.
  func own(_ path: String) throws(ClusterError) {
    guard let user else { return }
    guard chown(path, user.uid, user.gid) == 0 else { throw .system("chown", path: path, errno: errno) }
  }

  /// - Throws: `ClusterError` where the user may not enter the directory.
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
