internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

/// A token in a list, its secret masked; or a new one, in clear for the only time. One form for all lists.
struct TokenRecord: RowDecodable, Output, JSONEncodable {
  let id: ID<APIToken>
  let app: String
  let hint: String
  let permission: Permission
  let created: Timestamp
  let lastUsed: Timestamp?
  let creator: UserID
  let creatorName: String
  let base: BaseUUID
  let baseName: String
  let baseIcon: String?
  let baseColor: String?
  let expires: Timestamp?
  let isExpired: Bool
  let note: String
  let networks: [String]
  let limit: Int64?
  let rotated: Timestamp?
  let uses: Int64
  let lastClient: String?
  let lastAddresses: [String]
  var secret: Secret?

  /// What `init(_ row:)` reads, from `token` joined with `origin`.
  static let columns: SQL = """
    token.id, token.app_name, token.hint, token.permission, token.created_at, token.last_used_at,
    creator.uid as creator_uid, creator.name as creator_name, base.uuid::text as base_uuid, base.name as base_name,
    base.icon, base.color, token.expires_at, token.expires_at is not null and token.expires_at <= now() as is_expired,
    token.note, token.networks::text[] as networks, token.rate_limit::bigint as rate_limit, token.rotated_at,
    token.use_count, token.last_client,
    array(select host(address) from unnest(token.last_addresses) as seen (address)) as last_addresses
    """

  /// Joins `token` with who made it, and with its base.
  static let origin: SQL = """
    join account as creator on creator.id = token.created_by
    join base on base.id = token.base_id
    """

  /// Gives the tokens of a statement that selects rows of `api_token`, in an order.
  static func select(_ rows: SQL, order: SQL = "order by token.id") -> SQL {
    "select \(columns) from (\(rows)) as token \(origin) \(order)"
  }

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    app = try row["app_name"]
    hint = try row["hint"]
    permission = try row["permission"]
    created = try row["created_at"]
    lastUsed = try row["last_used_at"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    base = try row["base_uuid"]
    baseName = try row["base_name"]
    baseIcon = try row["icon"]
    baseColor = try row["color"]
    expires = try row["expires_at"]
    isExpired = try row["is_expired"]
    note = try row["note"]
    networks = try row["networks"]
    limit = try row["rate_limit"]
    rotated = try row["rotated_at"]
    uses = try row["use_count"]
    lastClient = try row["last_client"]
    lastAddresses = try row["last_addresses"]
  }

  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? [] }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("app_name", app)
      $0.add("api_token", secret?.clear ?? Secret.masked(hint: hint))
      $0.add("generated_by", creator)
      $0.add("creator", creatorName)
      $0.addAvatar()
      $0.add("generated_at", created)
      $0.add("last_access", lastUsed ?? created)
      $0.add("permission", permission.rawValue)
      $0.add("used", lastUsed != nil)
      $0.add("dtable_uuid", base)
      $0.add("dtable_name", baseName)
      $0.add("dtable_icon", baseIcon)
      $0.add("dtable_color", baseColor)
      $0.add("expires_at", expires)
      $0.add("is_expired", isExpired)
      $0.add("note", note)
      $0.add("allowed_networks", networks)
      $0.add("rate_limit", limit)
      $0.add("rotated_at", rotated)
      $0.add("use_count", uses)
      $0.add("last_client", lastClient)
      $0.add("last_addresses", lastAddresses)
    }
  }
}

// MARK: Operations, for whoever has proved his right to the base

extension App {
  /// The live tokens of a base.
  func tokens(of base: ID<Base>, _ page: LongPage) async throws -> NamedList<TokenRecord> {
    NamedList(
      "api_tokens",
      try await tokens(
        TokenRecord.select(
          "select * from api_token where base_id = \(base) and revoked_at is null order by id \(page.limit)")))
  }

  /// What a statement gives.
  func tokens(_ sql: SQL) async throws(PostgresError) -> [TokenRecord] {
    try await db.rows(sql)
  }

  /// Makes a token; the answer is the only one that has its secret.
  func issue(
    _ new: NewToken, for base: ID<Base>, named name: String, by caller: SignedIn
  ) async throws -> TokenRecord {
    try new.terms.check(at: now())
    let secret = Secret.generate()
    let made: TokenRecord? = try await change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by, expires_at, note,
                                 networks, rate_limit)
          select base.id, base.team_id, \(new.app.text), \(secret.hash.bytes), \(secret.hint), \(new.permission),
                 \(caller.account), \(new.terms.expiry), \(new.terms.note ?? ""),
                 \(new.terms.networks ?? [])::text[]::cidr[], nullif(\(new.terms.limit), 0)
          from base
          where base.id = \(base) and base.deleted_at is null
          returning *
        )
        \(TokenRecord.select("select * from made"))
        """)
    }
    guard var made else { throw Refusal.notFound(.base(name)) }
    made.secret = secret
    return made
  }

  /// Changes what a token allows; its secret stays. Who may do no more than read changes no token that writes.
  func change(
    _ change: TokenChange, of base: ID<Base>, by caller: SignedIn, whoMay permission: Permission = .readWrite
  ) async throws -> TokenRecord {
    let terms = change.terms
    try terms.check(at: now())
    let changed: TokenRecord? = try await self.change(by: caller) {
      try await $0.row(
        """
        with changed as (
          update api_token
          set permission = coalesce(\(change.permission), permission),
              expires_at = case when \(terms.saysExpiry) then \(terms.expiry) else expires_at end,
              note = coalesce(\(terms.note), note),
              networks = coalesce(\(terms.networks)::text[]::cidr[], networks),
              rate_limit = case when \(terms.limit)::bigint is null then rate_limit else nullif(\(terms.limit), 0) end
          where base_id = \(base) and app_name = \(change.app) and revoked_at is null
            and api_token.permission <= \(permission)
          returning *
        )
        \(TokenRecord.select("select * from changed"))
        """)
    }
    guard let changed else { throw try await missing(change.app, of: base) }
    return changed
  }

  /// Why nothing was done with a token: it is not there, or does more than the caller may.
  func missing(_ app: String, of base: ID<Base>) async throws -> Refusal {
    let count = try await count(
      "select count(*) from api_token where base_id = \(base) and app_name = \(app) and revoked_at is null")
    return count > 0 ? .notAllowed : .notFound(.apiToken(app))
  }

  /// Gives a token another secret, which is in the answer alone. The one of before works for the grace period, so that
  /// its program can change over; whoever shows it later is noted.
  func rotate(_ rotation: TokenRotation, of base: ID<Base>, by caller: SignedIn) async throws -> TokenRecord {
    let rotated = try await rotate(
      "token.base_id = \(base) and token.app_name = \(rotation.name.app)", grace: rotation.grace, by: caller)
    guard let rotated else { throw Refusal.notFound(.apiToken(rotation.name.app)) }
    return rotated
  }

  /// The same for the live token that a condition on `token` names; nil where there is none.
  func rotate(_ condition: SQL, grace: Int64, by caller: SignedIn?) async throws -> TokenRecord? {
    let secret = Secret.generate()
    let rotated: TokenRecord? = try await change(by: caller) {
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
          -- Those of before it live no longer either.
          update retired_secret as older
          set valid_until = least(older.valid_until, now() + make_interval(secs => \(grace)::double precision))
          from former where older.token_id = former.id
        ), rotated as (
          update api_token as token
          set hash = \(secret.hash.bytes), hint = \(secret.hint), generation = token.generation + 1, rotated_at = now()
          from former where token.id = former.id
          returning token.*
        )
        \(TokenRecord.select("select * from rotated"))
        """)
    }
    guard var rotated else { return nil }
    rotated.secret = secret
    return rotated
  }

  /// Ends a token: it and the base tokens made from it are refused from now on, and its name is free again.
  func revoke(_ name: TokenName, of base: ID<Base>, by caller: SignedIn) async throws {
    let count = try await change(by: caller) {
      try await $0.run(
        """
        update api_token set revoked_at = now()
        where base_id = \(base) and app_name = \(name.app) and revoked_at is null
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.apiToken(name.app)) }
  }
}
