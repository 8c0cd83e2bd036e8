/// What somebody is to the thing that a request names. One person can be several of these.
public enum CallerKind: String, CaseIterable, Sendable {
  /// Without a token, or with one that counts for nothing.
  case anonymous
  /// A program with an API token, or somebody with a temporary one.
  case apiToken = "API token"
  /// The bearer of a base token.
  case baseToken = "base token"
  /// A person without a team.
  case withoutTeam = "no team"
  /// Anybody of another team, its admins too.
  case otherTeam = "other team"
  /// A person of the team who has no part in the workspace or the group.
  case member
  /// A member of the group.
  case groupMember = "group member"
  /// An admin of the group.
  case groupAdmin = "group admin"
  /// The owner of the group, of a personal workspace, or of an account token.
  case groupOwner = "owner"
  /// Somebody of the team with whom the base is shared, or anybody who has accepted an invite link to it.
  case guest
  /// An admin of the team.
  case teamAdmin = "team admin"
  /// An admin of the team who may open the base himself.
  case teamAdminWithAccess = "team admin with access"
  /// An administrator of the installation.
  case systemAdmin = "system administrator"
}

/// Who may call what: the kinds of callers that each principal admits. The principals' own code in `Access` decides;
/// this table is what it has to decide, and what the documentation shows. It holds for each operation: who is admitted to
/// one by more than that has a principal of its own.
public let admissions: [(principal: String, callers: Set<CallerKind>)] = [
  ("anyone", Set(CallerKind.allCases)),
  ("metrics-reader", Set(CallerKind.allCases)),
  ("account", signedIn),
  ("choosing-password", signedIn),
  ("enrolling", signedIn),
  ("token-verifier", signedIn.union([.apiToken])),
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
  ("api-token", [.apiToken]),
  ("base-token", [.baseToken]),
]

private let team: Set<CallerKind> = [
  .member, .groupMember, .groupAdmin, .groupOwner, .teamAdmin, .teamAdminWithAccess,
]

private let signedIn = Set(CallerKind.allCases).subtracting([.anonymous, .apiToken, .baseToken])

extension Route {
  /// The kinds of callers that may call the operation; nil for a principal that is missing in the table.
  public var callers: Set<CallerKind>? {
    admissions.first { $0.principal == principal }?.callers
  }
}
