import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@Suite struct RateLimiters {
  private static let start: UInt64 = 1_000_000_000
  private static let second: UInt64 = 1_000_000

  /// How many of `count` requests pass.
  private static func pass(
    _ limiter: RateLimiter, _ key: RateLimiter.Key = .account(ID(1)), of count: Int, limit: Int64,
    at time: UInt64 = start
  ) -> Int {
    (0..<count).count { _ in !limiter.take(key, limit: limit, at: time).isExceeded }
  }

  @Test(arguments: [1, 2, 7, 60, 1000, 1_000_000] as [Int64])
  func `the requests of a minute may come at once, and no more`(_ limit: Int64) {
    #expect(Self.pass(RateLimiter(), of: Int(limit) + 10, limit: limit) == Int(limit))
  }

  @Test func `a fraction of the minute restores a fraction of the requests`() {
    let limiter = RateLimiter()
    #expect(Self.pass(limiter, of: 70, limit: 60) == 60)
    #expect(Self.pass(limiter, of: 5, limit: 60, at: Self.start + Self.second - 1) == 0)
    #expect(Self.pass(limiter, of: 5, limit: 60, at: Self.start + Self.second) == 1)
    #expect(Self.pass(limiter, of: 20, limit: 60, at: Self.start + 11 * Self.second) == 10)
    #expect(Self.pass(limiter, of: 70, limit: 60, at: Self.start + 3600 * Self.second) == 60)
  }

  @Test func `in any period, no more pass than the burst and what was restored`() {
    let limiter = RateLimiter()
    let passed = (0..<1200).reduce(0) { sum, tick in
      sum + Self.pass(limiter, of: 10, limit: 60, at: Self.start + UInt64(tick) * Self.second / 10)
    }
    #expect(passed == 60 + 119)
  }

  @Test func `refused requests do not count`() {
    let limiter = RateLimiter()
    #expect(Self.pass(limiter, of: 1000, limit: 2) == 2)
    #expect(Self.pass(limiter, of: 5, limit: 2, at: Self.start + 30 * Self.second) == 1)
  }

  @Test func `the limiter says what is left, and when there is more`() {
    let limiter = RateLimiter()
    func take(at time: UInt64) -> [Int64] {
      let limit = limiter.take(.account(ID(1)), limit: 3, at: time)
      #expect((limit.name, limit.limit) == ("account", 3))
      return [limit.remaining, limit.reset, limit.isExceeded ? 1 : 0]
    }
    #expect(take(at: Self.start) == [2, 20, 0])
    #expect(take(at: Self.start) == [1, 40, 0])
    #expect(take(at: Self.start) == [0, 60, 0])
    #expect(take(at: Self.start) == [0, 20, 1])
    #expect(take(at: Self.start + 19 * Self.second + 1) == [0, 1, 1])
    #expect(take(at: Self.start + 20 * Self.second) == [0, 60, 0])
  }

  @Test func `keys do not count for each other`() {
    let limiter = RateLimiter()
    let keys: [RateLimiter.Key] = [
      .account(ID(1)), .account(ID(2)), .apiToken(ID(1)), .link(ID(1)),
      .address("1"), .address("192.0.2.1"), .address("2001:db8::1"),
      .baseToken(.program(ID(1)), of: ID(1)), .baseToken(.program(ID(1)), of: ID(2)),
      .baseToken(.person(ID(1)), of: ID(1)), .baseToken(.other(ExactText("1")), of: ID(1)), .base(ID(1)), .base(ID(2)),
    ]
    for key in keys { #expect(Self.pass(limiter, key, of: 3, limit: 2) == 2) }
    let names = keys.map { limiter.take($0, limit: 2, at: Self.start).name }
    #expect(
      names == [
        "account", "account", "token", "link", "address", "address", "address",
        "base-token", "base-token", "base-token", "base-token", "base", "base",
      ])
    #expect(Set(names).isSubset(of: RateLimiter.Key.names))
  }

  @Test func `many keys are counted side by side, and their slots are reused afterwards`() {
    let limiter = RateLimiter()
    for round in 0..<20 {
      let time = Self.start + UInt64(round) * 120 * Self.second
      let keys = (0..<5000).map { RateLimiter.Key.account(ID(Int64(round * 5000 + $0))) }
      // One at a time, so that each key finds its slot again among all others.
      let first = keys.count { !limiter.take($0, limit: 1, at: time).isExceeded }
      let second = keys.count { !limiter.take($0, limit: 1, at: time).isExceeded }
      #expect((first, second) == (5000, 0))
    }
  }

  @Test func `more keys than slots refuse nobody`() {
    let limiter = RateLimiter()
    let passed = (0..<200_000).count { !limiter.take(.account(ID(Int64($0))), limit: 1, at: Self.start).isExceeded }
    #expect(passed == 200_000)
  }

  @Test(arguments: [1, 100, 5000] as [Int64])
  func `threads that count at once let no more requests through`(_ limit: Int64) async {
    let limiter = RateLimiter()
    let passed = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { Self.pass(limiter, of: 2000, limit: limit) } }
      return await group.reduce(0, +)
    }
    #expect(passed == Int(limit))
  }
}

@Suite struct RateLimiting {
  private static func limits(
    address: Int64 = 0, account: Int64 = 0, apiToken: Int64 = 0, isChosen: Bool = true
  ) -> AppSettings.Limits {
    var limits = AppSettings.Limits()
    limits.address = AppSettings.Limit(perMinute: address, isChosen: isChosen)
    limits.account = AppSettings.Limit(perMinute: account, isChosen: isChosen)
    limits.apiToken = AppSettings.Limit(perMinute: apiToken, isChosen: isChosen)
    return limits
  }

  private static let names = [
    "RateLimit", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
  ]

  private static let ping = "/api2/auth/ping/"

  @Test func `without a limit, no response mentions one`() async throws {
    try await World.with { world async throws in
      for answer in [
        try await world.call(.get, Self.ping, as: .groupMember), try await world.call(.get, "/api2/ping/"),
        try await world.call(.get, World.exchange, as: .apiTokenReader),
      ] {
        #expect(answer.status == 200)
        for name in Self.names { #expect(answer.headers[name] == nil) }
      }
    }
  }

  @Test func `every response says what is left of a limit, and the last one when there is more`() async throws {
    try await World.with(limits: Self.limits(account: 3)) { world async throws in
      world.clock.stop()
      let now = world.app.now().seconds
      for (left, reset) in [(2, 20), (1, 40), (0, 60)] as [(Int64, Int64)] {
        // Failed requests have the headers, too.
        let answer =
          left == 1
          ? try await world.call(.delete, "/api/v2.1/user/account-tokens/999999/", as: .groupMember)
          : try await world.call(.get, Self.ping, as: .groupMember)
        #expect(answer.status == (left == 1 ? 404 : 200))
        #expect(answer.headers["RateLimit-Policy"] == #""account";q=3;w=60"#)
        #expect(answer.headers["RateLimit"] == #""account";r=\#(left);t=\#(reset)"#)
        #expect(answer.headers["X-RateLimit-Limit"] == "3")
        #expect(answer.headers["X-RateLimit-Remaining"] == "\(left)")
        #expect(answer.headers["X-RateLimit-Reset"] == "\(now + reset)")
        #expect(answer.headers["Retry-After"] == nil)
      }
      let refused = try await world.call(.get, Self.ping, as: .groupMember)
      #expect(refused.status == 429)
      #expect(refused.text == #"{"detail":"Request was throttled. Expected available in 20 seconds."}"#)
      #expect(refused.headers["Retry-After"] == "20")
      #expect(refused.headers["RateLimit"] == #""account";r=0;t=20"#)
      #expect(refused.headers["X-RateLimit-Remaining"] == "0")
      world.clock.advance(by: 20)
      #expect(try await world.call(.get, Self.ping, as: .groupMember).status == 200)
      #expect(try await world.call(.get, Self.ping, as: .groupMember).status == 429)
    }
  }

  @Test func `a default limit is not mentioned until less than half of it is left`() async throws {
    let limits = Self.limits(address: 1000, account: 5, isChosen: false)
    try await World.with(limits: limits) { world async throws in
      world.clock.stop()
      var left: [String?] = []
      for _ in 1...5 {
        let answer = try await world.call(.get, Self.ping, as: .groupMember)
        #expect(answer.status == 200)
        left.append(answer.headers["RateLimit"])
      }
      #expect(left == [nil, nil, #""account";r=2;t=36"#, #""account";r=1;t=48"#, #""account";r=0;t=60"#])
      let refused = try await world.call(.get, Self.ping, as: .groupMember)
      #expect(refused.status == 429)
      #expect(refused.text == #"{"detail":"Request was throttled. Expected available in 12 seconds."}"#)
      #expect(refused.headers["RateLimit-Policy"] == #""account";q=5;w=60"#)
      #expect(refused.headers["RateLimit"] == #""account";r=0;t=12"#)
      #expect(refused.headers["Retry-After"] == "12")
    }
    // A limit of one request has no half.
    try await World.with(limits: Self.limits(address: 1, isChosen: false)) { world async throws in
      world.clock.stop()
      #expect(try await world.call(.get, "/api2/ping/").status == 200)
      #expect(try await world.call(.get, "/api2/ping/").headers["RateLimit-Policy"] == #""address";q=1;w=60"#)
    }
  }

  @Test func `a throttled request changes nothing`() async throws {
    try await World.with(limits: Self.limits(account: 1)) { world async throws in
      world.clock.stop()
      #expect(try await world.call(.get, Self.ping, as: .groupOwner).status == 200)
      let before = try await world.database.fingerprint()
      let refused = try await world.call(.delete, World.apiTokens + "reader/", as: .groupOwner)
      #expect(refused.status == 429)
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `an account's limit covers all its tokens, and each account has its own`() async throws {
    try await World.with(limits: Self.limits(account: 4)) { world async throws in
      world.clock.stop()
      var tokens: [String] = []
      for _ in 1...3 {
        tokens.append(try #require(try await world.signIn("member@ours.example")["token"] as? String))
      }
      var statuses: [Int] = []
      for token in tokens + tokens {
        statuses.append(try await world.call(.get, Self.ping, authorization: "Token \(token)").status)
      }
      #expect(statuses == [200, 200, 200, 200, 429, 429])
      #expect(try await world.call(.get, Self.ping, as: .groupMember).status == 429)
      #expect(try await world.call(.get, Self.ping, as: .groupOwner).status == 200)
      // Programs do not count for any account.
      #expect(try await world.call(.get, World.exchange, as: .apiTokenReader).status == 200)
    }
  }

  @Test func `an address is counted whatever it requests, and HEAD like GET`() async throws {
    let asked: [(HTTP.Method, String, Int)] = [
      (.get, "/nowhere/", 404), (.post, "/api/v2.1/webhooks/", 404), (.patch, Self.ping, 405),
      (.options, Self.ping, 405), (.head, "/api2/ping/", 200),
      (.post, World.apiTokens, 403), (.get, World.apiTokens, 403),
      (.get, "/healthz", 200),
    ]
    for (method, path, status) in asked {
      try await World.with(limits: Self.limits(address: 2)) { world async throws in
        world.clock.stop()
        let fields = method == .post ? ["name": "x"] : [:]
        for left in [1, 0] {
          let answer = try await world.call(method, path, fields)
          #expect(answer.status == status, "\(method) \(path)")
          #expect(answer.headers["X-RateLimit-Remaining"] == "\(left)", "\(method) \(path)")
        }
        #expect(try await world.call(method, path, fields).status == 429, "\(method) \(path)")
        #expect(try await world.call(method, path, fields, address: "203.0.113.9").status == status)
      }
    }
  }

  @Test func `an IPv6 site has the limit of four networks`() async throws {
    try await World.with(limits: Self.limits(address: 5)) { world async throws in
      world.clock.stop()
      var passed = 0
      for number in 1...50 {
        let answer = try await world.call(.get, "/api2/ping/", address: "2001:db8:1:\(number)::1")
        passed += answer.status == 200 ? 1 : 0
      }
      #expect(passed == 20)
      #expect(try await world.call(.get, "/api2/ping/", address: "2001:db8:2::1").status == 200)
    }
  }

  @Test func `a token's own limit takes precedence over the general one`() async throws {
    try await World.with(limits: Self.limits(apiToken: 2)) { world async throws in
      world.clock.stop()
      let secrets = [
        try await world.makeAPIToken("more", "r", ["rate_limit": "4"]),
        try await world.makeAPIToken("less", "r", ["rate_limit": "1"]), try await world.makeAPIToken("all", "r"),
        try await world.makeAPIToken("none", "r", ["rate_limit": "0"]),
      ]
      for (secret, limit) in zip(secrets, [4, 1, 2, 2]) {
        var passed = 0
        for _ in 1...6 where try await world.exchange(secret).status == 200 { passed += 1 }
        #expect(passed == limit)
        let refused = try await world.exchange(secret)
        #expect(refused.status == 429)
        #expect(refused.headers["RateLimit-Policy"] == #""token";q=\#(limit);w=60"#)
        #expect(refused.headers["Retry-After"] == "\(60 / limit)")
      }
      // It is one limit for all secrets of the token.
      let new = try await world.rotate("all")
      #expect(try await world.exchange(new).status == 429)
      // After the limit is cleared, the general one applies again.
      let changed = try await world.call(.put, World.apiTokens + "more/", as: .groupOwner, ["rate_limit": "0"])
      #expect(isNull(changed["rate_limit"]))
    }
  }

  @Test func `a token may be limited without a general limit`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let secret = try await world.makeAPIToken("app", "r", ["rate_limit": "2"])
      var statuses: [Int] = []
      for _ in 1...3 { statuses.append(try await world.exchange(secret).status) }
      #expect(statuses == [200, 200, 429])
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      #expect(try await world.listed()["use_count"] as? Int == 2)
      #expect(try await world.listed()["rate_limit"] as? Int == 2)
    }
  }

  @Test(arguments: ["-1", "1000001", "x", "1.5"])
  func `an invalid limit is refused`(_ limit: String) async throws {
    try await World.with { world async throws in
      let fields = ["app_name": "app", "permission": "r", "rate_limit": limit]
      let made = try await world.call(.post, World.apiTokens, as: .groupOwner, fields)
      #expect(made.status == 400)
      #expect(made["error_msg"] as? String == "rate_limit invalid.")
    }
  }

  @Test func `neighbours in an IPv6 network count as one address`() async throws {
    try await World.with(limits: Self.limits(address: 3)) { world async throws in
      for number in 1...3 {
        let answer = try await world.call(
          .get, Self.ping, as: .groupMember, address: "2001:db8:0:1::\(number)")
        #expect(answer.status == 200)
      }
      for (address, status) in [("2001:db8:0:1:ffff::9", 429), ("2001:db8:0:2::1", 200)] {
        #expect(try await world.call(.get, Self.ping, as: .groupMember, address: address).status == status)
      }
    }
  }

  @Test func `an address is counted whoever calls, before the caller is known`() async throws {
    try await World.with(limits: Self.limits(address: 3)) { world async throws in
      world.clock.stop()
      var statuses: [Int] = []
      for caller in [Caller.nobody, .forger, .groupMember, .groupOwner, .nobody] {
        statuses.append(try await world.call(.get, Self.ping, as: caller, address: "192.0.2.1").status)
      }
      #expect(statuses == [403, 401, 200, 429, 429])
      let refused = try await world.signIn("member@ours.example")
      #expect(refused.status == 200)
      #expect(refused.headers["RateLimit-Policy"] == #""address";q=3;w=60"#)
      #expect(try await world.call(.get, Self.ping, as: .groupMember, address: "192.0.2.2").status == 200)
    }
  }

  @Test func `all limits are in the headers, and the tightest also in SeaTable's`() async throws {
    try await World.with(limits: Self.limits(address: 6, account: 3)) { world async throws in
      world.clock.stop()
      let now = world.app.now().seconds
      let answer = try await world.call(.get, Self.ping, as: .groupMember)
      #expect(answer.headers["RateLimit-Policy"] == #""address";q=6;w=60, "account";q=3;w=60"#)
      #expect(answer.headers["RateLimit"] == #""address";r=5;t=10, "account";r=2;t=20"#)
      #expect(answer.headers["X-RateLimit-Limit"] == "3")
      #expect(answer.headers["X-RateLimit-Remaining"] == "2")
      #expect(answer.headers["X-RateLimit-Reset"] == "\(now + 20)")
      for _ in 1...2 { #expect(try await world.call(.get, Self.ping, as: .groupMember).status == 200) }
      let refused = try await world.call(.get, Self.ping, as: .groupMember)
      #expect(refused.status == 429)
      #expect(refused.headers["Retry-After"] == "20")
    }
  }

  @Test func `of fifty simultaneous requests, no more than the limit get through`() async throws {
    try await World.with(connections: 16, limits: Self.limits(account: 20)) { world async throws in
      world.clock.stop()
      let answers = try await world.fifty { _ in try await world.call(.get, Self.ping, as: .groupMember) }
      #expect(answers.filter { $0.status == 200 }.count == 20)
      #expect(answers.filter { $0.status == 429 }.count == 30)
    }
  }
}
