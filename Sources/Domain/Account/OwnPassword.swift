package import Access
internal import Crypto
package import Postgres

/// A person's own password.
package struct OwnPassword: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's password.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// Checks the password once more and returns what it was checked against. Wrong ones are throttled as at sign-in.
  package func confirm(_ password: String) async throws -> ConfirmedPassword {
    let attempt = try await Attempt.begin(at: .account(caller.account), app)
    let person: ConfirmedPassword? = try await app.db.row(
      "select account.password_hash, \(Called.columns) from account where id = \(caller.account)")
    guard let person else { throw Refusal.badAccountToken }
    guard try await app.isRight(password, for: person.hash, attempt) else {
      throw DomainError.refused("The password is wrong.")
    }
    try await attempt.succeed(app)
    return person
  }

  /// Sets a new password if the old one is right, and ends all account tokens except the one that the request shows.
  /// Errors call the new password `field`.
  package func change(from old: String, to new: String, named field: String) async throws {
    let person = try await confirm(old)
    let new = try NewPassword(new, field, names: person.called.names, leaked: app.settings.leakedPasswords)
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

/// A person who has confirmed their password, and what it was checked against.
package struct ConfirmedPassword: RowDecodable, Sendable {
  let hash: PasswordHash?
  let called: Called

  package init(_ row: Row) throws(PostgresError) {
    hash = try row["password_hash"]
    called = try Called(row)
  }
}
