internal import Glibc
internal import Ground

/// The directory of one embedded cluster: `lock`, `postgres` with the data, `postgres.log`, and `socket`.
final class DataDirectory: Sendable {
  /// Without symbolic links.
  let path: String
  private let lock: Int32

  /// Makes the directory if it is not there, and takes it for this process.
  ///
  /// - Throws: `ClusterError.inUse` where another process has it.
  init(_ path: String) throws(ClusterError) {
    try makeDirectory(path, mode: geteuid() == 0 ? 0o755 : 0o700)  // PostgreSQL will not be root, and must pass
    self.path = try absolute(path)
    // Whoever may write in it could put anything in the place of what is here.
    var status = stat()
    guard stat(self.path, &status) == 0 else { throw .system("stat", path: self.path, errno: errno) }
    guard status.st_mode & S_IWOTH == 0 else { throw .open(directory: self.path) }
    lock = open("\(self.path)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw .system("open", path: "\(self.path)/lock", errno: errno) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw .inUse(directory: self.path)
    }
  }

  deinit {
    release()  // a program that is being started at this moment has a copy of the descriptor
    close(lock)
  }

  /// Leaves the directory to others.
  func release() { flock(lock, LOCK_UN) }

  var data: String { "\(path)/postgres" }
  var log: String { "\(path)/postgres.log" }

  /// The major version that made the data; nil where there is none.
  var version: String? { textContents(of: "\(data)/PG_VERSION").map { String($0.prefix { !$0.isNewline }) } }

  /// Makes the data. A process that ends meanwhile leaves nothing that looks like data: that name is given at the end.
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

  /// The directory of the server's socket, for its owner alone: that is all there is to authenticate.
  ///
  /// A socket's path has 107 bytes at most, and libpq reads a comma as the end of a host. Where `path` does not lend
  /// itself to that, the directory is in `/tmp`, under a name made from it.
  var socketDirectory: String {
    let own = "\(path)/socket"
    let isFit = own.utf8.count + "/.s.PGSQL.5432".utf8.count <= 107 && !own.utf8.contains(UInt8(ascii: ","))
    return isFit ? own : "/tmp/basekeeper-\(String(fnv1a(path), radix: 16))"
  }

  /// Makes that directory.
  func makeSocketDirectory(for programs: Programs) throws(ClusterError) {
    let directory = socketDirectory
    try makeDirectory(directory, mode: 0o700)
    // Somebody else may have made it first, where everybody can write.
    var status = stat()
    guard lstat(directory, &status) == 0 else { throw .system("lstat", path: directory, errno: errno) }
    let owners = [geteuid(), programs.user?.uid ?? geteuid()]
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o077 == 0, owners.contains(status.st_uid) else {
      throw .system("use", path: directory, errno: EACCES)
    }
    try programs.own(directory)
  }

  /// Opens the server's log; a long one is put aside first.
  func openLog() throws(ClusterError) -> Int32 {
    var status = stat()
    if stat(log, &status) == 0 && status.st_size > 10_000_000 { rename(log, "\(log).old") }
    let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system("open", path: log, errno: errno) }
    return descriptor
  }

  /// The last lines of the log, in one.
  var endOfLog: String {
    (textContents(of: log) ?? "").split(whereSeparator: \.isNewline).suffix(5).joined(separator: "; ")
  }

  /// The server that has the data, as its `postmaster.pid` says; nil where it is not alive.
  var postmaster: (pid: pid_t, socketDirectory: String)? {
    let lines = (textContents(of: "\(data)/postmaster.pid") ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, let pid = pid_t(lines[0]), isInData(pid) else { return nil }
    return (pid, String(lines[4]))
  }

  /// Whether a process lives and works in the data directory, as all of PostgreSQL's do. A number that was given to
  /// another process in the meantime is not taken for it.
  func isInData(_ pid: pid_t) -> Bool {
    if let directory = target(ofLink: "/proc/\(pid)/cwd") { return directory == data }
    // In a container root may not look into other users' processes; there, every live `postgres` is taken for ours.
    guard errno == EACCES, geteuid() == 0 else { return false }
    let status = textContents(of: "/proc/\(pid)/stat") ?? ""
    return status.hasPrefix("\(pid) (postgres) ") && !status.hasPrefix("\(pid) (postgres) Z")
  }

  /// The processes in the data directory.
  var processes: [pid_t] { entries(of: "/proc").compactMap { pid_t($0) }.filter(isInData) }

  /// Removes the `postmaster.pid` of a server that is gone. PostgreSQL would do that itself, but would be stopped by
  /// another process that has the same number now. Without any process in the data the file protects nothing.
  func removeStalePID() { if processes.isEmpty { unlink("\(data)/postmaster.pid") } }
}

/// FNV-1a of 64 bits.
private func fnv1a(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
