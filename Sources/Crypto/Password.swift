internal import CSodium
internal import Ground
public import Loop

/// A password as it is stored: argon2id with its parameters and its salt, as a PHC string.
public struct PasswordHash: Sendable, Equatable {
  /// `$argon2id$v=19$m=19456,t=2,p=1$...`
  public let stored: String

  /// A hash from the database.
  public init(stored: String) { self.stored = stored }
}

/// Hashes passwords on threads of its own, so that no loop waits, and no more at once than the pool takes: each needs
/// 19 MiB and some 30 ms. A password is hashed in Unicode's normal form C, so that it does not matter how it was typed.
public final class PasswordHasher: Sendable {
  /// argon2id at OWASP's minimum: 19 MiB, two passes, one lane. libsodium gives one lane always.
  private static let memory = 19_456 * 1024
  private static let passes: UInt64 = 2
  /// The longest password, in bytes; a longer one is refused, not cut.
  public static let longest = 1024

  private let pool: BlockingPool
  /// What an unknown user's password is compared with, so that it takes as long as a known one's.
  private let dummy: PasswordHash

  /// A hasher with the given number of threads; so many passwords may wait for one.
  public init(threads: Int, capacity: Int = 64) {
    precondition(sodium_init() >= 0, "libsodium cannot start")
    pool = BlockingPool(named: "password", threads: threads, capacity: capacity)
    dummy = Self.hash(Secret.generatedKey().clear)
  }

  /// How many passwords are hashed now, or wait for it.
  public var backlog: Int { pool.unfinished }

  /// The hash of a new password.
  ///
  /// - Throws: `BlockingPool.Full` where too many passwords wait already.
  public func hash(
    _ password: String, for share: BlockingPool.QueueShare = BlockingPool.QueueShare()
  ) async throws(BlockingPool.Full) -> PasswordHash {
    try await pool.run(for: share) { Self.hash(password) }
  }

  /// Whether the password is the one of the hash; without a hash it takes as long, and is wrong.
  ///
  /// - Throws: `BlockingPool.Full` where too many passwords wait already.
  public func verify(
    _ password: String, against hash: PasswordHash?, for share: BlockingPool.QueueShare = BlockingPool.QueueShare()
  ) async throws(BlockingPool.Full) -> Bool {
    let compared = hash ?? dummy
    let isRight = try await pool.run(for: share) { Self.verify(password, against: compared) }
    return isRight && hash != nil
  }

  private static func hash(_ password: String) -> PasswordHash {
    let bytes = normalized(password).utf8.map(CChar.init(bitPattern:))
    precondition(bytes.count <= longest, "the password is too long")
    var stored = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
    let code = crypto_pwhash_str_alg(
      &stored, bytes, UInt64(bytes.count), passes, memory, crypto_pwhash_ALG_ARGON2ID13)
    precondition(code == 0, "no memory for a password's hash")
    return PasswordHash(stored: String(upToNUL: stored))
  }

  private static func verify(_ password: String, against hash: PasswordHash) -> Bool {
    let bytes = normalized(password).utf8.map(CChar.init(bitPattern:))
    var stored = hash.stored.utf8.map(CChar.init(bitPattern:))
    guard bytes.count <= longest, stored.count < Int(crypto_pwhash_STRBYTES) else { return false }
    stored += [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES) - stored.count)
    return crypto_pwhash_str_verify(stored, bytes, UInt64(bytes.count)) == 0
  }
}
