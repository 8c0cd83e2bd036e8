/// The whole API, in the order of `openapi.yaml`.
///
/// Where two rows contradict each other, the program ends when it starts.
public let routes: [Route] = {
  do throws(Contradiction) {
    return try Table.rows(of: Resource.allCases.map { ($0, $0.table) })
  } catch {
    fatalError("routes: \(error)")
  }
}()

/// What has a table of routes, in the order of `openapi.yaml`: a file cannot make its table without a case here, and a case
/// has to give its table.
enum Resource: CaseIterable {
  // What concerns the caller himself, and the service.
  case service, sessions, apiTokens, baseTokens, baseTokenStatus, account, accountTokens, twoFactor, invitations,
    people, workspaces, bases, favorites, folders, trash, groups, groupMembers, groupLinks, userShares, groupShares,
    externalLinks, inviteLinks, gateway
  // What team admins administer.
  case teamUsers, teamInvitations, teamLeftBehind, teamBases, teamGroups, teamTokens, tokenPolicy, teamShares,
    teamLinks, teamSettings, teamLogs
  // What system administrators administer.
  case systemUsers, systemLeftBehind, systemBases, systemLinks, systemGroups, systemTeams, systemTeamUsers,
    systemLogs, systemInfo

  /// Its rows.
  var table: Table {
    switch self {
    case .service: serviceRoutes
    case .sessions: sessionRoutes
    case .apiTokens: apiTokenRoutes
    case .baseTokens: baseTokenRoutes
    case .baseTokenStatus: baseTokenStatusRoutes
    case .account: accountRoutes
    case .accountTokens: accountTokenRoutes
    case .twoFactor: twoFactorRoutes
    case .invitations: invitationRoutes
    case .people: peopleRoutes
    case .workspaces: workspaceRoutes
    case .bases: baseRoutes
    case .favorites: favoriteRoutes
    case .folders: folderRoutes
    case .trash: trashRoutes
    case .groups: groupRoutes
    case .groupMembers: groupMemberRoutes
    case .groupLinks: groupLinkRoutes
    case .userShares: userShareRoutes
    case .groupShares: groupShareRoutes
    case .externalLinks: externalLinkRoutes
    case .inviteLinks: inviteLinkRoutes
    case .gateway: gatewayRoutes
    case .teamUsers: teamUserRoutes
    case .teamInvitations: teamInvitationRoutes
    case .teamLeftBehind: teamLeftBehindRoutes
    case .teamBases: teamBaseRoutes
    case .teamGroups: teamGroupRoutes
    case .teamTokens: teamTokenRoutes
    case .tokenPolicy: tokenPolicyRoutes
    case .teamShares: teamShareRoutes
    case .teamLinks: teamLinkRoutes
    case .teamSettings: teamSettingRoutes
    case .teamLogs: teamLogRoutes
    case .systemUsers: systemUserRoutes
    case .systemLeftBehind: systemLeftBehindRoutes
    case .systemBases: systemBaseRoutes
    case .systemLinks: systemLinkRoutes
    case .systemGroups: systemGroupRoutes
    case .systemTeams: systemTeamRoutes
    case .systemTeamUsers: systemTeamUserRoutes
    case .systemLogs: systemLogRoutes
    case .systemInfo: systemInfoRoutes
    }
  }
}
