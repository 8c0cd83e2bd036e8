internal import CSodium
internal import Ground
public import Loop

/// A password hash as it is stored: argon2id with its parameters and its salt, as a PHC string.
public struct PasswordHash: Sendable, Equatable {
  /// `$argon2id$v=19$m=19456,t=2,p=1$...`
  public let stored: String

  /// Wraps a hash from the database.
  public init(stored: String) { self.stored = stored }

  /// What a guess at it costs: KiB of memory times passes; 0 where it is no argon2id.
  var work: Int {
    let parts = stored.split(separator: "$")
    guard parts.count == 5, parts[0] == "argon2id" else { return 0 }
    let parameters = parts[2].split(separator: ",").map { $0.split(separator: "=") }
    func parameter(_ name: Substring) -> Int {
      parameters.first { $0.count == 2 && $0[0] == name }.flatMap { Int($0[1]) } ?? 0
    }
    let (work, overflow) = parameter("m").multipliedReportingOverflow(by: parameter("t"))
    return overflow ? .max : work
  }
}

/// Hashes passwords on its own threads, so that no loop is blocked. Each hash needs 19 MiB and about 30 ms, so their
/// number is limited by the pool. Passwords are hashed in Unicode normalization form C, so it does not matter how they
/// are typed.
public final class PasswordHasher: Sendable {
  /// argon2id with OWASP's minimum: 19 MiB, two passes, one lane. libsodium always uses one lane.
  private static let memory = 19_456 * 1024
  private static let passes: UInt64 = 2
  /// The maximum length of a password, in bytes. Longer ones are refused, not truncated.
  public static let longest = 1024

  private let pool: BlockingPool
  /// The hash that an unknown user's password is compared with, so that it takes as long as for a known user.
  private let dummy: PasswordHash

  /// Makes a hasher with `threads` threads, which leave the processors to the loops when these need them. At most `capacity` passwords may wait for one.
  public init(threads: Int, capacity: Int = 64) {
    precondition(sodium_init() >= 0, "libsodium cannot start")
    pool = BlockingPool(named: "password", threads: threads, capacity: capacity, yields: true)
    dummy = Self.unmatched()
  }

  /// What looks like the hash of a password, and costs as much to compare; it need not be computed.
  private static func unmatched() -> PasswordHash {
    // PHC strings have base64's other alphabet.
    func base64(_ count: Int) -> String {
      Base64URL.text(of: randomBytes(count)).replacing("-", with: "+").replacing("_", with: "/")
    }
    return PasswordHash(stored: "$argon2id$v=19$m=\(memory / 1024),t=\(passes),p=1$\(base64(16))$\(base64(32))")
  }

  /// The number of passwords that are being hashed or are waiting.
  public var backlog: Int { pool.unfinished }

  /// Hashes a new password.
  ///
  /// - Throws: `BlockingPool.Full` if too many passwords are already waiting.
  public func hash(
    _ password: String, for share: BlockingPool.QueueShare = BlockingPool.QueueShare()
  ) async throws(BlockingPool.Full) -> PasswordHash {
    try await pool.run(for: share) { Self.hash(password) }
  }

  /// Whether the password matches the hash. If `hash` is nil, it takes as long, and the result is false.
  ///
  /// - Throws: `BlockingPool.Full` if too many passwords are already waiting.
  public func verify(
    _ password: String, against hash: PasswordHash?, for share: BlockingPool.QueueShare = BlockingPool.QueueShare()
  ) async throws(BlockingPool.Full) -> Bool {
    let compared = hash ?? dummy
    let isRight = try await pool.run(for: share) { Self.verify(password, against: compared) }
    return isRight && hash != nil
  }

  /// Whether guesses at a hash cost less than at those that are made now.
  public func isWeak(_ hash: PasswordHash) -> Bool { hash.work < Self.memory / 1024 * Int(Self.passes) }

  /// With other parameters it makes hashes as other versions do.
  static func hash(_ password: String, memory: Int = memory, passes: UInt64 = passes) -> PasswordHash {
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
