internal import API
internal import Access
internal import Foundation
internal import Ground
internal import HTTP
internal import Synchronization

/// Collects the log lines about security that a request leads to, and checks them as those of every request in a test:
/// each refusal has one line, everything else none, and a line consists of numbers and known words alone.
public final class SecurityWatch: Sendable {
  /// The watch of the current request.
  @TaskLocal static var current: SecurityWatch?

  /// A line is not as it should be.
  struct Amiss: Error, CustomStringConvertible {
    let description: String
  }

  private let collected = Mutex<[String]>([])
  /// The lines, as JSON.
  public var lines: [String] { collected.withLock { $0 } }

  /// Collects nothing yet.
  public init() {}

  /// Runs a body, and collects what it leads to.
  public func collect<Value>(_ body: () async throws -> Value) async rethrows -> Value {
    try await Self.$current.withValue(self, operation: body)
  }

  func take(_ report: SecurityReport) {
    var json = JSONWriter()
    json.object { report.write(to: &$0) }
    let line = String(decoding: json.bytes, as: UTF8.self)
    collected.withLock { $0.append(line) }
  }

  /// Checks the lines that a request and its response led to.
  func check(_ request: Request, _ response: Response) throws {
    let events = try lines.map { try Self.fields(of: $0, from: request) }
    let names = events.compactMap { $0["event"] as? String }
    func amiss(_ what: String) -> Amiss { Amiss(description: "\(what): \(response.status), \(lines)") }
    switch response.status {
    case 401, 403, 429:
      guard names.count == 1, names.allSatisfy(Self.refusals.contains) else { throw amiss("not one refusal") }
    case 404 where !Self.isOfNoRefusal(response):
      guard names == ["refused"], events[0]["reason"] as? String == "not_found" else { throw amiss("not one refusal") }
    case ..<400:
      guard names.allSatisfy(Self.successes.contains), names.count <= 1 else { throw amiss("a line too many") }
    default:
      guard names.allSatisfy(Self.failedGuesses.contains), names.count <= 1 else { throw amiss("a line too many") }
    }
    if request.headers[.authorization] != nil, response.status == 404, let event = events.first,
      !Self.anonymous.contains(event["route"] as? String ?? "")
    {
      guard event["account"] is Int || event["credential"] is String else { throw amiss("nobody is known") }
    }
    for event in events where (event["reason"] as? String).map(Self.personal.contains) == true {
      guard event["account"] is Int || event["credential"] is String else { throw amiss("nobody is known") }
    }
  }

  /// Whether a response says that there is no such path, that something was deleted at that moment, or that a base has
  /// no such table, view, row or file: no refusals.
  private static func isOfNoRefusal(_ response: Response) -> Bool {
    let text = String(decoding: response.body, as: UTF8.self)
    if ["table not found", "view not found", "row _id not exits"].contains(where: { text.contains("\"\($0)\"") }) {
      return true
    }
    if text.hasPrefix(#"{"error_msg":"Not offered here: "#) { return true }
    if text.hasPrefix(#"{"error_msg":"path "#) { return true }
    return ["File not found.", "Not found.", "It was deleted in the meantime.", "Folder not found."].contains {
      text == #"{"error_msg":"\#($0)"}"#
    }
  }

  private static let successes: Set = ["signed_in", "settings_changed"]
  private static let refusals: Set = ["refused", "link_password_wrong", "sign_in_failed", "proof_failed"]
  private static let failedGuesses: Set = ["sign_in_failed", "proof_failed", "code_wrong"]
  /// Reasons that only somebody who is known can be given.
  private static let personal = Set(
    [.expiredAPIToken, .foreignNetwork, .retiredSecret, .notAllowed, .notAdministrator, .passwordDue, .secondFactorDue]
      .map { (reason: SecurityEvent.RefusalReason) in reason.rawValue })

  private static let members = [
    "event", "reason", "account", "credential", "target", "count", "request_id", "method", "route", "status", "address",
  ]
  private static let reasons = Set(
    SecurityEvent.SignInFactor.allCases.map(\.rawValue) + SecurityEvent.SignInFailure.allCases.map(\.rawValue)
      + SecurityEvent.ProofFailure.allCases.map(\.rawValue) + SecurityEvent.RefusalReason.allCases.map(\.rawValue)
      + SecurityEvent.ChangedSettings.allCases.map(\.rawValue))
  private static let paths = Set(routes.map(\.path))
  /// Paths of routes that do not look at who asks.
  private static let anonymous = Set(
    routes.filter { [LinkVisitor.name, FileUploader.name, FileDownloader.name].contains($0.caller) }.map(\.path))

  /// The members of a line that consists only of numbers and known words.
  private static func fields(of line: String, from request: Request) throws -> [String: Any] {
    let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    var positions: [String.Index] = []
    for name in members { if let range = line.range(of: "\"\(name)\":") { positions.append(range.lowerBound) } }
    let isShaped = parsed.count == members.count && positions.count == members.count && positions == positions.sorted()
    func isKnown(_ name: String, _ isRight: (String) -> Bool) -> Bool {
      parsed[name] is NSNull || (parsed[name] as? String).map(isRight) == true
    }
    let isPlain =
      isKnown("event") { (successes.union(refusals).union(failedGuesses)).contains($0) }
      && isKnown("reason", reasons.contains)
      && isKnown("credential") { $0.wholeMatch(of: /(account_token|api_token|link) -?[0-9]+/) != nil }
      && isKnown("target") { $0.wholeMatch(of: /team [0-9]+/) != nil }
      && isKnown("request_id") { $0 == request.id } && isKnown("method") { $0 == request.method.rawValue }
      && isKnown("route", paths.contains) && isKnown("address") { $0 == request.address }
      && ["account", "count", "status"].allSatisfy { parsed[$0] is NSNull || parsed[$0] is Int }
    guard isShaped && isPlain else { throw Amiss(description: "something else than numbers and known words: \(line)") }
    return parsed
  }
}
