import API
import HTTP
import TestSupport
import Testing

/// Every route times every caller.
@Suite struct Authorisation {
  /// The policy of the whole service: whom each principal admits. Everybody else is refused as `refusal` says.
  static let admits: [String: Set<Caller>] = [
    "anyone": Set(Caller.allCases),
    "account": [.groupOwner, .groupAdmin, .groupMember, .outsider, .foreigner, .single, .systemAdmin],
    "workspace-admin": [.groupOwner, .groupAdmin],
    "base-admin": [.groupOwner, .groupAdmin],
    "base-user": [.groupOwner, .groupAdmin, .groupMember],
    "group-admin": [.groupOwner, .groupAdmin],
    "api-token": [.apiTokenReader, .apiTokenWriter, .temporaryToken],
    "base-token": [.baseToken, .personalBaseToken],
  ]

  /// What an operation that takes any account asks beyond that, of what its input names.
  static let admitsByInput: [String: Set<Caller>] = [
    "copyBaseFromWorkspace": [.groupOwner, .groupAdmin],
    "restoreTrashedBase": [.groupMember],
    "getAccountTokenfromUsername": Set(Caller.allCases),
  ]

  @Test(arguments: routes.map(Example.init), Caller.allCases)
  func `only whom the principal names gets in`(_ example: Example, _ caller: Caller) async throws {
    let route = example.route
    let byPrincipal = try #require(Self.admits[route.principal], "no policy for \(route.principal)")
    let admitted = Self.admitsByInput[route.operation] ?? byPrincipal
    try await World.with { world in
      let before = try await world.database.fingerprint()
      let answer = try await world.call(route.method, example.path, as: caller, example.fields)
      if admitted.contains(caller) {
        #expect(answer.status == route.status, "\(answer.text)")
        #expect(caller == .foreigner || !answer.text.contains("canary"), "another team's data leaked")
      } else {
        let refusal = Self.refusal(of: caller, by: route, byPrincipal)
        #expect(answer.status == refusal.status, "\(answer.text)")
        #expect(answer.text == refusal.body)
        #expect(try await world.database.fingerprint() == before, "a refused request changed something")
      }
    }
  }

  /// The exact answer to who is not admitted.
  static func refusal(of caller: Caller, by route: Route, _ byPrincipal: Set<Caller>) -> (status: Int, body: String) {
    let accounts = admits["account"] ?? []
    switch caller {
    case .nobody, .malformed: return (403, #"{"detail":"Authentication credentials were not provided."}"#)
    case .expiredBaseToken where route.principal == "base-token": return (403, #"{"error_msg":"Token expired."}"#)
    case _ where route.principal == "base-token": return (403, #"{"error_message":"invalid token"}"#)
    case _ where route.principal == "api-token": return (403, #"{"error_msg":"Permission denied."}"#)
    case _ where !accounts.contains(caller): return (401, #"{"detail":"Invalid token"}"#)
    case _ where route.operation == "restoreTrashedBase": return (404, #"{"error_msg":"dtable 4 not found."}"#)
    case .groupMember, .outsider: return (403, #"{"error_msg":"Permission denied."}"#)
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

/// A request that succeeds for whom a route admits.
struct Example: Sendable, CustomTestStringConvertible {
  let route: Route
  var testDescription: String { route.operation }

  /// The route's path with the world's own things in it.
  var path: String {
    let values = [
      "workspace_id": "9", "base_name": "Projects", "app_name": "reader", "group_id": "1", "trashed_base_id": "4",
      "base_uuid": route.operation == "restoreGroupTrashedBase" ? World.oldProjects : World.projects,
    ]
    return values.reduce(route.path) { $0.replacing("{\($1.key)}", with: $1.value) }
  }

  var fields: [String: String] {
    switch route.operation {
    case "getAccountTokenfromUsername": ["username": "member@ours.example", "password": World.password]
    case "createApiToken": ["app_name": "new app", "permission": "r"]
    case "updateApiToken": ["permission": "rw"]
    case "createBase": ["name": "New base"]
    case "updateBase": ["name": "Projects", "new_name": "Renamed"]
    case "deleteBase": ["name": "Projects"]
    case "copyBaseFromWorkspace": ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
    case "createGroup": ["name": "New group"]
    default: [:]
    }
  }
}
