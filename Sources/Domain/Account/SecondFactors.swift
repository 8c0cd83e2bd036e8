package import Access
package import Crypto
internal import Ground
package import Postgres

/// People's second factors: a secret shared with their phone, sealed in the database, and recovery codes on paper in
/// case the phone is lost.
package struct SecondFactors: Sendable {
  private static let recoveryCodes = 10
  private static let (purpose, formerPurpose) = (SealingPurpose.factor, SealingPurpose.formerFactor)
  /// A last code this many steps (five minutes) ahead of now was accepted while the clock was wrong. It does not block
  /// codes that are right.
  private static let farAhead: Int64 = 10
  /// How many of the last used steps are remembered: more than the codes that can be valid at the same time, whatever
  /// the clocks say.
  private static let remembered: Int64 = 16

  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// The caller's second factor.
  package func find(of caller: SignedIn) async throws -> SecondFactorRecord {
    let found: SecondFactorRecord? = try await app.db.row(
      """
      select account.email, account.totp_sealed, account.totp_confirmed_at is not null as is_confirmed,
             account.forces_2fa or coalesce(team.forces_2fa, false) or \(isRequired) as is_required,
             (select count(*) from recovery_code where account_id = account.id) as codes_left
      from account left join team on team.id = account.team_id
      where account.id = \(caller.account)
      """)
    guard let found else { throw Refusal.badAccountToken }
    return found
  }

  /// Returns the secret for the phone, and the address it is for, to whoever gives the password again: a token alone must
  /// not be enough to enrol somebody else's phone. Sign-in asks for the factor only after a first code has confirmed it;
  /// until then, beginning again replaces the secret.
  package func begin(
    by caller: SignedIn, _ proof: PasswordProof
  ) async throws -> (password: OneTimePassword, email: String) {
    let factor = try await find(of: caller)
    guard !factor.isConfirmed else { throw Self.alreadyConfirmed }
    let confirmed = try await OwnPassword(app, of: caller).confirm(proof)
    let password = OneTimePassword.generate()
    let purpose = try await bindsFactors ? Self.purpose : Self.formerPurpose
    let count = try await app.change(by: caller) {
      try await $0.holdPassword(of: caller, confirmed)
      let vault = try await vault(for: caller.account, $0)
      let owner = purpose == Self.purpose ? caller.account.owner : ""
      let sealed = vault.seal(password.secret, for: purpose, of: owner)
      return try await $0.run(
        """
        update account
        set totp_sealed = \(sealed), totp_last_step = null, totp_used_steps = '{}'
        where id = \(caller.account) and totp_confirmed_at is null
        """)
    }
    guard count == 1 else { throw Self.alreadyConfirmed }
    return (password, factor.email)
  }

  /// Confirms the factor by a first code: from now on, sign-in asks for it. All other account tokens end, since they were
  /// made without it. Returns the recovery codes.
  package func confirm(_ code: String, by caller: SignedIn) async throws -> [Secret] {
    let factor = try await find(of: caller)
    guard let sealed = factor.sealed, !factor.isConfirmed else { throw Self.nothingToConfirm }
    let attempt = try await Attempt.begin(at: .account(caller.account), app)
    let password = try open(sealed, of: caller.account).password
    guard let step = password.step(of: code, at: app.now().seconds) else { throw DomainError.codeWrong }
    let codes = (0..<Self.recoveryCodes).map { _ in Secret.generatedRecoveryCode() }
    try await app.change(by: caller, endsOwnAccess: true) {
      guard try await isUnconfirmed(password, of: caller.account, $0) else { throw Self.nothingToConfirm }
      try await $0.run(
        """
        update account
        set totp_confirmed_at = now(), totp_last_step = \(step), totp_used_steps = array[\(step)::bigint]
        where id = \(caller.account)
        """)
      try await $0.endAccountTokens(of: caller.account, except: caller.token)
      try await $0.run("delete from recovery_code where account_id = \(caller.account)")
      try await $0.run(
        """
        insert into recovery_code (account_id, hash)
        select \(caller.account), decode(hash, 'hex') from unnest(\(codes.map(\.hash.hex))::text[]) as code (hash)
        """)
    }
    try await attempt.succeed(app)
    return codes
  }

  /// Whether an account that the transaction changes still has this factor, and has not confirmed it. It may have been
  /// sealed anew in the meantime, with another master key.
  private func isUnconfirmed(
    _ password: OneTimePassword, of account: ID<Account>, _ transaction: Transaction
  ) async throws -> Bool {
    let found: PresentSeal? = try await transaction.row(
      "select totp_sealed from account where id = \(account) and totp_confirmed_at is null for no key update")
    guard let sealed = found?.sealed else { return false }
    return try open(sealed, of: account).password.secret == password.secret
  }

  private struct PresentSeal: RowDecodable {
    let sealed: [UInt8]?
    init(_ row: Row) throws(PostgresError) { sealed = try row["totp_sealed"] }
  }

  /// Removes the caller's factor, for the password and a code. If they must have one, they have to enrol another before they
  /// may go on.
  package func remove(by caller: SignedIn, _ proof: PasswordProof) async throws {
    let confirmed = try await OwnPassword(app, of: caller).confirm(proof)
    try await app.change(by: caller, endsOwnAccess: true) {
      try await $0.holdPassword(of: caller, confirmed)
      try await $0.removeSecondFactor(of: caller.user)
    }
  }

  /// Accepts a code from the phone or a recovery code, each only once, and returns which; nil for any other. If the same
  /// code comes twice at the same moment, the database decides. A phone's code is not accepted after a later one. If that
  /// later one was accepted while a clock was wrong, the remembered steps still keep used codes out.
  func take(
    _ code: String, of account: ID<Account>, sealed: [UInt8]
  ) async throws -> SecurityEvent.SignInFactor? {
    let now = app.now().seconds
    if let step = try open(sealed, of: account).password.step(of: code, at: now) {
      let count = try await app.keep(
        .signIns,
        """
        update account
        set totp_last_step = \(step), totp_used_steps = (array_prepend(\(step), totp_used_steps))[1:\(Self.remembered)]
        where id = \(account) and not \(step) = any(totp_used_steps)
          and (totp_last_step is null or totp_last_step < \(step)
               or totp_last_step > \(OneTimePassword.step(at: now) + Self.farAhead))
        """)
      return count == 1 ? .code : nil
    }
    let hash = Secret(recoveryCode: code).hash
    return try await app.change(by: nil) {
      let use: RecoveryCodeUse? = try await $0.row("select use_recovery_code(\(account), \(hash.bytes)) as is_taken")
      return use?.isTaken == true ? .recoveryCode : nil
    }
  }

  /// Seals a factor for its account alone that was sealed before that was done.
  func bind(_ sealed: [UInt8], of account: ID<Account>) async throws {
    let (password, isBound) = try open(sealed, of: account)
    guard !isBound, try await bindsFactors else { return }
    try await app.keep(.signIns) {
      let own = try await vault(for: account, $0).seal(password.secret, for: Self.purpose, of: account.owner)
      try await $0.run("update account set totp_sealed = \(own) where id = \(account) and totp_sealed = \(sealed)")
    }
  }

  /// The vault for a factor of an account that the transaction changes.
  private func vault(for account: ID<Account>, _ transaction: Transaction) async throws -> Vault {
    try await transaction.run("select from account where id = \(account) for no key update")
    return try await app.vaults.held(transaction)
  }

  private func open(_ sealed: [UInt8], of account: ID<Account>) throws -> (password: OneTimePassword, isBound: Bool) {
    if let secret = app.vaults.open(sealed, for: Self.purpose, of: account.owner) {
      return (OneTimePassword(secret: secret), true)
    }
    guard let secret = app.vaults.open(sealed, for: Self.formerPurpose) else {
      throw PostgresError.unexpected("a second factor cannot be opened with this master key, or is another account's")
    }
    return (OneTimePassword(secret: secret), false)
  }

  /// For a week after an upgrade, copies of the version before may have to open what is sealed.
  private var bindsFactors: Bool {
    get async throws {
      let found: Binding? = try await app.db.row("select binds_factors_from <= now() as is_due from installation")
      return found?.isDue == true
    }
  }

  private struct Binding: RowDecodable {
    let isDue: Bool
    init(_ row: Row) throws(PostgresError) { isDue = try row["is_due"] }
  }

  /// Whether the operator requires one, of a row of `account`.
  private var isRequired: SQL {
    switch app.settings.requiredSecondFactors {
    case .nobody: "false"
    case .administrators: "account.is_system_admin or account.is_team_admin and account.team_id is not null"
    case .all: "true"
    }
  }

  private static let alreadyConfirmed = DomainError.refused("You already have a second factor: delete it first.")
  private static let nothingToConfirm = DomainError.refused(
    "There is no second factor to confirm: start with a POST.")
}

extension ID<Account> {
  /// The owner's name that a factor is sealed with.
  fileprivate var owner: String { SealingPurpose.owner(value) }
}

/// The state of a person's second factor.
package struct SecondFactorRecord: RowDecodable, Sendable {
  let email: String
  let sealed: [UInt8]?
  package let isConfirmed: Bool
  /// Whether the person must have one.
  package let isRequired: Bool
  /// How many recovery codes are left.
  package let codesLeft: Int64

  package init(_ row: Row) throws(PostgresError) {
    email = try row["email"]
    sealed = try row["totp_sealed"]
    isConfirmed = try row["is_confirmed"]
    isRequired = try row["is_required"]
    codesLeft = try row["codes_left"]
  }
}

private struct RecoveryCodeUse: RowDecodable {
  let isTaken: Bool
  init(_ row: Row) throws(PostgresError) { isTaken = try row["is_taken"] }
}
