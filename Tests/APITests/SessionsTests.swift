import Access
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Crypto

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

  // MARK: Weak hashes

  private static let weak = PasswordHasher.hash(World.password, memory: 8192 * 1024, passes: 1)
  private static let isStrong = "account where id = 3 and password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'"

  private static let entries = "audit_log where operation like 'user%'"

  private static func weaken(_ world: World) async throws {
    try await world.database.db.onLoop {
      try await $0.run("update account set password_hash = \(weak) where id = 3")
      try await $0.run("update account set generation = 1, password_given_at = null where id = 3")
    }
  }

  @Test func `a weak hash is made anew at the next sign-in, and nobody has set a password`() async throws {
    try await World.with { world in
      try await Self.weaken(world)
      let member = "member@ours.example"
      let entries = try await world.database.count(Self.entries)
      #expect(try await world.signIn(member, password: "not the password").status == 400)
      #expect(try await world.database.count(Self.isStrong) == 0)
      #expect(try await world.signIn(member).status == 200)
      #expect(try await world.database.count(Self.isStrong) == 1)
      // What was made from the sign-ins of before still counts.
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupMember).status == 200)
      #expect(try await world.knock(#require(world.credentials[.personalBaseToken])) == 200)
      let same = "account where id = 3 and generation = 1 and password_given_at is null"
      #expect(try await world.database.count(same) == 1)
      #expect(try await world.database.count(Self.entries) == entries)
      #expect(try await world.signIn(member).status == 200)
      #expect(try await world.signIn(member, password: "not the password").status == 400)
    }
  }

  @Test func `all who sign in while a weak hash is made anew are let in`() async throws {
    try await World.with { world in
      try await Self.weaken(world)
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 1...4 { group.addTask { try await world.signIn("member@ours.example").status } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses == Array(repeating: 200, count: 4))
      #expect(try await world.database.count(Self.isStrong) == 1)
    }
  }

  @Test func `another password still ends everything`() async throws {
    try await World.with { world in
      try await Self.weaken(world)
      #expect(try await world.signIn("member@ours.example").status == 200)
      let entries = try await world.database.count(Self.entries)
      let change = ["old_password": World.password, "new_password": "another password"]
      #expect(try await world.call(.put, "/api/v2.1/user/password/", as: .groupMember, change).status == 200)
      #expect(try await world.knock(#require(world.credentials[.personalBaseToken])) == 403)
      #expect(try await world.database.count(Self.entries) == entries + 1)
    }
  }
}
