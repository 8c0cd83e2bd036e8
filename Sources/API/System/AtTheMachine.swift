package import Crypto
package import Domain
internal import HTTP
package import Postgres

/// What somebody at the machine does for people who cannot sign in: by the rules of the API, and without an account. The
/// audit log names nobody for it.
package struct AtTheMachine: Sendable {
  private let accounts: AccountsAtTheMachine

  /// Acts on a database.
  package init(_ database: WritableDatabase, _ passwords: PasswordHasher, leaked: LeakedPasswords) {
    accounts = AccountsAtTheMachine(database, passwords, leaked: leaked)
  }

  /// It cannot be done, for a reason that the API would answer with.
  package struct MachineProblem: Error, CustomStringConvertible {
    package let description: String
  }

  /// Why an address and a password of somebody new are refused; empty where they are not. The names are how the problems
  /// call them.
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

  /// Makes a system administrator; gives the password, which is generated if none is given.
  package func create(email: String, name: String?, password: String?) async throws -> String {
    try await explaining {
      let name = try name.map { try parsed("name", DisplayName($0)) }
      return try await accounts.create(email: try parsed("email", EmailAddress(email)), name: name, password: password)
    }
  }

  /// Gives somebody a new password, and ends their sessions; gives the password, which is generated if none is given.
  package func resetPassword(of email: String, to password: String?) async throws -> String {
    try await explaining { try await accounts.resetPassword(of: email, to: password) }
  }

  /// Takes away somebody's second factor, and ends their sessions. Whoever must have one has to enrol another.
  package func removeSecondFactor(of email: String) async throws {
    try await explaining { try await accounts.removeSecondFactor(of: email) }
  }

  /// Ends somebody's sessions: all account tokens, base tokens and temporary API tokens.
  package func endSessions(of email: String) async throws {
    try await explaining { try await accounts.endSessions(of: email) }
  }

  /// What is the caller's fault, in the words of the API.
  private func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch {
      let answer = WireError(error)
      throw answer.status < 500 ? MachineProblem(description: answer.text) : error
    }
  }
}
