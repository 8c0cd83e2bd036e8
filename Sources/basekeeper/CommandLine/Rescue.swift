internal import API
internal import Crypto
internal import Domain
internal import Glibc
internal import Ground
internal import Postgres

// Commands that help if no administrator can sign in.

/// `basekeeper admin list`.
func listAdministrators(_ options: Options) throws {
  let administrators = try atTheMachine(options) { try await $0.administrators() }
  let rows = administrators.map { one in
    [
      one.email, one.name, one.isActive ? "active" : "deactivated",
      one.hasSecondFactor ? "second factor" : "no second factor",
      one.lastLogin.map { "last signed in \($0.wire)" } ?? "never signed in",
    ]
  }
  for line in aligned(rows) { say(line) }
}

/// `basekeeper admin create`.
func createAdministrator(_ options: Options) throws {
  let (email, name, given) = (options["email"] ?? "", options["name"], try passwordOnInput(options))
  let password = try atTheMachine(options, isPasswordGiven: given != nil) {
    try await $0.create(email: email, name: name, password: given)
  }
  say("\(email) is a system administrator.")
  if given == nil { say("Password: \(password)   (shown only now)") }
}

/// `basekeeper admin reset-password`.
func resetPassword(_ options: Options) throws {
  let (email, given) = (options["email"] ?? "", try passwordOnInput(options))
  let password = try atTheMachine(options, isPasswordGiven: given != nil) {
    try await $0.resetPassword(of: email, to: given)
  }
  say("\(email) has a new password and must sign in again.")
  if given == nil { say("Password: \(password)   (shown only now)") }
}

/// `basekeeper admin disable-2fa`.
func disableSecondFactor(_ options: Options) throws {
  let email = options["email"] ?? ""
  try atTheMachine(options) { try await $0.removeSecondFactor(of: email) }
  say("\(email) has no second factor any more and must sign in again.")
}

/// `basekeeper admin end-sessions`.
func endSessions(_ options: Options) throws {
  let email = options["email"] ?? ""
  try atTheMachine(options) { try await $0.endSessions(of: email) }
  say("\(email) must sign in again.")
}

private func atTheMachine<Value: Sendable>(
  _ options: Options, isPasswordGiven: Bool = false,
  _ body: @escaping @Sendable (LocalAdministration) async throws -> Value
) throws -> Value {
  try withInstallation(options) { installation in
    let passwords = installation.passwords
    let leaked = isPasswordGiven ? try installation.configuration.readLeakedPasswords() : LeakedPasswords()
    return try installation.withDatabase { try await body(LocalAdministration($0, passwords, leaked: leaked)) }
  }
}

/// The first line of standard input; nil without `--password-stdin`.
private func passwordOnInput(_ options: Options) throws -> String? {
  guard options.has("password-stdin") else { return nil }
  guard let line = readLine() else { throw UsageError("standard input has no password") }
  return line
}
