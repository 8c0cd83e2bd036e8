internal import Access
package import Crypto
package import Ground
package import Postgres

/// What an operator on the machine does for people who cannot sign in. The same rules hold, but there is no account:
/// the audit log names no actor.
package struct LocalAccounts: Sendable {
  private let database: WritableDatabase
  private let passwords: PasswordHasher
  private let leaked: LeakedPasswords

  /// Those of a database.
  package init(_ database: WritableDatabase, _ passwords: PasswordHasher, leaked: LeakedPasswords) {
    (self.database, self.passwords, self.leaked) = (database, passwords, leaked)
  }

  /// All system administrators, the oldest first.
  package func administrators() async throws(PostgresError) -> [SystemAdministrator] {
    try await database.rows(
      """
      select email, name, is_active, totp_confirmed_at is not null as has_2fa, last_login_at
      from account where is_system_admin and deleted_at is null order by id
      """)
  }

  /// Makes a system administrator. Returns the password; if nil is given, it is generated.
  package func create(email: EmailAddress, name: DisplayName?, password: String?) async throws -> String {
    let new = try self.new(password, for: [email.text, email.localPart] + [name?.text].compactMap(\.self))
    let hash = try await passwords.hash(new)
    try await database.run(
      """
      insert into account (email, name, password_hash, is_system_admin)
      values (\(email.text), \(name?.text ?? email.localPart), \(hash), true)
      """)
    return new
  }

  /// Sets a person's password and ends their sessions. Returns the password; if nil is given, it is generated.
  package func resetPassword(of email: String, to password: String?) async throws -> String {
    let called: Called? = try await database.row(
      "select \(Called.columns) from account where lower(email) = lower(\(normalized(email))) and deleted_at is null")
    let new = try self.new(password, for: called?.names ?? [])
    let hash = try await passwords.hash(new)
    try await change(email, setting: "password_hash = \(hash)") { _, _ in }
    return new
  }

  /// Removes a person's second factor, and ends their sessions. The requirement to have one stays.
  package func removeSecondFactor(of email: String) async throws {
    try await change(email, setting: "generation = generation + 1") { try await $0.removeSecondFactor(of: $1) }
  }

  /// Ends a person's sessions: all account tokens, base tokens and temporary API tokens.
  package func endSessions(of email: String) async throws {
    try await change(email, setting: "generation = generation + 1") { _, _ in }
  }

  private func change(
    _ email: String, setting assignment: SQL, _ more: (Transaction, UserID) async throws -> Void
  ) async throws {
    try await database.transaction { transaction in
      try await transaction.holdAccess(of: "lower(email) = lower(\(normalized(email)))")
      let found: ChangedAccount? = try await transaction.row(
        """
        update account set \(assignment)
        where lower(email) = lower(\(normalized(email))) and deleted_at is null
        returning uid
        """)
      guard let found else { throw DomainError.refused("there is no account with the address \(email)") }
      try await more(transaction, found.user)
      try await transaction.endAccountTokens(of: found.user)
    }
  }

  /// The given password, checked; or a generated one if nil is given.
  private func new(_ password: String?, for names: [String]) throws -> String {
    guard let password else { return Secret.generatedPassword().clear }
    return try NewPassword(password, names: names, leaked: leaked).clear
  }
}

/// A system administrator.
package struct SystemAdministrator: RowDecodable, Sendable {
  package let email: String
  package let name: String
  package let isActive: Bool
  package let hasSecondFactor: Bool
  package let lastLogin: Timestamp?

  package init(_ row: Row) throws(PostgresError) {
    email = try row["email"]
    name = try row["name"]
    isActive = try row["is_active"]
    hasSecondFactor = try row["has_2fa"]
    lastLogin = try row["last_login_at"]
  }
}

private struct ChangedAccount: RowDecodable {
  let user: UserID
  init(_ row: Row) throws(PostgresError) { user = try row["uid"] }
}
