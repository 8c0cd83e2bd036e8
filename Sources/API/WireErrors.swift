internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// An error as a response: the only place that gives errors their status and their SeaTable body.
struct WireError {
  let status: Int
  /// The key of the body's only member.
  private(set) var key: StaticString
  let text: String
  var header: (name: String, value: String)?
  /// What is only logged.
  var reason: String?
  /// The limit or cap that it is about: it is counted.
  var limit: String?
  /// A word for programs, where SeaTable has one.
  var word: StaticString?

  /// The error at a path; nil if there is no such path.
  init(_ error: any Error, at path: String?) {
    let error = WireError(error)
    guard path?.hasPrefix(Self.gateway) == true else {
      self = error
      return
    }
    self = error.atGateway
  }

  /// Where SeaTable's other component answers, whose clients look for either of two keys.
  private static let gateway = "/api-gateway/api/v2/dtables/"

  private var atGateway: WireError {
    switch key.description {
    case "error_msg":
      var error = self
      error.key = Self.bothKeys
      return error
    case "detail" where status == 403: return Self.badBaseToken
    default: return self
    }
  }

  init(_ error: any Error) {
    self =
      switch error {
      case let error as Refusal: WireError(of: error)
      case let error as KnownRefusal: WireError(of: error.refusal)
      case let error as APIError: WireError(of: error)
      case let error as DomainError: WireError(of: error)
      case let error as GridError: WireError(of: error)
      case let error as FileError: WireError(of: error)
      case is BodyStream.Interrupted: .message(400, "The body was cut off.")
      case let error as FieldsError: WireError(of: error)
      case let error as PostgresError: WireError(of: error)
      default: .failure("\(error)")
      }
  }

  private init(of refusal: Refusal) {
    self =
      switch refusal {
      case .noCredentials: .detail(403, "Authentication credentials were not provided.")
      case .badAccountToken: .detail(401, "Invalid token")
      case .obliged(to: let duty): .message(403, duty.demand)
      case .expiredAPIToken: .message(403, "The API token has expired.")
      case .foreignNetwork: .message(403, "The API token may not be used from this address: see its allowed_networks.")
      case .retiredSecret: .message(403, "This secret has been replaced: use the new one.")
      case .badAPIToken, .notAllowed: .message(403, "Permission denied.")
      case .notAdministrator: .detail(403, "You do not have permission to perform this action.")
      case .badBaseToken: Self.badBaseToken
      case .expiredBaseToken: .message(403, "Token expired.")
      case .notFound(.workspace(let id)): .message(404, "Workspace \(id) not found.")
      case .notFound(.base(let name)): .message(404, "dtable \(name) not found.")
      case .notFound(.trashedBase(let id, let name)):
        .message(404, "dtable _(deleted_\(id.value)) \(name) not found.")
      case .notFound(.group(let id)): .message(404, "Group \(id) not found.")
      case .notFound(.user(let id)): .message(404, "User \(id) not found.")
      case .notFound(.team(let id)): .message(404, "Organization \(id) not found.")
      case .notFound(.apiToken(let name)): .message(404, "api token \(name) not found.")
      case .notFound(.accountToken(let id)): .message(404, "account token \(id) not found.")
      case .notFound(.folder(let id)): .message(404, "Folder \(id) not found.")
      case .notFound(.share(let name)): .message(404, "Share with \(name) not found.")
      case .notFound(.invitation(let id)): .message(404, "Invitation \(id) not found.")
      case .notFound(.link): .message(404, "Link not found.")
      case .expiredLink: .message(403, "The link has expired.")
      case .forbiddenLink: .message(403, noPublicLinks)
      case .missingLinkPassword, .wrongLinkPassword: .message(403, "The link's password is missing or wrong.")
      case .hiddenMetrics:
        .message(403, "The metrics may not be read from this address: see BASEKEEPER_METRICS_NETWORKS.")
      case .foreignPage:
        .message(403, "Pages of this origin may not call the service: see BASEKEEPER_CORS_ORIGINS.")
      case .limited(let limits): .throttled(limits.retryAfter ?? 1, by: limits.exceeded)
      case .throttled(_, let seconds): .throttled(seconds, by: "throttled")
      }
  }

  private init(of error: APIError) {
    self =
      switch error {
      case .running:
        .message(409, "A request with this Idempotency-Key is in progress. Please try again.").with("Retry-After", "1")
      case .ended:
        .message(
          409,
          "What this Idempotency-Key created has been ended or changed since, so its secret is not shown again. "
            + "To create another, send a new Idempotency-Key.")
      case .otherRequest: .message(422, "This Idempotency-Key belongs to another request: send a new one.")
      case .encoded(let coding):
        .detail(415, "Unsupported Content-Encoding \"\(coding)\" in request: send the body without one.")
          .with("Accept-Encoding", "identity")
      case .unknownPath: .message(404, "Not found.")
      case .notOffered(let what): .twofold(404, "Not offered here: \(what).")
      case .needsGzip: .message(406, "This file is available only with Content-Encoding: gzip.")
      case .methodNotAllowed(let method, let allowed):
        .detail(405, "Method \"\(method)\" not allowed.").with("Allow", allowed.joined(separator: ", "))
      }
  }

  private init(of error: DomainError) {
    self =
      switch error {
      case .invalid(let field): .message(400, "\(field) invalid.")
      case .refused(let reason): .message(400, reason)
      case .forbidden(let reason): .message(403, reason)
      case .proofFailed(.wrongPassword), .proofFailed(.throttled), .proofFailed(.busy):
        .message(400, "The password is wrong.")
      case .proofFailed(.codeMissing), .signInFailed(.codeMissing, _):
        .nonField("Two factor auth token is missing.").with("X-SEAFILE-OTP", "required")
      case .proofFailed(.codeWrong), .signInFailed(.codeWrong, _): .nonField("Two factor auth token is invalid.")
      case .codeWrong: .message(400, "code invalid.")
      case .signInFailed(.passwordExpired, _):
        .nonField("The password has expired: ask an administrator for a new one.")
      case .signInFailed: .nonField("Unable to login with provided credentials.")
      }
  }

  private init(of error: FieldsError) {
    self =
      switch error {
      case .malformed(let reason): .message(400, reason)
      case .unsupportedMediaType(let type): .detail(415, "Unsupported media type \"\(type)\" in request.")
      case .invalid(let field): .message(400, "\(field) invalid.")
      }
  }

  private init(of error: PostgresError) {
    self =
      switch error {
      case .statement(let state, let constraint?, _):
        Self.violation(of: constraint) ?? (state == "23503" ? .gone : nil) ?? .failure("\(error)")
      case .invalidText: .message(400, "The request contains text that cannot be stored.")
      case .statement("22003", _, _), .statement("22008", _, _):
        .message(400, "The request contains a number that is too large.")
      case .statement("54000", _, _): .message(400, "The request would make something larger than can be stored.")
      // Deadlocks and serialization failures that several attempts did not resolve.
      case .unavailable, .timedOut, .statement("40P01", _, _), .statement("40001", _, _):
        .message(503, "The database is not available. Please try again.").with("Retry-After", "1").because("\(error)")
      case .statement, .unexpected: .failure("\(error)")
      }
  }

  /// The responses for violations of the database's rules, by the name of the constraint.
  private static func violation(of constraint: String) -> WireError? {
    switch constraint {
    case "api_token_app_name_key", "api_token_look_key": .message(400, "app_name already exists.")
    case "base_name_key", "base_look_key": .message(400, "Table name already exists.")
    case "user_group_name_key", "user_group_look_key": .message(400, "There is already a group with that name.")
    case "user_share_key", "group_share_key": .message(400, "The base is already shared with them.")
    case "base_link_handle_key": .message(400, "token already exists.")
    case "account_email_key": .message(400, "User already exists.")
    case "account_login_id_key": .message(400, "login_id already exists.")
    case "team_last_admin": .message(400, "A team must keep at least one active admin.")
    case "system_last_admin": .message(400, "There must be at least one active system administrator.")
    case "token_expiry_required":
      .message(400, "The team's policy requires every API token to expire: set expire_days or expires_at.")
    case "token_lifetime_too_long": .message(400, "The team's policy requires API tokens to expire earlier.")
    case "token_rw_forbidden": .message(403, "The team's policy lets only admins create API tokens that write.")
    case "team_public_links": .message(403, noPublicLinks)
    case "barred_guest":
      .message(403, "You were removed from this base: ask someone to share it with you.")
    case "barred_member": .message(403, "You were removed from this group: ask one of its admins to add you.")
    case "caller_lasts": .detail(401, "Invalid token")
    case "maker_administers": .message(403, "Permission denied.")
    case "group_member_of_team":
      .message(400, "The team of the group or of the person has changed in the meantime. Please try again.")
    case let name where name.hasSuffix("_is_name"): .message(400, "name invalid.")
    case "team_member_quota": .message(403, "The number of users exceeds the limit.")
    case "base_workspace_id_fkey": .message(400, "Cannot delete group with bases")
    case "account_email_not_reserved": .message(400, "email invalid.")
    case "account_login_id_not_reserved": .message(400, "login_id invalid.")
    case "folder_name_key", "folder_look_key": .message(400, "Folder name already exists.")
    case "base_folder_fkey": .message(404, "Folder not found.")
    default: Cap(constraint: constraint).map { .message(403, $0.refusal).limited(by: $0.rawValue) }
    }
  }
}

extension WireError {
  private static func throttled(_ seconds: Int, by limit: String?) -> WireError {
    detail(429, "Request was throttled. Expected available in \(seconds) seconds.")
      .with("Retry-After", "\(seconds)").limited(by: limit)
  }

  static func message(_ status: Int, _ text: String) -> WireError {
    WireError(status: status, key: "error_msg", text: text)
  }

  /// The text under both keys of SeaTable's gateway.
  static func twofold(_ status: Int, _ text: String) -> WireError {
    WireError(status: status, key: bothKeys, text: text)
  }

  /// The text alone, as a JSON string.
  static func bare(_ status: Int, _ text: String) -> WireError { WireError(status: status, key: noKey, text: text) }

  /// The same with a word for programs.
  func called(_ word: StaticString) -> WireError {
    var error = self
    error.word = word
    return error
  }

  private static func detail(_ status: Int, _ text: String) -> WireError {
    WireError(status: status, key: "detail", text: text)
  }

  private static func nonField(_ text: String) -> WireError {
    WireError(status: 400, key: "non_field_errors", text: text)
  }

  /// A row that existed when the request began and was deleted by another one meanwhile.
  private static var gone: WireError { message(404, "It was deleted in the meantime.") }

  private static func failure(_ reason: String) -> WireError {
    message(500, "Internal Server Error").because(reason)
  }

  private init(status: Int, key: StaticString, text: String) {
    (self.status, self.key, self.text) = (status, key, text)
  }

  private func with(_ name: String, _ value: String) -> WireError {
    var error = self
    error.header = (name, value)
    return error
  }

  private func because(_ reason: String) -> WireError {
    var error = self
    error.reason = reason
    return error
  }

  func limited(by limit: String?) -> WireError {
    var error = self
    error.limit = limit
    return error
  }

  var response: Response {
    var response = Response(status, self)
    response.limit = limit
    if let header { response.headers.append(header) }
    response.failure = reason
    return response
  }
}

extension WireError: JSONEncodable {
  /// Not a key: the body has both keys of SeaTable's gateway.
  fileprivate static let bothKeys: StaticString = "both"
  /// Not a key: the body is but the text.
  fileprivate static let noKey: StaticString = "none"
  fileprivate static let badBaseToken = WireError(status: 403, key: "error_message", text: "invalid token")

  func write(to json: inout JSONWriter) {
    switch key.description {
    case "none": text.write(to: &json)
    case "non_field_errors": json.object { $0.add(key, [text]) }
    case "both":
      json.object {
        if let word { $0.add("error_type", "\(word)") }
        $0.add("error_msg", text)
        $0.add("error_message", text)
      }
    default: json.object { $0.add(key, text) }
    }
  }
}
