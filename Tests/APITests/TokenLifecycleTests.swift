import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let denied = #"{"error_msg":"Permission denied."}"#
private let rotated = #"{"error_msg":"This secret has been replaced: use the new one."}"#
private let ownRotation = "/api/v2.1/dtable/app-api-token/rotate/"

@Suite struct TokenExpiry {
  @Test func `an API token never expires by default`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      let entry = try await world.listed()
      #expect(isNull(entry["expires_at"]))
      #expect(entry["is_expired"] as? Bool == false)
      try await world.database.execute("update api_token set created_at = now() - interval '50 years'")
      #expect(try await world.exchange(secret).status == 200)
    }
  }

  @Test func `a token may live for a number of days`() async throws {
    try await World.with { world async throws in
      _ = try await world.makeAPIToken("app", "r", ["expire_days": "30"])
      #expect(
        try await world.database.count(
          "api_token where app_name = 'app' and expires_at = created_at + interval '30 days'") == 1)
    }
  }

  @Test func `a token may live until a point in time`() async throws {
    try await World.with { world async throws in
      let end = (world.app.now() + .seconds(90 * 86_400)).wire
      let secret = try await world.makeAPIToken("app", "r", ["expires_at": end])
      #expect(try await world.listed()["expires_at"] as? String == end)
      #expect(try await world.exchange(secret).status == 200)
    }
  }

  @Test(arguments: [
    ("expire_days", "-1"), ("expire_days", "36501"), ("expire_days", "x"), ("expires_at", "tomorrow"),
    ("expires_at", "2099-02-30"),
  ])
  func `an invalid expiry is refused`(_ field: String, _ value: String) async throws {
    try await World.with { world async throws in
      let made = try await world.call(
        .post, World.apiTokens, as: .groupOwner, ["app_name": "app", "permission": "r", field: value])
      #expect(made.status == 400)
      #expect(made["error_msg"] as? String == "\(field) invalid.")
      #expect(try await world.call(.put, World.apiTokens + "reader/", as: .groupOwner, [field: value]).status == 400)
    }
  }

  @Test func `an expired token is refused with the base tokens made from it, until it is extended`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken("app", "rw", ["expire_days": "1"])
      let token = try await world.baseToken(of: secret)
      #expect(try await world.knock(token) == 200)
      try await world.database.execute("update api_token set expires_at = now() where app_name = 'app'")
      let refused = try await world.exchange(secret)
      #expect(refused.status == 403)
      #expect(refused.text == #"{"error_msg":"The API token has expired."}"#)
      #expect(try await world.knock(token) == 403)
      #expect(try await world.listed()["is_expired"] as? Bool == true)

      let changed = try await world.call(.put, World.apiTokens + "app/", as: .groupOwner, ["expire_days": "1"])
      #expect(changed.status == 200)
      #expect(changed["permission"] as? String == "rw")
      #expect(try await world.exchange(secret).status == 200)
      #expect(try await world.knock(token) == 200)
    }
  }

  @Test(arguments: ["2020-01-01", "1970-01-01T00:00:00Z", "0001-01-01"])
  func `an expiry in the past is refused`(_ end: String) async throws {
    try await World.with { world async throws in
      _ = try await world.makeAPIToken("app", "r")
      let now = Timestamp(seconds: world.app.now().seconds).wire
      for end in [end, now] {
        let fields = ["app_name": "late", "permission": "r", "expires_at": end]
        let made = try await world.call(.post, World.apiTokens, as: .groupOwner, fields)
        let changed = try await world.call(.put, World.apiTokens + "app/", as: .groupOwner, ["expires_at": end])
        for answer in [made, changed] {
          #expect(answer.status == 400)
          #expect(answer["error_msg"] as? String == "expires_at invalid: it must be in the future.")
        }
      }
      #expect(try await world.database.count("api_token where app_name = 'late' or expires_at <= now()") == 0)
    }
  }

  @Test func `a change without an expiry keeps it, and 0 days clear it`() async throws {
    try await World.with { world async throws in
      _ = try await world.makeAPIToken("app", "r", ["expire_days": "30"])
      for fields in [["note": "x"], ["permission": "rw"], ["rate_limit": "5"], ["allowed_networks": "::/0"]] {
        let changed = try await world.call(.put, World.apiTokens + "app/", as: .groupOwner, fields)
        #expect(changed["expires_at"] is String)
      }
      let changed = try await world.call(.put, World.apiTokens + "app/", as: .groupOwner, ["expire_days": "0"])
      #expect(isNull(changed["expires_at"]))
      #expect(changed["note"] as? String == "x")
      #expect(changed["permission"] as? String == "rw")
      #expect(changed["rate_limit"] as? Int == 5)
      #expect(changed["allowed_networks"] as? [String] == ["::/0"])
    }
  }

  @Test func `a note is stored and shown, and can be emptied`() async throws {
    try await World.with { world async throws in
      let note = String(repeating: "ü", count: 1000)
      _ = try await world.makeAPIToken("app", "r", ["note": note])
      #expect(try await world.listed()["note"] as? String == note)
      let path = World.apiTokens + "app/"
      let tooLong = try await world.call(.put, path, as: .groupOwner, ["note": note + "ü"])
      #expect(tooLong.status == 400)
      #expect(tooLong["error_msg"] as? String == "note invalid.")
      #expect(try await world.call(.put, path, as: .groupOwner, ["note": ""])["note"] as? String == "")
    }
  }
}

@Suite struct TokenNetworks {
  @Test(
    arguments: [
      ("::ffff:10.0.0.0/104", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "::1"]),
      ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "9.255.255.255", "127.0.0.1", "::1"]),
      ("2001:db8::/32", ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::", "127.0.0.1"]),
      ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
      ("::1", ["::1"], ["::2", "127.0.0.1"]),
      ("10.0.0.0/8,192.0.2.0/25, ::1", ["10.1.1.1", "192.0.2.127", "::1"], ["192.0.2.128", "::"]),
      ("0.0.0.0/0", ["203.0.113.1"], ["2001:db8::1"]),
    ])
  func `a token works only from its networks`(
    _ networks: String, _ inside: [String], _ outside: [String]
  ) async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken("app", "r", ["allowed_networks": networks])
      for address in inside { #expect(try await world.exchange(secret, from: address).status == 200, "\(address)") }
      for address in outside {
        let refused = try await world.exchange(secret, from: address)
        #expect(refused.status == 403, "\(address)")
        #expect(
          refused.text
            == #"{"error_msg":"The API token may not be used from this address: see its allowed_networks."}"#)
      }
    }
  }

  @Test func `a token without networks works from everywhere`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      #expect(try await world.listed()["allowed_networks"] as? [String] == [])
      for address in ["203.0.113.1", "2001:db8::1"] {
        #expect(try await world.exchange(secret, from: address).status == 200)
      }
    }
  }

  @Test func `networks are shown without host bits, and an empty text removes them`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken("app", "r", ["allowed_networks": "10.1.2.3/8 2001:DB8::5/32"])
      #expect(try await world.listed()["allowed_networks"] as? [String] == ["10.0.0.0/8", "2001:db8::/32"])
      #expect(try await world.exchange(secret).status == 403)
      let changed = try await world.call(
        .put, World.apiTokens + "app/", as: .groupOwner, ["allowed_networks": ""])
      #expect(changed["allowed_networks"] as? [String] == [])
      #expect(try await world.exchange(secret).status == 200)
    }
  }

  @Test func `networks may be a list in JSON`() async throws {
    try await World.with { world async throws in
      func change(_ list: String) async throws -> Answer {
        try await world.send(
          .put, World.apiTokens + "reader/", as: .groupOwner, type: "application/json",
          body: Array(#"{"allowed_networks": \#(list)}"#.utf8))
      }
      #expect(
        try await change(#"["10.0.0.0/8", "::1"]"#)["allowed_networks"] as? [String] == ["10.0.0.0/8", "::1/128"])
      #expect(try await change("[]")["allowed_networks"] as? [String] == [])
    }
  }

  @Test(arguments: [
    "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0", "localhost",
    "10.0.0.0/8;::1", "10.0.0.0/8,x", Array(repeating: "::1", count: 101).joined(separator: ","),
  ])
  func `an invalid network is refused`(_ networks: String) async throws {
    try await World.with { world async throws in
      let before = try await world.database.fingerprint()
      let fields = ["app_name": "app", "permission": "r", "allowed_networks": networks]
      let made = try await world.call(.post, World.apiTokens, as: .groupOwner, fields)
      #expect(made.status == 400)
      #expect(made["error_msg"] as? String == "allowed_networks invalid.")
      #expect(
        try await world.call(
          .put, World.apiTokens + "reader/", as: .groupOwner, ["allowed_networks": networks]
        ).status == 400)
      #expect(try await world.database.fingerprint() == before)
    }
  }
}

@Suite struct TokenRotation {
  @Test func `a rotation gives a new secret, and both work for a day`() async throws {
    try await World.with { world async throws in
      let old = try await world.makeAPIToken("app", "rw", ["note": "kept", "rate_limit": "1000"])
      let token = try await world.baseToken(of: old)
      let answer = try await world.call(.post, World.apiTokens + "app/rotate/", as: .groupAdmin)
      #expect(answer.status == 200)
      let new = try #require(answer["api_token"] as? String)
      #expect(Secret(token: new) != nil)
      #expect(new != old)
      #expect(answer["app_name"] as? String == "app")
      #expect(answer["permission"] as? String == "rw")
      #expect(answer["note"] as? String == "kept")
      #expect(answer["rate_limit"] as? Int == 1000)
      #expect(answer["rotated_at"] is String)
      #expect(try await world.listed()["api_token"] as? String == Secret.masked(hint: String(new.prefix(4))))

      for secret in [old, new] { #expect(try await world.exchange(secret).status == 200) }
      #expect(try await world.knock(token) == 200)
      #expect(
        try await world.database.count(
          """
          retired_secret where valid_until > now() + interval '23 hours 50 minutes' and valid_until <= now()
            + interval '1 day'
          """) == 1)
      let dump = try await world.database.dump()
      #expect(!dump.contains(old) && !dump.contains(new))
      #expect(
        try await world.database.count("audit_log where operation = 'api_token_rotate' and actor_id = 2") == 1)
    }
  }

  @Test(arguments: [("1m", 60), ("36h", 129_600), ("30d", 2_592_000)])
  func `a grace period is as long as requested`(_ grace: String, _ seconds: Int) async throws {
    try await World.with { world async throws in
      _ = try await world.makeAPIToken()
      _ = try await world.rotate(grace: grace)
      #expect(
        try await world.database.count(
          """
          retired_secret as former join api_token as token on token.id = former.token_id
          where former.valid_until = token.rotated_at + interval '\(seconds) seconds'
          """) == 1)
    }
  }

  @Test(arguments: ["1s", "59", "31d", "-1h", "0m", "00", "x", "1 d", "721h"])
  func `an invalid grace period is refused`(_ grace: String) async throws {
    try await World.with { world async throws in
      let before = try await world.database.fingerprint()
      for (path, caller) in [
        (World.apiTokens + "reader/rotate/", Caller.groupOwner), (ownRotation, .apiTokenReader),
        ("/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/reader/rotate/", .teamAdminInGroup),
      ] {
        let answer = try await world.call(.post, path, as: caller, ["grace": grace])
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == "grace invalid.")
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `without grace, the former secret ends at once, with what was made from it`() async throws {
    try await World.with { world async throws in
      let old = try await world.makeAPIToken()
      let token = try await world.baseToken(of: old)
      let new = try await world.rotate(grace: "0")
      let refused = try await world.exchange(old)
      #expect(refused.status == 403)
      #expect(refused.text == denied)
      #expect(try await world.knock(token) == 403)
      #expect(try await world.exchange(new).status == 200)
    }
  }

  @Test func `base tokens end with the grace period of the secret that they were made from`() async throws {
    try await World.with { world async throws in
      let first = try await world.makeAPIToken()
      let second = try await world.rotate()
      let third = try await world.rotate()
      var tokens: [String] = []
      for secret in [first, second, third] { tokens.append(try await world.baseToken(of: secret)) }
      #expect(try tokens.map { try world.claims($0).generation } == [1, 2, 3])
      for token in tokens { #expect(try await world.knock(token) == 200) }
      for (generation, statuses) in [(1, [403, 200, 200]), (2, [403, 403, 200])] {
        try await world.database.execute(
          "update retired_secret set valid_until = now() where generation = \(generation)")
        var found: [Int] = []
        for token in tokens { found.append(try await world.knock(token)) }
        #expect(found == statuses)
      }
    }
  }

  @Test func `an expired or deleted token is not kept alive by a former secret`() async throws {
    try await World.with { world async throws in
      let old = try await world.makeAPIToken()
      _ = try await world.rotate()
      try await world.database.execute("update api_token set expires_at = now() where app_name = 'app'")
      #expect(try await world.exchange(old).text == #"{"error_msg":"The API token has expired."}"#)
      try await world.database.execute("update api_token set expires_at = null, networks = '{10.0.0.0/8}'")
      #expect(try await world.exchange(old).status == 403)
      #expect(try await world.exchange(old, from: "10.0.0.1").status == 200)
      #expect(try await world.call(.delete, World.apiTokens + "app/", as: .groupOwner).status == 200)
      #expect(try await world.exchange(old, from: "10.0.0.1").text == denied)
    }
  }

  @Test func `a token that does not exist is not rotated`() async throws {
    try await World.with { world async throws in
      for name in ["nothing", "revoked"] {
        let answer = try await world.call(.post, World.apiTokens + "\(name)/rotate/", as: .groupOwner)
        #expect(answer.status == 404)
        #expect(answer.text == #"{"error_msg":"api token \#(name) not found."}"#)
        let path = "/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/\(name)/rotate/"
        #expect(try await world.call(.post, path, as: .teamAdminInGroup).status == 404)
      }
    }
  }

  @Test func `a team admin rotates only tokens that do no more than they may themselves`() async throws {
    try await World.with { world async throws in
      func rotate(_ name: String, as caller: Caller) async throws -> Answer {
        let path = "/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/\(name)/rotate/"
        return try await world.call(.post, path, as: caller)
      }
      #expect(try await rotate("reader", as: .teamAdmin).status == 403)
      try await world.database.execute(
        "insert into user_share (base_id, team_id, account_id, permission, created_by) values (1, 1, 9, 'r', 1)")
      let refused = try await rotate("writer", as: .teamAdmin)
      #expect(refused.status == 403)
      #expect(refused.text == denied)
      #expect(try await world.database.count("retired_secret") == 0)
      #expect(try await world.database.count("api_token where generation > 1") == 0)

      for (name, caller) in [("reader", Caller.teamAdmin), ("writer", .teamAdminInGroup)] {
        let answer = try await rotate(name, as: caller)
        let secret = try #require(answer["api_token"] as? String)
        #expect(try await world.exchange(secret)["app_name"] as? String == name)
      }
    }
  }

  @Test func `a program rotates only its own secret`() async throws {
    try await World.with { world async throws in
      let old = try await world.makeAPIToken("app", "r")
      let answer = try await world.call(.post, ownRotation, authorization: "Token \(old)", ["grace": "1h"])
      #expect(answer.status == 200)
      #expect(answer["app_name"] as? String == "app")
      let new = try #require(answer["api_token"] as? String)
      for secret in [old, new] { #expect(try await world.exchange(secret).status == 200) }
      #expect(try await world.database.count("api_token where generation > 1") == 1)
      #expect(
        try await world.database.count("audit_log where operation = 'api_token_rotate' and actor_id is null") == 1)

      // A former secret cannot rotate the token, although it still works.
      let again = try await world.call(.post, ownRotation, authorization: "Token \(old)")
      #expect(again.status == 403)
      #expect(again.text == rotated)
      #expect(try await world.database.count("api_token where generation > 2") == 0)
      #expect(try await world.call(.post, ownRotation, authorization: "Token \(new)").status == 200)
      #expect(try await world.call(.post, ownRotation, as: .temporaryToken).text == denied)
    }
  }

  // MARK: Former secrets that are shown again

  @Test func `a secret used after its grace period is refused, and logged once a minute`() async throws {
    try await World.with { world async throws in
      let old = try await world.makeAPIToken()
      let new = try await world.rotate()
      #expect(try await world.exchange(old).status == 200)
      #expect(try await world.database.count("audit_log where operation = 'api_token_reuse'") == 0)
      try await world.database.execute("update retired_secret set valid_until = now()")
      for _ in 1...5 {
        let refused = try await world.exchange(old)
        #expect(refused.status == 403)
        #expect(refused.text == denied)
      }
      let noted = """
        audit_log where operation = 'api_token_reuse' and actor_id is null and address = '127.0.0.1'
          and chain = 1 and detail ->> 'name' = 'app' and detail ->> 'generation' = '1'
        """
      #expect(try await world.database.count(noted) == 1)
      try await world.database.execute("update retired_secret set reused_at = now() - interval '30 seconds'")
      let before = try await world.database.count(noted)
      _ = try await world.exchange(old)
      #expect(try await world.database.count(noted) == before)
      try await world.database.execute("update retired_secret set reused_at = now() - interval '61 seconds'")
      let later = try await world.database.count(noted)
      _ = try await world.exchange(old)
      #expect(try await world.database.count(noted) == later + 1)
      // The token itself stays valid.
      #expect(try await world.exchange(new).status == 200)
    }
  }

  @Test func `such a secret ends the token if the team's policy says so`() async throws {
    try await World.with { world async throws in
      let old = try await world.makeAPIToken()
      let new = try await world.rotate()
      let token = try await world.baseToken(of: new)
      let policy = "/api/v2.1/org/1/admin/token-policy/"
      #expect(try await world.call(.put, policy, as: .teamAdmin, ["end_reused_tokens": "true"]).status == 200)
      #expect(try await world.exchange(old).status == 200)
      #expect(try await world.exchange(new).status == 200)
      try await world.database.execute("update retired_secret set valid_until = now()")
      #expect(try await world.exchange(old).text == denied)
      #expect(try await world.exchange(new).text == denied)
      #expect(try await world.knock(token) == 403)
      #expect(
        try await world.database.count("audit_log where operation = 'api_token_delete' and detail ->> 'name' = 'app'")
          == 1)
      // Other tokens of the team stay valid.
      #expect(try await world.call(.get, World.exchange, as: .apiTokenReader).status == 200)
    }
  }

  // MARK: At once

  @Test func `fifty simultaneous rotations return different secrets, and one is the last`() async throws {
    try await World.with(connections: 16) { world async throws in
      let first = try await world.makeAPIToken()
      let answers = try await world.fifty { _ in
        try await world.call(.post, World.apiTokens + "app/rotate/", as: .groupOwner)
      }
      #expect(answers.allSatisfy { $0.status == 200 })
      let secrets = answers.compactMap { $0["api_token"] as? String } + [first]
      #expect(Set(secrets).count == 51)
      var generations: [Int64] = []
      for secret in secrets {
        generations.append(try world.claims(try await world.baseToken(of: secret)).generation ?? 0)
      }
      #expect(generations.sorted() == Array(1...51))
      #expect(try await world.database.count("api_token where app_name = 'app' and generation = 51") == 1)

      try await world.database.execute("update retired_secret set valid_until = now()")
      var live = 0
      for secret in secrets where try await world.exchange(secret).status == 200 { live += 1 }
      #expect(live == 1)
    }
  }

  @Test func `of fifty simultaneous rotations by the program itself, one succeeds`() async throws {
    try await World.with(connections: 16) { world async throws in
      let secret = try await world.makeAPIToken()
      let answers = try await world.fifty { _ in
        try await world.call(.post, ownRotation, authorization: "Token \(secret)")
      }
      #expect(answers.filter { $0.status == 200 }.count == 1)
      #expect(answers.filter { $0.status == 403 && $0.text == rotated }.count == 49)
      #expect(try await world.database.count("api_token where app_name = 'app' and generation = 2") == 1)
    }
  }
}
