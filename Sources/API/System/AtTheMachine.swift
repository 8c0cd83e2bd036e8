internal import Access
package import Crypto
internal import Domain
package import Ground
internal import HTTP
package import Postgres

/// What somebody at the machine does for people who cannot sign in: by the rules of the API, and without an account. The
/// audit log names nobody for it.
package struct AtTheMachine: Sendable {
  private let database: WritableDatabase
  private let passwords: PasswordHasher

  /// Acts on a database.
  package init(_ database: WritableDatabase, _ passwords: PasswordHasher) {
    (self.database, self.passwords) = (database, passwords)
  }

  /// A system administrator.
  package struct Administrator: RowDecodable, Sendable {
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

  /// It cannot be done, for a reason that the API would answer with.
  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  /// Why an address and a password of somebody new are refused; empty where they are not. The names are how the problems
  /// call them.
  package static func problems(
    email: String, named emailName: String, password: String?, named passwordName: String
  ) -> [String] {
    guard let address = EmailAddress(email) else { return ["\(emailName): \"\(email)\" is not an email address"] }
    guard let password else { return [] }
    do {
      _ = try NewPassword(password, passwordName, names: [address.text, address.localPart])
      return []
    } catch {
      return [WireError(error).text]
    }
  }

  /// All system administrators, the oldest first.
  package func administrators() async throws -> [Administrator] {
    try await database.rows(
      """
      select email, name, is_active, totp_confirmed_at is not null as has_2fa, last_login_at
      from account where is_system_admin and deleted_at is null order by id
      """)
  }

  /// Makes a system administrator; gives the password, which is generated where none is given.
  package func create(email: String, name: String?, password: String?) async throws -> String {
    try await explaining {
      guard let address = EmailAddress(email) else { throw FieldsError.invalid("email") }
      let shown = try name.map { name in
        guard let name = DisplayName(name) else { throw FieldsError.invalid("name") }
        return name.text
      }
      let new = try self.new(password, for: [address.text, address.localPart])
      let hash = try await passwords.hash(new)
      try await database.run(
        """
        insert into account (email, name, password_hash, is_system_admin)
        values (\(address.text), \(shown ?? address.localPart), \(hash), true)
        """)
      return new
    }
  }

  /// Gives somebody a new password, and ends their sessions; gives the password, which is generated where none is given.
  package func resetPassword(of email: String, to password: String?) async throws -> String {
    try await explaining {
      let new = try self.new(password, for: [email, String(email.prefix { $0 != "@" })])
      let hash = try await passwords.hash(new)
      try await change(email, setting: "password_hash = \(hash)") { _, _ in }
      return new
    }
  }

  /// Takes away somebody's second factor and the duty to have one, and ends their sessions.
  package func removeSecondFactor(of email: String) async throws {
    try await explaining {
      try await change(email, setting: "forces_2fa = false") { try await $0.removeSecondFactor(of: $1) }
    }
  }

  private func change(
    _ email: String, setting assignment: SQL, _ more: (Transaction, UserID) async throws -> Void
  ) async throws {
    try await database.transaction { transaction in
      try await transaction.holdAccess(of: "lower(email) = lower(\(normalized(email)))")
      let found: Named? = try await transaction.row(
        """
        update account set \(assignment)
        where lower(email) = lower(\(normalized(email))) and deleted_at is null
        returning uid
        """)
      guard let found else { throw Problem(description: "there is no account with the address \(email)") }
      try await more(transaction, found.user)
      try await transaction.endAccountTokens(of: found.user)
    }
  }

  private struct Named: RowDecodable {
    let user: UserID
    init(_ row: Row) throws(PostgresError) { user = try row["uid"] }
  }

  /// The given password, if it may be one; otherwise a generated one.
  private func new(_ password: String?, for names: [String]) throws -> String {
    guard let password else { return Secret.generatedPassword().clear }
    return try NewPassword(password, names: names).clear
  }

  /// What is the caller's fault, in the words of the API.
  private func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let error as Problem {
      throw error
    } catch {
      let answer = WireError(error)
      throw answer.status < 500 ? Problem(description: answer.text) : error
    }
  }
}
