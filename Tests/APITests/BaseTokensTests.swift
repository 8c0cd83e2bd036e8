import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let exchange = "/api/v2.1/dtable/app-access-token/"

@Suite struct BaseTokens {
  @Test func `an API token is exchanged for a base token and everything a client needs with it`() async throws {
    try await World.with { world in
      let answer = try await world.call(.get, exchange, as: .apiTokenReader)
      #expect(answer.status == 200)
      #expect(answer["app_name"] as? String == "reader")
      #expect(answer["dtable_uuid"] as? String == World.projects)
      #expect(answer["dtable_name"] as? String == "Projects")
      #expect(answer["workspace_id"] as? Int == World.groupWorkspace)
      #expect(answer["use_api_gateway"] as? Bool == true)
      #expect(answer["dtable_server"] as? String == World.publicURL + "/api-gateway/")
      let token = try #require(answer["access_token"] as? String)
      let claims = try world.app.signer.verify(token, at: world.app.now().seconds)
      #expect(claims.permission == "r")
      #expect(claims.username.isEmpty)
      #expect(claims.appName == "reader")
      #expect(claims.apiTokenID == 1)
      #expect(claims.accountID == nil)
    }
  }

  @Test(arguments: [
    ("", 259_200), ("?exp=3d", 259_200), ("?exp=72h", 259_200), ("?exp=5h", 18_000), ("?exp=1m", 60),
    ("?exp=01h", 3600),
  ])
  func `a base token lives for as long as exp says`(_ query: String, _ seconds: Int64) async throws {
    try await World.with { world in
      let before = world.app.now().seconds
      let answer = try await world.call(.get, exchange + query, as: .apiTokenReader)
      let token = try #require(answer["access_token"] as? String)
      let expiry = try world.app.signer.verify(token, at: before).expiry
      #expect((before + seconds...world.app.now().seconds + seconds).contains(expiry))
    }
  }

  @Test func `a base token ends when its time is over, however often it was used before`() async throws {
    try await World.with { world in
      world.clock.stop()
      let answer = try await world.call(.get, exchange + "?exp=1m", as: .apiTokenReader)
      let token = try #require(answer["access_token"] as? String)
      #expect(try await world.knock(token) == 200)
      world.clock.advance(by: 59)
      #expect(try await world.knock(token) == 200)
      world.clock.advance(by: 1)
      #expect(try await world.knock(token) == 403)
    }
  }

  @Test(arguments: [
    "0m", "30s", "4d", "73h", "4321m", "", "h", "5", "-1h", "1.5h", "5H", "1h ", "99999999999999999999d", "٣d",
  ])
  func `an invalid exp is refused`(_ text: String) async throws {
    try await World.with { world in
      let query =
        "?exp=" + text.utf8.map { "%" + (String($0, radix: 16).count < 2 ? "0" : "") + String($0, radix: 16) }.joined()
      for path in [exchange, "/api/v2.1/workspace/9/dtable/Projects/access-token/"] {
        let caller: Caller = path == exchange ? .apiTokenReader : .groupMember
        let answer = try await world.call(.get, path + query, as: caller)
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == "exp invalid.")
      }
    }
  }

  @Test func `a base token from an account token has the person and their permission`() async throws {
    try await World.with { world in
      let answer = try await world.call(.get, "/api/v2.1/workspace/9/dtable/Projects/access-token/", as: .groupMember)
      let token = try #require(answer["access_token"] as? String)
      let claims = try world.app.signer.verify(token, at: world.app.now().seconds)
      #expect(claims.username == "00000000000000000000000000000003@auth.local")
      #expect(claims.permission == "rw")
      #expect(claims.accountID == 3)
      let path = "/api-gateway/api/v2/dtables/\(World.projects)/metadata"
      #expect(try await world.call(.get, path, authorization: "Bearer \(token)").status == 200)
      try await world.database.execute("update account set is_active = false where id = 3")
      #expect(try await world.call(.get, path, authorization: "Bearer \(token)").status == 403)
    }
  }

  @Test func `a temporary token is exchanged as long as its owner may open the base`() async throws {
    try await World.with { world in
      let answer = try await world.call(.get, "/api/v2.1/workspace/9/dtable/Projects/temp-api-token/", as: .groupMember)
      let token = try #require(answer["api_token"] as? String)
      let first = try await world.call(.get, exchange, authorization: "Token \(token)")
      #expect(first.status == 200)
      #expect(first["dtable_uuid"] as? String == World.projects)
      try await world.database.execute("delete from group_member where account_id = 3")
      let second = try await world.call(.get, exchange, authorization: "Token \(token)")
      #expect(second.status == 403)
      #expect(second["error_msg"] as? String == "Permission denied.")
    }
  }

  @Test func `a temporary token is not accepted as a base token, nor the reverse`() async throws {
    try await World.with { world async throws in
      let path = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
      #expect(try await world.call(.get, path, as: .temporaryToken).status == 403)
      #expect(try await world.call(.get, exchange, as: .personalBaseToken).status == 403)
    }
  }

  @Test func `the tokens of a base in the trash say so, and work again after it is restored`() async throws {
    try await World.with { world in
      let base = "/api/v2.1/workspace/9/dtable/"
      #expect(try await world.call(.delete, base, as: .groupOwner, ["name": "Projects"]).status == 200)
      let trashed = try await world.call(.get, exchange, as: .apiTokenReader)
      #expect(trashed.status == 404)
      #expect(trashed["error_msg"] as? String == "dtable _(deleted_1) Projects not found.")
      let gateway = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
      #expect(try await world.call(.get, gateway, as: .baseToken).status == 404)
      let trash = "/api/v2.1/groups/1/trash-dtables/\(World.projects)/"
      #expect(try await world.call(.put, trash, as: .groupAdmin).status == 200)
      #expect(try await world.call(.get, exchange, as: .apiTokenReader).status == 200)
      #expect(try await world.call(.get, gateway, as: .baseToken).status == 200)
    }
  }

  @Test func `the last use of a token is listed once it is written`() async throws {
    try await World.with { world in
      #expect(try await world.call(.get, exchange, as: .apiTokenReader).status == 200)
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      #expect(try await world.database.count("api_token_use where last_used_at > now() - interval '1 minute'") == 1)
      let list = try await world.call(.get, "/api/v2.1/workspace/9/dtable/Projects/api-tokens/", as: .groupOwner)
      let items = try #require(list["api_tokens"] as? [[String: Any]])
      #expect(items.map { $0["app_name"] as? String } == ["reader", "writer"])
      #expect(items.map { $0["used"] as? Bool } == [true, false])
    }
  }
}
