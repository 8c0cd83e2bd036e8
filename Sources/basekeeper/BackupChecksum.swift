internal import Crypto
internal import Glibc
internal import Ground

/// The last line of a backup: the SHA-256 of everything before it. The uncompressed parts of PostgreSQL's archive, such
/// as the texts of functions and constraints, have no checksum of their own. `pg_restore` does not read beyond the
/// archive.
enum BackupChecksum {
  private static let name = "\nbasekeeper-sha256 "
  private static let count = name.utf8.count + 64 + 1

  /// The result of a check.
  enum Finding {
    case right
    /// The line is missing: an earlier version wrote the file, or its end was cut off.
    case missing
    case wrong
  }

  /// The line with this digest.
  private static func line(_ digest: [UInt8]) -> [UInt8] { Array("\(name)\(hexadecimal(digest))\n".utf8) }

  /// Copies everything from a pipe, and adds the line. `ask` is called again and again, and may end the program that
  /// writes into the pipe.
  ///
  /// - Throws: `ArchiveError` if there is no room for it.
  static func copy(from pipe: Int32, to output: Int32, whileWaiting ask: () -> Void) throws {
    let digest = RunningDigest()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var ready = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      let isReady = poll(&ready, 1, 20) > 0
      ask()
      guard isReady else { continue }
      let count = read(pipe, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      let piece = Array(buffer[..<count])
      digest.add(piece)
      try write(piece, to: output)
    }
    try write(line(digest.value()), to: output)
  }

  private static func write(_ bytes: [UInt8], to output: Int32) throws {
    guard writeFully(bytes, to: output) else { throw ArchiveError("writing: \(systemReason(errno))") }
  }

  /// Reads a file and compares its checksum.
  static func check(_ file: Int32) -> Finding {
    let size = Int(lseek(file, 0, SEEK_END))
    guard size > count else { return .missing }
    var last = [UInt8](repeating: 0, count: count)
    guard pread(file, &last, count, off_t(size - count)) == count, last.starts(with: name.utf8) else { return .missing }
    let digest = RunningDigest()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var place = 0
    while place < size - count {
      let read = pread(file, &buffer, min(buffer.count, size - count - place), off_t(place))
      if read < 0 && errno == EINTR { continue }
      guard read > 0 else { return .wrong }
      digest.add(Array(buffer[..<read]))
      place += read
    }
    return line(digest.value()) == last ? .right : .wrong
  }
}
