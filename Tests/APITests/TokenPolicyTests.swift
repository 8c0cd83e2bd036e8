import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@Suite struct TokenPolicies {
  private static let path = "/api/v2.1/org/1/admin/token-policy/"
  private static let violations = path + "violations/"
  private static let none =
    #"{"require_expiry":false,"max_token_days":null,"max_base_token_minutes":null,"#
    + #""max_account_token_days":null,"max_account_token_idle_minutes":null,"forbid_member_rw":false,"#
    + #""end_reused_tokens":false,"confirm_email_change":false}"#
  private static let required =
    "The team's policy requires every API token to expire: set expire_days or expires_at."
  private static let tooLong = "The team's policy requires API tokens to expire earlier."
  private static let forbidden = "The team's policy lets only admins create API tokens that write."

  private func set(_ world: World, _ policy: [String: String]) async throws {
    let answer = try await world.call(.put, Self.path, as: .teamAdmin, policy)
    #expect(answer.status == 200, "\(answer.text)")
  }

  /// Makes a token as a member who administers the base, or as an admin of the team.
  private func make(
    _ world: World, _ name: String, _ permission: String, _ terms: [String: String] = [:], byAdmin: Bool = false
  ) async throws -> Answer {
    try await world.call(
      .post, byAdmin ? "/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/" : World.apiTokens,
      as: byAdmin ? .teamAdminInGroup : .groupOwner,
      ["app_name": name, "permission": permission].merging(terms) { $1 })
  }

  private func change(
    _ world: World, _ name: String, _ fields: [String: String], byAdmin: Bool = false
  ) async throws -> Answer {
    let path = byAdmin ? "/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/" : World.apiTokens
    return try await world.call(
      .put, path + "\(name)/", as: byAdmin ? .teamAdminInGroup : .groupOwner, fields)
  }

  private func rotate(_ world: World, _ name: String, byAdmin: Bool = false) async throws -> Answer {
    let path = byAdmin ? "/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/" : World.apiTokens
    return try await world.call(.post, path + "\(name)/rotate/", as: byAdmin ? .teamAdminInGroup : .groupOwner)
  }

  private func expectRefusal(_ answer: Answer, _ text: String, _ status: Int = 400) {
    #expect(answer.status == status)
    #expect(answer["error_msg"] as? String == text)
  }

  @Test func `a member learns what the policy and the operator mean for them`() async throws {
    let operators: (inout AppSettings) -> Void = {
      $0.accountTokens.longestDays = 20
      $0.confirmsEmailChange = true
    }
    try await World.with(setting: operators) { world async throws in
      let path = "/api/v2.1/organizations/1/token-policy/"
      let loose = try await world.call(.get, path, as: .groupMember)
      #expect(
        loose.text
          == #"{"permissions":["r","rw"],"require_expiry":false,"max_token_days":null,"#
          + #""max_base_token_minutes":null,"max_account_token_days":20,"max_account_token_idle_minutes":null,"#
          + #""confirm_email_change":true}"#)
      try await set(world, ["require_expiry": "true", "max_token_days": "90", "forbid_member_rw": "true"])
      try await set(world, ["max_account_token_days": "30", "max_account_token_idle_minutes": "60"])
      let strict = try await world.call(.get, path, as: .groupMember)
      #expect(
        strict.text
          == #"{"permissions":["r"],"require_expiry":true,"max_token_days":90,"#
          + #""max_base_token_minutes":null,"max_account_token_days":20,"max_account_token_idle_minutes":60,"#
          + #""confirm_email_change":true}"#)
      #expect(try await world.call(.get, path, as: .teamAdmin)["permissions"] as? [String] == ["r", "rw"])
      #expect(try await world.call(.get, path, as: .foreigner).status == 403)
    }
  }

  @Test func `a team has no policy until it sets one, and what is not given stays`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.get, Self.path, as: .teamAdmin).text == Self.none)
      try await set(world, ["require_expiry": "true", "max_token_days": "90"])
      try await set(world, ["max_base_token_minutes": "60", "forbid_member_rw": "true"])
      try await set(world, ["end_reused_tokens": "true"])
      #expect(
        try await world.call(.get, Self.path, as: .teamAdmin).text
          == #"{"require_expiry":true,"max_token_days":90,"max_base_token_minutes":60,"#
          + #""max_account_token_days":null,"max_account_token_idle_minutes":null,"forbid_member_rw":true,"#
          + #""end_reused_tokens":true,"confirm_email_change":false}"#)
      #expect(try await world.call(.put, Self.path, as: .teamAdmin)["max_token_days"] as? Int == 90)
      // The other team has none.
      let theirs = Self.path.replacing("/org/1/", with: "/org/2/")
      #expect(try await world.call(.get, theirs, as: .foreigner).text == Self.none)
      try await set(
        world,
        [
          "require_expiry": "false", "max_token_days": "0", "max_base_token_minutes": "0", "forbid_member_rw": "0",
          "end_reused_tokens": "false",
        ])
      #expect(try await world.call(.get, Self.path, as: .teamAdmin).text == Self.none)
    }
  }

  @Test(arguments: [
    ("require_expiry", "maybe"), ("max_token_days", "-1"), ("max_token_days", "36501"), ("max_token_days", "x"),
    ("max_base_token_minutes", "4321"), ("max_base_token_minutes", "-1"), ("forbid_member_rw", "2"),
    ("end_reused_tokens", "x"),
  ])
  func `an invalid policy is refused`(_ field: String, _ value: String) async throws {
    try await World.with { world async throws in
      let before = try await world.database.fingerprint()
      expectRefusal(try await world.call(.put, Self.path, as: .teamAdmin, [field: value]), "\(field) invalid.")
      if field != "end_reused_tokens" {
        expectRefusal(
          try await world.call(.get, Self.violations + "?\(field)=\(value)", as: .teamAdmin), "\(field) invalid.")
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  // MARK: Rules for tokens

  @Test(arguments: [false, true])
  func `every new token may have to expire, whoever makes it`(_ byAdmin: Bool) async throws {
    try await World.with { world async throws in
      #expect(try await make(world, "before", "rw", byAdmin: byAdmin).status == 201)
      try await set(world, ["require_expiry": "true"])
      expectRefusal(try await make(world, "app", "r", byAdmin: byAdmin), Self.required)
      expectRefusal(try await make(world, "app", "r", ["expire_days": "0"], byAdmin: byAdmin), Self.required)
      #expect(try await make(world, "app", "r", ["expire_days": "36500"], byAdmin: byAdmin).status == 201)

      expectRefusal(try await change(world, "app", ["expire_days": "0"], byAdmin: byAdmin), Self.required)
      #expect(try await change(world, "app", ["expire_days": "5"], byAdmin: byAdmin).status == 200)
      // Existing tokens keep what they have until their permission or expiry changes.
      #expect(try await change(world, "before", ["note": "x", "rate_limit": "100"], byAdmin: byAdmin).status == 200)
      expectRefusal(try await change(world, "before", ["permission": "r"], byAdmin: byAdmin), Self.required)
      let both = ["permission": "r", "expire_days": "5"]
      #expect(try await change(world, "before", both, byAdmin: byAdmin).status == 200)
    }
  }

  @Test(arguments: [false, true])
  func `no new token may live longer than the policy says, whoever makes it`(_ byAdmin: Bool) async throws {
    try await World.with { world async throws in
      #expect(try await make(world, "before", "r", ["expire_days": "365"], byAdmin: byAdmin).status == 201)
      try await set(world, ["max_token_days": "30"])
      expectRefusal(try await make(world, "app", "r", byAdmin: byAdmin), Self.required)
      expectRefusal(try await make(world, "app", "r", ["expire_days": "31"], byAdmin: byAdmin), Self.tooLong)
      let late = (world.app.now() + .seconds(31 * 86_400)).wire
      expectRefusal(try await make(world, "app", "r", ["expires_at": late], byAdmin: byAdmin), Self.tooLong)
      #expect(try await make(world, "app", "r", ["expire_days": "30"], byAdmin: byAdmin).status == 201)

      expectRefusal(try await change(world, "app", ["expire_days": "31"], byAdmin: byAdmin), Self.tooLong)
      expectRefusal(try await change(world, "before", ["permission": "rw"], byAdmin: byAdmin), Self.tooLong)
      #expect(try await change(world, "before", ["expire_days": "29"], byAdmin: byAdmin).status == 200)
      // The limit counts from the token's creation, so that it cannot be extended for ever.
      try await world.database.execute(
        "update api_token set created_at = now() - interval '2 days' where app_name = 'app'")
      expectRefusal(try await change(world, "app", ["expire_days": "29"], byAdmin: byAdmin), Self.tooLong)
      #expect(try await change(world, "app", ["expire_days": "27"], byAdmin: byAdmin).status == 200)
    }
  }

  @Test func `tokens that write may be reserved to admins`() async throws {
    try await World.with { world async throws in
      #expect(try await make(world, "before", "rw").status == 201)
      try await set(world, ["forbid_member_rw": "true"])
      expectRefusal(try await make(world, "app", "rw"), Self.forbidden, 403)
      #expect(try await make(world, "app", "r").status == 201)
      #expect(try await make(world, "admin's", "rw", byAdmin: true).status == 201)
      expectRefusal(try await change(world, "app", ["permission": "rw"]), Self.forbidden, 403)
      #expect(try await change(world, "app", ["permission": "rw"], byAdmin: true).status == 200)
      // Members may change the note of such a token of theirs, but neither rotate nor extend it nor, once its
      // permission is lowered, raise it again.
      #expect(try await change(world, "before", ["note": "x"]).status == 200)
      expectRefusal(try await rotate(world, "before"), Self.forbidden, 403)
      expectRefusal(try await change(world, "before", ["expire_days": "5"]), Self.forbidden, 403)
      #expect(try await change(world, "before", ["permission": "r"]).status == 200)
      expectRefusal(try await change(world, "before", ["permission": "rw"]), Self.forbidden, 403)
      // A former admin cannot make them any more.
      try await world.database.execute("update account set is_team_admin = false where id = 10")
      #expect(try await make(world, "late", "rw", byAdmin: true).status == 403)
    }
  }

  @Test(arguments: [
    (["require_expiry": "true"], required, 400, ["expire_days": "1"]),
    (["max_token_days": "2"], required, 400, ["expire_days": "1"]),
    (["forbid_member_rw": "true"], forbidden, 403, ["permission": "r"]),
  ])
  func `a token that breaks the policy gets no new secret until it complies`(
    _ policy: [String: String], _ refusal: String, _ status: Int, _ cure: [String: String]
  ) async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      try await set(world, policy)
      let before = try await world.database.fingerprint()
      func rotateItself() async throws -> Answer {
        try await world.call(.post, "/api/v2.1/dtable/app-api-token/rotate/", authorization: "Token \(secret)")
      }
      expectRefusal(try await rotate(world, "app"), refusal, status)
      expectRefusal(try await rotateItself(), refusal, status)
      // One rule does not apply to admins; the others do.
      if status == 400 { expectRefusal(try await rotate(world, "app", byAdmin: true), refusal, status) }
      #expect(try await world.database.fingerprint() == before)
      #expect(try await world.exchange(secret).status == 200)
      #expect(try await change(world, "app", cure).status == 200)
      #expect(try await rotateItself().status == 200)
      #expect(try await rotate(world, "app").status == 200)
    }
  }

  @Test func `an admin rotates a token that its creator may not make any more`() async throws {
    try await World.with { world async throws in
      _ = try await world.makeAPIToken()
      try await set(world, ["forbid_member_rw": "true"])
      #expect(try await rotate(world, "app", byAdmin: true).status == 200)
    }
  }

  @Test func `a refused request changes nothing, and existing tokens stay valid`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      let token = try await world.baseToken(of: secret)
      try await set(
        world,
        ["require_expiry": "true", "max_token_days": "1", "max_base_token_minutes": "5", "forbid_member_rw": "true"])
      #expect(try await world.exchange(secret).status == 200)
      #expect(try await world.knock(token) == 200)
      #expect(try await world.database.count("api_token where app_name = 'app' and expires_at is null") == 1)
      let before = try await world.database.fingerprint()
      #expect(try await rotate(world, "app").status == 400)
      #expect(try await make(world, "new", "rw").status == 400)
      #expect(try await change(world, "app", ["permission": "r"]).status == 400)
      #expect(try await world.database.fingerprint() == before)
      // A token that breaks the policy may always be deleted.
      #expect(try await world.call(.delete, World.apiTokens + "app/", as: .groupOwner).status == 200)
    }
  }

  @Test func `other teams and people without a team are not bound`() async throws {
    try await World.with { world async throws in
      try await set(world, ["require_expiry": "true", "forbid_member_rw": "true", "max_base_token_minutes": "5"])
      let theirs = try await world.call(
        .post, "/api/v2.1/workspace/10/dtable/canary%20base/api-tokens/", as: .foreigner,
        ["app_name": "app", "permission": "rw"])
      #expect(theirs.status == 201)
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .single, ["name": "Mine"])
      let workspace = try #require(made["table", "workspace_id"] as? Int)
      let path = "/api/v2.1/workspace/\(workspace)/dtable/Mine/"
      let own = try await world.call(
        .post, path + "api-tokens/", as: .single, ["app_name": "app", "permission": "rw"])
      #expect(own.status == 201)
      let token = try #require(
        try await world.call(.get, path + "access-token/", as: .single)["access_token"] as? String)
      #expect(try world.claims(token).expiry > world.app.now().seconds + 3600)
    }
  }

  // MARK: Base tokens

  @Test func `base tokens live no longer than the policy says, however they are obtained`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let now = world.app.now().seconds
      let temporary = try await world.call(
        .get, "/api/v2.1/workspace/9/dtable/Projects/temp-api-token/", as: .groupMember)
      let temporaryToken = try #require(temporary["api_token"] as? String)
      let link = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"
      let ways: [@Sendable (String) async throws -> Answer] = [
        { try await world.call(.get, World.exchange + $0, as: .apiTokenReader) },
        { try await world.call(.get, World.exchange + $0, authorization: "Token \(temporaryToken)") },
        { try await world.call(.get, "/api/v2.1/workspace/9/dtable/Projects/access-token/" + $0, as: .groupMember) },
        { try await world.call(.get, link + $0) }, { try await world.call(.post, link + $0) },
      ]
      func lifetimes(_ query: String) async throws -> [Int64] {
        var lifetimes: [Int64] = []
        for way in ways {
          let token = try #require(try await way(query)["access_token"] as? String)
          lifetimes.append(try world.claims(token).expiry - now)
        }
        return lifetimes
      }
      #expect(try await lifetimes("") == Array(repeating: 259_200, count: 5))
      try await set(world, ["max_base_token_minutes": "60"])
      #expect(try await lifetimes("") == Array(repeating: 3600, count: 5))
      #expect(try await lifetimes("?exp=3d") == Array(repeating: 3600, count: 5))
      #expect(try await lifetimes("?exp=30m") == Array(repeating: 1800, count: 5))
      try await set(world, ["max_base_token_minutes": "0"])
      #expect(try await lifetimes("?exp=2d") == Array(repeating: 172_800, count: 5))
    }
  }

  // MARK: Preview

  private func violations(_ world: World, _ query: String = "") async throws -> [String] {
    let answer = try await world.call(.get, Self.violations + query, as: .teamAdmin)
    #expect(answer.status == 200, "\(answer.text)")
    let found = try #require(answer["violations"] as? [[String: Any]])
    #expect(answer["total_count"] as? Int == found.count)
    return found.map { entry in
      "\((entry["token"] as? [String: Any])?["app_name"] ?? "?"): \(entry["violation"] ?? "?")"
    }
  }

  @Test func `existing tokens that a policy would forbid are listed, and nothing changes`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken("short", "rw", ["expire_days": "10"])
      _ = try await world.makeAPIToken("long", "r", ["expire_days": "100"])
      #expect(try await make(world, "admin's", "rw", ["expire_days": "10"], byAdmin: true).status == 201)
      let before = try await world.database.fingerprint()
      #expect(try await violations(world) == [])
      #expect(
        try await violations(world, "?require_expiry=true")
          == ["reader: token_expiry_required", "writer: token_expiry_required"])
      #expect(
        try await violations(world, "?max_token_days=30") == [
          "reader: token_expiry_required", "writer: token_expiry_required", "long: token_lifetime_too_long",
        ])
      #expect(
        try await violations(world, "?forbid_member_rw=true")
          == ["writer: token_rw_forbidden", "short: token_rw_forbidden"])
      #expect(try await violations(world, "?max_base_token_minutes=5&end_reused_tokens=true") == [])
      let text = try await world.call(.get, Self.violations + "?forbid_member_rw=true", as: .teamAdmin).text
      #expect(!text.contains(secret))
      #expect(!text.contains("canary"))
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `a preview keeps what it does not change of the policy`() async throws {
    try await World.with { world async throws in
      try await set(world, ["require_expiry": "true", "forbid_member_rw": "true"])
      #expect(
        try await violations(world) == ["reader: token_expiry_required", "writer: token_expiry_required"])
      #expect(try await violations(world, "?require_expiry=false") == ["writer: token_rw_forbidden"])
      #expect(try await violations(world, "?require_expiry=0&forbid_member_rw=0") == [])
      #expect(try await violations(world, "?require_expiry=false&forbid_member_rw=false&max_token_days=0") == [])
    }
  }

  @Test func `a list of violations has pages`() async throws {
    try await World.with { world async throws in
      func page(_ number: Int) async throws -> Answer {
        try await world.call(
          .get, Self.violations + "?require_expiry=true&page=\(number)&per_page=1", as: .teamAdmin)
      }
      for (number, name) in [(1, "reader"), (2, "writer")] {
        let answer = try await page(number)
        let found = try #require(answer["violations"] as? [[String: Any]])
        #expect(found.map { ($0["token"] as? [String: Any])?["app_name"] as? String } == [name])
        #expect(answer["total_count"] as? Int == 2)
      }
    }
  }

  @Test func `a change of the policy is in the audit log`() async throws {
    try await World.with { world async throws in
      try await set(world, ["require_expiry": "true"])
      #expect(try await world.database.count("audit_log where actor_id = 9 and kind = 'team'") == 1)
    }
  }
}
