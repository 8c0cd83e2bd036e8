package import Access
package import Crypto
internal import Postgres

/// Signing in, step by step.
package struct SignIns: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// Returns a new account token. Neither the error nor the time it takes tells an unknown name, a deactivated account
  /// and a wrong password apart.
  package func signIn(_ credentials: Credentials) async throws -> Secret {
    let named = try await findNamed(in: credentials)
    let attempt = try await beginAttempt(at: named.candidate, credentials)
    let person = try await checkPassword(of: named, credentials, attempt)
    let factor = try await checkSecondFactor(of: person, credentials)
    try await checkAge(of: person)
    let (secret, token) = try await issueToken(to: person, credentials.terms)
    try await attempt.succeed(app)
    app.report(.signedIn(factor, Asker(account: person.account, credential: .accountToken(token))))
    try? await renew(person, credentials.password)  // or another time
    return secret
  }

  private func findNamed(in credentials: Credentials) async throws(PostgresError) -> NamedAccount {
    let found: Candidate? = try await app.db.row(
      """
      select id, is_active, generation, password_hash,
             case when totp_confirmed_at is not null then totp_sealed end as totp_sealed,
             coalesce(password_given_at + make_interval(hours => \(app.settings.firstPasswordHours)::integer) <= now(),
                      false) as has_expired
      from account
      where deleted_at is null and \(credentials.accountCondition)
      """)
    guard let found else { return .nobody }
    return found.isActive ? .candidate(found) : .deactivated(found.account)
  }

  /// After too many failures, the password is not checked.
  private func beginAttempt(at candidate: Candidate?, _ credentials: Credentials) async throws -> Attempt {
    try await Attempt.begin(at: candidate.map { .account($0.account) } ?? .unknownName(credentials.username), app)
  }

  private func checkPassword(
    of named: NamedAccount, _ credentials: Credentials, _ attempt: Attempt
  ) async throws -> Candidate {
    let candidate = named.candidate
    let isRight = try await app.isRight(credentials.password, for: candidate?.password, attempt)
    guard isRight, let candidate else {
      try await noteFailure(of: candidate?.account)
      throw named.failure
    }
    return candidate
  }

  /// If the person has a second factor, its code is required; each code counts once.
  private func checkSecondFactor(
    of person: Candidate, _ credentials: Credentials
  ) async throws -> SecurityEvent.SignInFactor {
    guard let sealed = person.secondFactor else { return .password }
    guard let code = credentials.code, !code.isEmpty else {
      throw DomainError.signInFailed(.codeMissing, person.account)
    }
    guard let factor = try await SecondFactors(app).take(code, of: person.account, sealed: sealed) else {
      try await noteFailure(of: person.account)
      throw DomainError.signInFailed(.codeWrong, person.account)
    }
    return factor
  }

  /// Refuses a password that somebody else has set and that was not changed in time.
  private func checkAge(of person: Candidate) async throws {
    guard person.hasExpired else { return }
    try await noteFailure(of: person.account)
    throw DomainError.signInFailed(.passwordExpired, person.account)
  }

  /// The first statement also logs the sign-in and creates a member's workspace at their first. Then the tokens end that
  /// are too many.
  private func issueToken(to person: Candidate, _ terms: AccountTokenTerms) async throws -> (
    secret: Secret, token: ID<AccountToken>
  ) {
    let secret = Secret.generate()
    let issue: SQL = """
      with caller as (
        update account set last_login_at = now()
        where id = \(person.account) and is_active and deleted_at is null
          -- What was proved is checked again: it may have changed meanwhile. What was only renewed has not.
          and (generation = \(person.generation) or password_hash = \(person.password)
            and case when totp_confirmed_at is not null then totp_sealed end is not distinct from \(person.secondFactor))
        returning id, team_id
      ), place as (
        insert into workspace (account_id, team_id) select id, team_id from caller
        on conflict (account_id) do nothing
      ), noted as (
        insert into login_log (account_id, team_id, address, succeeded)
        select id, coalesce(team_id, 0), \(app.origin.address), true from caller
      )
      insert into account_token (account_id, hash, name, expires_at)
      select id, \(secret.hash.bytes), \(terms.name), \(terms.end) from caller
      returning id
      """
    let token = try await app.keep(.signIns) { transaction in
      let made: ID<AccountToken>? = try await transaction.row(issue)
      guard let made else { throw DomainError.signInFailed(.changedMeanwhile, person.account) }
      try await transaction.keepAccountTokens(of: person.account, app, made: made)
      return made
    }
    return (secret, token)
  }

  /// Stores the password and the second factor as this version does, if an earlier one has stored them.
  private func renew(_ person: Candidate, _ password: String) async throws {
    if let sealed = person.secondFactor { try await SecondFactors(app).bind(sealed, of: person.account) }
    guard let former = person.password,
      let hash = await app.strongerHash(of: password, than: former, person.account)
    else { return }
    try await app.keep(.signIns) {
      try await $0.run("select set_config('basekeeper.rehashing', 'yes', true)")
      try await $0.run(
        "update account set password_hash = \(hash) where id = \(person.account) and password_hash = \(former)")
    }
  }

  /// The name that was entered is not kept: sometimes it is a password.
  private func noteFailure(of account: ID<Account>?) async throws {
    try await app.keep(
      .signIns,
      """
      insert into login_log (account_id, team_id, address, succeeded)
      values (\(account), coalesce((select team_id from account where id = \(account)), 0), \(app.origin.address), false)
      """)
  }
}

/// What a person signs in with.
package struct Credentials: Sendable {
  /// An e-mail address, a login ID or a user ID.
  let username: String
  let password: String
  /// The code from the phone, or a recovery code, if a second factor is required.
  let code: String?
  /// The name and the lifetime of the new token.
  let terms: AccountTokenTerms

  package init(username: String, password: String, code: String?, terms: AccountTokenTerms) {
    (self.username, self.password, self.code, self.terms) = (username, password, code, terms)
  }

  /// A condition on `account`, true for the one row with this name: no other name ends like a user ID, and addresses
  /// and login IDs share one table.
  var accountCondition: SQL {
    if let user = UserID(wire: username) { return "uid = \(user)" }
    return "id = (select account_id from sign_in_name where name = sign_in_key(\(username)))"
  }
}

/// What a sign-in names. To the caller, the last two are alike.
private enum NamedAccount {
  case candidate(Candidate)
  case deactivated(ID<Account>)
  case nobody

  /// The account that they may sign in to.
  var candidate: Candidate? {
    if case .candidate(let candidate) = self { candidate } else { nil }
  }

  /// The error if the password is wrong, or there is none that could be right.
  var failure: DomainError {
    switch self {
    case .candidate(let candidate): .signInFailed(.wrongPassword, candidate.account)
    case .deactivated(let account): .signInFailed(.deactivated, account)
    case .nobody: .signInFailed(.unknownPerson, nil)
    }
  }
}

/// The account that a sign-in names.
private struct Candidate: RowDecodable {
  let account: ID<Account>
  let isActive: Bool
  let generation: Int64
  let password: PasswordHash?
  let secondFactor: [UInt8]?
  /// Whether the password is over.
  let hasExpired: Bool

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    isActive = try row["is_active"]
    generation = try row["generation"]
    secondFactor = try row["totp_sealed"]
    password = try row["password_hash"]
    hasExpired = try row["has_expired"]
  }
}
