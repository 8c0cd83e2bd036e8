internal import API
internal import Access
internal import Crypto
internal import Ground
internal import HTTP
internal import Postgres

/// Every command of the program.
let commands = [
  Command(words: ["serve"], summary: "run the service", text: Text.serve) { try serve($0) },
  Command(words: ["migrate"], summary: "bring the database to this version's schema", text: Text.migrate) {
    try migrate($0)
  },
  Command(
    words: ["seed"], summary: "create the first administrator, and with BASEKEEPER_DEMO=yes a demo team",
    text: Text.seed, options: [.init(name: "json", text: "print the result as one JSON object")]
  ) { try seed($0) },
  Command(words: ["admin", "list"], summary: "list the system administrators", text: Text.adminList) {
    try listAdministrators($0)
  },
  Command(
    words: ["admin", "create"], summary: "create another one", text: Text.adminCreate,
    options: [
      address, .init(name: "name", value: "NAME", text: "the name that is shown (default: the address up to its @)"),
      passwordOnInput,
    ]
  ) { try createAdministrator($0) },
  Command(
    words: ["admin", "reset-password"], summary: "give somebody a new password", text: Text.resetPassword,
    options: [address, passwordOnInput]
  ) { try resetPassword($0) },
  Command(
    words: ["admin", "disable-2fa"], summary: "remove somebody's second factor", text: Text.disableSecondFactor,
    options: [address]
  ) { try disableSecondFactor($0) },
  Command(
    words: ["admin", "end-sessions"], summary: "end somebody's sessions", text: Text.endSessions, options: [address]
  ) { try endSessions($0) },
  Command(
    words: ["audit", "verify"], summary: "prove that nobody has changed the audit log", text: Text.auditVerify,
    options: [
      .init(
        name: "heads",
        text:
          "also print each team's number of entries and last hash: if you keep these elsewhere, they show whether a "
          + "whole log was rewritten")
    ]
  ) { try verifyAuditTrail($0) },
  Command(words: ["keys", "list"], summary: "list the keys that sign base tokens", text: Text.keys) {
    try listKeys($0)
  },
  Command(words: ["keys", "rotate"], summary: "make a new key", text: Text.keys) { try rotateKeys($0) },
  Command(
    words: ["keys", "retire"], summary: "end a key", text: Text.keys,
    options: [
      .init(
        name: "kid", value: "KID", isNeeded: true,
        text: "the key's ID, as in `keys list` and in the header of the tokens")
    ]
  ) { try retireKey($0) },
  Command(words: ["keys", "master"], summary: "replace the master key", text: Text.masterKey) {
    try replaceMasterKey($0)
  },
  Command(
    words: ["backup"], summary: "write the whole database to a file", text: Text.backup, operand: .init(name: "FILE")
  ) { try backup($0) },
  Command(
    words: ["restore"], summary: "restore it from a file, or prove that the file can be restored", text: Text.restore,
    options: [
      .init(
        name: "check",
        text: "restore into a temporary database on the same server: proves that the file is good, while the service "
          + "runs. The role must be allowed to create databases. It excludes the other options"),
      .init(
        name: "replace",
        text: "replace what the database contains, after checking FILE as --check does. Prints the entries of the old "
          + "audit log that are not in the backup: what was revoked since then is valid again"),
      .init(
        name: "end-sessions",
        text:
          "end all account tokens and base tokens: people sign in again, and programs exchange their API tokens again"),
    ], operand: .init(name: "FILE")
  ) { try restore($0) },
  Command(
    words: ["healthcheck"], summary: "ask the running service whether it is ready", text: Text.healthCheck,
    options: [.init(name: "live", text: "ask only whether it runs, even if its database does not answer")]
  ) { try checkHealth($0.configuration, isLiveEnough: $0.has("live")) },
  Command(
    words: ["config"], summary: "show all settings, and where they are set", text: Text.config,
    options: [
      .init(name: "markdown", text: "print the tables of docs/settings.md instead"),
      .init(name: "template", text: "print .env.template instead"),
    ]
  ) { try showConfiguration($0) },
  Command(
    words: ["routes"], summary: "print every route: method, path, operation, principal, status", text: Text.routes,
    options: [.init(name: "callers", text: "print which callers each principal admits, as Markdown")],
    readsSettings: false
  ) { $0.has("callers") ? printCallers() : printRoutes() },
  Command(
    words: ["completion"], summary: "print a script that completes commands in a shell", text: Text.completion,
    operand: .init(name: "SHELL", words: Shell.allCases.map(\.rawValue)), readsSettings: false
  ) { options in Shell(rawValue: options.operand).map { say($0.completion) } },
  Command(words: ["man"], summary: "print the manual page", text: Text.man, readsSettings: false) { _ in say(manualPage)
  },
  Command(words: ["version"], summary: "print the version", text: "Prints the version.", readsSettings: false) { _ in
    say("basekeeper \(version)")
  },
]

private let address = Command.Option(
  name: "email", value: "ADDRESS", isNeeded: true, text: "the address that the person signs in with")

private let passwordOnInput = Command.Option(
  name: "password-stdin", text: "read the password from the first line of standard input")

private func migrate(_ options: Options) throws {
  try withInstallation(options, mayBeNew: true) { installation in
    for name in installation.applied { say("applied \(name)") }
    for name in try installation.newerMigrations() { say("\(name) is a newer version's; this version works with it") }
    say(installation.applied.isEmpty ? "The database was up to date already." : "The database is up to date.")
  }
}

private func seed(_ options: Options) throws {
  let isJSON = options.has("json")
  try withInstallation(options, mayBeNew: true) { installation in
    let notes = FirstStart(installation.configuration)
    let show: @Sendable (Seeded) -> Void = { say(isJSON ? $0.json : $0.text(notes)) }
    let seeded = try installation.seed(showing: show)
    // What is not kept was already shown when it was made.
    if notes.canBeKept || !seeded.hasSecrets { show(seeded) }
  }
}

private func verifyAuditTrail(_ options: Options) throws {
  try withInstallation(options) { installation in
    let format = Log.Format(options.environment)
    let heads = try installation.withDatabase {
      do {
        return try await AuditTrail.verify($0)
      } catch let broken as AuditTrail.Broken {
        format.tell(SecurityReport(.auditBroken(broken)))
        throw broken
      }
    }
    if options.has("heads") {
      for head in heads {
        say("\(head.chain == 0 ? "no team" : "team \(head.chain)"): \(head.count) entries, last hash \(head.hash)")
      }
    }
    say("\(heads.reduce(0) { $0 + $1.count }) entries of \(heads.count) logs are unchanged.")
  }
}

private func listKeys(_ options: Options) throws {
  try withInstallation(options) { installation in
    let store = try installation.neededKeys()
    for key in try installation.withDatabase({ try await store.list($0) }) {
      let time = key.activates.map { "  since \($0.wire)" } ?? ""
      say("\(key.id)  \(key.algorithm)  \(key.state)\(time)\(key.note.map { "  (\($0))" } ?? "")")
    }
  }
}

private func rotateKeys(_ options: Options) throws {
  try withInstallation(options) { installation in
    let store = try installation.neededKeys()
    let key = try installation.withDatabase { try await store.rotate($0) }
    say(
      "\(key.id) starts to sign in \(KeyStore.overlap.components.seconds) seconds. The old key is accepted until you "
        + "retire it;")
    say("three days after the change, none of its base tokens is valid any more.")
  }
}

private func retireKey(_ options: Options) throws {
  let id = options["kid"] ?? ""
  try withInstallation(options) { installation in
    let store = try installation.neededKeys()
    try installation.withDatabase { try await store.retire(id, $0) }
    say("\(id) is retired: within seconds, base tokens that it signed are refused.")
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
      [route.method.rawValue, route.path, route.operation, route.principal, "\(route.status.rawValue)"]
        .joined(separator: "\t"))
  }
}
