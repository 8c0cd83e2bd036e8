import Crypto
import HTTP
import TestSupport
import Testing

@Suite struct Sessions {
  @Test(
    arguments: Encoding.allCases,
    ["member@ours.example", "MEMBER@ours.EXAMPLE", "00000000000000000000000000000003@auth.local"])
  func `a password gets an account token, in every encoding and with every name`(
    _ encoding: Encoding, _ username: String
  ) async throws {
    try await World.with { world in
      let fields = ["username": username, "password": World.password]
      let answer = try await world.call(.post, "/api2/auth-token/", as: .nobody, fields, encoding)
      #expect(answer.status == 200)
      let token = try #require(answer["token"] as? String)
      #expect(token.count == 40)
      let ping = try await world.call(.get, "/api2/auth/ping/", authorization: "Token \(token)")
      #expect(ping.status == 200)
      #expect(ping.text == #""pong""#)
    }
  }

  @Test(arguments: [
    ["username": "member@ours.example", "password": "wrong"],
    ["username": "nobody@ours.example", "password": World.password],
    ["username": "gone@ours.example", "password": World.password],
    ["username": "member@ours.example"],
    ["password": World.password],
    ["username": "", "password": ""],
    ["username": "member@ours.example", "password": String(repeating: "x", count: 1025)],
    [:],
  ])
  func `every failed sign-in has the same response`(_ fields: [String: String]) async throws {
    try await World.with { world in
      let before = try await world.database.count("account_token")
      let answer = try await world.call(.post, "/api2/auth-token/", as: .nobody, fields)
      #expect(answer.status == 400)
      #expect(answer.text == #"{"non_field_errors":["Unable to login with provided credentials."]}"#)
      #expect(try await world.database.count("account_token") == before)
    }
  }

  @Test func `a token is stored only as a hash`() async throws {
    try await World.with { world in
      let fields = ["username": "member@ours.example", "password": World.password]
      let answer = try await world.call(.post, "/api2/auth-token/", as: .nobody, fields)
      let token = try #require(answer["token"] as? String)
      let dump = try await world.database.dump()
      #expect(!dump.contains(token))
      #expect(try dump.contains(#require(Secret(token: token)).hash.hex))
    }
  }

  @Test func `only the first sign-in creates the workspace`() async throws {
    try await World.with { world in
      try await world.database.execute("delete from workspace where account_id = 6")
      for _ in 1...2 {
        let answer = try await world.call(
          .post, "/api2/auth-token/", as: .nobody, ["username": "single@example.com", "password": World.password])
        #expect(answer.status == 200)
      }
      #expect(try await world.database.count("workspace where account_id = 6") == 1)
      #expect(try await world.database.count("account where id = 6 and last_login_at is not null") == 1)
    }
  }

  @Test func `account info shows members their team, and others that they have none`() async throws {
    try await World.with { world in
      let member = try await world.call(.get, "/api2/account/info/", as: .teamAdmin)
      #expect(member["org_id"] as? Int == 1)
      #expect(member["is_org_staff"] as? Int == 1)
      #expect(member["email"] as? String == "00000000000000000000000000000009@auth.local")
      #expect(member["contact_email"] as? String == "boss@ours.example")
      #expect(member["is_staff"] as? Bool == false)
      let single = try await world.call(.get, "/api2/account/info/", as: .single)
      #expect(single["org_id"] == nil)
      #expect(single["is_cloud_personal_account"] as? Bool == true)
      #expect(try await world.call(.get, "/api2/account/info/", as: .systemAdmin)["is_staff"] as? Bool == true)
    }
  }
}
