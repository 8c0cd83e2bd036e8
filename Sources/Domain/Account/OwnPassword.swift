package import Access
package import Crypto
package import Postgres

/// A person's own password.
package struct OwnPassword: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's password.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// Asks for the password again, and for a code where there is a second factor.
  package func confirm(_ proof: PasswordProof) async throws -> ConfirmedPassword {
    try await confirm(proof.password) { person in
      guard let sealed = person.secondFactor else { return }
      guard let code = proof.code, !code.isEmpty else { throw DomainError.proofFailed(.codeMissing) }
      guard try await SecondFactors(app).take(code, of: caller.account, sealed: sealed) != nil else {
        throw DomainError.proofFailed(.codeWrong)
      }
    }
  }

  /// Checks the password once more and returns what it was checked against. Wrong ones are throttled as at sign-in, and so
  /// is whatever `more` refuses.
  private func confirm(
    _ password: String, and more: (ConfirmedPassword) async throws -> Void = { _ in }
  ) async throws -> ConfirmedPassword {
    let attempt = try await Attempt.begin(at: .account(caller.account), app)
    let person: ConfirmedPassword? = try await app.db.row(
      """
      select account.password_hash, case when account.totp_confirmed_at is not null then account.totp_sealed end
        as totp_sealed, \(Called.columns)
      from account where id = \(caller.account)
      """)
    guard let person else { throw Refusal.badAccountToken }
    guard try await app.isRight(password, for: person.hash, attempt) else {
      throw DomainError.proofFailed(.wrongPassword)
    }
    try await more(person)
    try await attempt.succeed(app)
    return person
  }

  /// Sets a new password if the old one is right, and ends all account tokens. Returns a new one in place of the one that
  /// the request shows, with the same expiry. Errors call the new password `field`.
  package func change(from old: String, to new: String, named field: String) async throws -> Secret {
    let person = try await confirm(old)
    let new = try NewPassword(new, field, names: person.called.names, leaked: app.settings.leakedPasswords)
    guard new.clear != old else {
      throw DomainError.refused("\(field) invalid: it is the old one. Choose another one.")
    }
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
  let called: Called

  package init(_ row: Row) throws(PostgresError) {
    hash = try row["password_hash"]
    secondFactor = try row["totp_sealed"]
    called = try Called(row)
  }
}
