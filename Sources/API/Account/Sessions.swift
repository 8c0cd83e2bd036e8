internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let sessionRoutes = Table(.sessions, [
  Route(.post, "/api2/auth-token/", "getAccountTokenfromUsername", as: Anyone.self, signIn, once: false)
])

// MARK: Wire

private struct Credentials: Input {
  /// An e-mail address, a login id, or a user id.
  let username: String
  let password: String
  /// What the telephone shows, or a code from paper, where a second factor is asked for.
  let code: String?
  /// What SeaTable's clients do not say: how the token is called, and when it ends.
  let terms: AccountTokenTerms

  /// A name or a password that is missing or cannot be one fails as a wrong one does.
  init(_ parts: Parts) throws {
    let fields = try parts.body()
    guard let username = try? fields.text("username", 1...255), let password = try? fields.text("password", 1...1024),
      password.utf8.count <= PasswordHasher.longest
    else { throw DomainError.loginFailed }
    (self.username, self.password) = (username, password)
    code = parts.oneTimePassword
    terms = try AccountTokenTerms(fields)
  }

  /// Holds for the one row of `account` that the name is for: no other name ends like a user id, and addresses and login
  /// ids are in one table.
  var names: SQL {
    if let user = UserID(wire: username) { return "uid = \(user)" }
    return "id = (select account_id from sign_in_name where name = sign_in_key(\(username)))"
  }
}

private struct AccountToken: Output, JSONEncodable {
  let secret: Secret
  func write(to json: inout JSONWriter) { json.object { $0.add("token", secret.clear) } }
}

// MARK: Operations

/// Whether the name is unknown, the account is deactivated or the password is wrong shows neither in the answer nor in
/// the time it takes.
private func signIn(_: Anyone, _ login: Credentials, _ app: App) async throws -> AccountToken {
  let candidate = try await findCandidate(for: login, app)
  let attempt = try await beginAttempt(at: candidate, login, app)
  let person = try await checkPassword(of: candidate, login, attempt, app)
  try await checkSecondFactor(of: person, login, app)
  let secret = try await issueToken(to: person, login.terms, app)
  try await attempt.succeed(app)
  return AccountToken(secret: secret)
}

private func findCandidate(for login: Credentials, _ app: App) async throws(PostgresError) -> Candidate? {
  try await app.db.row(
    """
    select id, password_hash, case when totp_confirmed_at is not null then totp_sealed end as totp_sealed
    from account
    where is_active and deleted_at is null and \(login.names)
    """)
}

/// Where too much has failed, the password is not looked at.
private func beginAttempt(at candidate: Candidate?, _ login: Credentials, _ app: App) async throws -> Attempt {
  try await Attempt.begin(at: candidate.map { .account($0.account) } ?? .nobody(login.username), app)
}

private func checkPassword(
  of candidate: Candidate?, _ login: Credentials, _ attempt: Attempt, _ app: App
) async throws -> Candidate {
  let isRight = try await app.isRight(login.password, for: candidate?.password, attempt)
  guard isRight, let candidate else {
    try await noteFailure(of: candidate?.account, app)
    throw DomainError.loginFailed
  }
  return candidate
}

/// A code is asked for where the person has a second factor, and counts once.
private func checkSecondFactor(of person: Candidate, _ login: Credentials, _ app: App) async throws {
  guard let sealed = person.secondFactor else { return }
  guard let code = login.code, !code.isEmpty else { throw DomainError.secondFactorMissing }
  guard try await SecondFactor.take(code, of: person.account, sealed: sealed, app) else {
    try await noteFailure(of: person.account, app)
    throw DomainError.secondFactorWrong
  }
}

/// In one statement with what a login does besides: it is noted, and the first one gives a member his workspace.
private func issueToken(to person: Candidate, _ terms: AccountTokenTerms, _ app: App) async throws -> Secret {
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
    select id, \(secret.hash.bytes), \(terms.name), \(terms.expiry) from caller
    returning id
    """
  let made: ID<AccountToken>? = try await app.keep(.signIns) { try await $0.row(issue) }
  guard made != nil else { throw DomainError.loginFailed }
  return secret
}

/// What was given as a name is not kept: now and then it is a password.
private func noteFailure(of account: ID<Account>?, _ app: App) async throws {
  try await app.keep(.signIns) {
    try await $0.run(
      """
      insert into login_log (account_id, team_id, address, succeeded)
      values (\(account), coalesce((select team_id from account where id = \(account)), 0), \(app.origin.address), false)
      """)
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
