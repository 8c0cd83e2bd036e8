internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

/// A person's second factor: a secret that his telephone has, too, sealed in the database, and codes on paper for when
/// the telephone is lost.
enum SecondFactor {
  static let recoveryCodes = 10
  private static let purpose = "one-time passwords 1"

  static func seal(_ password: OneTimePassword, _ app: App) -> [UInt8] {
    app.vault.seal(password.secret, for: purpose)
  }

  static func open(_ sealed: [UInt8], _ app: App) throws -> OneTimePassword {
    guard let secret = app.vault.open(sealed, for: purpose) else {
      throw PostgresError.unexpected("a second factor cannot be opened with this master key")
    }
    return OneTimePassword(secret: secret)
  }

  /// Takes a code once: that of the telephone, or one from paper; false for any other. The database decides between two
  /// at the same moment.
  static func take(_ code: String, of account: ID<Account>, sealed: [UInt8], _ app: App) async throws -> Bool {
    let password = try open(sealed, app)
    if let step = password.step(of: code, at: app.now().seconds, after: nil) {
      return try await app.db.run(
        """
        update account set totp_last_step = \(step)
        where id = \(account) and (totp_last_step is null or totp_last_step < \(step))
        """) == 1
    }
    let hash = Secret(recoveryCode: code).hash
    return try await app.db.run(
      "delete from recovery_code where account_id = \(account) and hash = \(hash.bytes)") == 1
  }
}

extension App {
  /// Takes away the second factor of a person within reach, and the duty to have one.
  func removeSecondFactor(of named: String, _ reach: Reach, by caller: SignedIn) async throws {
    var change = PersonChange()
    change.mustUseTwoFactors = false
    change.losesSecondFactor = true
    _ = try await self.change(named, to: change, reach, by: caller)
  }
}
