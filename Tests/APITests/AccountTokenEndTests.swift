import API
import Access
import Crypto
import HTTP
import TestSupport
import Testing

private let tokens = "/api/v2.1/user/account-tokens/"
private let policy = "/api/v2.1/org/1/admin/token-policy/"
private let ping = "/api2/auth/ping/"
private let member = "member@ours.example"

extension World {
  fileprivate func status(_ token: String) async throws -> Int {
    try await call(.get, ping, authorization: "Token \(token)").status
  }

  fileprivate func session(_ name: String = member) async throws -> String {
    try #require(try await signIn(name)["token"] as? String)
  }

  /// Makes all account tokens look so much older, and unused for as much longer.
  fileprivate func age(_ interval: String, where condition: String = "true") async throws {
    try await database.execute(
      """
      update account_token set created_at = created_at - interval '\(interval)',
        proved_at = proved_at - interval '\(interval)', last_used_at = last_used_at - interval '\(interval)'
      where \(condition)
      """)
  }

  fileprivate func setPolicy(_ fields: [String: String]) async throws {
    let answer = try await call(.put, policy, as: .teamAdmin, fields)
    #expect(answer.status == 200, "\(answer.text)")
  }

  /// What the list says of the token that is shown.
  fileprivate func current(_ token: String) async throws -> [String: Any] {
    let answer = try await call(.get, tokens, authorization: "Token \(token)")
    let list = try #require(answer["account_tokens"] as? [[String: Any]], "\(answer.text)")
    return try #require(list.first { $0["is_current"] as? Bool == true })
  }

  fileprivate func make(with token: String, _ fields: [String: String] = [:], code: String? = nil) async throws
    -> Answer
  {
    try await call(
      .post, tokens, authorization: "Token \(token)", fields, headers: code.map { [.oneTimePassword: $0] } ?? [:])
  }
}

@Suite struct EndsOfAccountTokens {
  /// Who says it: the operator, the team, or both, and the shorter one counts.
  @Test(arguments: [(30, nil), (nil, "30"), (30, "40"), (40, "30")] as [(Int64?, String?)])
  func `a token ends at its longest life, and all that was made from it`(_ all: Int64?, _ team: String?) async throws {
    try await World.with(setting: { $0.accountTokens.longestDays = all }) { world in
      if let team { try await world.setPolicy(["max_account_token_days": team]) }
      let token = try await world.session()
      let base = "/api/v2.1/workspace/9/dtable/Projects/"
      let temporary = try #require(
        try await world.call(.get, base + "temp-api-token/", authorization: "Token \(token)")["api_token"] as? String)
      let baseToken = try #require(
        try await world.call(.get, base + "access-token/", authorization: "Token \(token)")["access_token"] as? String)
      try await world.age("29 days")
      #expect(try await world.status(token) == 200)
      #expect(try await world.exchange(temporary).status == 200)
      #expect(try await world.knock(baseToken) == 200)
      #expect(try await world.current(token)["expires_at"] is String)
      try await world.age("1 day")
      let refused = try await world.call(.get, ping, authorization: "Token \(token)")
      #expect(refused.status == 401)
      #expect(refused.text == #"{"detail":"Invalid token"}"#)
      #expect(try await world.exchange(temporary).status == 403)
      #expect(try await world.knock(baseToken) == 403)
      // It is in no list, and whoever signs in begins anew. The team's word is for its own people alone.
      let anew = try await world.session()
      let list = try await world.call(.get, tokens, authorization: "Token \(anew)")
      #expect((list["account_tokens"] as? [Any])?.count == 1)
      for caller in [Caller.foreigner, .single] {
        #expect(try await world.call(.get, ping, as: caller).status == (all == 30 ? 401 : 200), "\(caller)")
      }
    }
  }

  @Test(arguments: [(7200, nil), (nil, "120"), (7200, "180"), (10_800, "120")] as [(Int64?, String?)])
  func `a token ends if it lies unused, and not while it is used`(_ all: Int64?, _ team: String?) async throws {
    try await World.with(setting: { $0.accountTokens.longestIdle = all }) { world in
      if let team { try await world.setPolicy(["max_account_token_idle_minutes": team]) }
      let (used, unused) = (try await world.session(), try await world.session())
      for _ in 1...3 {
        try await world.age("119 minutes", where: "account_id = 3 and name = ''")
        #expect(try await world.status(used) == 200)
        try await world.onLoop { await $0.lastUse.write(at: nil) }
      }
      // Which had the last two hours and more to be used, and was not.
      #expect(try await world.status(unused) == 401)
      try await world.age("120 minutes", where: "account_id = 3")
      #expect(try await world.status(used) == 401)
    }
  }

  @Test func `a use that has begun does not go on after the end`() async throws {
    try await World.with { world in
      let id = try #require(try await world.current(try await world.session())["id"] as? Int)
      func hold(_ days: String, _ idle: String) async throws {
        try await world.database.execute("select hold_caller(3, null, \(id), false, \(days), \(idle))")
      }
      try await world.age("2 days")
      try await hold("3", "null")
      try await hold("null", "259200")
      await #expect(throws: (any Error).self) { try await hold("2", "null") }
      await #expect(throws: (any Error).self) { try await hold("null", "172800") }
      try await world.database.execute("select hold_caller(3, null, \(id), false)")
      try await world.setPolicy(["max_account_token_days": "2"])
      await #expect(throws: (any Error).self) { try await hold("3", "null") }
      // The version before keeps to the team's policy, too.
      await #expect(throws: (any Error).self) {
        try await world.database.execute("select hold_caller(3, null, \(id), false)")
      }
    }
  }

  @Test func `a token that is made with another one is as old as that one`() async throws {
    try await World.with(setting: { $0.accountTokens.longestDays = 30 }) { world in
      let first = try await world.session()
      let end = try #require(try await world.current(first)["expires_at"] as? String)
      try await world.age("20 days")
      let aged = try #require(try await world.current(first)["expires_at"] as? String)
      #expect(aged < end)
      var made = first
      for terms in [[:], ["expire_days": "90"], [:]] {
        let answer = try await world.make(with: made, terms)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer["expires_at"] as? String == aged)
        made = try #require(answer["token"] as? String)
      }
      try await world.age("10 days")
      #expect(try await world.status(made) == 401)
    }
  }

  @Test func `who gives the password makes one that outlives it`() async throws {
    try await World.with(setting: { $0.accountTokens.longestDays = 30 }) { world in
      let answer = try await world.signIn(member, ["expire_days": "1"])
      let day = try #require(answer["token"] as? String)
      let before = try await world.database.count("account_token")
      let wrong = try await world.make(with: day, ["password": "not the password"])
      #expect(wrong.status == 400)
      #expect(wrong["error_msg"] as? String == "The password is wrong.")
      #expect(try await world.database.count("account_token") == before)
      try await world.database.execute("delete from failed_attempt")
      let made = try await world.make(with: day, ["password": World.password, "name": "long"])
      #expect(made.status == 201, "\(made.text)")
      let long = try #require(made["token"] as? String)
      try await world.age("29 days")
      #expect(try await world.status(long) == 200)
      #expect(try await world.database.count("account_token where name = 'long' and expires_at is null") == 1)
      try await world.age("1 day")
      #expect(try await world.status(long) == 401)
    }
  }

  @Test func `a password that is changed is a proof, from which the life of the new token counts`() async throws {
    try await World.with(setting: { $0.accountTokens.longestDays = 30 }) { world in
      let token = try await world.session()
      try await world.age("29 days")
      let changed = try await world.call(
        .put, "/api/v2.1/user/password/", authorization: "Token \(token)",
        ["old_password": World.password, "new_password": "another password"])
      let new = try #require(changed["token"] as? String)
      try await world.age("29 days")
      #expect(try await world.status(new) == 200)
      try await world.age("1 day")
      #expect(try await world.status(new) == 401)
    }
  }

  @Test func `whoever has a second factor gives a code with the password`() async throws {
    try await World.with { world in
      world.clock.stop()
      let token = try await world.session()
      let authorization = "Token \(token)"
      let factor = "/api/v2.1/user/two-factor-auth/"
      let enrolment = try await world.call(.post, factor, authorization: authorization, ["password": World.password])
      let secret = try #require(enrolment["secret"] as? String)
      let code = world.oneTimePassword(of: secret)
      #expect(try await world.call(.put, factor, authorization: authorization, ["code": code]).status == 200)
      world.clock.advance(by: 30)
      let next = world.oneTimePassword(of: secret)
      let fields = ["password": World.password]
      let missing = try await world.make(with: token, fields)
      #expect(missing.status == 400)
      #expect(missing.headers["X-SEAFILE-OTP"] == "required")
      #expect(try await world.make(with: token, fields, code: code).status == 400)
      #expect(try await world.make(with: token, fields, code: next).status == 201)
      // Without either, it is as old as the token that is shown.
      #expect(try await world.make(with: token).status == 201)
    }
  }

  @Test(arguments: [
    ("max_account_token_days", "-1"), ("max_account_token_days", "36501"), ("max_account_token_idle_minutes", "4"),
    ("max_account_token_idle_minutes", "12"), ("max_account_token_idle_minutes", "525605"),
  ])
  func `a policy that cannot be is refused`(_ field: String, _ value: String) async throws {
    try await World.with { world in
      let answer = try await world.call(.put, policy, as: .teamAdmin, [field: value])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "\(field) invalid.")
    }
  }

  @Test func `a policy that is taken away lets them go on`() async throws {
    try await World.with { world in
      let token = try await world.session()
      try await world.age("2 days")
      // The admin's own is old, too.
      let admin = try await world.session("boss@ours.example")
      func set(_ days: String) async throws -> Answer {
        try await world.call(
          .put, policy, authorization: "Token \(admin)",
          ["max_account_token_days": days, "max_account_token_idle_minutes": days])
      }
      _ = try await set("5")
      #expect(try await world.status(token) == 401)
      let lifted = try await set("0")
      #expect(isNull(lifted["max_account_token_days"]) && isNull(lifted["max_account_token_idle_minutes"]))
      #expect(try await world.status(token) == 200)
    }
  }
}

@Suite struct NumbersOfAccountTokens {
  @Test func `of more than a person may have, those end that have lain unused longest`() async throws {
    try await World.with(setting: { $0.accountTokens.most = 3 }) { world in
      try await world.database.execute("delete from account_token where account_id = 3")
      let (first, second, third) = (try await world.session(), try await world.session(), try await world.session())
      try await world.age("1 hour")
      #expect(try await world.status(first) == 200)
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      let fourth = try await world.session()
      #expect(try await world.status(second) == 401)
      for token in [first, third, fourth] { #expect(try await world.status(token) == 200) }
      // What ended is in the audit log; other people's stay.
      #expect(
        try await world.database.count("audit_log where operation = 'account_token_delete' and target_id = 3") >= 1)
      #expect(try await world.call(.get, ping, as: .groupAdmin).status == 200)
    }
  }

  @Test func `whoever makes more with a token keeps that one and the new one`() async throws {
    try await World.with(setting: { $0.accountTokens.most = 2 }) { world in
      let shown = try await world.session()
      try await world.age("1 hour")
      let younger = try await world.session()
      var last = younger
      for _ in 1...3 {
        let made = try await world.make(with: shown)
        #expect(made.status == 201, "\(made.text)")
        #expect(try await world.status(last) == 401)
        last = try #require(made["token"] as? String)
        #expect(try await world.status(last) == 200)
      }
      #expect(try await world.status(shown) == 200)
      #expect(try await world.database.count("account_token where account_id = 3") == 2)
    }
  }

  @Test func `one that has ended goes before one that lies unused`() async throws {
    try await World.with(setting: { $0.accountTokens.most = 2 }) { world in
      try await world.database.execute("delete from account_token where account_id = 3")
      let unused = try await world.session()
      try await world.age("1 hour")
      _ = try await world.signIn(member, ["name": "ended", "expire_days": "1"])
      try await world.database.execute("update account_token set expires_at = now() where name = 'ended'")
      let third = try await world.session()
      for token in [unused, third] { #expect(try await world.status(token) == 200) }
      #expect(try await world.database.count("account_token where name = 'ended'") == 0)
    }
  }

  @Test func `many who sign in at once make no more than that`() async throws {
    try await World.with(connections: 16, setting: { $0.accountTokens.most = 5 }) { world in
      let answers = try await world.fifty { _ in try await world.signIn(member) }
      // An account has a share of the queue for passwords, and the rest come too soon.
      #expect(Set(answers.map(\.status)).isSubset(of: [200, 429]))
      #expect(answers.filter { $0.status == 200 }.count > 5)
      #expect(try await world.database.count("account_token where account_id = 3") == 5)
    }
  }

  @Test func `many who make tokens at once make no more than that`() async throws {
    try await World.with(connections: 16, setting: { $0.accountTokens.most = 5 }) { world in
      let answers = try await world.fifty { _ in try await world.call(.post, tokens, as: .groupMember) }
      #expect(answers.allSatisfy { $0.status == 201 })
      #expect(try await world.database.count("account_token where account_id = 3") == 5)
      #expect(try await world.call(.get, ping, as: .groupMember).status == 200)
    }
  }

  @Test func `by default that is a hundred, and who signs in more often loses the oldest alone`() async throws {
    try await World.with { world in
      try await world.database.execute(
        """
        delete from account_token where account_id = 3;
        insert into account_token (account_id, hash, name, created_at)
        select 3, sha256(number::text::bytea), number::text, now() - interval '1 day' * (200 - number)
        from generate_series(1, 100) as number
        """)
      _ = try await world.session()
      #expect(try await world.database.count("account_token where account_id = 3") == 100)
      #expect(try await world.database.count("account_token where account_id = 3 and name = '1'") == 0)
      #expect(try await world.database.count("account_token where account_id = 3 and name = '2'") == 1)
    }
  }
}
