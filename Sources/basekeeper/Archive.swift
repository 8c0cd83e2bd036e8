internal import Cluster
internal import Glibc
internal import Ground
internal import Postgres

/// A file that `basekeeper backup` wrote, open for PostgreSQL's programs to read.
final class Archive {
  /// When it was made, as pg_restore prints it.
  let made: String
  private let file: Int32
  /// A file with the entries that are restored; nil if all are.
  private let selection: Int32?
  /// The programs that read it.
  var programs: ClientPrograms
  private let signals: Signals

  /// Opens a file, or standard input if the path is `-`, and reads its table of contents.
  ///
  /// - Throws: `ArchiveError` if it is not a backup of Basekeeper's.
  init(_ path: String, _ programs: ClientPrograms, _ signals: Signals) throws {
    (self.programs, self.signals) = (programs, signals)
    file = try path == "-" ? spool(STDIN_FILENO) : open(path)
    let contents = try Self.list(file, programs, signals)
    guard contents.contains(where: { $0.contains(" TABLE DATA public schema_migration ") }) else {
      throw ArchiveError("\(path) is not a backup of Basekeeper's database")
    }
    switch BackupChecksum.check(file) {
    case .right: break
    case .missing: complain("\(path) ends without a checksum: an earlier version wrote it, or its end was cut off")
    case .wrong: throw ArchiveError("\(path) has changed since it was written: its checksum is wrong")
    }
    let start = "; Archive created at "
    let wanted = contents.filter { !Self.isOfCitus($0) }
    selection = wanted.count < contents.count ? try temporaryFile(wanted) : nil
    made = contents.first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) } ?? "an unknown time"
  }

  deinit {
    close(file)
    if let selection { close(selection) }
  }

  /// Whether an entry of the table of contents makes an extension of Citus's, or comments on it. Like owners, these
  /// belong to the server: only a superuser can make them, and nothing in a backup needs them.
  private static func isOfCitus(_ entry: String) -> Bool {
    let words = entry.split(separator: " ").dropFirst(3)  // 2; 3079 16385 EXTENSION - citus
    guard words.starts(with: ["EXTENSION", "-"]) || words.starts(with: ["COMMENT", "-", "EXTENSION"]) else {
      return false
    }
    return words.contains("citus") || words.contains("citus_columnar")
  }

  /// Restores it into a database, all in one transaction, which begins with the SQL of `first`.
  func restore(to database: ConnectionString, after first: String = "") throws {
    let script = try Pipe()
    let nowhere = Glibc.open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(nowhere) }
    let psql = try programs.start(
      "psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"], on: database, input: script.end, output: nowhere)
    script.closeEnd()
    writeFully(Array("begin;\nset local client_min_messages = warning;\n\(first)\n".utf8), to: script.start)
    // Owners, privileges and replication belong to the server, not to the data.
    let selected = selection.map { ["--use-list=/proc/\(getpid())/fd/\($0)"] } ?? []
    let read = try reading(
      ["--file=-", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions"] + selected,
      to: script.start)
    let status = read.finish(signals)
    // Without this last line the transaction is rolled back, wherever the file breaks off.
    if status == 0 { writeFully(Array("\ncommit;\nanalyze;\n".utf8), to: script.start) }
    script.closeStart()
    let outcome = psql.finish(signals)
    guard status == 0, outcome == 0 else {
      throw ArchiveError("nothing was restored (pg_restore ended with status \(status), psql with \(outcome))")
    }
  }

  private func reading(_ arguments: [String], to output: Int32) throws -> Subprocess {
    lseek(file, 0, SEEK_SET)
    return try programs.start("pg_restore", arguments, input: file, output: output)
  }

  private static func list(_ file: Int32, _ programs: ClientPrograms, _ signals: Signals) throws -> [String] {
    let listing = try temporaryFile()
    defer { close(listing) }
    lseek(file, 0, SEEK_SET)
    let program = try programs.start("pg_restore", ["--list"], input: file, output: listing)
    guard program.finish(signals) == 0 else { throw ArchiveError("this is not a backup by `basekeeper backup`") }
    let listed = contents(of: "/proc/self/fd/\(listing)") ?? []
    return String(decoding: listed, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

/// The two ends of a pipe, which programs do not inherit by accident.
final class Pipe {
  /// The end for writing.
  private(set) var start: Int32
  /// The end for reading.
  private(set) var end: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ArchiveError("pipe: \(systemReason(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (start, end) = (ends[1], ends[0])
  }

  deinit {
    closeStart()
    closeEnd()
  }

  func closeStart() {
    if start >= 0 { close(start) }
    start = -1
  }

  func closeEnd() {
    if end >= 0 { close(end) }
    end = -1
  }
}

private func open(_ path: String) throws -> Int32 {
  let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw ArchiveError("\(path): \(systemReason(errno))") }
  return file
}

/// Standard input as a file that can be read more than once.
private func spool(_ input: Int32) throws -> Int32 {
  guard isatty(input) == 0 else { throw UsageError("a backup cannot be read from a terminal: name a FILE") }
  let file = try temporaryFile()
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(input, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw ArchiveError("standard input: \(systemReason(errno))") }
    guard count > 0 else { return file }
    guard write(file, buffer, count) == count else {
      throw ArchiveError("there is no room for the backup in \(temporaryFolder): set TMPDIR, or name a FILE")
    }
  }
}

private var temporaryFolder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

/// A file without a name, which is deleted when it is closed.
private func temporaryFile() throws -> Int32 {
  var template = Array("\(temporaryFolder)/basekeeper.XXXXXX".utf8CString)
  let file = mkstemp(&template)
  guard file >= 0 else { throw ArchiveError("\(temporaryFolder): \(systemReason(errno))") }
  _ = fcntl(file, F_SETFD, FD_CLOEXEC)
  unlink(template)
  return file
}

/// The same with lines in it.
private func temporaryFile(_ lines: [String]) throws -> Int32 {
  let file = try temporaryFile()
  guard writeFully(Array(lines.map { $0 + "\n" }.joined().utf8), to: file) else {
    throw ArchiveError("there is no room in \(temporaryFolder): set TMPDIR")
  }
  return file
}
