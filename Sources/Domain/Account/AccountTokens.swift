package import Access
package import Crypto
package import Ground
package import Postgres

/// A person's own account tokens.
package struct AccountTokens: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's tokens.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// A page of the live tokens, the oldest first.
  package func list(_ page: Page) async throws(PostgresError) -> [AccountTokenRecord] {
    try await app.db.rows(
      """
      select \(AccountTokenRecord.columns(for: caller))
      from account_token as token
      where token.account_id = \(caller.account) and (token.expires_at is null or token.expires_at > now())
      order by token.id
      \(page.limit)
      """)
  }

  /// Makes another token. It does not outlive the token that the request shows.
  package func make(_ terms: AccountTokenTerms) async throws -> AccountTokenRecord {
    let secret = Secret.generate()
    let made: AccountTokenRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with token as (
          insert into account_token (account_id, hash, name, expires_at)
          select id, \(secret.hash.bytes), \(terms.name),
                 least(\(terms.end), (select expires_at from account_token where id = \(caller.token)))
          from live_account where id = \(caller.account)
          returning *
        )
        select \(AccountTokenRecord.columns(for: caller)) from token
        """)
    }
    guard var made else { throw Refusal.badAccountToken }
    made.secret = secret
    return made
  }

  /// Ends the token that was proved to be the caller's.
  package func end(_ token: ID<AccountToken>, named: String) async throws {
    let count = try await app.change(by: caller, endsOwnAccess: true) {
      try await $0.run("delete from account_token where account_id = \(caller.account) and id = \(token)")
    }
    guard count == 1 else { throw Refusal.notFound(.accountToken(named)) }
  }

  /// Ends all account tokens except the one that the request shows, and all base tokens and temporary API tokens of the
  /// caller.
  package func endOthers() async throws {
    try await app.change(by: caller, endsOwnAccess: true) {
      try await $0.run("update account set generation = generation + 1 where id = \(caller.account)")
      try await $0.endAccountTokens(of: caller.account, except: caller.token)
    }
  }
}

/// The name and the lifetime of a new account token; nil days mean that it does not expire.
package struct AccountTokenTerms: Sendable {
  let name: String
  let days: Int64?

  /// A token that expires after `days` days.
  package init(name: String, days: Int64?) { (self.name, self.days) = (name, days) }

  /// The time when it expires, as an expression.
  var end: SQL { "now() + make_interval(days => \(days)::integer)" }
}

/// An account token in its owner's list. A new one also has its secret, which is shown only once.
package struct AccountTokenRecord: RowDecodable, Sendable {
  package let id: ID<AccountToken>
  package let name: String
  package let created: Timestamp
  package let expires: Timestamp?
  package let lastUsed: Timestamp?
  package let lastAddress: String?
  package let lastClient: String?
  /// Whether it is the token that the request shows.
  package let isCurrent: Bool
  /// Only in the response that creates the token.
  package internal(set) var secret: Secret?

  static func columns(for caller: SignedIn) -> SQL {
    """
    token.id, token.name, token.created_at, token.expires_at, token.last_used_at,
    host(token.last_address) as last_address, token.last_client,
    token.id is not distinct from \(caller.token)::bigint as is_current
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
    expires = try row["expires_at"]
    lastUsed = try row["last_used_at"]
    lastAddress = try row["last_address"]
    lastClient = try row["last_client"]
    isCurrent = try row["is_current"]
  }
}
