public import Crypto
public import Postgres

extension App {
  /// Whether a password is the one of a hash; without a hash it takes as long, and is wrong.
  ///
  /// - Throws: `Refusal.throttled` where too many passwords wait already.
  public func isRight(_ password: String, for hash: PasswordHash?) async throws -> Bool {
    do { return try await passwords.verify(password, against: hash) } catch { throw Refusal.throttled(seconds: 1) }
  }

  /// The hash of a password that somebody sets.
  ///
  /// - Throws: `Refusal.throttled` where too many passwords wait already.
  public func hash(_ password: String) async throws -> PasswordHash {
    do { return try await passwords.hash(password) } catch { throw Refusal.throttled(seconds: 1) }
  }
}

extension PasswordHash: PostgresValue {
  /// As text.
  public var postgresValue: String { stored }
  /// From text.
  public init(postgresValue: String) { self.init(stored: postgresValue) }
}
