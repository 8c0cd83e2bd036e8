internal import Crypto
internal import Glibc
internal import Ground

/// A file with a generated secret, which its owner alone can read.
struct KeyFile {
  let path: String

  /// It cannot be read, or cannot be made.
  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  /// What is in it; makes it where it is not there.
  func read() throws -> String {
    if let secret = try existing() { return secret }
    let secret = Secret.generatedKey().clear
    // Whole or not at all: what is sealed with a key that is not kept is lost.
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

  /// What is in it; nil where it is not there.
  func existing() throws -> String? { try contents(of: path).map(secret) }

  private func secret(_ bytes: [UInt8]) throws -> String {
    let secret = String(decoding: bytes, as: UTF8.self).withoutLineEnd
    guard secret.utf8.count >= 32 else { throw unusable("has fewer than 32 bytes") }
    return secret
  }

  private func unusable(_ reason: String) -> Unusable {
    Unusable(description: "\(path) \(reason): set BASEKEEPER_MASTER_KEY, or let the service write there")
  }
}
