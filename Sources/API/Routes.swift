/// The whole API, in the order of `openapi.yaml`.
///
/// The program ends at its start if two rows contradict each other.
public let routes: [Route] = {
  do throws(Contradiction) {
    return try Table.rows(of: Resource.allCases.map { ($0, $0.table) })
  } catch {
    fatalError("routes: \(error)")
  }
}()

/// The resources, each with its table of routes, in the order of `openapi.yaml`. The compiler checks both ways: a table
/// needs a case here, and a case needs its table.
enum Resource: CaseIterable {
  // The service, and what callers do for themselves.
  case service, sessions, apiTokens, baseTokens, baseTokenStatus, account, accountTokens, twoFactor, invitations,
    people, workspaces, bases, favorites, folders, trash, groups, groupMembers, groupLinks, userShares, groupShares,
    externalLinks, inviteLinks, gateway, rows, sql, filteredRows, links, tables, columns, views, baseLog, files,
    customFolders
  // For team admins.
  case teamUsers, teamInvitations, teamLeftBehind, teamBases, teamGroups, teamTokens, tokenPolicy, teamShares,
    teamLinks, teamSettings, teamLogs
  // For system administrators.
  case systemUsers, systemLeftBehind, systemBases, systemLinks, systemGroups, systemTeams, systemTeamUsers,
    systemLogs, systemInfo

  /// The routes of the resource.
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
    case .rows: rowRoutes
    case .sql: sqlRoutes
    case .filteredRows: filteredRowRoutes
    case .links: linkRoutes
    case .tables: tableRoutes
    case .columns: columnRoutes
    case .views: viewRoutes
    case .baseLog: baseLogRoutes
    case .files: fileRoutes
    case .customFolders: customFolderRoutes
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
