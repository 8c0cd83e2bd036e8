public import Crypto
internal import Ground
internal import Loop
public import Postgres

// Hashing takes long, and as many wait for it as the queue takes. So nobody keeps a connection to the database meanwhile:
// a password is hashed before a transaction begins.
extension App {
  /// Whether the password that was tried is the one of a hash; without a hash it takes as long, and is wrong.
  ///
  /// - Throws: `Refusal.throttled` where too many passwords wait already; then nothing was tried.
  public func isRight(_ password: String, for hash: PasswordHash?, _ attempt: Attempt) async throws -> Bool {
    assert(!db.isInTransaction, "a connection would wait for a password")
    do {
      return try await passwords.verify(password, against: hash, for: share(of: attempt.subject))
    } catch {
      try await attempt.withdraw(self)
      throw Refusal.throttled(seconds: 1)
    }
  }

  /// The hash of a password that somebody sets.
  ///
  /// - Throws: `Refusal.throttled` where too many passwords wait already.
  public func hash(_ password: String, by caller: Subject) async throws -> PasswordHash {
    assert(!db.isInTransaction, "a connection would wait for a password")
    do {
      return try await passwords.hash(password, for: share(of: caller.account.map { .account($0) }))
    } catch {
      throw Refusal.throttled(seconds: 1)
    }
  }

  /// An account has its share of the queue for passwords, and so has an address, or with IPv6 the network of a site.
  private func share(of subject: Attempt.AttemptSubject?) -> BlockingPool.QueueShare {
    let address = IPAddress(origin.address)
    return BlockingPool.QueueShare(account: subject?.text, source: address?.site?.text ?? origin.address)
  }
}

extension PasswordHash: PostgresValue {
  /// As text.
  public var postgresValue: String { stored }
  /// From text.
  public init(postgresValue: String) { self.init(stored: postgresValue) }
}
