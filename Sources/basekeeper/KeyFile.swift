internal import Crypto
internal import Glibc
internal import Ground

/// A file with a generated secret, which only its owner can read.
struct KeyFile {
  let path: String

  /// The file cannot be read or created.
  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  /// The secret; the file is created if it does not exist.
  func read() throws -> String {
    if let secret = try existing() { return secret }
    let secret = Secret.generatedKey().clear
    // Complete or not at all: if the key is lost, so is everything that is sealed with it.
    do throws(WholeFile.WriteError) {
      try WholeFile(path: path).write(.never, Array((secret + "\n").utf8))
      return secret
    } catch {
      guard error.isCreation else { throw unusable("cannot be written") }
      // Another process was faster: its key counts.
      guard error.code == EEXIST, let bytes = contents(of: path) else { throw unusable("cannot be created") }
      return try self.secret(bytes)
    }
  }

  /// The secret; nil if the file does not exist.
  func existing() throws -> String? { try contents(of: path).map(secret) }

  /// Takes the name of another file, and with it that file's place.
  func replace(_ other: KeyFile) throws {
    guard rename(path, other.path) == 0 else {
      // Somebody else was faster.
      guard errno != ENOENT else { return }
      throw other.unusable("cannot be replaced")
    }
  }

  private func secret(_ bytes: [UInt8]) throws -> String {
    let secret = String(decoding: bytes, as: UTF8.self).withoutLineEnd
    guard secret.utf8.count >= 32 else { throw unusable("has fewer than 32 bytes") }
    return secret
  }

  private func unusable(_ reason: String) -> Unusable {
    Unusable(description: "\(path) \(reason): set BASEKEEPER_MASTER_KEY, or let the service write there")
  }
}
