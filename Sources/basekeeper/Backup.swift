internal import Cluster
internal import Glibc
internal import Ground
internal import Postgres

/// Writes the whole database to a file, or to standard output, and changes nothing in it.
func backup(_ options: Options) throws {
  let signals = Signals.ofTheEnd
  let path = options.operand
  // Without migrating it, because backups are made before upgrades.
  let installation = try Installation(options.configuration, .beside)
  defer { installation.close() }
  if path == "-" {
    guard isatty(STDOUT_FILENO) == 0 else { throw UsageError("a backup cannot be written to a terminal: name a FILE") }
    try installation.dump(to: STDOUT_FILENO, signals)
  } else {
    let size = try dump(installation, to: path, signals)
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
    let server = try ConnectionString(owner.url)
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
  /// Waits until the program has succeeded. A signal to this process ends the program.
  func succeed(_ name: String, _ signals: Signals) throws {
    let status = finish(signals)
    guard status == 0 else { throw ArchiveError("\(name) failed (status \(status))") }
  }

  /// Waits for the program's end and returns its exit status. A signal to this process ends the program.
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

/// Dumps the database into a file, which gets its name when it is complete; returns its size in bytes.
private func dump(_ installation: Installation, to path: String, _ signals: Signals) throws -> Int {
  do {
    return try WholeFile(path: path).write(.always) { try installation.dump(to: $0, signals) }
  } catch let failure as WholeFile.WriteError {
    throw ArchiveError("\(failure)")
  }
}
