internal import API
internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

/// Everything the program does, by what is typed.
let commands = [
  Command(words: ["serve"], help: Help.serve) { _ in try serve() },
  Command(words: ["migrate"], help: Help.migrate) { _ in try migrate() },
  Command(words: ["seed"], help: Help.seed, flags: ["json"]) { try seed(asJSON: $0.has("json")) },
  Command(
    words: ["admin", "create"], help: Help.adminCreate, valued: ["email", "name"], flags: ["password-stdin"]
  ) { try createAdministrator($0) },
  Command(words: ["audit", "verify"], help: Help.auditVerify, flags: ["heads"]) {
    try verifyAuditTrail(withHeads: $0.has("heads"))
  },
  Command(words: ["keys", "list"], help: Help.keys) { _ in try listKeys() },
  Command(words: ["keys", "rotate"], help: Help.keys) { _ in try rotateKeys() },
  Command(words: ["keys", "retire"], help: Help.keys, valued: ["kid"]) { try retireKey($0) },
  Command(words: ["backup"], help: Help.backup, operand: "FILE") { try backup(to: $0.operand) },
  Command(
    words: ["restore"], help: Help.restore, flags: ["check", "replace", "end-sessions"], operand: "FILE"
  ) { try restore(from: $0.operand, $0) },
  Command(words: ["healthcheck"], help: Help.healthCheck, flags: ["live"]) {
    try checkHealth(isLiveEnough: $0.has("live"))
  },
  Command(words: ["routes"], help: Help.routes, flags: ["callers"]) {
    $0.has("callers") ? printCallers() : printRoutes()
  },
  Command(words: ["version"], help: Help.version) { _ in say("basekeeper \(version)") },
]

private func migrate() throws {
  try withInstallation { installation in
    for name in installation.applied { say("applied \(name)") }
    for name in try installation.newerMigrations() { say("\(name) is of a newer version, beside which this one runs") }
    say(installation.applied.isEmpty ? "The database is at this version already." : "The database is up to date.")
  }
}

private func seed(asJSON: Bool) throws {
  try withInstallation { installation in
    let seeded = try installation.seed()
    say(asJSON ? seeded.json : seeded.text(publicURL: installation.configuration.publicURL))
  }
}

private func createAdministrator(_ options: Options) throws {
  guard let email = options["email"], email.contains("@") else { throw UsageError("--email ADDRESS is needed") }
  let name = options["name"] ?? String(email.prefix { $0 != "@" })
  var given: String?
  if options.has("password-stdin") {
    given = readLine()
    guard let given, (8...1024).contains(given.utf8.count) else {
      throw UsageError("the password must have 8 to 1024 bytes")
    }
  }
  let password = given ?? Secret.generatedPassword().clear
  try withInstallation { installation in
    try installation.createAdministrator(email: email, name: name, password: password)
    say("\(email) is a system administrator.")
    if given == nil { say("Password: \(password)   (shown now and never again)") }
  }
}

private func verifyAuditTrail(withHeads: Bool) throws {
  try withInstallation { installation in
    let heads = try installation.withDatabase { try await AuditTrail.verify($0) }
    if withHeads {
      for head in heads {
        say("\(head.chain == 0 ? "no team" : "team \(head.chain)"): \(head.count) entries, the last \(head.hash)")
      }
    }
    say("\(heads.reduce(0) { $0 + $1.count }) entries of \(heads.count) logs are as they were written.")
  }
}

private func listKeys() throws {
  try withInstallation { installation in
    let store = try installation.keys().store
    for key in try installation.withDatabase({ try await store.list($0) }) {
      say("\(key.id)  \(key.algorithm)  \(key.state)\(key.activates.map { "  since \($0.wire)" } ?? "")")
    }
  }
}

private func rotateKeys() throws {
  try withInstallation { installation in
    let store = try installation.keys().store
    let key = try installation.withDatabase { try await store.rotate($0) }
    say(
      "\(key.id) signs in \(KeyStore.overlap.components.seconds) seconds. The one before is accepted until it is retired;"
    )
    say("no base token lives for longer than three days after that.")
  }
}

private func retireKey(_ options: Options) throws {
  guard let id = options["kid"] else { throw UsageError("--kid KID is needed: `basekeeper keys list` shows them") }
  try withInstallation { installation in
    let store = try installation.keys().store
    try installation.withDatabase { try await store.retire(id, $0) }
    say("\(id) is retired: what it has signed is refused within seconds.")
  }
}

/// Markdown, for the README.
private func printCallers() {
  let kinds = CallerKind.allCases
  say("| | " + kinds.map(\.rawValue).joined(separator: " | ") + " |")
  say("|---|" + kinds.map { _ in ":-:|" }.joined())
  for (principal, callers) in admissions {
    say("| `\(principal)` | " + kinds.map { callers.contains($0) ? "•" : " " }.joined(separator: " | ") + " |")
  }
}

private func printRoutes() {
  for route in routes {
    say(
      [route.method.rawValue, route.path, route.operation, route.principal, "\(route.status)"].joined(separator: "\t"))
  }
}
