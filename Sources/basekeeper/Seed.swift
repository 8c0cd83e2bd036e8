internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

/// What was made at the first start, its secrets in clear for the only time.
struct Seeded: Sendable {
  var administrator: Person?
  var demo: Demo?

  struct Person: Sendable, JSONEncodable {
    let email: String
    let password: String
    /// Whether the operator has chosen the password: then it is not printed, for whom the log is no place for it.
    var isGiven = false

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("email", email)
        $0.add("password", password)
      }
    }
  }

  struct Demo: Sendable, JSONEncodable {
    let admin: Person
    let member: Person
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
  /// Seeds what has not been seeded yet; a replica that starts at the same moment seeds nothing.
  func seed() throws -> Seeded {
    let (configuration, passwords) = (self.configuration, self.passwords)
    return try withDatabase { database in
      var seeded = Seeded()
      let password = configuration.adminPassword ?? Secret.generatedPassword().clear
      let administrator = Seeded.Person(
        email: configuration.adminEmail, password: password, isGiven: configuration.adminPassword != nil)
      if try await seedAdministrator(administrator, passwords, database) { seeded.administrator = administrator }
      if configuration.isDemo { seeded.demo = try await seedDemo(passwords, database) }
      return seeded
    }
  }

  func createAdministrator(email: String, name: String, password: String) throws {
    let passwords = self.passwords
    try withDatabase { database in
      let hash = try await passwords.hash(password)
      do {
        try await database.run(
          """
          insert into account (email, name, password_hash, is_system_admin)
          values (\(email), \(name), \(hash), true)
          """)
      } catch PostgresError.statement(_, constraint: "account_email_key", _) {
        throw UsageError("there is an account with the address \(email) already")
      }
    }
  }
}

/// Marks it as seeded; false where it was before.
private func mark(_ name: String, _ transaction: Transaction) async throws -> Bool {
  try await transaction.run("insert into seed (name) values (\(name)) on conflict do nothing") == 1
}

private func seedAdministrator(
  _ person: Seeded.Person, _ passwords: PasswordHasher, _ database: Database
) async throws -> Bool {
  let hash = try await passwords.hash(person.password)
  return try await database.transaction { transaction in
    guard try await mark("administrator", transaction) else { return false }
    return try await transaction.run(
      """
      insert into account (email, name, password_hash, is_system_admin)
      values (\(person.email), 'Administrator', \(hash), true)
      on conflict (lower(email)) do nothing
      """) == 1
  }
}

private func seedDemo(_ passwords: PasswordHasher, _ database: Database) async throws -> Seeded.Demo? {
  let admin = Seeded.Person(email: "anna@demo.example", password: Secret.generatedPassword().clear)
  let member = Seeded.Person(email: "max@demo.example", password: Secret.generatedPassword().clear)
  let tokens = [
    Seeded.Token(base: "Projects", app: "My program", permission: .readWrite, secret: .generate()),
    Seeded.Token(base: "Projects", app: "My report", permission: .read, secret: .generate()),
    Seeded.Token(base: "Customers", app: "My newsletter", permission: .readWrite, secret: .generate()),
  ]
  let (adminHash, memberHash) = try await (passwords.hash(admin.password), passwords.hash(member.password))
  let isNew = try await database.transaction { transaction in
    guard try await mark("demo", transaction) else { return false }
    // Anna's group holds "Projects", Max's own workspace "Customers".
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
      from unnest(\(tokens.map(\.base))::text[], \(tokens.map(\.app))::text[],
                  \(tokens.map(\.secret.hash.hex))::text[], \(tokens.map(\.secret.hint))::text[],
                  \(tokens.map(\.permission.rawValue))::text[])
        as token (base, app_name, hash, hint, permission)
      join bases on bases.name = token.base
      """)
    return true
  }
  return isNew ? Seeded.Demo(admin: admin, member: member, tokens: tokens) : nil
}

// MARK: For people and programs

extension Seeded {
  /// One JSON object; `null` for what was seeded before.
  var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.add("administrator", administrator)
      $0.add("demo", demo)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// What a person needs to begin; `publicURL` is where the service is, or will be.
  func text(publicURL: String) -> String {
    var lines: [String] = []
    if let administrator {
      let password = administrator.isGiven ? "as BASEKEEPER_ADMIN_PASSWORD says" : administrator.password
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
    if lines.isEmpty {
      lines += ["", "Seeded before: the passwords and tokens were shown then, and are kept as hashes only."]
      lines += ["`basekeeper admin create --email ADDRESS` makes another administrator."]
    } else {
      lines += ["", "Nothing of this is shown again."]
    }
    let secret = demo?.tokens.first?.secret.clear ?? "YOUR_API_TOKEN"
    lines += ["", "Basekeeper listens on \(publicURL). A base token:"]
    lines += ["  curl -H 'Authorization: Bearer \(secret)' \(publicURL)/api/v2.1/dtable/app-access-token/", ""]
    return lines.joined(separator: "\n")
  }
}
