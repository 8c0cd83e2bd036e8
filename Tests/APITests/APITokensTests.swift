import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let tokens = "/api/v2.1/workspace/9/dtable/Projects/api-tokens/"

@Suite struct APITokens {
  @Test(arguments: Encoding.allCases)
  func `a token's secret is only in the response that creates it`(_ encoding: Encoding) async throws {
    try await World.with { world in
      let made = try await world.call(
        .post, tokens, as: .groupAdmin, ["app_name": "Näh & Strick 1", "permission": "rw"], encoding)
      #expect(made.status == 201)
      let secret = try #require(made["api_token"] as? String)
      #expect(Secret(token: secret) != nil)
      #expect(made["app_name"] as? String == "Näh & Strick 1")
      #expect(made["permission"] as? String == "rw")
      #expect(made["generated_by"] as? String == "00000000000000000000000000000002@auth.local")
      #expect(made["last_access"] as? String == made["generated_at"] as? String)
      #expect(made["used"] as? Bool == false)

      let list = try await world.call(.get, tokens, as: .groupOwner)
      #expect(!list.text.contains(secret))
      #expect(list.text.contains(String(secret.prefix(4)) + String(repeating: "*", count: 36)))
      #expect(try await !world.database.dump().contains(secret))

      let exchange = try await world.call(
        .get, "/api/v2.1/dtable/app-access-token/", authorization: "Bearer \(secret)")
      #expect(exchange["app_name"] as? String == "Näh & Strick 1")
    }
  }

  /// The settings of a token in the description, each with the example from its response. The expiry has rules and
  /// tests of its own.
  private static func settings() throws -> [String: String] {
    let schemas = try #require(try Description.shared.get().document["components"]?["schemas"])
    let names = schemas["ApiTokenSettings"]?["properties"]?.entries.map(\.key).filter { !$0.hasPrefix("expire") } ?? []
    #expect(names.contains("note"))
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let shown = schemas["ApiTokenFields"]?["properties"]?[name]?["example"]
        let example = try #require(shown, "\(name) is not shown, or has no example")
        return (name, example.text ?? example.elements.compactMap(\.text).joined(separator: ","))
      })
  }

  @Test func `every setting of a token is stored and shown, given at its creation or later`() async throws {
    try await World.with { world in
      let settings = try Self.settings()
      func check(_ answer: Answer, _ which: String) {
        for (name, value) in settings {
          let shown = (answer[name] as? [String])?.joined(separator: ",") ?? answer[name].map { "\($0)" }
          #expect(shown == value, "\(which): \(name)")
        }
      }
      let new = settings.merging(["app_name": "said at once", "permission": "r"]) { $1 }
      check(try await world.call(.post, tokens, as: .groupOwner, new), "made")
      let plain = ["app_name": "later", "permission": "r"]
      #expect(try await world.call(.post, tokens, as: .groupOwner, plain).status == 201)
      check(try await world.call(.put, tokens + "later/", as: .groupOwner, settings), "changed")
    }
  }

  @Test func `an app name is unique in a base, and compared in its normal form`() async throws {
    try await World.with { world in
      let composed = try await world.call(.post, tokens, as: .groupOwner, ["app_name": "caf\u{e9}", "permission": "r"])
      #expect(composed.status == 201)
      let decomposed = try await world.call(
        .post, tokens, as: .groupOwner, ["app_name": "cafe\u{301}", "permission": "r"])
      #expect(decomposed.status == 400)
      #expect(decomposed["error_msg"] as? String == "app_name already exists.")
    }
  }

  @Test func `of fifty simultaneous requests for a name, one gets it`() async throws {
    try await World.with { world in
      let created = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<50 {
          group.addTask {
            try await world.call(.post, tokens, as: .groupOwner, ["app_name": "race", "permission": "r"]).status
          }
        }
        var statuses: [Int: Int] = [:]
        for try await status in group { statuses[status, default: 0] += 1 }
        return statuses
      }
      #expect(created == [201: 1, 400: 49])
    }
  }

  @Test(arguments: [
    ["permission": "rw"], ["app_name": "", "permission": "rw"], ["app_name": "  ", "permission": "rw"],
    ["app_name": "a\u{7}b", "permission": "rw"], ["app_name": String(repeating: "x", count: 256), "permission": "rw"],
  ])
  func `an invalid name is refused`(_ fields: [String: String]) async throws {
    try await World.with { world in
      let answer = try await world.call(.post, tokens, as: .groupOwner, fields)
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "app_name invalid.")
    }
  }

  @Test(arguments: ["", "w", "RW", "admin", "r "])
  func `a permission is r or rw`(_ permission: String) async throws {
    try await World.with { world in
      let created = try await world.call(.post, tokens, as: .groupOwner, ["app_name": "x", "permission": permission])
      #expect(created.status == 400)
      #expect(created["error_msg"] as? String == "permission invalid.")
      let changed = try await world.call(.put, tokens + "reader/", as: .groupOwner, ["permission": permission])
      #expect(changed.status == 400)
    }
  }

  @Test func `a change of the permission keeps the secret and holds from the next base token on`() async throws {
    try await World.with { world in
      let changed = try await world.call(.put, tokens + "writer", as: .groupOwner, ["permission": "r"], .json)
      #expect(changed.status == 200)
      #expect(changed["permission"] as? String == "r")
      let exchange = try await world.call(.get, "/api/v2.1/dtable/app-access-token/", as: .apiTokenWriter)
      let token = try #require(exchange["access_token"] as? String)
      #expect(try world.app.signer.verify(token, at: world.app.now().seconds).permission == "r")
      // The base token with rw was issued before: it may no longer do more than its API token.
      let path = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
      #expect(try await world.call(.get, path, as: .baseToken).status == 403)
      #expect(try await world.call(.get, path, authorization: "Token \(token)").status == 200)
    }
  }

  @Test func `a deleted token is refused at once, with the base tokens made from it, and frees its name`() async throws
  {
    try await World.with { world in
      #expect(try await world.call(.delete, tokens + "writer/", as: .groupOwner).text == #"{"success":true}"#)
      let exchange = try await world.call(.get, "/api/v2.1/dtable/app-access-token/", as: .apiTokenWriter)
      #expect(exchange.status == 403)
      let path = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
      #expect(try await world.call(.get, path, as: .baseToken).status == 403)
      #expect(try await world.call(.delete, tokens + "writer/", as: .groupOwner).status == 404)
      let again = try await world.call(.post, tokens, as: .groupOwner, ["app_name": "writer", "permission": "r"])
      #expect(again.status == 201)
    }
  }

  @Test(arguments: ["a/b", "100%", "a+b", "a b", "ü", "...", "api-tokens"])
  func `a name is found however its path is escaped`(_ name: String) async throws {
    try await World.with { world async throws in
      #expect(
        try await world.call(.post, tokens, as: .groupOwner, ["app_name": name, "permission": "r"]).status == 201)
      let path = tokens + name.utf8.map { "%" + String($0, radix: 16).padded }.joined() + "/"
      #expect(try await world.call(.delete, path, as: .groupOwner).status == 200)
    }
  }

  @Test func `tokens of bases in the trash can neither be listed nor created`() async throws {
    try await World.with { world in
      let path = "/api/v2.1/workspace/9/dtable/Old%20projects/api-tokens/"
      let list = try await world.call(.get, path, as: .groupOwner)
      #expect(list.status == 404)
      #expect(list["error_msg"] as? String == "dtable Old projects not found.")
      #expect(try await world.call(.post, path, as: .groupOwner, ["app_name": "x", "permission": "r"]).status == 404)
    }
  }
}

extension String {
  fileprivate var padded: String { count < 2 ? "0" + self : self }
}
