package import Access
package import Crypto
package import Postgres

/// A person's own password.
package struct OwnPassword: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's password.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// Checks the password once more, and a code if there is a second factor, and returns what they were checked against.
  /// Wrong ones are throttled as at sign-in.
  package func confirm(_ proof: PasswordProof) async throws -> ConfirmedPassword {
    let attempt = try await Attempt.begin(at: .account(caller.account), app)
    let person: ConfirmedPassword? = try await app.db.row(
      """
      select password_hash, case when totp_confirmed_at is not null then totp_sealed end as totp_sealed
      from account where id = \(caller.account)
      """)
    guard let person else { throw Refusal.badAccountToken }
    guard try await app.isRight(proof.password, for: person.hash, attempt) else {
      throw DomainError.proofFailed(.wrongPassword)
    }
    try await checkSecondFactor(of: person, proof)
    try await attempt.succeed(app)
    return person
  }

  private func checkSecondFactor(of person: ConfirmedPassword, _ proof: PasswordProof) async throws {
    guard let sealed = person.secondFactor else { return }
    guard let code = proof.code, !code.isEmpty else { throw DomainError.proofFailed(.codeMissing) }
    guard try await SecondFactors(app).take(code, of: caller.account, sealed: sealed) != nil else {
      throw DomainError.proofFailed(.codeWrong)
    }
  }

  /// Sets a new password if the proof is right, and ends all account tokens. Returns a new one in place of the one that
  /// the request shows, with the same expiry; its life counts from this proof. Errors call the new password `field`. It
  /// is judged first, so one that cannot be set uses up no code.
  package func change(_ proof: PasswordProof, to new: String, named field: String) async throws -> Secret {
    let called: Called? = try await app.db.row("select \(Called.columns) from account where id = \(caller.account)")
    guard let called else { throw Refusal.badAccountToken }
    let new = try NewPassword(new, field, names: called.names, leaked: app.settings.leakedPasswords)
    guard new.clear != proof.password else {
      throw DomainError.refused("\(field) invalid: it is the old one. Choose another one.")
    }
    let person = try await confirm(proof)
    let (hash, secret) = (try await app.hash(new.clear, by: caller.subject), Secret.generate())
    try await app.change(by: caller, endsOwnAccess: true) {
      let count = try await $0.run(
        """
        update account set password_hash = \(hash)
        where id = \(caller.account) and password_hash = \(person.hash)
        """)
      guard count == 1 else { throw DomainError.refused("The password was changed in the meantime.") }
      let made: ID<AccountToken>? = try await $0.row(
        """
        insert into account_token (account_id, hash, name, expires_at)
        select account_id, \(secret.hash.bytes), name, expires_at from account_token where id = \(caller.token)
        returning id
        """)
      guard let made else { throw Refusal.badAccountToken }
      try await $0.endAccountTokens(of: caller.account, except: made)
    }
    return secret
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
  let hash: PasswordHash?
  /// The second factor that was confirmed; nil if there is none.
  let secondFactor: [UInt8]?

  package init(_ row: Row) throws(PostgresError) {
    hash = try row["password_hash"]
    secondFactor = try row["totp_sealed"]
  }
}
