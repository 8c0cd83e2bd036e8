internal import Access
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
  /// The status of success.
  public let status: Int
  /// Whether an `Idempotency-Key` counts: for what makes something, and not for what answers a question, is the same
  /// however often it is done, or counts guesses, which must stay counted when it fails.
  public let isDoneOnce: Bool
  /// Which database the handler asks. Who may call is always asked of the primary.
  public let source: Source
  let handle: @Sendable (Request, App) async -> Response

  /// A database.
  public enum Source: Sendable {
    /// The one that is changed.
    case primary
    /// A copy that may be a little behind, where there is one: for lists that nothing is decided by.
    case standby
  }

  /// The principal is part of the handler's type: a row that names the wrong one does not compile.
  init<P: Principal, In: Input, Out: Output>(
    _ method: Method, _ path: String, _ operation: String, as principal: P.Type,
    _ handler: @escaping @Sendable (P, In, App) async throws -> Out, status: Int = 200,
    once isDoneOnce: Bool? = nil, from source: Source = .primary
  ) {
    precondition(method == .get || source == .primary, "\(operation) may change something")
    (self.method, self.path, self.operation, self.status) = (method, path, operation, status)
    self.principal = P.name
    let isDoneOnce = isDoneOnce ?? (method == .post)
    (self.isDoneOnce, self.source) = (isDoneOnce, source)
    handle = { request, app in
      let app = app.serving(request)
      var limits = RateLimits()
      var response: Response
      do {
        try app.admitAddress(&limits)
        let caller = try await P.authorise(request, app)
        try app.admit(caller.subject, &limits)
        let answer: (App) async throws -> Out = { try await handler(caller, try In(Parts(of: request)), $0) }
        response =
          switch source {
          case .standby: try await app.readingAtStandby { try await answer($0).response(status) }
          case .primary where isDoneOnce: try await app.once(request, of: caller.subject, operation, status, answer)
          case .primary: try await answer(app).response(status)
          }
      } catch {
        response = WireError(error).response
      }
      response.add(limits, at: app.now())
      return response
    }
  }
}

/// What an operation gives back.
protocol Output: Sendable {
  func response(_ status: Int) -> Response
  /// What it shows for the only time.
  var revealed: [Revealed] { get }
}

extension Output {
  /// Nothing.
  var revealed: [Revealed] { [] }
}

extension Output where Self: JSONEncodable {
  func response(_ status: Int) -> Response { Response(status, self) }
}

/// `{"success": true}`
struct Success: Output, JSONEncodable {
  func write(to json: inout JSONWriter) { json.object { $0.add("success", true) } }
}

/// An array at the top level.
struct Listing<Element: JSONEncodable>: Output, JSONEncodable {
  let elements: [Element]
  func write(to json: inout JSONWriter) { json.array(elements) }
}
