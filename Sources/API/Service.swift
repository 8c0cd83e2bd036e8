public import Access
public import HTTP

/// The service on one loop: a request in, an answer out, whatever happens.
public struct Service: Sendable {
  private static let router = Router(routes)
  private let app: App

  /// The service with what its operations may use.
  public init(_ app: App) { self.app = app }

  /// Answers a request; never fails.
  public func respond(to request: Request) async -> Response {
    switch Self.router.find(request.method, request.target.segments) {
    case .route(let route, let captures):
      var request = request
      request.captures = captures.mapValues(normalized)
      var response = await route.handle(request, app)
      response.route = route.path
      return response
    case .otherMethods(let methods):
      if let response = CrossOrigin.preflight(request, methods: methods) { return response }
      return WireError(APIError.methodNotAllowed(request.method.rawValue, allowed: methods.map(\.rawValue))).response
    case .nothing: return WireError(APIError.unknownPath).response
    }
  }
}
