internal import Glibc
internal import Ground
internal import Postgres

/// What was generated at the first start. It is kept in `first-start.txt` in the data directory, readable only for its
/// owner, until an administrator has signed in, who can then reset all other passwords.
struct FirstStart: Sendable {
  let path: String
  /// Whether it can be kept: with a database elsewhere there may be no data directory.
  let canBeKept: Bool

  init(_ configuration: Configuration) {
    let directory = configuration.dataDirectory
    path = "\(directory)/first-start.txt"
    canBeKept = configuration.databaseURL == nil || access(directory, W_OK) == 0
  }

  var isThere: Bool { access(path, F_OK) == 0 }

  /// Puts what was generated above the file's old content; when it returns, everything is on disk. The old content may
  /// be invalid: a start that was killed before its commit leaves passwords of accounts that do not exist.
  ///
  /// - Throws: `NothingSeeded` if it cannot be written.
  func keep(_ seeded: Seeded) throws(NothingSeeded) {
    let heading = Array("\(Self.heading)\n".utf8)
    var text = heading + Array("\(seeded.accounts)\n".utf8)
    if let before = contents(of: path) {
      text += Array("\(Self.earlier)\n".utf8) + before.dropFirst(before.starts(with: heading) ? heading.count : 0)
    }
    do throws(WholeFile.WriteError) {
      try WholeFile(path: path).write(.always, text)
    } catch {
      throw NothingSeeded(path: path, code: error.code)
    }
  }

  struct NothingSeeded: Error, CustomStringConvertible {
    let path: String
    let code: Int32
    var description: String { "\(path): \(systemReason(code)); nothing was seeded" }
  }

  private static let heading = """
    What Basekeeper created at its first start. It deletes this file when an administrator has signed in.
    """

  private static let earlier = """

    From a start before this one. If that start was cut off, it created nothing:
    """

  /// Deletes the file if an administrator has signed in since it was written; returns whether it is gone.
  func forget(_ database: Database) async throws -> Bool {
    let found: SignedInSince? = try await database.row(
      """
      select coalesce(max(last_login_at) >= (select max(seeded_at) from seed), false) as has_signed_in
      from account where is_system_admin
      """)
    guard found?.hasSignedIn == true else { return false }
    return unlink(path) == 0 || errno == ENOENT
  }

  private struct SignedInSince: RowDecodable {
    let hasSignedIn: Bool
    init(_ row: Row) throws(PostgresError) { hasSignedIn = try row["has_signed_in"] }
  }
}
