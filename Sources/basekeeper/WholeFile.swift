internal import Glibc
internal import Ground

/// A file that only its owner may read, and that is whole and on disk when it gets its name.
struct WholeFile {
  let path: String

  /// Why there is no file of this name, or the old one still.
  struct WriteError: Error, CustomStringConvertible {
    /// The file that could not be made or written.
    let path: String
    /// The system's number of the error.
    let code: Int32
    /// Whether it could not even be created.
    let isCreation: Bool

    var description: String { "\(path): \(systemReason(code))" }
  }

  /// What becomes of a file that has the name already.
  enum Replacement { case always, never }

  /// Writes the file under another name, then gives it its own; gives its size in bytes.
  ///
  /// - Throws: `WriteError`, with `EEXIST` if the name is taken and is not to be replaced; what the body throws.
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

  /// Writes these bytes; see above.
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

/// Lets the name of a file that is kept outlast a failure of power, too.
private func keepName(of path: String) {
  var folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  if folder.isEmpty { folder = path.hasPrefix("/") ? "/" : "." }
  let directory = open(folder, O_RDONLY | O_CLOEXEC)
  fsync(directory)
  close(directory)
}

/// What no other run has, also where all have the same process id, as in containers.
func randomSuffix() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
