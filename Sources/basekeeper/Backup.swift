internal import Cluster
internal import Glibc
internal import Ground
internal import Postgres

/// Writes the whole database to a file, or to standard output, without touching it.
func backup(_ options: Options) throws {
  let signals = Signals.ofTheEnd
  let path = options.operand
  // As it is: a backup is what one makes before an upgrade.
  let installation = try Installation(options.configuration, .beside)
  defer { installation.close() }
  if path == "-" {
    guard isatty(STDOUT_FILENO) == 0 else { throw UsageError("a backup cannot be written to a terminal: name a FILE") }
    try installation.dump(to: STDOUT_FILENO, signals)
  } else {
    let size = try writeWhole(path) { try installation.dump(to: $0, signals) }
    say("\(path): \(size) bytes.")
  }
  complain("restoring needs the master key, which is not in the backup: keep a copy of \(installation.masterKeyPlace)")
}

extension Installation {
  /// The server's major version.
  var serverVersion: Int {
    get throws {
      let found: Version? = try withDatabase {
        try await $0.row("select current_setting('server_version_num')::int / 10000 as major")
      }
      return Int(found?.major ?? 0)
    }
  }

  fileprivate func dump(to output: Int32, _ signals: Signals) throws {
    let programs = try ClientPrograms(forServer: serverVersion)
    let server = try ConnectionString(database.url)
    let archive = try Pipe()
    let program = try programs.start("pg_dump", ["--format=custom"], on: server, output: archive.start)
    archive.closeStart()
    try BackupChecksum.copy(from: archive.end, to: output) {
      if signals.wait(milliseconds: 0) != nil { program.end() }
    }
    try program.succeed("pg_dump", signals)
  }

  fileprivate var masterKeyPlace: String {
    configuration.masterKey == nil ? "\(configuration.dataDirectory)/master.key" : "BASEKEEPER_MASTER_KEY"
  }

  private struct Version: RowDecodable {
    let major: Int32
    init(_ row: Row) throws(PostgresError) { major = try row["major"] }
  }
}

extension Subprocess {
  /// Waits until the program has done its work. A signal to this process ends it.
  func succeed(_ name: String, _ signals: Signals) throws {
    let status = finish(signals)
    guard status == 0 else { throw ArchiveError("\(name) failed (status \(status))") }
  }

  /// The exit status of the program, which ends with this process.
  func finish(_ signals: Signals) -> Int32 {
    while true {
      if let status = exitStatus { return status }
      if signals.wait(milliseconds: 20) != nil { end() }
    }
  }
}

/// A backup cannot be made, or cannot be used.
struct ArchiveError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Writes a file that only its owner may read, and that is whole when it has its name; gives its size. What had the name
/// before stays until then.
private func writeWhole(_ path: String, _ write: (Int32) throws -> Void) throws -> Int {
  let draft = "\(path).\(randomSuffix()).part"
  let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  guard file >= 0 else { throw ArchiveError("\(draft): \(systemReason(errno))") }
  defer {
    close(file)
    unlink(draft)
  }
  try write(file)
  guard fsync(file) == 0, rename(draft, path) == 0 else {
    throw ArchiveError("\(path): \(systemReason(errno))")
  }
  keepName(of: path)
  return Int(lseek(file, 0, SEEK_END))
}

/// Lets the name of a file that is kept outlast a failure of power, too.
func keepName(of path: String) {
  var folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  if folder.isEmpty { folder = path.hasPrefix("/") ? "/" : "." }
  let directory = open(folder, O_RDONLY | O_CLOEXEC)
  fsync(directory)
  close(directory)
}

/// What no other run has, also where all have the same process id, as in containers.
func randomSuffix() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
