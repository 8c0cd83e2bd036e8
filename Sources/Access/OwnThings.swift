internal import Postgres

/// The owner of the account token that the input names by its number.
public struct TokenOwner: TargetedPrincipal {
  /// `token-owner`
  public static let name = "token-owner"

  /// The caller.
  public let caller: SignedIn
  /// The token that the right was proved for.
  public let token: ID<AccountToken>

  /// Proves that the token is the caller's own.
  public static func prove(_ caller: SignedIn, _ token: String, _ app: App) async throws -> TokenOwner {
    let found: ID<AccountToken>? = try await app.db.lookup(
      "select id from account_token where account_id = \(caller.account) and id = \(ID<AccountToken>(text: token))")
    guard let found else { throw Refusal.notFound(.accountToken(token)) }
    return TokenOwner(caller: caller, token: found)
  }
}

/// The owner of the personal workspace that a base in the trash was in. The input names the base by its number.
public struct TrashOwner: TargetedPrincipal {
  /// `trash-owner`
  public static let name = "trash-owner"

  /// The caller.
  public let caller: SignedIn
  /// The base that the right was proved for.
  public let base: ID<Base>

  /// Proves that the base was in the caller's own workspace.
  public static func prove(_ caller: SignedIn, _ base: String, _ app: App) async throws -> TrashOwner {
    let found: ID<Base>? = try await app.db.lookup(
      """
      select base.id from base
      join workspace on workspace.id = base.workspace_id and workspace.account_id = \(caller.account)
      where base.id = \(ID<Base>(text: base)) and base.deleted_at is not null
      """)
    guard let found else { throw Refusal.notFound(.base(base)) }
    return TrashOwner(caller: caller, base: found)
  }
}

/// The person whom the input's team invitation is for. The input names it by its number.
public struct TeamInvitee: TargetedPrincipal {
  /// `team-invitee`
  public static let name = "team-invitee"

  /// The caller.
  public let caller: SignedIn
  /// The invitation that the right was proved for. It may have expired.
  public let invitation: ID<TeamInvitation>

  /// Proves that the invitation is for the caller.
  public static func prove(_ caller: SignedIn, _ invitation: String, _ app: App) async throws -> TeamInvitee {
    let found: ID<TeamInvitation>? = try await app.db.lookup(
      """
      select id from team_invitation
      where account_id = \(caller.account) and id = \(ID<TeamInvitation>(text: invitation))
      """)
    guard let found else { throw Refusal.notFound(.invitation(invitation)) }
    return TeamInvitee(caller: caller, invitation: found)
  }
}
