/// The relation of a caller to what a request names. A person can be several of these.
public enum CallerKind: String, CaseIterable, Sendable {
  /// Without a token, or with an invalid one.
  case anonymous
  /// A program with an API token that allows writing, or a person with a temporary one who may write.
  case apiToken = "API token"
  /// The same where it only reads.
  case readOnlyAPIToken = "reading API token"
  /// The bearer of a base token that allows writing.
  case baseToken = "base token"
  /// The bearer of a base token that only reads, such as a visitor by an external link.
  case readOnlyBaseToken = "reading base token"
  /// A person without a team.
  case withoutTeam = "no team"
  /// A person of another team, its admins included.
  case otherTeam = "other team"
  /// A person of the team who is not in the group and does not own the workspace.
  case member
  /// A member of the group.
  case groupMember = "group member"
  /// An admin of the group.
  case groupAdmin = "group admin"
  /// The owner of the group, of a personal workspace, or of an account token.
  case groupOwner = "owner"
  /// A person of the team with whom the base is shared, or anyone who has accepted an invite link to it.
  case guest
  /// An admin of the team.
  case teamAdmin = "team admin"
  /// An admin of the team who may also open the base.
  case teamAdminWithAccess = "team admin with access"
  /// An administrator of the installation.
  case systemAdmin = "system administrator"
}

/// The kinds of callers that each principal admits. The code of the principals in `Access` decides; this table says
/// what it must decide, and is what the documentation shows. It holds for every operation: an operation that admits
/// more has a principal of its own.
public let admissions: [(principal: String, callers: Set<CallerKind>)] = [
  ("anyone", Set(CallerKind.allCases)),
  ("metrics-reader", Set(CallerKind.allCases)),
  ("account", signedIn),
  ("choosing-password", signedIn),
  ("enrolling", signedIn),
  ("token-verifier", signedIn.union([.apiToken, .readOnlyAPIToken])),
  ("link-visitor", Set(CallerKind.allCases)),
  ("token-owner", [.groupOwner]),
  ("acquaintance", team.union([.guest])),
  ("team-member", team),
  ("team-invitee", [.withoutTeam]),
  ("base-user", [.groupMember, .groupAdmin, .groupOwner, .guest]),
  ("base-admin", [.groupAdmin, .groupOwner]),
  ("base-admin-or-self", [.groupAdmin, .groupOwner]),
  ("base-copier", [.groupAdmin, .groupOwner]),
  ("link-admin", [.groupAdmin, .groupOwner]),
  ("workspace-admin", [.groupAdmin, .groupOwner]),
  ("trash-owner", [.groupOwner]),
  ("group-member", [.groupMember, .groupAdmin, .groupOwner]),
  ("group-admin", [.groupAdmin, .groupOwner]),
  ("group-admin-or-self", [.groupAdmin, .groupOwner]),
  ("group-owner", [.groupOwner]),
  ("group-invitee", team),
  ("team-admin", [.teamAdmin, .teamAdminWithAccess]),
  ("team-base-user", [.teamAdminWithAccess]),
  ("system-admin", [.systemAdmin]),
  ("api-token", [.apiToken, .readOnlyAPIToken]),
  ("api-token-writer", [.apiToken]),
  ("base-token", [.baseToken, .readOnlyBaseToken]),
  ("base-reader", [.baseToken, .readOnlyBaseToken]),
  ("base-writer", [.baseToken]),
  ("upload-link", Set(CallerKind.allCases)),
  ("download-link", Set(CallerKind.allCases)),
  (
    "file-reader",
    [.apiToken, .readOnlyAPIToken, .baseToken, .readOnlyBaseToken, .groupMember, .groupAdmin, .groupOwner, .guest]
  ),
]

private let team: Set<CallerKind> = [
  .member, .groupMember, .groupAdmin, .groupOwner, .teamAdmin, .teamAdminWithAccess,
]

private let signedIn = Set(CallerKind.allCases).subtracting([
  .anonymous, .apiToken, .readOnlyAPIToken, .baseToken, .readOnlyBaseToken,
])

extension Route {
  /// The kinds of callers that may call the operation; nil if the table lacks its principal.
  public var callers: Set<CallerKind>? {
    admissions.first { $0.principal == principal }?.callers
  }
}
