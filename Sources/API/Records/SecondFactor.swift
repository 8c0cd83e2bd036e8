internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import Postgres

/// A person's second factor: a secret that his telephone has, too, sealed in the database, and codes on paper for when
/// the telephone is lost.
enum SecondFactor {
  static let recoveryCodes = 10
  private static let purpose = "one-time passwords 1"
  /// A code that was taken so many steps ahead of now, five minutes, was taken by a clock that was wrong: it does not keep
  /// out those that are right.
  private static let farAhead: Int64 = 10
  /// How many of the steps that were taken last are known: more than codes can count at one time, by however many clocks.
  private static let remembered: Int64 = 16

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
  /// at the same moment. Of the telephone's none counts after a later one; where that was a wrong clock's, the steps that
  /// were taken are still known.
  static func take(_ code: String, of account: ID<Account>, sealed: [UInt8], _ app: App) async throws -> Bool {
    let password = try open(sealed, app)
    let now = app.now().seconds
    if let step = password.step(of: code, at: now) {
      let count = try await app.keep(.signIns) {
        try await $0.run(
          """
          update account
          set totp_last_step = \(step), totp_used_steps = (array_prepend(\(step), totp_used_steps))[1:\(remembered)]
          where id = \(account) and not \(step) = any(totp_used_steps)
            and (totp_last_step is null or totp_last_step < \(step)
                 or totp_last_step > \(OneTimePassword.step(at: now) + farAhead))
          """)
      }
      return count == 1
    }
    let hash = Secret(recoveryCode: code).hash
    return try await app.change(by: nil) {
      let use: Use? = try await $0.row("select use_recovery_code(\(account), \(hash.bytes)) as is_taken")
      return use?.isTaken == true
    }
  }
}

private struct Use: RowDecodable {
  let isTaken: Bool
  init(_ row: Row) throws(PostgresError) { isTaken = try row["is_taken"] }
}

extension Transaction {
  /// Whoever asks a second factor of themselves too has one: else this would be the last that they do.
  func requireSecondFactor(of caller: SignedIn) async throws {
    let count = try await run(
      "select from account where id = \(caller.account) and totp_confirmed_at is not null")
    guard count == 1 else {
      throw DomainError.refused("First enrol a second factor of your own, at /api/v2.1/user/two-factor-auth/.")
    }
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
