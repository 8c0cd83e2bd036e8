package import Crypto
package import Domain
internal import HTTP
package import Postgres

/// What an operator on the machine does for people who cannot sign in. The rules of the API hold, but there is no
/// account: the audit log names no actor.
package struct LocalAdministration: Sendable {
  private let accounts: LocalAccounts

  /// Acts on a database.
  package init(_ database: WritableDatabase, _ passwords: PasswordHasher, leaked: LeakedPasswords) {
    accounts = LocalAccounts(database, passwords, leaked: leaked)
  }

  /// The operation was refused; the description is what the API would answer.
  package struct LocalRefusal: Error, CustomStringConvertible {
    package let description: String
  }

  /// The reasons why an address and a password for a new account are refused; empty if they are not. The reasons call
  /// them `emailName` and `passwordName`.
  package static func problems(
    email: String, named emailName: String, password: String?, named passwordName: String, leaked: LeakedPasswords
  ) -> [String] {
    guard let address = EmailAddress(email) else { return ["\(emailName): \"\(email)\" is not an email address"] }
    guard let password else { return [] }
    do {
      _ = try NewPassword(password, passwordName, names: [address.text, address.localPart], leaked: leaked)
      return []
    } catch {
      return [WireError(error).text]
    }
  }

  /// All system administrators, the oldest first.
  package func administrators() async throws -> [SystemAdministrator] { try await accounts.administrators() }

  /// Makes a system administrator. Returns the password; if nil is given, it is generated.
  package func create(email: String, name: String?, password: String?) async throws -> String {
    try await explaining {
      let name = try name.map { try parsed("name", DisplayName($0)) }
      return try await accounts.create(email: try parsed("email", EmailAddress(email)), name: name, password: password)
    }
  }

  /// Sets a person's password and ends their sessions. Returns the password; if nil is given, it is generated.
  package func resetPassword(of email: String, to password: String?) async throws -> String {
    try await explaining { try await accounts.resetPassword(of: email, to: password) }
  }

  /// Removes a person's second factor, and ends their sessions. The requirement to have one stays.
  package func removeSecondFactor(of email: String) async throws {
    try await explaining { try await accounts.removeSecondFactor(of: email) }
  }

  /// Ends a person's sessions: all account tokens, base tokens and temporary API tokens.
  package func endSessions(of email: String) async throws {
    try await explaining { try await accounts.endSessions(of: email) }
  }

  /// Turns a refusal into a `LocalRefusal` with the text of the API.
  private func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch {
      let answer = WireError(error)
      throw answer.status < 500 ? LocalRefusal(description: answer.text) : error
    }
  }
}
