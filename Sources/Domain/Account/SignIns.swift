package import Access
package import Crypto
internal import Postgres

/// Signing in, step by step.
package struct SignIns: Sendable {
  private let app: App

  /// At an app's database.
  package init(_ app: App) { self.app = app }

  /// Gives a new account token. Whether the name is unknown, the account is deactivated or the password is wrong shows
  /// neither in the answer nor in the time it takes.
  package func signIn(_ credentials: Credentials) async throws -> Secret {
    let candidate = try await findCandidate(for: credentials)
    let attempt = try await beginAttempt(at: candidate, credentials)
    let person = try await checkPassword(of: candidate, credentials, attempt)
    try await checkSecondFactor(of: person, credentials)
    let secret = try await issueToken(to: person, credentials.terms)
    try await attempt.succeed(app)
    return secret
  }

  private func findCandidate(for credentials: Credentials) async throws(PostgresError) -> Candidate? {
    try await app.db.row(
      """
      select id, password_hash, case when totp_confirmed_at is not null then totp_sealed end as totp_sealed
      from account
      where is_active and deleted_at is null and \(credentials.isNamed)
      """)
  }

  /// Where too much has failed, the password is not looked at.
  private func beginAttempt(at candidate: Candidate?, _ credentials: Credentials) async throws -> Attempt {
    try await Attempt.begin(at: candidate.map { .account($0.account) } ?? .unknownName(credentials.username), app)
  }

  private func checkPassword(
    of candidate: Candidate?, _ credentials: Credentials, _ attempt: Attempt
  ) async throws -> Candidate {
    let isRight = try await app.isRight(credentials.password, for: candidate?.password, attempt)
    guard isRight, let candidate else {
      try await noteFailure(of: candidate?.account)
      throw DomainError.loginFailed
    }
    return candidate
  }

  /// A code is asked for where the person has a second factor, and counts once.
  private func checkSecondFactor(of person: Candidate, _ credentials: Credentials) async throws {
    guard let sealed = person.secondFactor else { return }
    guard let code = credentials.code, !code.isEmpty else { throw DomainError.secondFactorMissing }
    guard try await SecondFactors(app).take(code, of: person.account, sealed: sealed) else {
      try await noteFailure(of: person.account)
      throw DomainError.secondFactorWrong
    }
  }

  /// In one statement with what a sign-in does besides: it is noted, and the first one gives a member a workspace.
  private func issueToken(to person: Candidate, _ terms: AccountTokenTerms) async throws -> Secret {
    let secret = Secret.generate()
    let issue: SQL = """
      with caller as (
        update account set last_login_at = now()
        where id = \(person.account) and is_active and deleted_at is null
          -- What was proved is asked once more: it may have been changed since.
          and password_hash = \(person.password)
          and case when totp_confirmed_at is not null then totp_sealed end is not distinct from \(person.secondFactor)
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
    let made: ID<AccountToken>? = try await app.keep(.signIns, issue, returning: ID<AccountToken>.self)
    guard made != nil else { throw DomainError.loginFailed }
    return secret
  }

  /// What was given as a name is not kept: now and then it is a password.
  private func noteFailure(of account: ID<Account>?) async throws {
    try await app.keep(
      .signIns,
      """
      insert into login_log (account_id, team_id, address, succeeded)
      values (\(account), coalesce((select team_id from account where id = \(account)), 0), \(app.origin.address), false)
      """)
  }
}

/// What somebody signs in with.
package struct Credentials: Sendable {
  /// An e-mail address, a login id, or a user id.
  let username: String
  let password: String
  /// What the telephone shows, or a code from paper, where a second factor is asked for.
  let code: String?
  /// How the token is called, and when it ends.
  let terms: AccountTokenTerms

  /// A name and a password, and what else is given.
  package init(username: String, password: String, code: String?, terms: AccountTokenTerms) {
    (self.username, self.password, self.code, self.terms) = (username, password, code, terms)
  }

  /// Holds for the one row of `account` that the name is for: no other name ends like a user id, and addresses and login
  /// ids are in one table.
  var isNamed: SQL {
    if let user = UserID(wire: username) { return "uid = \(user)" }
    return "id = (select account_id from sign_in_name where name = sign_in_key(\(username)))"
  }
}

/// Who may be the one who signs in.
private struct Candidate: RowDecodable {
  let account: ID<Account>
  let password: PasswordHash?
  let secondFactor: [UInt8]?

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    secondFactor = try row["totp_sealed"]
    password = try row["password_hash"]
  }
}
