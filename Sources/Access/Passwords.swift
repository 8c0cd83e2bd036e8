public import Crypto
internal import Ground
internal import Loop
public import Postgres

// Hashing takes long, and many passwords may wait for it. So no database connection is held meanwhile: passwords are
// hashed before a transaction begins.
extension App {
  /// Whether a password matches a hash. If `hash` is nil, it takes as long, and the result is false.
  ///
  /// - Throws: `Refusal.throttled` if too many passwords are already waiting. The password was not checked then.
  public func isRight(_ password: String, for hash: PasswordHash?, _ attempt: Attempt) async throws -> Bool {
    assert(!db.isInTransaction, "a connection would wait for a password")
    do {
      return try await passwords.verify(password, against: hash, for: share(of: attempt.subject))
    } catch {
      try await attempt.withdraw(self)
      throw Refusal.throttled(.passwords(attempt.subject), seconds: 1)
    }
  }

  /// Hashes a new password.
  ///
  /// - Throws: `Refusal.throttled` if too many passwords are already waiting.
  public func hash(_ password: String, by caller: Subject) async throws -> PasswordHash {
    assert(!db.isInTransaction, "a connection would wait for a password")
    do {
      return try await passwords.hash(password, for: share(of: caller.account.map { .account($0) }))
    } catch {
      throw Refusal.throttled(.passwords(nil), seconds: 1)
    }
  }

  /// A new hash of an account's password if the stored one is weaker than those that are made now; nil if it is not, or if
  /// too many passwords wait.
  public func strongerHash(of password: String, than hash: PasswordHash, _ account: ID<Account>) async -> PasswordHash?
  {
    assert(!db.isInTransaction, "a connection would wait for a password")
    guard passwords.isWeak(hash) else { return nil }
    return try? await passwords.hash(password, for: share(of: .account(account)))
  }

  /// The share of the password queue: one for each account, and one for each address, or each site's network with IPv6.
  private func share(of subject: Attempt.AttemptSubject?) -> BlockingPool.QueueShare {
    let address = IPAddress(origin.address)
    return BlockingPool.QueueShare(account: subject?.text, source: address?.site?.text ?? origin.address)
  }
}

extension PasswordHash: PostgresValue {
  /// The stored hash.
  public var postgresValue: String { stored }
  /// Makes a hash from the stored text.
  public init(postgresValue: String) { self.init(stored: postgresValue) }
}
