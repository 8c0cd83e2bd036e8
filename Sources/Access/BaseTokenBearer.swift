public import Crypto
public import Ground
public import HTTP
internal import Postgres

/// Somebody with a base token, for the base that the path names where it names one.
///
/// A token that verifies is still asked after: it ends when it is revoked, with its base, and with the API token and that
/// one's secret, the account's way into the base and sign-in, or the external link that it was minted from. Where one of
/// these allows less now, the token is refused, as it is from outside its API token's networks, and when it is older than
/// its team lets base tokens grow.
public struct BaseTokenBearer: Principal {
  /// `base-token`
  public static let name = "base-token"

  /// The base the token is for.
  public let base: ID<Base>
  /// Its UUID.
  public let uuid: BaseUUID
  /// Its name.
  public let baseName: String
  /// Where it lies.
  public let workspace: ID<Workspace>
  /// Its team, if it is in one.
  public let team: ID<Team>?
  /// Whether its team has a quota of rows.
  public let hasRowQuota: Bool
  /// What the bearer may do in it.
  public let permission: Permission
  /// What the token says.
  public let claims: BaseTokenClaims
  /// The person who has made the API token that it was minted from; nil without one.
  let maker: UserID?
  /// For whom it was minted.
  public var holder: Holder {
    if claims.externalLinkID != nil { return .visitor }
    return claims.accountID.map { .person(ID($0)) } ?? .program
  }

  /// Whether it is whoever has an external link.
  public var isVisitor: Bool { claims.externalLinkID != nil }

  /// For whom a base token was minted.
  public enum Holder: Sendable {
    /// A program, by an API token.
    case program
    /// A person.
    case person(ID<Account>)
    /// Whoever has an external link.
    case visitor
  }
  /// Under whose name something is written with the token: the person, for a program the maker of its API token, as
  /// `…@auth.local`. Another component's token says it itself; that may be empty.
  public var author: String { maker?.wire ?? claims.username }

  /// Who holds the token, whatever address they call from and however many tokens they have.
  public var subject: Subject {
    if let link = claims.externalLinkID { return .visitor(ID(link)) }
    if let token = claims.apiTokenID { return .holder(.program(ID(token)), of: base) }
    if let account = claims.accountID { return .holder(.person(ID(account)), of: base) }
    return .holder(.other(ExactText(claims.appName ?? claims.username)), of: base)
  }

  /// Proves a base token, for the path's `base_uuid` where there is one.
  public static func authorise(
    _ path: BaseUUIDSegment?, _ request: Request, _ app: App
  ) async throws -> BaseTokenBearer {
    let token = try Credential(request).text
    guard let path else { return try await prove(token, app) }
    let claims = try verified(token, app)
    guard let uuid = BaseUUID(claims.dtableUUID), uuid == path.uuid else { throw claims.refused(.badBaseToken) }
    return try await bearer(claims, uuid, from: app.origin.address, app)
  }

  /// Proves a base token for the base that it is for, when it is shown from an address; nil stands for the request's.
  ///
  /// - Throws: `Refusal`, or `PostgresError` where the database is away.
  public static func prove(
    _ token: String, from address: IPAddress? = nil, _ app: App
  ) async throws -> BaseTokenBearer {
    let claims = try verified(token, app)
    guard let uuid = BaseUUID(claims.dtableUUID) else { throw claims.refused(.badBaseToken) }
    return try await bearer(claims, uuid, from: address?.text ?? app.origin.address, app)
  }

  private static func verified(_ token: String, _ app: App) throws(Refusal) -> BaseTokenClaims {
    do throws(TokenError) {
      return try app.keys.verifySignature(of: token).claims(at: app.now().seconds)
    } catch {
      throw error == .expired ? .expiredBaseToken : .badBaseToken
    }
  }

  private static func bearer(
    _ claims: BaseTokenClaims, _ uuid: BaseUUID, from address: String, _ app: App
  ) async throws -> BaseTokenBearer {
    guard let permission = Permission(rawValue: claims.permission) else { throw claims.refused(.badBaseToken) }
    guard let found = try await BearerState.find(claims, uuid, from: address, app) else {
      throw claims.refused(.badBaseToken)
    }
    try found.check(claims, uuid, permission, at: app.now())
    return BaseTokenBearer(
      base: found.base, uuid: uuid, baseName: found.name, workspace: found.workspace, team: found.team,
      hasRowQuota: found.hasRowQuota, permission: permission, claims: claims, maker: found.maker)
  }

  /// The refusal of this bearer.
  func refused(_ refusal: Refusal) -> KnownRefusal { claims.refused(refusal) }

  private struct BearerState: RowDecodable {
    let base: ID<Base>
    let name: String
    let workspace: ID<Workspace>
    let team: ID<Team>?
    let hasRowQuota: Bool
    let isTrashed: Bool
    let tokenPermission: Permission?
    let accountPermission: Permission?
    let linkPermission: Permission?
    let longestLifetime: Int64?
    let isFromItsNetworks: Bool
    let isRevoked: Bool
    let maker: UserID?

    init(_ row: Row) throws(PostgresError) {
      base = try row["base_id"]
      name = try row["name"]
      workspace = try row["workspace_id"]
      team = try row["team_id"]
      hasRowQuota = try row["has_row_quota"]
      isTrashed = try row["is_trashed"]
      tokenPermission = try row["token_permission"]
      accountPermission = try row["account_permission"]
      linkPermission = try row["link_permission"]
      longestLifetime = try row["longest_base_token"]
      isFromItsNetworks = try row["is_from_its_networks"]
      isRevoked = try row["is_revoked"]
      maker = try row["maker"]
    }

    /// What the database knows of a token with these claims; nil where there is no such base. Only what the token was
    /// minted from is joined: PostgreSQL prepares each join anew for each request, also one that finds nothing.
    static func find(
      _ claims: BaseTokenClaims, _ uuid: BaseUUID, from address: String, _ app: App
    ) async throws -> BearerState? {
      let (token, account, link) = (ofToken(claims, from: address), ofAccount(claims, app), ofLink(claims))
      return try await app.db.lookup(
        """
        select base.id as base_id, base.name, base.workspace_id, base.team_id, base.deleted_at is not null as is_trashed,
               team.longest_base_token::bigint as longest_base_token, team.row_quota is not null as has_row_quota,
               exists (select from revoked_base_token where jti = \(claims.id)) as is_revoked,
               \(token.columns), \(account.columns), \(link.columns)
        from base
        left join team on team.id = base.team_id
        \(token.join)
        \(account.join)
        \(link.join)
        where base.uuid = \(uuid)::uuid
        """)
    }

    /// What a statement selects of something, and how it joins that.
    private typealias JoinedPart = (columns: SQL, join: SQL)

    private static func ofToken(_ claims: BaseTokenClaims, from address: String) -> JoinedPart {
      guard let token = claims.apiTokenID else {
        return ("null::text as token_permission, true as is_from_its_networks, null::text as maker", "")
      }
      let generation = claims.generation ?? 1  // tokens minted before the first rotation do not say it
      return (
        """
        token.permission as token_permission, coalesce(\(APITokenBearer.mayCall(from: address)), true) as is_from_its_networks,
        (select uid from account as maker where maker.id = token.created_by) as maker
        """,
        """
        left join api_token as token
          on token.id = \(token) and token.base_id = base.id and \(APITokenBearer.lasts("\(generation)::bigint"))
        """
      )
    }

    private static func ofAccount(_ claims: BaseTokenClaims, _ app: App) -> JoinedPart {
      guard let account = claims.accountID else { return ("null::text as account_permission", "") }
      return (
        "\(permissionOfAccount) as account_permission",
        """
        left join live_account as account on account.id = \(account) and \(SignedIn.lasts(claims.signIn, app))
          \(app.settings.asksNothingFirst)
        """
      )
    }

    private static func ofLink(_ claims: BaseTokenClaims) -> JoinedPart {
      guard let link = claims.externalLinkID else { return ("null::text as link_permission", "") }
      return (
        "link.permission as link_permission",
        """
        left join base_link as link
          on link.id = \(link) and link.base_id = base.id and \(LinkVisitor.isLive) and \(LinkVisitor.isAllowed)
        """
      )
    }

    /// Refuses a token that has ended, allows more than what it was minted from, or is too old for its team.
    func check(_ claims: BaseTokenClaims, _ uuid: BaseUUID, _ permission: Permission, at now: Timestamp)
      throws(KnownRefusal)
    {
      guard !isRevoked else { throw claims.refused(.badBaseToken) }
      guard !isTrashed else { throw claims.refused(.notFound(.base(uuid.text))) }
      for (source, allowed) in [
        (claims.apiTokenID, tokenPermission), (claims.accountID, accountPermission),
        (claims.externalLinkID, linkPermission),
      ] where source != nil {
        guard let allowed, permission <= allowed else { throw claims.refused(.badBaseToken) }
      }
      guard isFromItsNetworks else { throw claims.refused(.foreignNetwork) }
      if let issued = claims.issued, let longest = longestLifetime, issued <= now.seconds - longest {
        throw claims.refused(.expiredBaseToken)
      }
    }
  }
}

extension BaseTokenClaims {
  /// The refusal of whoever bears a token with these claims, which were verified.
  fileprivate func refused(_ refusal: Refusal) -> KnownRefusal {
    let source: Asker.ShownCredential? =
      apiTokenID.map { .apiToken(ID($0)) } ?? externalLinkID.map { .link(ID($0)) }
      ?? signIn.accountToken.map { .accountToken(ID($0)) }
    return Asker(account: accountID.map { ID($0) }, credential: source).refused(refusal)
  }
}
