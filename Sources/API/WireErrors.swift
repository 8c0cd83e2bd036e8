internal import Access
internal import HTTP
internal import Postgres

/// The one place that gives an error its status and its SeaTable body.
func wire(_ error: any Error) -> Response {
  switch error {
  case let error as Refusal: wire(error)
  case let error as APIError: wire(error)
  case let error as FieldsError: wire(error)
  case let error as PostgresError: wire(error)
  default: failure("\(error)")
  }
}

private func wire(_ refusal: Refusal) -> Response {
  switch refusal {
  case .noCredentials: detail(403, "Authentication credentials were not provided.")
  case .badAccountToken: detail(401, "Invalid token")
  case .badAPIToken, .notAllowed: message(403, "Permission denied.")
  case .badBaseToken: Response(403, Body(key: "error_message", text: "invalid token"))
  case .expiredBaseToken: message(403, "Token expired.")
  case .notFound(.workspace(let id)): message(404, "Workspace \(id) not found.")
  case .notFound(.base(let name)): message(404, "dtable \(name) not found.")
  case .notFound(.trashedBase(let id, let name)): message(404, "dtable _(deleted_\(id.value)) \(name) not found.")
  case .notFound(.group(let id)): message(404, "Group \(id) not found.")
  case .notFound(.apiToken(let name)): message(404, "api token \(name) not found.")
  }
}

private func wire(_ error: APIError) -> Response {
  switch error {
  case .invalid(let field): message(400, "\(field) invalid.")
  case .loginFailed: Response(400, LoginFailure())
  case .throttled(let seconds):
    detail(429, "Request was throttled. Expected available in \(seconds) seconds.")
      .with("Retry-After", "\(seconds)")
  case .unknownPath: message(404, "Not found.")
  case .methodNotAllowed(let method, let allowed):
    detail(405, "Method \"\(method)\" not allowed.").with("Allow", allowed.joined(separator: ", "))
  }
}

private func wire(_ error: FieldsError) -> Response {
  switch error {
  case .malformed(let reason): message(400, reason)
  case .unsupportedMediaType(let type): detail(415, "Unsupported media type \"\(type)\" in request.")
  case .invalid(let field): message(400, "\(field) invalid.")
  }
}

private func wire(_ error: PostgresError) -> Response {
  switch error {
  case .statement(_, constraint: "api_token_app_name_key", _): message(400, "app_name already exists.")
  case .statement(_, constraint: "base_name_key", _): message(400, "Table name already exists.")
  case .statement(_, constraint: "account_email_key", _): message(400, "User already exists.")
  case .invalidText: message(400, "The request contains text that cannot be stored.")
  case .unavailable, .timedOut:
    message(503, "The database is not available. Please try again.")
      .with("Retry-After", "1").because("\(error)")
  case .statement, .unexpected: failure("\(error)")
  }
}

private func failure(_ reason: String) -> Response { message(500, "Internal Server Error").because(reason) }

// MARK: Bodies

private func message(_ status: Int, _ text: String) -> Response { Response(status, Body(key: "error_msg", text: text)) }

private func detail(_ status: Int, _ text: String) -> Response { Response(status, Body(key: "detail", text: text)) }

private struct Body: JSONEncodable {
  let key: StaticString
  let text: String
  func write(to json: inout JSONWriter) { json.object { $0.add(key, text) } }
}

private struct LoginFailure: JSONEncodable {
  func write(to json: inout JSONWriter) {
    json.object { $0.add("non_field_errors", ["Unable to login with provided credentials."]) }
  }
}

extension Response {
  fileprivate func with(_ name: String, _ value: String) -> Response {
    var response = self
    response.headers.append((name, value))
    return response
  }

  fileprivate func because(_ reason: String) -> Response {
    var response = self
    response.failure = reason
    return response
  }
}
