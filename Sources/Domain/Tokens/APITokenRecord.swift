package import Access
package import Crypto
package import Ground
package import Postgres

/// An API token. A new one also has its secret, which is shown only once. All lists have this form.
package struct APITokenRecord: RowDecodable, Sendable {
  package let id: ID<APIToken>
  package let app: String
  package let hint: String
  package let permission: Permission
  package let created: Timestamp
  package let lastUsed: Timestamp?
  package let creator: UserID
  package let creatorName: String
  package let base: BaseUUID
  package let baseName: String
  package let baseIcon: String?
  package let baseColor: String?
  package let expires: Timestamp?
  package let isExpired: Bool
  package let note: String
  package let networks: [String]
  package let limit: Int64?
  package let rotated: Timestamp?
  package let uses: Int64
  package let lastClient: String?
  package let lastAddresses: [String]
  /// Only in the response that creates the token or rotates its secret.
  package internal(set) var secret: Secret?

  /// The columns that `init(_ row:)` reads, from `token` joined with `origin`. A token that the statement itself makes has
  /// no row of its uses yet.
  static let columns: SQL = """
    token.id, token.app_name, token.hint, token.permission, token.created_at, used.last_used_at,
    creator.uid as creator_uid, creator.name as creator_name, base.uuid::text as base_uuid, base.name as base_name,
    base.icon, base.color, token.expires_at, token.expires_at is not null and token.expires_at <= now() as is_expired,
    token.note, token.networks::text[] as networks, token.rate_limit::bigint as rate_limit, token.rotated_at,
    coalesce(used.use_count, 0) as use_count, used.last_client,
    array(select host(address) from unnest(used.last_addresses) as seen (address)) as last_addresses
    """

  /// Joins `token` with its creator, its base and its uses.
  static let origin: SQL = """
    join account as creator on creator.id = token.created_by
    join base on base.id = token.base_id
    left join api_token_use as used on used.token_id = token.id
    """

  /// Selects the tokens of the rows that a statement on `api_token` selects, in the given order.
  static func select(_ rows: SQL, order: SQL = "order by token.id") -> SQL {
    "select \(columns) from (\(rows)) as token \(origin) \(order)"
  }

  package init(_ row: Row) throws(PostgresError) {
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
}

/// The terms of an API token beyond its permission. In a new token, what is not given has its default.
package struct APITokenTerms: Sendable {
  /// Nil leaves it as it is.
  package var note: String?
  /// The networks from which it may be used, in the form of PostgreSQL's `cidr`; an empty list allows all. Nil leaves
  /// them as they are.
  package var networks: [String]?
  /// The most exchanges a minute; cleared: the general limit.
  package var limit: Patch<Int64> = .keep
  /// When it expires; cleared: never.
  package var end: Patch<End> = .keep

  /// When a token expires.
  package enum End: Sendable {
    /// This many days from now.
    case days(Int64)
    /// At a point in time.
    case time(Timestamp)

    fileprivate var days: Int64? { if case .days(let days) = self { days } else { nil } }
    fileprivate var time: Timestamp? { if case .time(let time) = self { time } else { nil } }
  }

  /// Gives and changes nothing.
  package init() {}

  /// Whether no term is given.
  package var isEmpty: Bool { !attributes.contains(where: \.isGiven) }

  /// - Throws: `DomainError` if it would expire in the past.
  func check(at now: Timestamp) throws(DomainError) {
    if let time = end.value?.time, time <= now { throw .refused("expires_at invalid: it must be in the future.") }
  }

  /// The terms as columns of `api_token`.
  var attributes: [ColumnPatch] {
    [
      ColumnPatch("expires_at", end, Self.expression),
      ColumnPatch("note", note, byDefault: ""),
      ColumnPatch("networks", networks, byDefault: []) { "\($0)::text[]::cidr[]" },
      ColumnPatch("rate_limit", limit),
    ]
  }

  /// Null for never.
  private static func expression(of end: End?) -> SQL {
    "coalesce(\(end?.time)::timestamptz, now() + make_interval(days => \(end?.days)::integer))"
  }
}
