/// The whole API, in the order of `openapi.yaml`.
public let routes: [Route] = memberRoutes + teamRoutes + systemRoutes

/// What concerns the caller himself, and the service.
private let memberRoutes: [Route] =
  serviceRoutes + sessionRoutes + apiTokenRoutes + baseTokenRoutes + baseTokenStatusRoutes + accountRoutes
  + accountTokenRoutes + twoFactorRoutes + invitationRoutes + peopleRoutes + workspaceRoutes + baseRoutes
  + favoriteRoutes + folderRoutes + trashRoutes + groupRoutes + groupMemberRoutes + groupLinkRoutes
  + userShareRoutes + groupShareRoutes + externalLinkRoutes + inviteLinkRoutes + gatewayRoutes

/// What team admins administer.
private let teamRoutes: [Route] =
  teamUserRoutes + teamInvitationRoutes + teamLeftBehindRoutes + teamBaseRoutes + teamGroupRoutes + teamTokenRoutes
  + tokenPolicyRoutes + teamShareRoutes + teamLinkRoutes + teamSettingRoutes + teamLogRoutes

/// What system administrators administer.
private let systemRoutes: [Route] =
  systemUserRoutes + systemLeftBehindRoutes + systemBaseRoutes + systemLinkRoutes + systemGroupRoutes + systemTeamRoutes
  + systemTeamUserRoutes + systemLogRoutes + systemInfoRoutes
