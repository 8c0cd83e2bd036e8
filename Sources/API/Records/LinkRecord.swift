internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// An external link or an invite link. One form for all lists of its kind; what opens the link is in the answer that
/// makes it, and nowhere else.
struct LinkRecord: RowDecodable, Sendable {
  let id: ID<BaseLink>
  let handle: String
  let isCustom: Bool
  let permission: Permission
  let isProtected: Bool
  let isExpired: Bool
  let views: Int64
  let created: Timestamp
  let end: Timestamp?
  let creator: UserID
  let creatorName: String
  let base: ID<Base>
  let baseUUID: BaseUUID
  let baseName: String
  let workspace: ID<Workspace>
  var secret: Secret?

  /// Gives the links of a statement that selects rows of `base_link`.
  static func select(_ rows: SQL) -> SQL {
    """
    select link.id, link.handle, link.hash is null as is_custom, link.permission,
           link.password_hash is not null as is_protected, coalesce(link.expires_at <= now(), false) as is_expired,
           link.view_count, link.created_at, link.expires_at, creator.uid as creator_uid, creator.name as creator_name,
           base.id as base_id, base.uuid::text as base_uuid, base.name as base_name, base.workspace_id
    from (\(rows)) as link
    join base on base.id = link.base_id
    join account as creator on creator.id = link.created_by
    order by link.id
    """
  }

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    handle = try row["handle"]
    isCustom = try row["is_custom"]
    permission = try row["permission"]
    isProtected = try row["is_protected"]
    isExpired = try row["is_expired"]
    views = try row["view_count"]
    created = try row["created_at"]
    end = try row["expires_at"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    base = try row["base_id"]
    baseUUID = try row["base_uuid"]
    baseName = try row["base_name"]
    workspace = try row["workspace_id"]
  }

  /// What opens it, in the answer that makes it.
  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? (isCustom ? [.linkName(handle)] : []) }

  /// What names the link: all of it in the answer that makes it, its handle in lists.
  var token: String { secret?.clear ?? handle }

  /// The path of the link below another one; in lists with stars for what opens it.
  func path(below place: StaticString) -> String {
    linkPath(place, handle: handle, secret: isCustom ? handle : secret?.clear)
  }
}

/// A link's path, with stars for its secret where that is not known.
func linkPath(_ place: StaticString, handle: String, secret: String?) -> String {
  "\(place)/\(secret ?? handle + String(repeating: "*", count: 32))/"
}

struct ExternalLink: Output, JSONEncodable {
  let link: LinkRecord
  /// How the list calls the one permission that there is.
  var permission = "read-only"

  var revealed: [Revealed] { link.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", link.id)
      $0.add(
        "url", address: link.path(below: link.isCustom ? "/dtable/external-links/custom" : "/dtable/external-links"))
      $0.add("token", link.token)
      $0.add("is_custom", link.isCustom)
      $0.add("permission", permission)
      $0.add("is_protected", link.isProtected)
      $0.add("is_expired", link.isExpired)
      $0.add("expire_date", link.end?.wire ?? "")
      $0.add("create_at", link.created)
      $0.add("view_cnt", link.views)
      $0.add("creator", link.creator)
      $0.add("creator_name", link.creatorName)
      $0.add("from_dtable", link.baseName)
      $0.add("from_base_uuid", link.baseUUID)
    }
  }
}

struct InviteLink: Output, JSONEncodable {
  let link: LinkRecord

  var revealed: [Revealed] { link.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("username", link.creator)
      $0.add("permission", link.permission.rawValue)
      $0.add("token", link.token)
      $0.add("link", address: link.path(below: "/dtable/links"))
      $0.add("dtable", link.baseName)
      $0.add("dtable_name", link.baseName)
      $0.add("dtable_id", link.base)
      $0.add("dtable_uuid", link.baseUUID)
      $0.add("workspace_id", link.workspace)
      $0.add("password", String?.none)
      $0.add("is_protected", link.isProtected)
      $0.add("is_expired", link.isExpired)
      $0.add("expire_date", link.end?.wire ?? "")
      $0.add("ctime", link.created)
    }
  }
}

/// The invite link that a path names, by its handle or by all of it.
struct NamedLink: PathInput {
  static let variable = "invite_link_token"
  let handle: String
  init(_ segment: String) { handle = LinkToken(segment)?.handle ?? segment }
}

/// The external link that a path names.
struct NamedExternalLink: PathInput {
  static let variable = "external_link_token"
  let link: NamedLink
  init(_ segment: String) { link = NamedLink(segment) }
}

/// What a link asks for, and for how long it lives.
struct LinkTerms: Sendable {
  /// Of six characters at least.
  let password: PasswordHash?
  /// Nil where nothing is said, 0 for no end.
  let days: Int64?

  init(_ fields: Fields, _ hashing: Hashing) async throws {
    let text = try fields.optionalText("password", upTo: 255)
    if let text, text.unicodeScalars.count < 6 { throw FieldsError.invalid("password") }
    days = try fields.optionalInteger("expire_days", 0...3650)
    password = if let text { try await hashing.hash(text) } else { nil }
  }

  /// When the link ends, as an expression.
  var end: SQL { "now() + make_interval(days => nullif(\(days), 0)::integer)" }
}

// MARK: Operations, for whoever has proved his right to the base or the team

extension App {
  /// The links of a statement that selects rows of `base_link`.
  func links(_ rows: SQL) async throws(PostgresError) -> [LinkRecord] {
    try await db.rows(LinkRecord.select(rows))
  }

  /// Makes a link with a name that somebody has chosen, or with a secret.
  func makeLink(
    _ kind: OpenedLink.Kind, to base: ID<Base>, named name: String, customToken: String? = nil,
    _ permission: Permission, _ terms: LinkTerms, by caller: SignedIn
  ) async throws -> LinkRecord {
    let token: LinkToken? = customToken == nil ? .generate() : nil
    let made: LinkRecord? = try await change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into base_link (kind, base_id, team_id, handle, hash, permission, password_hash, created_by, expires_at)
          select \(kind.rawValue), base.id, base.team_id, \(customToken ?? token?.handle), \(token?.secret.hash.bytes),
                 \(permission), \(terms.password), \(caller.account), \(terms.end)
          from base
          where base.id = \(base) and base.deleted_at is null
          returning *
        )
        \(LinkRecord.select("select * from made"))
        """)
    }
    guard var made else { throw Refusal.notFound(.base(name)) }
    made.secret = token?.secret
    return made
  }

  /// Ends a link, and with it what it has opened, if it is within the scope.
  func deleteLink(_ kind: OpenedLink.Kind, _ name: NamedLink, within scope: Scope<BaseLink>, by caller: SignedIn)
    async throws
  {
    let count = try await change(by: caller) {
      try await $0.run(
        """
        delete from base_link as link
        where link.kind = \(kind.rawValue) and link.handle = \(name.handle) and \(scope)
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.link) }
  }
}
