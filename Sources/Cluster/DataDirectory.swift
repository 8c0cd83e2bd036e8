internal import Glibc
internal import Ground

/// The directory of one embedded cluster: `lock`, `postgres` with the data, `postgres.log`, and `socket`.
final class DataDirectory: Sendable {
  /// Without symbolic links.
  let path: String
  private let lock: Int32

  /// Creates the directory if it does not exist, and locks it for this process.
  ///
  /// - Throws: `ClusterError.inUse` if another process uses it.
  init(_ path: String) throws(ClusterError) {
    try makeDirectory(path, mode: geteuid() == 0 ? 0o755 : 0o700)  // PostgreSQL does not run as root, but must get in
    self.path = try absolute(path)
    // Anyone who may write to the directory could replace its content.
    var status = stat()
    guard stat(self.path, &status) == 0 else { throw .system("stat", path: self.path, errno: errno) }
    guard status.st_mode & S_IWOTH == 0 else { throw .open(directory: self.path) }
    lock = open("\(self.path)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw .system("open", path: "\(self.path)/lock", errno: errno) }
    // Whoever throws from here on runs deinit, which closes it: a second time, it would be somebody else's.
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(directory: self.path) }
  }

  deinit {
    release()  // a program that is just being started has a copy of the descriptor
    close(lock)
  }

  /// Unlocks the directory.
  func release() { flock(lock, LOCK_UN) }

  var data: String { "\(path)/postgres" }
  var log: String { "\(path)/postgres.log" }

  /// The major version of the data; nil if there are none.
  var version: String? { textContents(of: "\(data)/PG_VERSION").map { String($0.prefix { !$0.isNewline }) } }

  /// Creates the data. Only the finished data get their name, so a process that ends meanwhile leaves none behind.
  func create(with programs: Programs, isDurable: Bool) throws(ClusterError) {
    let new = "\(data).new"
    _ = try Subprocess.run(["rm", "-rf", "--", new])
    try makeDirectory(new, mode: 0o700)
    try programs.own(new)
    var arguments = [
      "--pgdata=\(new)", "--username=basekeeper", "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust",
      "--auth-host=reject", "--no-instructions", "--data-checksums",
    ]
    if !isDurable { arguments.append("--no-sync") }
    _ = try Subprocess.run(programs.command("initdb", arguments))
    guard rename(new, data) == 0 else {
      throw errno == ENOTEMPTY || errno == EEXIST
        ? .notACluster(path: data) : .system("rename", path: data, errno: errno)
    }
  }

  /// The directory of the server's socket. Only its owner may enter: there is no other authentication.
  ///
  /// A socket's path has at most 107 bytes, and libpq reads a comma as the end of a host. If `path` is too long or has
  /// a comma, the directory is in `/tmp`, with a name derived from the path.
  var socketDirectory: String {
    let own = "\(path)/socket"
    let isFit = own.utf8.count + "/.s.PGSQL.5432".utf8.count <= 107 && !own.utf8.contains(UInt8(ascii: ","))
    return isFit ? own : "/tmp/basekeeper-\(String(fnv1a(path), radix: 16))"
  }

  /// Makes that directory.
  func makeSocketDirectory(for programs: Programs) throws(ClusterError) {
    let directory = socketDirectory
    try makeDirectory(directory, mode: 0o700)
    // In a folder where everyone may write, someone else may have created it first.
    var status = stat()
    guard lstat(directory, &status) == 0 else { throw .system("lstat", path: directory, errno: errno) }
    let owners = [geteuid(), programs.user?.uid ?? geteuid()]
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o077 == 0, owners.contains(status.st_uid) else {
      throw .system("use", path: directory, errno: EACCES)
    }
    try programs.own(directory)
  }

  /// Opens the server's log; if it has become long, it is first moved aside.
  func openLog() throws(ClusterError) -> Int32 {
    var status = stat()
    if stat(log, &status) == 0 && status.st_size > 10_000_000 { rename(log, "\(log).old") }
    let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system("open", path: log, errno: errno) }
    return descriptor
  }

  /// The last lines of the log, joined into one.
  var endOfLog: String {
    (textContents(of: log) ?? "").split(whereSeparator: \.isNewline).suffix(5).joined(separator: "; ")
  }

  /// The server that uses the data, according to its `postmaster.pid`; nil if it is not alive.
  var postmaster: (pid: pid_t, socketDirectory: String)? {
    let lines = (textContents(of: "\(data)/postmaster.pid") ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, let pid = pid_t(lines[0]), isInData(pid) else { return nil }
    return (pid, String(lines[4]))
  }

  /// Whether a process is alive and has the data directory as its working directory, as all of PostgreSQL's have. So a
  /// process that got the same ID later is not taken for it.
  func isInData(_ pid: pid_t) -> Bool {
    if let directory = target(ofLink: "/proc/\(pid)/cwd") { return directory == data }
    // In a container, root may not inspect other users' processes; there, every live `postgres` counts as ours.
    guard errno == EACCES, geteuid() == 0 else { return false }
    let status = textContents(of: "/proc/\(pid)/stat") ?? ""
    return status.hasPrefix("\(pid) (postgres) ") && !status.hasPrefix("\(pid) (postgres) Z")
  }

  /// The processes in the data directory.
  var processes: [pid_t] { entries(of: "/proc").compactMap { pid_t($0) }.filter(isInData) }

  /// Removes the `postmaster.pid` of a server that has ended. PostgreSQL does that itself, unless another process has
  /// the same ID now. If no process uses the data, the file protects nothing.
  func removeStalePID() { if processes.isEmpty { unlink("\(data)/postmaster.pid") } }
}

/// FNV-1a of 64 bits.
private func fnv1a(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
