public import Access
internal import Ground
public import HTTP

/// The service on one loop: turns every request into a response.
public struct Service: Sendable {
  private static let router = Router(routes)
  /// The largest body, in bytes, of a route with small bodies.
  private static let smallBody = 65_536
  private let app: App

  /// A service whose operations use `app`.
  public init(_ app: App) {
    self.app = app
    _ = Self.router  // a contradictory table ends the program now, not at the first request
    if app.settings.showsConsole { _ = ConsoleFiles.embedded }  // compressed now, not at the first request
  }

  /// Answers a request; errors become responses, too.
  public func respond(to request: Request) async -> Response {
    await respond(to: request, hasBody: !request.body.isEmpty)
  }

  /// Decides what to do with a request of which only the header has arrived. `size` is the announced size of the body
  /// in bytes; nil if it is unknown. A request that would be refused whatever its body is answered without reading it.
  public func judge(_ request: Request, announcing size: UInt64?) -> HeaderVerdict {
    guard case .route(let route, let segments) = find(request), !request.isEncoded, route.isShown(request) else {
      return .answer { await respond(to: request, hasBody: true) }
    }
    let most: Int
    switch route.body {
    case .small: return .read(upTo: Self.smallBody)
    case .file: most = app.settings.fileBytes
    case .rows: most = app.settings.rows.bodyBytes
    case .upload: return .stream(upTo: app.settings.files.bytes + Self.smallBody, pieces: UploadForm.pieceBytes)
    }
    guard size ?? .max > Self.smallBody else { return .read(upTo: Self.smallBody) }
    // The caller is authorised again once the whole body is there.
    return .ask(upTo: most) {
      await answer(request, route.path) { app, _ in
        try await route.authorise(request, segments, app)
        return nil
      }
    }
  }

  private func respond(to request: Request, hasBody: Bool) async -> Response {
    let found = find(request)
    let response = await answer(request, found.path) { app, gate in
      switch found {
      case .route(let route, let segments):
        guard !hasBody || !request.isEncoded else {
          throw APIError.encoded(request.headers[.contentEncoding] ?? "")
        }
        var response = try await route.handle(request, segments, app, &gate)
        response.openness = route.openness
        return response
      case .otherMethods(let methods):
        if let response = CrossOrigin.preflight(request, methods: methods) { return response }
        throw APIError.methodNotAllowed(request.method.rawValue, allowed: methods.map(\.rawValue))
      case .console(let place): return Console.answer(request, at: place, app)
      case .nothing:
        if let what = NotOffered.what(at: request.target.segments) { throw APIError.notOffered(what) }
        throw APIError.unknownPath
      }
    }
    return response ?? WireError(APIError.unknownPath).response
  }

  /// Counts a request against the limit of its address, whatever it is for, and runs `body`.
  private func answer(
    _ request: Request, _ path: String?, _ body: (App, inout Gate) async throws -> Response?
  ) async -> Response? {
    let app = app.serving(request)
    var gate = Gate(app)
    var response: Response?
    do {
      try gate.admitAddress()
      response = try await body(app, &gate)
    } catch {
      let answer = WireError(error, at: path)
      if let event = SecurityEvent(error, answeredBy: answer.status, to: gate.asker) {
        app.report(event, of: request, at: path)
      }
      response = answer.response
    }
    response?.route = path
    response?.add(gate.limits, at: app.now())
    return response
  }

  private func find(_ request: Request) -> Found {
    switch Self.router.find(request.method, request.target.segments) {
    case .route(let route, let captures): .route(route, Segments(captures.mapValues(normalized)))
    case .otherMethods(let methods): .otherMethods(methods)
    case .nothing: findPage(request)
    }
  }

  private func findPage(_ request: Request) -> Found {
    guard app.settings.showsConsole, let place = Console.find(request) else { return .nothing }
    return [.get, .head].contains(request.method) ? .console(place) : .otherMethods([.get, .head])
  }

  /// What a request's method and path match.
  private enum Found {
    case route(Route, Segments)
    case otherMethods([Method])
    case console(Console.ConsolePlace)
    case nothing

    /// The path template of the route.
    var path: String? {
      switch self {
      case .route(let route, _): route.path
      case .console(let place): place.path
      case .otherMethods, .nothing: nil
      }
    }
  }
}

extension Request {
  /// Whether the body has a content coding.
  fileprivate var isEncoded: Bool {
    headers[.contentEncoding].map { !$0.isEmpty && !$0.utf8.isWord("identity") } ?? false
  }
}
