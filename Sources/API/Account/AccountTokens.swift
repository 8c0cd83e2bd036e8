internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let accountTokenRoutes = Table(.accountTokens, [
  Route(.get,    "/api/v2.1/user/account-tokens/",            "listAccountTokens",   as: SignedIn.self, listTokens),
  Route(.post,   "/api/v2.1/user/account-tokens/",            "createAccountToken",  as: SignedIn.self, makeToken),
  Route(.delete, "/api/v2.1/user/account-tokens/",            "deleteAccountTokens", as: SignedIn.self, endOthers),
  Route(.delete, "/api/v2.1/user/account-tokens/{token_id}/", "deleteAccountToken",  as: TokenOwner.self, of: \.named, endToken),
  Route(.put,    "/api/v2.1/user/password/",                  "updatePassword",      as: SignedIn.self, changePassword),
])

// MARK: Wire

/// What a new account token is called, and how long it lives; nil for ever.
struct AccountTokenTerms: Sendable {
  let name: String
  let days: Int64?

  init(_ fields: Fields) throws {
    name = try fields.optionalName("name") ?? ""
    days = try fields.optionalInteger("expire_days", 1...36_500)
  }

  /// When it ends, as an expression.
  var expiry: SQL { "now() + make_interval(days => \(days)::integer)" }
}

private struct NewAccountToken: Input {
  let terms: AccountTokenTerms
  init(_ parts: Parts) throws { terms = try AccountTokenTerms(parts.body()) }
}

private struct NumberedToken: PathInput {
  static let variable = "token_id"
  let named: String
  init(_ segment: String) { named = segment }
}

private struct PasswordChange: Input {
  let old: String
  let fields: Fields

  init(_ parts: Parts) throws {
    fields = try parts.body()
    old = try fields.text("old_password", 1...1024)
    _ = try fields.text("new_password", 1...1024)
  }
}

/// A token in its owner's list; a new one has its secret, for the only time.
private struct TokenEntry: RowDecodable, Output, JSONEncodable {
  let id: ID<AccountToken>
  let name: String
  let created: Timestamp
  let expires: Timestamp?
  let lastUsed: Timestamp?
  let lastAddress: String?
  let lastClient: String?
  var isCurrent = false
  var secret: Secret?

  static let columns: SQL = """
    token.id, token.name, token.created_at, token.expires_at, token.last_used_at, host(token.last_address) as last_address,
    token.last_client
    """

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
    expires = try row["expires_at"]
    lastUsed = try row["last_used_at"]
    lastAddress = try row["last_address"]
    lastClient = try row["last_client"]
  }

  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? [] }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("name", name)
      $0.add("created_at", created)
      $0.add("expires_at", expires)
      $0.add("last_access", lastUsed)
      $0.add("last_address", lastAddress)
      $0.add("last_client", lastClient)
      $0.add("is_current", isCurrent)
      if let secret { $0.add("token", secret.clear) }
    }
  }
}

// MARK: Operations

private func listTokens(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> NamedList<TokenEntry> {
  var tokens: [TokenEntry] = try await app.db.rows(
    """
    select \(TokenEntry.columns)
    from account_token as token
    where token.account_id = \(caller.account) and (token.expires_at is null or token.expires_at > now())
    order by token.id
    \(page.limit)
    """)
  for index in tokens.indices { tokens[index].isCurrent = tokens[index].id == caller.token }
  return NamedList("account_tokens", tokens)
}

/// It ends with the token that is shown, if that ends by itself.
private func makeToken(
  by caller: SignedIn, _ new: NewAccountToken, _ app: App
) async throws -> Created<TokenEntry> {
  let secret = Secret.generate()
  let made: TokenEntry? = try await app.change(by: caller) {
    try await $0.row(
      """
      with token as (
        insert into account_token (account_id, hash, name, expires_at)
        select id, \(secret.hash.bytes), \(new.terms.name),
               least(\(new.terms.expiry), (select expires_at from account_token where id = \(caller.token)))
        from live_account where id = \(caller.account)
        returning *
      )
      select \(TokenEntry.columns) from token
      """)
  }
  guard var made else { throw Refusal.badAccountToken }
  made.secret = secret
  return Created(made)
}

/// All but the one that is shown; and all base tokens and temporary API tokens, whichever they were made from.
private func endOthers(by caller: SignedIn, _: NoInput, _ app: App) async throws -> Success {
  try await app.change(by: caller, endsOwnAccess: true) {
    try await $0.run("update account set generation = generation + 1 where id = \(caller.account)")
    try await $0.run("delete from account_token where account_id = \(caller.account) and id <> \(caller.token)")
  }
  return Success()
}

private func endToken(by owner: TokenOwner, _ token: NumberedToken, _ app: App) async throws -> Success {
  let count = try await app.change(by: owner.caller, endsOwnAccess: true) {
    try await $0.run(
      "delete from account_token where account_id = \(owner.caller.account) and id = \(owner.token)")
  }
  guard count == 1 else { throw Refusal.notFound(.accountToken(token.named)) }
  return Success()
}

/// Whoever knows the old password may set another one; all account tokens end but the one that is shown.
private func changePassword(of caller: SignedIn, _ change: PasswordChange, _ app: App) async throws -> Success {
  let person = try await app.confirm(change.old, of: caller)
  let new = try NewPassword(
    change.fields, "new_password",
    names: [person.email, String(person.email.prefix { $0 != "@" }), person.name])
  let hash = try await app.hash(new.clear, by: caller.subject)
  try await app.change(by: caller, endsOwnAccess: true) {
    let count = try await $0.run(
      """
      update account set password_hash = \(hash)
      where id = \(caller.account) and password_hash = \(person.password)
      """)
    guard count == 1 else { throw DomainError.refused("The password was changed in the meantime.") }
    try await $0.run("delete from account_token where account_id = \(caller.account) and id <> \(caller.token)")
  }
  return Success()
}

/// Somebody who has given his password again, and what it was checked against.
struct Confirmed: RowDecodable {
  let email: String
  let name: String
  let password: PasswordHash?

  init(_ row: Row) throws(PostgresError) {
    email = try row["email"]
    name = try row["name"]
    password = try row["password_hash"]
  }
}

extension App {
  /// Asks somebody signed in for his password again; wrong ones are throttled like those at the door.
  func confirm(_ password: String, of caller: SignedIn) async throws -> Confirmed {
    let attempt = try await Attempt.begin(at: .account(caller.account), self)
    let person: Confirmed? = try await db.row(
      "select email, name, password_hash from account where id = \(caller.account)")
    guard let person else { throw Refusal.badAccountToken }
    guard try await isRight(password, for: person.password, attempt) else {
      throw DomainError.refused("The password is wrong.")
    }
    try await attempt.succeed(self)
    return person
  }
}
