package import Access
package import Crypto
package import Ground
package import Postgres

/// An API token in a list; or a new one, with its secret for the only time. One form for all lists.
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
  /// In the answer that makes it.
  package internal(set) var secret: Secret?

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
