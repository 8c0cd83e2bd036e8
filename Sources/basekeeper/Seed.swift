internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import Postgres

/// What the first start has created, with its secrets in clear, which are shown only once.
struct Seeded: Sendable, JSONEncodable {
  var administrator: SeededPerson?
  var demo: Demo?

  /// Writes `null` for what was seeded before.
  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("administrator", administrator)
      $0.add("demo", demo)
    }
  }

  struct SeededPerson: Sendable, JSONEncodable {
    let email: String
    let password: String
    /// Whether the operator has chosen the password, which is then never shown.
    var isGiven = false

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("email", email)
        $0.add("password", isGiven ? nil : password)
      }
    }
  }

  struct Demo: Sendable, JSONEncodable {
    let admin: SeededPerson
    let member: SeededPerson
    let tokens: [Token]

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("team_admin", admin)
        $0.add("member", member)
        $0.add("api_tokens", tokens)
      }
    }
  }

  struct Token: Sendable, JSONEncodable {
    let base: String
    let app: String
    let permission: Permission
    let secret: Secret

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("base", base)
        $0.add("app_name", app)
        $0.add("permission", permission.rawValue)
        $0.add("api_token", secret.clear)
      }
    }
  }
}

extension Installation {
  /// Seeds what has not been seeded yet; a replica that starts at the same moment seeds nothing. Before the transaction
  /// is committed, everything generated is kept in a file or, if there is no place for one, shown by `show`. So it is
  /// not lost if this process ends at any moment. If `show` throws, nothing is seeded.
  func seed(showing show: @escaping @Sendable (Seeded) throws -> Void) throws -> Seeded {
    let (configuration, passwords, notes) = (self.configuration, self.passwords, FirstStart(self.configuration))
    return try withDatabase { database in
      let before: [Seed] = try await database.rows("select name from seed")
      let missing = Set([Seed.administrator] + (configuration.isDemo ? [.demo] : [])).subtracting(before)
      guard !missing.isEmpty else { return Seeded() }
      if missing.contains(.administrator) { try configuration.checkAdministrator() }
      let draft = try await Draft(configuration, missing, passwords)
      return try await database.transaction { transaction in
        let seeded = try await draft.insert(transaction)
        if seeded.hasSecrets && notes.canBeKept { try notes.keep(seeded) }
        if seeded.hasSecrets && !notes.canBeKept { try show(seeded) }
        return seeded
      }
    }
  }
}

/// A part that is seeded only once.
private struct Seed: RowDecodable, Hashable {
  let name: String

  static let administrator = Seed(name: "administrator")
  static let demo = Seed(name: "demo")

  private init(name: String) { self.name = name }
  init(_ row: Row) throws(PostgresError) { name = try row["name"] }

  /// Marks it as seeded; false if it was already.
  func mark(_ transaction: Transaction) async throws -> Bool {
    try await transaction.run("insert into seed (name) values (\(name)) on conflict do nothing") == 1
  }
}

/// What will be seeded, with the hashes of its passwords.
private struct Draft: Sendable {
  private var administrator: (person: Seeded.SeededPerson, hash: PasswordHash)?
  private var demo: (demo: Seeded.Demo, admin: PasswordHash, member: PasswordHash)?

  init(_ configuration: Configuration, _ missing: Set<Seed>, _ passwords: PasswordHasher) async throws {
    if missing.contains(.administrator) {
      let password = configuration.adminPassword ?? Secret.generatedPassword().clear
      let person = Seeded.SeededPerson(
        email: configuration.adminEmail, password: password, isGiven: configuration.adminPassword != nil)
      administrator = (person, try await passwords.hash(password))
    }
    if missing.contains(.demo) {
      let made = Seeded.Demo.generated()
      demo = (made, try await passwords.hash(made.admin.password), try await passwords.hash(made.member.password))
    }
  }

  /// Inserts what is missing, and returns that.
  func insert(_ transaction: Transaction) async throws -> Seeded {
    var seeded = Seeded()
    if let (person, hash) = administrator, try await Seed.administrator.mark(transaction) {
      let count = try await transaction.run(
        """
        insert into account (email, name, password_hash, is_system_admin)
        values (\(person.email), 'Administrator', \(hash), true)
        on conflict (lower(email)) do nothing
        """)
      if count == 1 { seeded.administrator = person }
    }
    if let (demo, admin, member) = demo, try await Seed.demo.mark(transaction) {
      try await insert(demo, admin, member, transaction)
      try await DemoContent(transaction).fill(basesOf: [demo.admin.email, demo.member.email])
      seeded.demo = demo
    }
    return seeded
  }

  /// Anna's group has the base "Projects", Max's own workspace "Customers". Their tables come from elsewhere.
  private func insert(
    _ demo: Seeded.Demo, _ adminHash: PasswordHash, _ memberHash: PasswordHash, _ transaction: Transaction
  ) async throws {
    let (admin, member) = (demo.admin, demo.member)
    try await transaction.run(
      """
      with team as (
        insert into team (name) values ('Demo team') returning id
      ), anna as (
        insert into account (team_id, email, name, password_hash, is_team_admin)
        select id, \(admin.email), 'Anna', \(adminHash), true from team returning id, team_id
      ), max as (
        insert into account (team_id, email, name, password_hash)
        select id, \(member.email), 'Max', \(memberHash) from team returning id, team_id
      ), people as (
        select id, team_id, 'owner' as role from anna union all select id, team_id, 'member' from max
      ), own as (
        insert into workspace (team_id, account_id) select team_id, id from people returning id, team_id, account_id
      ), marketing as (
        insert into user_group (team_id, name) select id, 'Marketing' from team returning id, team_id
      ), joined as (
        insert into group_member (group_id, account_id, role)
        select marketing.id, people.id, people.role from marketing, people
      ), shared as (
        insert into workspace (team_id, group_id) select team_id, id from marketing returning id, team_id
      ), bases as (
        insert into base (workspace_id, team_id, name, creator_id, modifier_id)
        select shared.id, shared.team_id, 'Projects', anna.id, anna.id from shared, anna
        union all
        select own.id, own.team_id, 'Customers', max.id, max.id from own join max on max.id = own.account_id
        returning id, team_id, name, creator_id
      )
      insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
      select bases.id, bases.team_id, token.app_name, decode(token.hash, 'hex'), token.hint, token.permission,
             bases.creator_id
      from \(demo.tokenRows)
      join bases on bases.name = token.base
      """)
  }
}

extension Seeded.Demo {
  /// The API tokens as the rows of a table: the base's name, the app's, the secret's hash and hint, the permission.
  fileprivate var tokenRows: SQL {
    """
    unnest(\(tokens.map(\.base))::text[], \(tokens.map(\.app))::text[], \(tokens.map(\.secret.hash.hex))::text[],
           \(tokens.map(\.secret.hint))::text[], \(tokens.map(\.permission.rawValue))::text[])
      as token (base, app_name, hash, hint, permission)
    """
  }
}

// MARK: For people and programs

extension Seeded {
  /// One JSON object.
  var json: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }

  /// Whether something in it was generated.
  var hasSecrets: Bool { administrator?.isGiven == false || demo != nil }

  /// The accounts and tokens as text for people.
  var accounts: String {
    var lines: [String] = []
    if let administrator {
      let password = administrator.isGiven ? "that of BASEKEEPER_ADMIN_PASSWORD" : administrator.password
      lines += ["", "The system administrator:", "  \(administrator.email)   password: \(password)"]
    }
    if let demo {
      lines += ["", "The demo team:"]
      lines += ["  \(demo.admin.email)   password: \(demo.admin.password)   (team admin)"]
      lines += ["  \(demo.member.email)    password: \(demo.member.password)   (member)"]
      lines += demo.tokens.map {
        "  API token \"\($0.app)\" for \($0.base), \($0.permission.rawValue): \($0.secret.clear)"
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Everything that a person needs to start, as text.
  func text(_ notes: FirstStart) -> String {
    var lines = [accounts]
    if hasSecrets && notes.canBeKept {
      lines += ["", "This is also in \(notes.path), until the administrator has signed in."]
    } else if hasSecrets {
      lines += ["", "This is shown only now."]
    } else if administrator == nil && notes.isThere {
      lines += ["", "Already seeded. The passwords and tokens of the first start are in \(notes.path)."]
    } else if administrator == nil {
      lines += [
        "", "Already seeded. Passwords and tokens are stored only as hashes: `basekeeper admin reset-password` sets a",
      ]
      lines += ["new password, and `basekeeper admin create` creates another administrator."]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A first request for people to paste.
  func invitation(publicURL: String) -> String {
    let secret = demo?.tokens.first?.secret.clear ?? "YOUR_API_TOKEN"
    return """
      Basekeeper listens on \(publicURL). A base token:
        curl -H 'Authorization: Bearer \(secret)' \(publicURL)/api/v2.1/dtable/app-access-token/

      """
  }
}

extension Seeded.Demo {
  fileprivate static func generated() -> Seeded.Demo {
    Seeded.Demo(
      admin: Seeded.SeededPerson(email: "anna@demo.example", password: Secret.generatedPassword().clear),
      member: Seeded.SeededPerson(email: "max@demo.example", password: Secret.generatedPassword().clear),
      tokens: [
        Seeded.Token(base: "Projects", app: "My program", permission: .readWrite, secret: .generate()),
        Seeded.Token(base: "Projects", app: "My report", permission: .read, secret: .generate()),
        Seeded.Token(base: "Customers", app: "My newsletter", permission: .readWrite, secret: .generate()),
      ])
  }
}
