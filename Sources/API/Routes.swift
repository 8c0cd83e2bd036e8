/// The whole API, in the order of `openapi.yaml`.
public let routes: [Route] =
  serviceRoutes + sessionRoutes + apiTokenRoutes + baseTokenRoutes + accountRoutes + workspaceRoutes + baseRoutes
  + trashRoutes + groupRoutes + gatewayRoutes
