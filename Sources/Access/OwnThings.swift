internal import Postgres

/// Whose account token the input names, by its number.
public struct TokenOwner: TargetedPrincipal {
  /// `token-owner`
  public static let name = "token-owner"

  /// Who.
  public let caller: SignedIn
  /// The token that was proved.
  public let token: ID<AccountToken>

  /// Proves that it is the caller's own.
  public static func prove(_ caller: SignedIn, _ token: String, _ app: App) async throws -> TokenOwner {
    let found: ID<AccountToken>? = try await app.db.lookup(
      "select id from account_token where account_id = \(caller.account) and id = \(ID<AccountToken>(text: token))")
    guard let found else { throw Refusal.notFound(.accountToken(token)) }
    return TokenOwner(caller: caller, token: found)
  }
}

/// In whose own workspace the base was that the input names, by its number, and that is in the trash.
public struct TrashOwner: TargetedPrincipal {
  /// `trash-owner`
  public static let name = "trash-owner"

  /// Who.
  public let caller: SignedIn
  /// The base that was proved.
  public let base: ID<Base>

  /// Proves that it was in the caller's own workspace.
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

/// Whom the invitation into a team is for that the input names, by its number.
public struct TeamInvitee: TargetedPrincipal {
  /// `team-invitee`
  public static let name = "team-invitee"

  /// Who.
  public let caller: SignedIn
  /// The invitation that was proved; its time may be over.
  public let invitation: ID<TeamInvitation>

  /// Proves that it is for the caller.
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
