internal import Access
internal import Domain
public import HTTP

/// One operation of the service: what `openapi.yaml` says about it, and the code that does it.
public struct Route: Sendable {
  /// The method; HEAD is answered by the GET of the same path.
  public let method: Method
  /// The path with its variable segments in braces, as in `openapi.yaml`.
  public let path: String
  /// The `operationId`.
  public let operation: String
  /// The name of the principal that the handler takes.
  public let principal: String
  /// The name of the one whom the path alone lets in: the same, unless that is proved for what the input names.
  public let caller: String
  /// The status of success.
  public let status: SuccessStatus
  /// Whether an `Idempotency-Key` counts: for what makes something, and not for what answers a question, is the same
  /// however often it is done, or counts guesses, which must stay counted when it fails.
  public let isDoneOnce: Bool
  /// Which database the handler asks. Who may call is always asked of the primary.
  public let source: Source
  /// How large a body may be.
  public let body: BodySize
  /// Whether a request shows, as far as its header tells, what may prove that its sender may call.
  let isShown: @Sendable (Request) -> Bool
  /// Proves that he may.
  let authorise: @Sendable (Request, Segments, App) async throws -> Void
  let handle: @Sendable (Request, Segments, App, inout Gate) async throws -> Response

  /// The size of a body. Nobody sends a large one before it is proved that he may call.
  public enum BodySize: Sendable {
    /// 64 KiB at most.
    case small
    /// As large as the operator lets a body be: for files.
    case large
  }

  /// A database.
  public enum Source: Sendable {
    /// The one that is changed.
    case primary
    /// A copy that may be a little behind, where there is one: for lists that nothing is decided by.
    case standby
  }

  /// A row that asks the primary.
  ///
  /// The principal is part of the handler's type: a row that names the wrong one does not compile. What principal and input
  /// take from the path is part of theirs: a row whose path has other variables ends the program when it is made.
  init<P: Principal, In: Readable, Out: Output>(
    _ method: Method, _ path: String, _ operation: String, as principal: P.Type,
    _ handler: @escaping @Sendable (P, In, App) async throws -> Out,
    once isDoneOnce: Bool? = nil, body: BodySize = .small
  ) {
    self.init(method, path, operation, P.name, handler, isDoneOnce ?? (method == .post), .primary, body)
  }

  /// A row whose principal is proved for what the input names.
  init<P: TargetedPrincipal, In: Readable, Out: Output>(
    _ method: Method, _ path: String, _ operation: String, as principal: P.Type,
    of target: @escaping @Sendable (In) -> P.Target, _ handler: @escaping @Sendable (P, In, App) async throws -> Out,
    once isDoneOnce: Bool? = nil
  ) {
    let proving: @Sendable (P.Caller, In, App) async throws -> Out = { caller, input, app in
      try await handler(try await P.prove(caller, target(input), app), input, app)
    }
    self.init(method, path, operation, P.name, proving, isDoneOnce ?? (method == .post), .primary, .small)
  }

  /// A row that may ask a standby: what administrators look over, and nobody else, and nothing else.
  init<P: Administrator, In: Readable, Out: Overview>(
    _ method: Method, _ path: String, _ operation: String, as principal: P.Type,
    _ handler: @escaping @Sendable (P, In, App) async throws -> Out, from source: Source
  ) {
    self.init(method, path, operation, P.name, handler, false, source, .small)
  }

  private init<P: Principal, In: Readable, Out: Output>(
    _ method: Method, _ path: String, _ operation: String, _ principal: String,
    _ handler: @escaping @Sendable (P, In, App) async throws -> Out,
    _ isDoneOnce: Bool, _ source: Source, _ body: BodySize
  ) {
    let variables = Variables(of: path)
    do throws(Contradiction) {
      try variables.check(P.self, In.self)
      guard method == .get || source == .primary else { throw Contradiction(description: "it may change something") }
      guard body == .small || P.isInAuthorization else { throw Contradiction(description: "anybody may send a lot") }
    } catch {
      fatalError("\(operation): \(error)")
    }
    (self.method, self.path, self.operation, status) = (method, path, operation, Out.status)
    (self.principal, caller) = (principal, P.name)
    (self.isDoneOnce, self.source, self.body) = (isDoneOnce, source, body)
    isShown = P.isShown
    authorise = { request, segments, app in _ = try await P.authorise(variables.taken(segments), request, app) }
    handle = { request, segments, app, gate in
      let caller = try await P.authorise(variables.taken(segments), request, app)
      try gate.admit(caller.subject)
      let named: In.Path = variables.taken(segments)
      let read = {
        let input = try await In.read(named, Parts(of: request), Hashing(app: app, caller: caller.subject))
        if In.takesLong { _ = try await P.authorise(variables.taken(segments), request, app) }
        return input
      }
      let answer: (In, App) async throws -> Out = { try await handler(caller, $0, $1) }
      let publicURL = app.settings.publicURL
      switch source {
      case .standby:
        let input = try await read()
        return try await app.readingAtStandby { try await answer(input, $0).response(publicURL: publicURL) }
      case .primary where isDoneOnce:
        return try await IdempotentOperations(app).once(
          request, segments, of: caller.subject, operation, reading: read, answer)
      case .primary: return try await answer(try await read(), app).response(publicURL: publicURL)
      }
    }
  }
}
