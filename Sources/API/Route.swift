internal import Access
internal import Domain
public import HTTP

/// An operation of the service: what `openapi.yaml` says about it, and the code that performs it.
public struct Route: Sendable {
  /// The method; HEAD requests go to the GET route of the same path.
  public let method: Method
  /// The path with its variable segments in braces, as in `openapi.yaml`.
  public let path: String
  /// Where it answers, too: with the same variables.
  public var otherPaths: [String] { OlderPaths.of(path) + furtherPaths }
  var furtherPaths: [String] = []
  /// The `operationId`.
  public let operation: String
  /// The name of the principal that the handler takes.
  public let principal: String
  /// The name of the principal that is proved by the path alone: the same, unless the input names the target.
  public let caller: String
  /// The status of success.
  public let status: SuccessStatus
  /// Whether an `Idempotency-Key` has an effect: it has for operations that create something, but not for those that
  /// answer a question, have the same effect when repeated, or count guesses, which must stay counted if the operation
  /// fails.
  public let isDoneOnce: Bool
  /// The database that the handler reads from. Authorisation always asks the primary.
  public let source: Source
  /// The largest body that is accepted.
  public let body: BodySize
  /// Whether the header of a request has a credential that may authorise it.
  let isShown: @Sendable (Request) -> Bool
  /// What it takes to read the response. The response to what a caller sends is for that caller.
  let openness: Response.Openness
  /// Throws unless the caller is authorised.
  let authorise: @Sendable (Request, Segments, App) async throws -> Void
  let handle: @Sendable (Request, Segments, App, inout Gate) async throws -> Response

  /// The size of a body. A large one is not read before its sender is authorised.
  public enum BodySize: Sendable {
    /// At most 64 KiB.
    case small
    /// As large as the operator's limit for files.
    case file
    /// As large as the operator's limit for rows.
    case rows
    /// As large as the operator's limit for the files of bases. It comes piece by piece, when the sender is authorised.
    case upload

    /// Whether not much of it is in memory before its sender is authorised.
    var isBounded: Bool { self == .small || self == .upload }
  }

  /// A database to read from.
  public enum Source: Sendable {
    /// The primary, which takes all changes.
    case primary
    /// A standby, if there is one; it may be slightly behind. For lists by which nothing is decided.
    case standby
  }

  /// A row that reads from the primary.
  ///
  /// The principal is part of the handler's type: a row with another principal does not compile. The path variables are
  /// part of the types of principal and input: a row whose path has other variables ends the program when it is
  /// created.
  init<P: Principal, In: Readable, Out: Output>(
    _ method: Method, _ path: String, _ operation: String, as principal: P.Type,
    _ handler: @escaping @Sendable (P, In, App) async throws -> Out,
    once isDoneOnce: Bool? = nil, body: BodySize = .small
  ) {
    self.init(method, path, operation, P.name, handler, isDoneOnce ?? (method == .post), .primary, body)
  }

  /// A row whose principal is proved for a target that the input names.
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

  /// A row that may read from a standby: only for administrators, and only for overviews.
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
      guard body.isBounded || P.isInAuthorization else { throw Contradiction(description: "anybody may send a lot") }
    } catch {
      fatalError("\(operation): \(error)")
    }
    (self.method, self.path, self.operation, status) = (method, path, operation, Out.status)
    (self.principal, caller, openness) = (principal, P.name, method == .get ? P.openness : .shown)
    (self.isDoneOnce, self.source, self.body, isShown) = (isDoneOnce, source, body, P.isShown)
    authorise = { request, segments, app in _ = try await P.authorise(variables.taken(segments), request, app) }
    handle = { request, segments, app, gate in
      try P.refuseForeignPages(request, app)
      let caller = try await P.authorise(variables.taken(segments), request, app)
      try gate.admit(caller)
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
