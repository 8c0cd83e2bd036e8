import API
import HTTP
import TestSupport
import Testing

/// Every route times every caller.
@Suite struct Authorisation {
  /// The policy of the whole service: whom each principal admits. Everybody else is refused as `refusal` says.
  static let admits: [String: Set<Caller>] = [
    "anyone": Set(Caller.allCases),
    "account": [
      .groupOwner, .groupAdmin, .groupMember, .outsider, .teamAdmin, .teamAdminInGroup, .foreigner, .single,
      .systemAdmin,
    ],
    "workspace-admin": [.groupOwner, .groupAdmin],
    "base-admin": [.groupOwner, .groupAdmin],
    "base-user": [.groupOwner, .groupAdmin, .groupMember, .teamAdminInGroup],
    "group-admin": [.groupOwner, .groupAdmin],
    "team-admin": [.teamAdmin, .teamAdminInGroup],
    "team-base-user": [.teamAdminInGroup],
    "system-admin": [.systemAdmin],
    "api-token": [.apiTokenReader, .apiTokenWriter, .temporaryToken],
    "base-token": [.baseToken, .personalBaseToken],
  ]

  /// What an operation asks beyond its principal, of what its input names.
  static let admitsByInput: [String: Set<Caller>] = [
    "getAccountTokenfromUsername": Set(Caller.allCases),
    "copyBaseFromWorkspace": [.groupOwner, .groupAdmin],
    "restoreTrashedBase": [.groupMember],
    "orderGroups": [.groupOwner],
  ]

  static func admitted(to route: Route) throws -> Set<Caller> {
    if let byInput = admitsByInput[route.operation] { return byInput }
    let byPrincipal = try #require(admits[route.principal], "no policy for \(route.principal)")
    // Where the path names no team, an admin of another one administers that.
    let isOfOwnTeam = route.principal == "team-admin" && !route.path.contains("{org_id}")
    return isOfOwnTeam ? byPrincipal.union([.foreigner]) : byPrincipal
  }

  @Test(arguments: routes.map(Example.init))
  func `everybody whom the principal does not name is refused, and changes nothing`(_ example: Example) async throws {
    let admitted = try Self.admitted(to: example.route)
    try await World.with { world in
      var before = try await world.database.fingerprint()
      for caller in Caller.allCases where !admitted.contains(caller) {
        let answer = try await world.call(example, as: caller)
        let refusal = Self.refusal(of: caller, by: example.route)
        #expect(answer.status == refusal.status, "\(caller): \(answer.text)")
        #expect(answer.text == refusal.body, "\(caller)")
        // A deleted token that is shown again is noted.
        if caller == .revokedAPIToken && example.route.principal == "api-token" {
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

  @Test(arguments: routes.map(Example.init))
  func `whom the principal names gets in, and what he changes is put down to him`(_ example: Example) async throws {
    let route = example.route
    let admitted = try Self.admitted(to: route)
    if route.method == .get || route.operation == "getAccountTokenfromUsername" {
      try await World.with { world in
        for caller in admitted { try await Self.letIn(caller, example, world) }
      }
    } else {
      for caller in admitted {
        try await World.with { world in
          try await Self.letIn(caller, example, world)
          guard caller == .groupMember || !Self.unlogged.contains(route.operation), let account = caller.account else {
            return
          }
          let logged = try await world.database.count(
            "audit_log where actor_id = \(account) and request_id = 'test' and address = '127.0.0.1'")
          #expect(logged >= 1, "\(caller) changed something without an entry in the audit log")
        }
      }
    }
  }

  /// What nobody but the caller sees, and what changes nothing for him who has no trash, as the group's member has.
  static let unlogged: Set<String> = ["orderGroups", "clearTrash"]

  private static func letIn(_ caller: Caller, _ example: Example, _ world: World) async throws {
    let answer = try await world.call(example, as: caller)
    #expect(answer.status == example.route.status, "\(caller): \(answer.text)")
    #expect(
      caller == .foreigner || caller == .systemAdmin || !answer.text.contains("canary"),
      "another team's data leaked to \(caller)")
  }

  /// The exact answer to who is not admitted.
  static func refusal(of caller: Caller, by route: Route) -> (status: Int, body: String) {
    let accounts = admits["account"] ?? []
    switch caller {
    case .nobody, .malformed: return (403, #"{"detail":"Authentication credentials were not provided."}"#)
    case .expiredBaseToken where route.principal == "base-token": return (403, #"{"error_msg":"Token expired."}"#)
    case _ where route.principal == "base-token": return (403, #"{"error_message":"invalid token"}"#)
    case _ where route.principal == "api-token": return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where !accounts.contains(caller): return (401, #"{"detail":"Invalid token"}"#)
    case .teamAdmin where route.principal == "team-base-user": return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where ["team-admin", "team-base-user", "system-admin"].contains(route.principal):
      return (403, #"{"detail":"You do not have permission to perform this action."}"#)
    case _ where route.operation == "restoreTrashedBase": return (404, #"{"error_msg":"dtable 4 not found."}"#)
    case _ where route.operation == "orderGroups": return (404, #"{"error_msg":"Group 3 not found."}"#)
    case .groupMember, .outsider, .teamAdmin, .teamAdminInGroup:
      return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where route.principal == "group-admin": return (404, #"{"error_msg":"Group 1 not found."}"#)
    default: return (404, #"{"error_msg":"Workspace 9 not found."}"#)
    }
  }

  @Test func `every principal has a policy, and every policy a principal`() {
    #expect(Set(routes.map(\.principal)) == Set(Self.admits.keys))
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
