public import Ground
internal import HTTP

/// A security event, and the request that it came from.
public struct SecurityReport: Sendable {
  /// What has happened.
  public let event: SecurityEvent
  private let address: String
  private let request: String
  private let method: HTTP.Method?
  private let route: String?

  /// A report about a request; about the service itself, with an empty origin.
  init(event: SecurityEvent, origin: Origin, method: HTTP.Method? = nil, route: String? = nil) {
    (self.event, address, request) = (event, origin.address, origin.request)
    (self.method, self.route) = (method, route)
  }

  /// A report about a client that has sent no complete request. Empty texts mean that the client, or the request, has no
  /// name.
  public init(_ event: SecurityEvent, address: String = "", request: String = "") {
    (self.event, self.address, self.request) = (event, address, request)
    (method, route) = (nil, nil)
  }

  /// Adds all members of the line, the same ones for every event. The route is its pattern, never the path that was sent.
  public func write(to line: inout JSONWriter.Members) {
    let parts = event.parts
    line.add("event", parts.name)
    line.add("reason", parts.reason)
    line.add("account", parts.asker.account)
    line.add("credential", parts.asker.credential?.text)
    line.add("target", parts.target)
    line.add("count", parts.count)
    line.add("request_id", request.isEmpty ? nil : request)
    line.add("method", method?.rawValue)
    line.add("route", route)
    line.add("status", parts.status)
    line.add("address", address.isEmpty ? nil : address)
  }
}

extension SecurityEvent {
  /// How important an event is.
  public enum Weight: Sendable {
    /// It is as it should be.
    case normal
    /// Somebody was refused something.
    case refusal
    /// Somebody has to act.
    case alarm
  }

  /// How important it is.
  public var weight: Weight {
    switch self {
    case .signedIn, .keysChanged, .settingsChanged: .normal
    case .signInFailed, .proofFailed, .codeWrong, .linkPasswordWrong, .refused, .handshakeFailed, .turnedDown,
      .limitHit:
      .refusal
    case .auditBroken: .alarm
    }
  }

  fileprivate struct EventMembers {
    let name: String
    var reason: String?
    var asker = Asker()
    var target: String?
    var count = 1
    var status: Int?
  }

  fileprivate var parts: EventMembers {
    switch self {
    case .signedIn(let factor, let asker): EventMembers(name: "signed_in", reason: factor.rawValue, asker: asker)
    case .signInFailed(let failure, let account):
      EventMembers(name: "sign_in_failed", reason: failure.rawValue, asker: Asker(account: account))
    case .proofFailed(let failure, let asker):
      EventMembers(name: "proof_failed", reason: failure.rawValue, asker: asker)
    case .codeWrong(let asker): EventMembers(name: "code_wrong", asker: asker)
    case .linkPasswordWrong(let asker): EventMembers(name: "link_password_wrong", asker: asker)
    case .refused(let reason, let asker, let status):
      EventMembers(name: "refused", reason: reason.rawValue, asker: asker, status: status)
    case .handshakeFailed(let failure, let count):
      EventMembers(name: "handshake_failed", reason: failure.rawValue, count: count)
    case .turnedDown(let reason, let count): EventMembers(name: "turned_down", reason: reason.rawValue, count: count)
    case .limitHit(let limit, let count): EventMembers(name: "limit_hit", reason: limit.rawValue, count: count)
    case .keysChanged(let change, let key):
      EventMembers(name: "keys_changed", reason: change.rawValue, target: "key \(key)")
    case .settingsChanged(let settings, let team, let asker):
      EventMembers(
        name: "settings_changed", reason: settings.rawValue, asker: asker, target: team.map { "team \($0.value)" })
    case .auditBroken(let broken):
      EventMembers(name: "audit_broken", target: "entry \(broken.number) of team \(broken.chain)")
    }
  }
}

extension Asker.ShownCredential {
  fileprivate var text: String {
    switch self {
    case .accountToken(let id): "account_token \(id.value)"
    case .apiToken(let id): "api_token \(id.value)"
    case .link(let id): "link \(id.value)"
    }
  }
}
