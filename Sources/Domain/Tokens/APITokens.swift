package import Access
internal import Crypto
package import Postgres

/// The API tokens of bases, for callers who have proved their right to the base.
package struct APITokens: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the live tokens of a base.
  package func list(of base: ID<Base>, _ page: Page) async throws(PostgresError) -> [APITokenRecord] {
    try await list("select * from api_token where base_id = \(base) and revoked_at is null order by id \(page.limit)")
  }

  /// The tokens of the rows that a statement on `api_token` selects.
  func list(_ rows: SQL) async throws(PostgresError) -> [APITokenRecord] {
    try await app.db.rows(APITokenRecord.select(rows))
  }

  /// A page of the matching live tokens of a team, and how many match.
  package func search(
    _ search: APITokenSearch, in team: ID<Team>, _ page: Page
  ) async throws(PostgresError) -> (tokens: [APITokenRecord], count: Int64) {
    let tokens = search.source(team)
    let count =
      search.hasFilter
      ? try await app.db.count("select count(*) from \(tokens)")
      : try await app.db.count(
        "select coalesce(sum(live), 0)::bigint as count from api_token_tally where team_id = \(team)")
    let (isFromEnd, limit) = page.window(of: count)
    let order = search.ordering(isFromEnd: isFromEnd)
    let found: [APITokenRecord] = try await app.db.rows(
      APITokenRecord.select(search.rows(team, isFromEnd: isFromEnd, limit), order: order))
    return (isFromEnd ? found.reversed() : found, count)
  }

  /// Makes a token with at most the permission of its creator. Only this response has its secret.
  package func issue(
    _ new: NewAPIToken, for base: ID<Base>, named name: String, by caller: SignedIn,
    callerPermission permission: Permission = .readWrite
  ) async throws -> APITokenRecord {
    guard new.permission <= permission else { throw Refusal.notAllowed }
    try new.terms.check(at: app.now())
    let secret = Secret.generate()
    let made: APITokenRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by,
                                 \(new.terms.attributes.columns))
          select base.id, base.team_id, \(new.app.text), \(secret.hash.bytes), \(secret.hint), \(new.permission),
                 \(caller.account), \(new.terms.attributes.values)
          from base
          where base.id = \(base) and base.deleted_at is null
          returning *
        )
        \(APITokenRecord.select("select * from made"))
        """)
    }
    guard var made else { throw Refusal.notFound(.base(name)) }
    made.secret = secret
    return made
  }

  /// Changes a token; its secret stays. A caller who may only read cannot change a token that writes.
  package func change(
    _ name: String, to change: APITokenChange, of base: ID<Base>, by caller: SignedIn,
    callerPermission permission: Permission = .readWrite
  ) async throws -> APITokenRecord {
    if let wanted = change.permission, wanted > permission { throw Refusal.notAllowed }
    try change.terms.check(at: app.now())
    let changed: APITokenRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with changed as (
          update api_token
          set \(change.permission.assigned(to: "permission")), \(change.terms.attributes.assignments)
          where base_id = \(base) and app_name = \(name) and revoked_at is null
            and api_token.permission <= \(permission)
          returning *
        )
        \(APITokenRecord.select("select * from changed"))
        """)
    }
    guard let changed else { throw try await missing(name, of: base) }
    return changed
  }

  /// Gives a token another secret, which only this response has. The former secret works for the grace period, in
  /// seconds, so that its program can change over; later uses of it are noted. The new secret can do all that the token
  /// allows, so the caller must be allowed that themselves.
  package func rotate(
    _ name: String, of base: ID<Base>, grace: Int64, by caller: SignedIn,
    callerPermission permission: Permission = .readWrite
  ) async throws -> APITokenRecord {
    let allowed: SQL = "token.base_id = \(base) and token.app_name = \(name) and token.permission <= \(permission)"
    guard let rotated = try await rotate(where: allowed, grace: grace, by: caller) else {
      throw try await missing(name, of: base)
    }
    return rotated
  }

  /// The same by the program itself, which shows the present secret.
  package func rotate(_ program: APITokenBearer.Program, grace: Int64) async throws -> APITokenRecord {
    let generation: SQL = "token.id = \(program.token) and token.generation = \(program.generation)"
    guard program.isCurrent, let rotated = try await rotate(where: generation, grace: grace, by: nil) else {
      throw Refusal.retiredSecret
    }
    return rotated
  }

  /// The same for the live token that matches a condition on `token`; nil if there is none.
  private func rotate(where condition: SQL, grace: Int64, by caller: SignedIn?) async throws -> APITokenRecord? {
    let secret = Secret.generate()
    let rotated: APITokenRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with former as (
          select token.id, token.hash, token.generation
          from api_token as token
          where token.revoked_at is null and \(condition)
          for update
        ), kept as (
          insert into retired_secret (hash, token_id, generation, valid_until)
          select hash, id, generation, now() + make_interval(secs => \(grace)::double precision) from former
        ), shortened as (
          -- Secrets that were retired earlier live no longer either.
          update retired_secret as older
          set valid_until = least(older.valid_until, now() + make_interval(secs => \(grace)::double precision))
          from former where older.token_id = former.id
        ), rotated as (
          update api_token as token
          set hash = \(secret.hash.bytes), hint = \(secret.hint), generation = token.generation + 1, rotated_at = now()
          from former where token.id = former.id
          returning token.*
        )
        \(APITokenRecord.select("select * from rotated"))
        """)
    }
    guard var rotated else { return nil }
    rotated.secret = secret
    return rotated
  }

  /// Revokes a token: it and the base tokens made from it are refused from now on, and its name is free again.
  package func revoke(_ name: String, of base: ID<Base>, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update api_token set revoked_at = now()
        where base_id = \(base) and app_name = \(name) and revoked_at is null
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.apiToken(name)) }
  }

  /// Why a token was not changed: it does not exist, or it may do more than the caller.
  private func missing(_ name: String, of base: ID<Base>) async throws(PostgresError) -> Refusal {
    let count = try await app.db.count(
      "select count(*) from api_token where base_id = \(base) and app_name = \(name) and revoked_at is null")
    return count > 0 ? .notAllowed : .notFound(.apiToken(name))
  }
}

/// An API token to be created.
package struct NewAPIToken: Sendable {
  let app: DisplayName
  let permission: Permission
  let terms: APITokenTerms

  /// `app` is the name of the program that gets the token.
  package init(app: DisplayName, permission: Permission, terms: APITokenTerms) {
    (self.app, self.permission, self.terms) = (app, permission, terms)
  }
}

/// A change of an API token.
package struct APITokenChange: Sendable {
  /// Nil leaves it as it is.
  let permission: Permission?
  let terms: APITokenTerms

  package init(permission: Permission?, terms: APITokenTerms) { (self.permission, self.terms) = (permission, terms) }
}
