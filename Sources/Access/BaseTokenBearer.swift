internal import Crypto
public import HTTP
internal import Postgres

/// Somebody with a base token for the base that the path names.
///
/// A token that verifies is still asked after: it ends with its base, with the API token it was minted from, and with
/// the way into the base of the account it was minted for; and it allows no more than that API token does now.
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
      select base.id as base_id, base.deleted_at is not null as is_trashed,
             token.permission as token_permission, workspace_role.account_id
      from base
      left join api_token as token
        on token.id = \(claims.apiTokenID) and token.base_id = base.id and token.revoked_at is null
      left join live_account as account on account.id = \(claims.accountID)
      left join workspace_role
        on workspace_role.workspace_id = base.workspace_id and workspace_role.account_id = account.id
      where base.uuid = \(uuid)::uuid
      """)
    guard let found else { throw Refusal.badBaseToken }
    guard !found.isTrashed else { throw Refusal.notFound(.base(uuid.text)) }
    if claims.apiTokenID != nil {
      guard let now = found.tokenPermission, now == .readWrite || permission == .read else {
        throw Refusal.badBaseToken
      }
    }
    if claims.accountID != nil && found.account == nil { throw Refusal.badBaseToken }
    return BaseTokenBearer(base: found.base, permission: permission)
  }

  private struct Found: RowDecodable {
    let base: ID<Base>
    let isTrashed: Bool
    let tokenPermission: Permission?
    let account: ID<Account>?

    init(_ row: Row) throws(PostgresError) {
      base = try row["base_id"]
      isTrashed = try row["is_trashed"]
      tokenPermission = try row["token_permission"]
      account = try row["account_id"]
    }
  }
}
