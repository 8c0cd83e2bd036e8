public import HTTP

/// A member of the team that the path names by `org_id`.
public struct TeamMember: Personal {
  /// `team-member`
  public static let name = "team-member"

  /// The caller.
  public let caller: SignedIn
  /// The team that the membership was proved for.
  public let team: ID<Team>

  /// Proves that the caller is in the path's team.
  public static func authorise(_ path: TeamSegment, _ request: Request, _ app: App) async throws -> TeamMember {
    let caller = try await SignedIn.authorise(request, app)
    guard let team = caller.team, path.team == team else { throw caller.refused(.notAllowed) }
    return TeamMember(caller: caller, team: team)
  }
}
