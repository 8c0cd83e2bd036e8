internal import Glibc
internal import Ground

/// A file that only its owner may read, and that gets its name only when it is complete and on disk.
struct WholeFile {
  let path: String

  /// Why the file was not written. If there was an old one, it stays.
  struct WriteError: Error, CustomStringConvertible {
    /// The file that could not be created or written.
    let path: String
    /// The error number (errno).
    let code: Int32
    /// Whether creating it failed, and not only writing it.
    let isCreation: Bool

    var description: String { "\(path): \(systemReason(code))" }
  }

  /// Whether a file that already has the name is replaced.
  enum Replacement { case always, never }

  /// Writes the file under another name, then renames it; returns its size in bytes.
  ///
  /// - Throws: `WriteError`, with `EEXIST` if the name is taken and must not be replaced; and what the body throws.
  func write(_ replacement: Replacement, _ body: (Int32) throws -> Void) throws -> Int {
    let draft = "\(path).\(randomSuffix()).part"
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw WriteError(path: draft, code: errno, isCreation: true) }
    defer {
      close(file)
      unlink(draft)
    }
    try body(file)
    guard fsync(file) == 0 else { throw WriteError(path: path, code: errno, isCreation: false) }
    let isNamed = replacement == .always ? rename(draft, path) == 0 : link(draft, path) == 0
    guard isNamed else { throw WriteError(path: path, code: errno, isCreation: true) }
    keepName(of: path)
    return Int(lseek(file, 0, SEEK_END))
  }

  /// Writes these bytes in the same way.
  func write(_ replacement: Replacement, _ bytes: [UInt8]) throws(WriteError) {
    do {
      _ = try write(replacement) { file in
        guard writeFully(bytes, to: file) else { throw WriteError(path: path, code: errno, isCreation: false) }
      }
    } catch let failure as WriteError {
      throw failure
    } catch {
      preconditionFailure("writing bytes throws nothing else")
    }
  }
}

/// Makes a file's name survive a power failure, too.
private func keepName(of path: String) {
  var folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  if folder.isEmpty { folder = path.hasPrefix("/") ? "/" : "." }
  let directory = open(folder, O_RDONLY | O_CLOEXEC)
  fsync(directory)
  close(directory)
}

/// A suffix that no other run has, even if all have the same process ID, as in containers.
func randomSuffix() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
