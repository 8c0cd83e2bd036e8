internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let twoFactorRoutes = Table(.twoFactor, [
  Route(.get,    "/api/v2.1/user/two-factor-auth/", "getTwoFactor",     as: Enrolling.self, showFactor),
  Route(.post,   "/api/v2.1/user/two-factor-auth/", "enrolTwoFactor",   as: Enrolling.self, beginFactor, once: false),
  Route(.put,    "/api/v2.1/user/two-factor-auth/", "confirmTwoFactor", as: Enrolling.self, confirmFactor),
  Route(.delete, "/api/v2.1/user/two-factor-auth/", "deleteTwoFactor",  as: SignedIn.self,  removeFactor),
])

// MARK: Wire

private struct Code: Input {
  let text: String
  init(_ parts: Parts) throws { text = try parts.body().text("code", 1...64) }
}

private struct Removal: Input {
  let password: String
  init(_ parts: Parts) throws { password = try parts.body().text("password", 1...1024) }
}

private struct State: RowDecodable, Output, JSONEncodable {
  let email: String
  let sealed: [UInt8]?
  let isConfirmed: Bool
  let isRequired: Bool
  let codesLeft: Int64

  /// The caller's.
  static func find(_ caller: SignedIn, _ app: App) async throws -> State {
    let found: State? = try await app.db.row(
      """
      select account.email, account.totp_sealed, account.totp_confirmed_at is not null as is_confirmed,
             account.forces_2fa or coalesce(team.forces_2fa, false) as is_required,
             (select count(*) from recovery_code where account_id = account.id) as codes_left
      from account left join team on team.id = account.team_id
      where account.id = \(caller.account)
      """)
    guard let found else { throw Refusal.badAccountToken }
    return found
  }

  init(_ row: Row) throws(PostgresError) {
    email = try row["email"]
    sealed = try row["totp_sealed"]
    isConfirmed = try row["is_confirmed"]
    isRequired = try row["is_required"]
    codesLeft = try row["codes_left"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("enabled", isConfirmed)
      $0.add("required", isRequired)
      $0.add("recovery_codes_left", codesLeft)
    }
  }
}

/// What goes into the telephone, for the only time.
private struct Enrolment: Output, JSONEncodable {
  let password: OneTimePassword
  let email: String

  func write(to json: inout JSONWriter) {
    let label = email.utf8.map { byte in
      byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        ? String(UnicodeScalar(byte)) : "%" + hexadecimal([byte]).uppercased()
    }.joined()
    json.object {
      $0.add("secret", password.base32)
      $0.add("otpauth_url", "otpauth://totp/Basekeeper:\(label)?secret=\(password.base32)&issuer=Basekeeper")
    }
  }
}

private struct RecoveryCodes: Output, JSONEncodable {
  let codes: [Secret]
  func write(to json: inout JSONWriter) { json.object { $0.add("recovery_codes", codes.map(\.clear)) } }
}

// MARK: Operations

private func showFactor(of enrolling: Enrolling, _: NoInput, _ app: App) async throws -> State {
  try await .find(enrolling.caller, app)
}

/// The factor is asked for when a first code has confirmed it; until then a new beginning replaces it.
private func beginFactor(of enrolling: Enrolling, _: NoInput, _ app: App) async throws -> Enrolment {
  let caller = enrolling.caller
  let password = OneTimePassword.generate()
  let sealed = SecondFactor.seal(password, app)
  let count = try await app.change(by: caller) {
    try await $0.run(
      """
      update account
      set totp_sealed = \(sealed), totp_last_step = null, totp_used_steps = '{}'
      where id = \(caller.account) and totp_confirmed_at is null
      """)
  }
  guard count == 1 else { throw DomainError.refused("You already have a second factor: delete it first.") }
  return Enrolment(password: password, email: try await State.find(caller, app).email)
}

/// From now on a login asks for it. The codes for when the telephone is lost are in this answer alone.
private func confirmFactor(of enrolling: Enrolling, _ code: Code, _ app: App) async throws -> RecoveryCodes {
  let caller = enrolling.caller
  let state = try await State.find(caller, app)
  guard let sealed = state.sealed, !state.isConfirmed else {
    throw DomainError.refused("There is no second factor to confirm: start with a POST.")
  }
  let attempt = try await Attempt.begin(at: .account(caller.account), app)
  guard let step = try SecondFactor.open(sealed, app).step(of: code.text, at: app.now().seconds) else {
    throw FieldsError.invalid("code")
  }
  let codes = (0..<SecondFactor.recoveryCodes).map { _ in Secret.generatedRecoveryCode() }
  try await app.change(by: caller, endsOwnAccess: true) {
    let count = try await $0.run(
      """
      update account
      set totp_confirmed_at = now(), totp_last_step = \(step), totp_used_steps = array[\(step)::bigint]
      where id = \(caller.account) and totp_confirmed_at is null and totp_sealed = \(sealed)
      """)
    guard count == 1 else { throw DomainError.refused("There is no second factor to confirm: start with a POST.") }
    try await $0.run("delete from recovery_code where account_id = \(caller.account)")
    try await $0.run(
      """
      insert into recovery_code (account_id, hash)
      select \(caller.account), decode(hash, 'hex') from unnest(\(codes.map(\.hash.hex))::text[]) as code (hash)
      """)
  }
  try await attempt.succeed(app)
  return RecoveryCodes(codes: codes)
}

/// Whoever must have one has to enrol another before he may go on.
private func removeFactor(of caller: SignedIn, _ removal: Removal, _ app: App) async throws -> Success {
  let person = try await app.confirm(removal.password, of: caller)
  try await app.change(by: caller, endsOwnAccess: true) {
    let count = try await $0.run(
      """
      update account
      set totp_sealed = null, totp_confirmed_at = null, totp_last_step = null, totp_used_steps = '{}'
      where id = \(caller.account) and password_hash = \(person.password)
      """)
    guard count == 1 else { throw DomainError.refused("The password was changed in the meantime.") }
    try await $0.run("delete from recovery_code where account_id = \(caller.account)")
  }
  return Success()
}
