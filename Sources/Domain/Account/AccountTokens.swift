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
      select \(AccountTokenRecord.columns(for: caller, app))
      from account_token as token
      join live_account as account on account.id = token.account_id
      where token.account_id = \(caller.account) and \(app.settings.accountTokens.lasts)
      order by token.id
      \(page.limit)
      """)
  }

  /// Makes another one. It ends with the token that is shown, if that ends by itself, and is as old as that one, unless the
  /// password was given for it. Of more than a person may have, those end that have lain unused longest.
  package func make(_ terms: AccountTokenTerms, _ confirmed: ConfirmedPassword? = nil) async throws
    -> AccountTokenRecord
  {
    let secret = Secret.generate()
    let maker: ID<AccountToken>? = confirmed == nil ? caller.token : nil
    let made: AccountTokenRecord? = try await app.change(by: caller) {
      if let confirmed { try await $0.holdPassword(of: caller, confirmed) }
      let made: AccountTokenRecord? = try await $0.row(
        """
        with token as (
          insert into account_token (account_id, hash, name, expires_at, proved_at)
          select account.id, \(secret.hash.bytes), \(terms.name), least(\(terms.end), maker.expires_at),
                 coalesce(maker.proved_at, maker.created_at)
          from live_account as account
          left join account_token as maker on maker.id = \(maker)
          where account.id = \(caller.account)
          returning *
        )
        select \(AccountTokenRecord.columns(for: caller, app))
        from token join live_account as account on account.id = token.account_id
        """)
      if let made { try await $0.keepAccountTokens(of: caller.account, app, made: made.id, shown: caller.token) }
      return made
    }
    guard var made else { throw Refusal.badAccountToken }
    made.secret = secret
    return made
  }

  /// Ends the one that was proved to be the caller's. Any other than the one that is shown asks for the password.
  package func end(_ token: ID<AccountToken>, named: String, _ proof: PasswordProof?) async throws {
    let confirmed: ConfirmedPassword? =
      if let proof { try await OwnPassword(app, of: caller).confirm(proof) } else { nil }
    guard token == caller.token || confirmed != nil else { throw DomainError.invalid(field: "password") }
    let count = try await app.change(by: caller, endsOwnAccess: true) {
      if let confirmed { try await $0.holdPassword(of: caller, confirmed) }
      return try await $0.run("delete from account_token where account_id = \(caller.account) and id = \(token)")
    }
    guard count == 1 else { throw Refusal.notFound(.accountToken(named)) }
  }

  /// Ends all but the one that is shown, for whom the password was given; and all base tokens and temporary API tokens,
  /// whichever they were made from.
  package func endOthers(_ proof: PasswordProof) async throws {
    let confirmed = try await OwnPassword(app, of: caller).confirm(proof)
    try await app.change(by: caller, endsOwnAccess: true) {
      try await $0.holdPassword(of: caller, confirmed)
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

  /// Of a row of `account_token as token`, beside that of its `live_account as account`.
  static func columns(for caller: SignedIn, _ app: App) -> SQL {
    """
    token.id, token.name, token.created_at, \(app.settings.accountTokens.end) as expires_at, token.last_used_at,
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
