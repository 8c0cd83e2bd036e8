internal import Access
internal import Crypto
internal import HTTP
internal import Postgres

/// A token in a list, its secret masked; or a new one, in clear for the only time. One form for all lists.
struct TokenRecord: RowDecodable, Output, JSONEncodable {
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
  var secret: Secret?
  var avatarURL = ""

  /// Gives the tokens of a statement that selects rows of `api_token`, in an order.
  static func select(_ rows: SQL, order: SQL = "order by token.id") -> SQL {
    """
    select token.app_name, token.hint, token.permission, token.created_at, token.last_used_at,
           creator.uid as creator_uid, creator.name as creator_name, base.uuid::text as base_uuid,
           base.name as base_name, base.icon, base.color
    from (\(rows)) as token
    join account as creator on creator.id = token.created_by
    join base on base.id = token.base_id
    \(order)
    """
  }

  init(_ row: Row) throws(PostgresError) {
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
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("app_name", app)
      $0.add("api_token", secret?.clear ?? Secret.masked(hint: hint))
      $0.add("generated_by", creator)
      $0.add("creator", creatorName)
      $0.add("avatar_url", avatarURL)
      $0.add("generated_at", created)
      $0.add("last_access", lastUsed ?? created)
      $0.add("permission", permission.rawValue)
      $0.add("used", lastUsed != nil)
      $0.add("dtable_uuid", base)
      $0.add("dtable_name", baseName)
      $0.add("dtable_icon", baseIcon)
      $0.add("dtable_color", baseColor)
    }
  }
}

// MARK: Operations, for whoever has proved his right to the base

extension App {
  /// The live tokens of a base.
  func tokens(of base: ID<Base>) async throws -> NamedList<TokenRecord> {
    NamedList(
      "api_tokens",
      try await tokens(
        TokenRecord.select("select * from api_token where base_id = \(base) and revoked_at is null")))
  }

  /// What a statement gives, with everybody's picture.
  func tokens(_ sql: SQL) async throws(PostgresError) -> [TokenRecord] {
    var tokens: [TokenRecord] = try await db.rows(sql)
    for index in tokens.indices { tokens[index].avatarURL = settings.avatarURL }
    return tokens
  }

  /// Makes a token; the answer is the only one that has its secret.
  func issue(
    _ new: NewToken, for base: ID<Base>, named name: String, by caller: SignedIn
  ) async throws -> TokenRecord {
    let secret = Secret.generate()
    let made: TokenRecord? = try await change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
          select base.id, base.team_id, \(new.app.text), \(secret.hash.bytes), \(secret.hint), \(new.permission),
                 \(caller.account)
          from base
          where base.id = \(base) and base.deleted_at is null
          returning *
        )
        \(TokenRecord.select("select * from made"))
        """)
    }
    guard var made else { throw Refusal.notFound(.base(name)) }
    (made.secret, made.avatarURL) = (secret, settings.avatarURL)
    return made
  }

  /// Changes what a token allows; its secret stays.
  func change(_ change: TokenChange, of base: ID<Base>, by caller: SignedIn) async throws -> TokenRecord {
    let changed: TokenRecord? = try await self.change(by: caller) {
      try await $0.row(
        """
        with changed as (
          update api_token set permission = \(change.permission)
          where base_id = \(base) and app_name = \(change.app) and revoked_at is null
          returning *
        )
        \(TokenRecord.select("select * from changed"))
        """)
    }
    guard var changed else { throw Refusal.notFound(.apiToken(change.app)) }
    changed.avatarURL = settings.avatarURL
    return changed
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
