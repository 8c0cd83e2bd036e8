internal import Crypto
public import Ground
public import HTTP
internal import Postgres

/// A visitor of the external link that the path names by `external_link_token`. If the link has a password, it is in
/// the header `X-Link-Password`, or in the body as `password`.
public struct LinkVisitor: Principal {
  /// `link-visitor`
  public static let name = "link-visitor"

  /// The link and its base.
  public let opened: OpenedLink
  /// Visitors have no account: they count for the link.
  public var subject: Subject { .visitor(opened.link) }
  /// False: the link is in the path, and its password may be in the body.
  public static let isInAuthorization = false

  /// Proves that the path's link opens its base.
  public static func authorise(
    _ path: ExternalLinkSegment, _ request: Request, _ app: App
  ) async throws -> LinkVisitor {
    let password = try request.headers[.linkPassword] ?? Fields(bodyOf: request).optionalText("password", 0...1024)
    return LinkVisitor(opened: try await .open(.external, path.token, password: password, app))
  }

  /// A condition on a row of `link`: whether it has not expired.
  static let isLive: SQL = "(link.expires_at is null or link.expires_at > now())"

  /// A condition on a row of `link`: whether its team allows external links. Invite links are checked separately.
  static let isAllowed: SQL = """
    (link.kind <> 'external' or not exists (
      select from team where team.id = link.team_id and not team.allows_public_links))
    """
}

/// An opened link, and its base.
public struct OpenedLink: Sendable {
  /// The kind of a link.
  public enum LinkKind: String, Sendable {
    /// Anyone may read.
    case external
    /// A person who accepts it gets access with their own account.
    case invite
  }

  /// The link.
  public let link: ID<BaseLink>
  /// The base.
  public let base: ID<Base>
  /// The base's UUID.
  public let uuid: BaseUUID
  /// The base's name.
  public let baseName: String
  /// The base's workspace.
  public let workspace: ID<Workspace>
  /// What the link allows in the base.
  public let permission: Permission
  /// The base's team; nil if it has none.
  public let team: ID<Team>?
  /// When the link expires; nil if it does not.
  public let end: Timestamp?
  /// The longest lifetime of base tokens under the team's policy, in seconds; nil if the team sets none.
  public let longestLifetime: Int64?
  /// Whether people of other teams may use an invite link.
  public let isForOtherTeams: Bool

  /// Opens a link. Guesses at its password are throttled like those at an account's password, and so are guesses at
  /// link names.
  ///
  /// - Throws: `Refusal`, or `PostgresError`.
  public static func open(_ kind: LinkKind, _ text: String, password: String?, _ app: App) async throws -> OpenedLink {
    let token = LinkToken(text)
    // A link with a chosen name has no other secret. The handle of any other link does not open it.
    let isNamed: SQL =
      if let token {
        "link.hash = \(token.secret.hash.bytes)"
      } else {
        "link.handle = \(text) and link.hash is null"
      }
    // A caller with a full secret has not guessed it, whatever their neighbours try.
    if token == nil { try await Attempt.ask(about: .anyLink, app) }
    let found: FoundLink? = try await app.db.lookup(
      """
      select link.id as link_id, link.permission, link.password_hash, \(LinkVisitor.isLive) as is_live,
             \(LinkVisitor.isAllowed) as is_allowed,
             base.id as base_id, base.uuid::text as base_uuid, base.name, base.workspace_id, base.team_id, link.expires_at,
             base.deleted_at is not null as is_trashed,
             team.longest_base_token::bigint as longest_base_token,
             coalesce(team.allows_external_links, true) as is_for_other_teams
      from base_link as link
      join base on base.id = link.base_id
      left join team on team.id = base.team_id
      where link.kind = \(kind.rawValue) and \(isNamed)
      """)
    guard let found else {
      try await Attempt.begin(at: .anyLink, app)
      throw Refusal.notFound(.link)
    }
    let visitor = Asker(credential: .link(found.opened.link))
    guard found.isAllowed else { throw visitor.refused(.forbiddenLink) }
    guard found.isLive else { throw visitor.refused(.expiredLink) }
    if let hash = found.password { try await check(password, against: hash, of: found.opened.link, app) }
    guard !found.isTrashed else {
      throw visitor.refused(.notFound(.trashedBase(found.opened.base, name: found.opened.baseName)))
    }
    return found.opened
  }

  private static func check(
    _ password: String?, against hash: PasswordHash, of link: ID<BaseLink>, _ app: App
  ) async throws {
    let visitor = Asker(credential: .link(link))
    guard let password, !password.isEmpty else { throw visitor.refused(.missingLinkPassword) }
    let attempt = try await Attempt.begin(at: .link(link), app)
    guard try await app.isRight(password, for: hash, attempt) else { throw visitor.refused(.wrongLinkPassword) }
    try await attempt.succeed(app)
  }

  private struct FoundLink: RowDecodable {
    let opened: OpenedLink
    let password: PasswordHash?
    let isAllowed: Bool
    let isLive: Bool
    let isTrashed: Bool

    init(_ row: Row) throws(PostgresError) {
      opened = OpenedLink(
        link: try row["link_id"], base: try row["base_id"], uuid: try row["base_uuid"], baseName: try row["name"],
        workspace: try row["workspace_id"], permission: try row["permission"], team: try row["team_id"],
        end: try row["expires_at"], longestLifetime: try row["longest_base_token"],
        isForOtherTeams: try row["is_for_other_teams"])
      password = try row["password_hash"]
      isAllowed = try row["is_allowed"]
      isLive = try row["is_live"]
      isTrashed = try row["is_trashed"]
    }
  }
}
