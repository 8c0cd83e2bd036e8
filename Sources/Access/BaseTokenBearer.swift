internal import Crypto
public import HTTP
internal import Postgres

/// Somebody with a base token for the base that the path names.
///
/// A token that verifies is still asked after: it ends with its base, and with the API token, the account's way into the
/// base or the external link that it was minted from; and where one of these allows less now, the token is refused.
public struct BaseTokenBearer: Principal {
  /// `base-token`
  public static let name = "base-token"

  /// The base the token is for.
  public let base: ID<Base>
  /// What the bearer may do in it.
  public let permission: Permission

  /// Proves a base token for the path's `base_uuid`.
  public static func authorise(_ request: Request, _ app: App) async throws -> BaseTokenBearer {
    let credential = try Credential(request)
    let claims: BaseTokenClaims
    do throws(TokenError) {
      claims = try app.signer.verify(credential.text, at: app.now().seconds)
    } catch {
      throw error == .expired ? Refusal.expiredBaseToken : .badBaseToken
    }
    guard
      let uuid = BaseUUID(claims.dtableUUID), uuid == request.captures["base_uuid"].flatMap(BaseUUID.init),
      let permission = Permission(rawValue: claims.permission)
    else { throw Refusal.badBaseToken }

    let found: Found? = try await app.db.lookup(
      """
      select base.id as base_id, base.deleted_at is not null as is_trashed, token.permission as token_permission,
             \(permissionOfAccount) as account_permission, link.permission as link_permission
      from base
      left join api_token as token
        on token.id = \(claims.apiTokenID) and token.base_id = base.id and token.revoked_at is null
      left join live_account as account on account.id = \(claims.accountID)
      left join base_link as link
        on link.id = \(claims.externalLinkID) and link.base_id = base.id and \(LinkVisitor.isLive)
      where base.uuid = \(uuid)::uuid
      """)
    guard let found else { throw Refusal.badBaseToken }
    guard !found.isTrashed else { throw Refusal.notFound(.base(uuid.text)) }
    for (source, now) in [
      (claims.apiTokenID, found.tokenPermission), (claims.accountID, found.accountPermission),
      (claims.externalLinkID, found.linkPermission),
    ] where source != nil {
      guard let now, permission <= now else { throw Refusal.badBaseToken }
    }
    return BaseTokenBearer(base: found.base, permission: permission)
  }

  private struct Found: RowDecodable {
    let base: ID<Base>
    let isTrashed: Bool
    let tokenPermission: Permission?
    let accountPermission: Permission?
    let linkPermission: Permission?

    init(_ row: Row) throws(PostgresError) {
      base = try row["base_id"]
      isTrashed = try row["is_trashed"]
      tokenPermission = try row["token_permission"]
      accountPermission = try row["account_permission"]
      linkPermission = try row["link_permission"]
    }
  }
}
