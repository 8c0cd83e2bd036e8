package import Access
internal import Crypto
package import Postgres

/// The password of a person, for themselves.
package struct OwnPassword: Sendable {
  private let app: App
  private let caller: SignedIn

  /// The caller's.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// Asks for the password again, and for a code where there is a second factor.
  package func confirm(_ proof: PasswordProof) async throws -> ConfirmedPassword {
    let person = try await confirm(proof.password)
    guard let sealed = person.secondFactor else { return person }
    guard let code = proof.code, !code.isEmpty else { throw DomainError.secondFactorMissing }
    let attempt = try await Attempt.begin(at: .account(caller.account), app)
    guard try await SecondFactors(app).take(code, of: caller.account, sealed: sealed) else {
      throw DomainError.secondFactorWrong
    }
    try await attempt.succeed(app)
    return person
  }

  /// Asks for it again; wrong ones are throttled like those at the door. Gives what it was checked against.
  package func confirm(_ password: String) async throws -> ConfirmedPassword {
    let attempt = try await Attempt.begin(at: .account(caller.account), app)
    let person: ConfirmedPassword? = try await app.db.row(
      """
      select email, name, password_hash, case when totp_confirmed_at is not null then totp_sealed end as totp_sealed
      from account where id = \(caller.account)
      """)
    guard let person else { throw Refusal.badAccountToken }
    guard try await app.isRight(password, for: person.hash, attempt) else {
      throw DomainError.refused("The password is wrong.")
    }
    try await attempt.succeed(app)
    return person
  }

  /// Whoever knows the old one may set another one; all account tokens end but the one that is shown. `field` is how an
  /// error calls the new one.
  package func change(from old: String, to new: String, named field: String) async throws {
    let person = try await confirm(old)
    let called: Called? = try await app.db.row(
      "select \(Called.columns) from account where id = \(caller.account)")
    let new = try NewPassword(new, field, names: called?.names ?? [], leaked: app.settings.leakedPasswords)
    guard new.clear != old else {
      throw DomainError.refused("\(field) invalid: it is the old one. Choose another one.")
    }
    let hash = try await app.hash(new.clear, by: caller.subject)
    try await app.change(by: caller, endsOwnAccess: true) {
      let count = try await $0.run(
        """
        update account set password_hash = \(hash)
        where id = \(caller.account) and password_hash = \(person.hash)
        """)
      guard count == 1 else { throw DomainError.refused("The password was changed in the meantime.") }
      try await $0.endAccountTokens(of: caller.account, except: caller.token)
    }
  }
}

/// A password that somebody signed in gives again, and a code of their second factor, for those who have one.
package struct PasswordProof: Sendable {
  let password: String
  let code: String?

  /// As they were given.
  package init(password: String, code: String?) { (self.password, self.code) = (password, code) }
}

/// Somebody who has given their password again, and what it was checked against.
package struct ConfirmedPassword: RowDecodable, Sendable {
  let email: String
  let name: String
  let hash: PasswordHash?
  /// The second factor that was confirmed; nil if there is none.
  let secondFactor: [UInt8]?

  package init(_ row: Row) throws(PostgresError) {
    email = try row["email"]
    name = try row["name"]
    hash = try row["password_hash"]
    secondFactor = try row["totp_sealed"]
  }
}
