import API
import HTTP
import TestSupport
import Testing

/// Every route times every caller.
@Suite struct Authorisation {
  /// Whom the table of the service lets in.
  static func admitted(to example: Example) throws -> Set<Caller> {
    let callers = try #require(example.route.callers, "no policy for \(example.route.principal)")
    return Set(Caller.allCases.filter { !kinds(of: $0, to: example).isDisjoint(with: callers) })
  }

  /// What a caller is to what the example names.
  static func kinds(of caller: Caller, to example: Example) -> Set<CallerKind> {
    let route = example.route
    switch caller {
    // The base in the trash is the member's own.
    case .groupMember where route.operation == "restoreTrashedBase": return [.groupOwner]
    case .groupOwner where route.operation == "restoreTrashedBase": return [.member]
    // The group that is moved or deleted has but its owner.
    case .groupAdmin where ownersAlone.contains(route.operation): return [.member]
    case .groupMember where ownersAlone.contains(route.operation): return [.member]
    case .teamAdminInGroup where ownersAlone.contains(route.operation): return [.teamAdmin]
    case .unenrolled where route.principal == "enrolling": return [.member]
    // Nobody's but a program's own secret is rotated, whichever base a token is for.
    case .temporaryToken where route.operation == "rotateOwnApiToken": return [.anonymous]
    case .otherBaseToken where route.operation == "checkBaseToken": return [.baseToken]
    // Where the path names no team, an admin of another one administers that.
    case .foreigner where route.principal == "team-admin" && !route.path.contains("{org_id}"): return [.teamAdmin]
    default: return caller.kinds
    }
  }

  private static let ownersAlone = ["orderGroups", "deleteGroup"]

  @Test(arguments: routes.map(Example.init))
  func `everybody whom the principal does not name is refused, and changes nothing`(_ example: Example) async throws {
    let admitted = try Self.admitted(to: example)
    try await World.with { world in
      var before = try await world.database.fingerprint()
      for caller in Caller.allCases where !admitted.contains(caller) {
        let answer = try await world.call(example, as: caller)
        let refusal = Self.refusal(of: caller, by: example.route)
        #expect(answer.status == refusal.status, "\(caller): \(answer.text)")
        #expect(answer.text == refusal.body, "\(caller)")
        Self.checkLine(of: answer, to: caller)
        // A deleted token that is shown again is noted.
        if caller == .revokedAPIToken && Self.notingRefusals.contains(example.route.principal) {
          let noted = try await world.database.count("audit_log where operation = 'api_token_refuse'")
          #expect(noted == 1)
          before = try await world.database.fingerprint()
        } else {
          let after = try await world.database.fingerprint()
          #expect(after == before, "\(caller) was refused, and changed something")
        }
      }
    }
  }

  private static let notingRefusals = ["api-token", "api-token-writer", "token-verifier", "file-reader"]

  /// Who is known and refused what they ask for is in the log by the number of their account, and nobody else's.
  private static func checkLine(of answer: Answer, to caller: Caller) {
    guard [401, 403, 404].contains(answer.status) else { return #expect(answer.security.isEmpty, "\(caller)") }
    #expect(answer.security.count == 1, "\(caller)")
    for line in answer.security {
      let isKnown = ["not_allowed", "not_administrator", "not_found", "second_factor_due"].contains {
        line.contains(#""reason":"\#($0)""#)
      }
      if isKnown, let account = caller.account {
        #expect(line.contains(#""account":\#(account),"credential":"account_token "#), "\(caller): \(line)")
      } else {
        #expect(line.contains(#""account":null"#) || caller.credentialAccount != nil, "\(caller): \(line)")
      }
    }
  }

  @Test(arguments: routes.map(Example.init))
  func `whom the principal names gets in, and what he changes is put down to him`(_ example: Example) async throws {
    let route = example.route
    let admitted = try Self.admitted(to: example)
    if route.method == .get || route.operation == "getAccountTokenfromUsername" {
      try await World.with { world in
        for caller in admitted { try await Self.letIn(caller, example, world) }
      }
    } else {
      for caller in admitted {
        try await World.with { world in
          try await Self.letIn(caller, example, world)
          guard Self.isLogged(route.operation, by: caller), let account = caller.account else { return }
          let logged = try await world.database.count(
            "audit_log where actor_id = \(account) and request_id = 'test' and address = '127.0.0.1'")
          #expect(logged >= 1, "\(caller) changed something without an entry in the audit log")
        }
      }
    }
  }

  /// Not what changes nothing, not what nobody but the caller sees, and not what is put down to who has made a link.
  private static func isLogged(_ operation: String, by caller: Caller) -> Bool {
    switch operation {
    case "orderGroups", "favoriteBase", "unfavoriteBase", "listPublicUserInfos", "openExternalLink", "verifyBaseToken",
      "revokeBaseToken", "deleteAccountTokens", "enrolTwoFactor", "deleteTwoFactor", "uploadFile":
      false
    case "clearTrash": caller == .groupMember  // who has some
    case "acceptGroupInviteLink": caller != .sharedGroupMember  // who is in the group already
    default: true
    }
  }

  private static func letIn(_ caller: Caller, _ example: Example, _ world: World) async throws {
    let answer = try await world.call(example, as: caller)
    #expect(answer.status == example.route.status.rawValue, "\(caller): \(answer.text)")
    #expect(
      [.foreigner, .invitedForeigner, .systemAdmin].contains(caller) || !answer.text.contains("canary"),
      "another team's data leaked to \(caller)")
  }

  /// The exact answer to who is not admitted.
  static func refusal(of caller: Caller, by route: Route) -> (status: Int, body: String) {
    let isGateway = route.path.hasPrefix("/api-gateway/")
    let takesBaseToken = ["base-token", "base-reader", "base-writer"].contains(route.principal)
    switch caller {
    case .nobody where isGateway, .malformed where isGateway: return (403, #"{"error_message":"invalid token"}"#)
    case .nobody, .malformed: return (403, #"{"detail":"Authentication credentials were not provided."}"#)
    case .expiredBaseToken where isGateway:
      return (403, #"{"error_msg":"Token expired.","error_message":"Token expired."}"#)
    case .expiredBaseToken where takesBaseToken || route.principal == "file-reader":
      return (403, #"{"error_msg":"Token expired."}"#)
    case .readingBaseToken where isGateway, .visitingBaseToken where isGateway:
      return (403, #"{"error_msg":"Permission denied.","error_message":"Permission denied."}"#)
    case _ where takesBaseToken: return (403, #"{"error_message":"invalid token"}"#)
    case .unenrolled where ["account", "choosing-password", "team-member", "token-verifier"].contains(route.caller):
      return (
        403,
        #"{"error_msg":"Two-factor authentication is required: enrol a second factor at "#
          + #"/api/v2.1/user/two-factor-auth/ first."}"#
      )
    case _ where ["api-token", "api-token-writer"].contains(route.principal):
      return (403, #"{"error_msg":"Permission denied."}"#)
    case _
    where caller != .unenrolled
      && !caller.kinds.isDisjoint(with: [.anonymous, .apiToken, .readOnlyAPIToken, .baseToken, .readOnlyBaseToken]):
      return (401, #"{"detail":"Invalid token"}"#)
    case .teamAdmin where route.principal == "team-base-user": return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where ["team-admin", "team-base-user", "system-admin"].contains(route.principal):
      return (403, #"{"detail":"You do not have permission to perform this action."}"#)
    case _ where route.principal == "team-member": return (403, #"{"error_msg":"Permission denied."}"#)
    default: return concealment(from: caller, by: route)
    }
  }

  /// The exact answer to who may use such a route, but not for this thing: that there is none, to whom it may not be known.
  private static func concealment(from caller: Caller, by route: Route) -> (status: Int, body: String) {
    switch caller {
    case _ where ["acceptTeamInvitation", "declineTeamInvitation"].contains(route.operation):
      return (404, #"{"error_msg":"Invitation 1 not found."}"#)
    case _ where route.operation == "restoreTrashedBase": return (404, #"{"error_msg":"dtable 4 not found."}"#)
    case _ where route.operation == "deleteAccountToken": return (404, #"{"error_msg":"account token 1 not found."}"#)
    case _ where route.operation == "getPublicUserInfo":
      return (404, #"{"error_msg":"User \#(Example.member) not found."}"#)
    // He may open the base that is copied, but not put the copy beside it.
    case .invitedForeigner where route.operation == "copyBaseFromWorkspace":
      return (404, #"{"error_msg":"Workspace 9 not found."}"#)
    case _ where route.operation == "orderGroups": return (404, #"{"error_msg":"Group 3 not found."}"#)
    case _ where ["deleteInviteLink", "acceptGroupInviteLink"].contains(route.operation):
      return (404, #"{"error_msg":"Link not found."}"#)
    case _ where caller.kinds.isDisjoint(with: [.otherTeam, .withoutTeam, .systemAdmin]):
      return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where route.principal.hasPrefix("group-") || route.operation == "removeGroupMember":
      return (404, #"{"error_msg":"Group \#(route.operation == "deleteGroup" ? 3 : 1) not found."}"#)
    // Who may open a base knows of its workspace.
    case .invitedForeigner where route.principal != "workspace-admin":
      return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where ["getBaseSize", "favoriteBase", "showFile"].contains(route.operation):
      return (404, #"{"error_msg":"dtable \#(World.projects) not found."}"#)
    default: return (404, #"{"error_msg":"Workspace 9 not found."}"#)
    }
  }

  @Test func `every principal has a policy, and every policy a principal`() {
    #expect(Set(routes.map(\.principal)) == Set(admissions.map(\.principal)))
    #expect(admissions.count == Set(admissions.map(\.principal)).count)
  }

  @Test(arguments: ["Token", "Bearer", "token", "BEARER"])
  func `both schemes count, in any case`(_ scheme: String) async throws {
    try await World.with { world in
      let signedIn = try await world.call(.get, "/api2/auth/ping/", as: .groupMember, scheme: scheme)
      #expect(signedIn.status == 200)
      let exchange = try await world.call(
        .get, "/api/v2.1/dtable/app-access-token/", as: .apiTokenReader, scheme: scheme)
      #expect(exchange.status == 200)
    }
  }

  @Test(arguments: ["Token", "Token ", "Basic dXNlcjpwYXNz", "Token a b", "Tokenabc", ""])
  func `what is no credential counts as none`(_ authorization: String) async throws {
    try await World.with { world in
      let answer = try await world.call(.get, "/api2/auth/ping/", authorization: authorization)
      #expect(answer.status == 403)
      #expect(answer["detail"] as? String == "Authentication credentials were not provided.")
    }
  }
}
