import Access
import Crypto
import Ground
import HTTP
import TestSupport
import Testing

/// Guessing what people choose: passwords of accounts and of links.
@Suite struct Attempts {
  /// How many failures at one target from one place are free.
  private static let free = 5
  private static let elsewhere = "203.0.113.7"

  private static func signIn(
    _ world: World, _ username: String = "member@ours.example", _ password: String = "wrong",
    from address: String = World.home
  ) async throws -> Answer {
    try await world.call(
      .post, "/api2/auth-token/", as: .nobody, ["username": username, "password": password], address: address)
  }

  /// Fails until a wait is imposed, and returns that response.
  private static func failUntilThrottled(
    _ world: World, _ username: String = "member@ours.example", from address: String = World.home
  ) async throws -> Answer {
    for _ in 1...20 {
      let answer = try await signIn(world, username, from: address)
      if answer.status != 400 { return answer }
    }
    throw NeverThrottled()
  }

  private struct NeverThrottled: Error {}

  /// Lets this much time pass.
  private static func pass(_ interval: String, in world: World) async throws {
    try await world.database.execute(
      """
      update failed_attempt set last_at = last_at - interval '\(interval)', next_at = next_at - interval '\(interval)'
      """)
  }

  /// Fails at an account this many times from an address, without hashing a password; returns how many attempts were
  /// let through.
  private static func fail(_ count: Int, at account: Int64, from address: String, in world: World) async throws -> Int {
    let request = Request(id: "test", .get, try Target("/"), address: address)
    return try await world.onLoop { app in
      var passed = 0
      for _ in 0..<count {
        let attempt = try? await Attempt.begin(at: .account(ID(account)), app.serving(request))
        if attempt != nil { passed += 1 }
      }
      return passed
    }
  }

  @Test func `five failures are free, and then even the right password has to wait`() async throws {
    try await World.with { world in
      for _ in 1...Self.free { #expect(try await Self.signIn(world).status == 400) }
      let answer = try await Self.failUntilThrottled(world)
      #expect(answer.status == 429)
      let seconds = try #require(answer.headers["Retry-After"].flatMap { Int($0) })
      #expect((1...900).contains(seconds))
      #expect(
        answer.text == #"{"detail":"Request was throttled. Expected available in \#(seconds) seconds."}"#)
      try await world.holdAttempts()
      let tokens = try await world.database.count("account_token")
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 429)
      #expect(try await world.database.count("account_token") == tokens)
    }
  }

  @Test func `after the announced wait, another attempt is allowed`() async throws {
    try await World.with { world in
      let seconds = try #require(try await Self.failUntilThrottled(world).headers["Retry-After"])
      try await Self.pass("\(seconds) seconds", in: world)
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
    }
  }

  @Test func `each failure doubles the wait, up to a quarter of an hour`() async throws {
    try await World.with { world in
      _ = try await Self.fail(Self.free, at: 3, from: World.home, in: world)
      for round in 0...12 {
        #expect(try await Self.fail(1, at: 3, from: World.home, in: world) == 1)
        let wait = min(900, 1 << round)
        // The other two rules do not apply yet.
        let place = "failed_attempt where next_at - last_at = interval '\(wait) seconds'"
        #expect(try await world.database.count(place) == 1, "\(wait) seconds")
        try await Self.pass("\(wait) seconds", in: world)
      }
    }
  }

  @Test func `a success forgets the failures`() async throws {
    try await World.with { world async throws in
      for _ in 1...3 {
        for _ in 1..<Self.free { #expect(try await Self.signIn(world).status == 400) }
        #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
      }
    }
  }

  @Test func `failures are forgotten after a day`() async throws {
    try await World.with { world in
      #expect(try await Self.failUntilThrottled(world).status == 429)
      try await Self.pass("25 hours", in: world)
      for _ in 1...Self.free { #expect(try await Self.signIn(world).status == 400) }
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
      try await Self.pass("25 hours", in: world)
      _ = try await world.onLoop { try? await $0.forgetOldAttempts() }
      #expect(try await world.database.count("failed_attempt") == 0)
      #expect(try await world.database.count("familiar_place") == 1)
    }
  }

  @Test func `a failure without a delay keeps nobody waiting whose clock is behind`() async throws {
    try await World.with { world in
      let request = Request(id: "test", .get, try Target("/"), address: World.home)
      func mayTry() async throws -> Bool {
        try await world.onLoop { (try? await Attempt.ask(about: .account(ID(3)), $0.serving(request))) != nil }
      }
      #expect(try await Self.signIn(world).status == 400)
      try await Self.pass("-1 hour", in: world)
      #expect(try await mayTry())
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
      // One with a delay does.
      #expect(try await Self.failUntilThrottled(world).status == 429)
      try await world.holdAttempts()
      #expect(try await !mayTry())
    }
  }

  @Test func `failures in one place hold up neither other places nor other accounts`() async throws {
    try await World.with { world in
      #expect(try await Self.failUntilThrottled(world).status == 429)
      try await world.holdAttempts()
      let elsewhere = try await Self.signIn(world, "member@ours.example", World.password, from: Self.elsewhere)
      #expect(elsewhere.status == 200)
      #expect(try await Self.signIn(world, "admin@ours.example", World.password).status == 200)
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 429)
    }
  }

  @Test func `neighbours in a network count as one place, with IPv4 and with IPv6`() async throws {
    try await World.with { world in
      for (one, neighbour, stranger) in [
        ("198.51.100.1", "198.51.100.200", "198.51.101.1"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8:0:2::1"),
      ] {
        #expect(try await Self.failUntilThrottled(world, from: one).status == 429)
        try await world.holdAttempts()
        #expect(try await Self.signIn(world, from: neighbour).status == 429)
        #expect(try await Self.signIn(world, from: stranger).status == 400)
      }
    }
  }

  @Test(arguments: ["nobody@ours.example", "gone@ours.example", "00000000000000000000000000000099@auth.local"])
  func `unknown names are throttled in the same way`(_ name: String) async throws {
    try await World.with { world in
      for _ in 1...Self.free { #expect(try await Self.signIn(world, name).status == 400) }
      let answer = try await Self.failUntilThrottled(world, name.uppercased())
      #expect(answer.status == 429)
      #expect(answer.headers["Retry-After"] != nil)
      try await world.holdAttempts()
      #expect(try await Self.signIn(world, name, World.password).status == 429)
    }
  }

  @Test func `attempts at an account count together, whichever of its names is used`() async throws {
    try await World.with { world in
      try await world.database.execute("update account set login_id = 'max' where id = 3")
      let names = ["member@ours.example", "max", Example.member, "MEMBER@ours.example", "max"]
      for name in names { #expect(try await Self.signIn(world, name).status == 400) }
      _ = try await Self.failUntilThrottled(world)
      try await world.holdAttempts()
      for name in Set(names) { #expect(try await Self.signIn(world, name, World.password).status == 429) }
    }
  }

  @Test func `a hundred failures from everywhere keep out strangers, but not those who were there before`() async throws
  {
    try await World.with { world in
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
      var passed = 0
      for place in 1...25 { passed += try await Self.fail(Self.free, at: 3, from: "203.0.\(place).1", in: world) }
      #expect((100...125).contains(passed))
      try await world.holdAttempts()
      let stranger = try await Self.signIn(world, "member@ours.example", World.password, from: "198.51.100.1")
      #expect(stranger.status == 429)
      #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
    }
  }

  @Test func `a single place, which is refused itself, keeps nobody else out`() async throws {
    try await World.with { world in
      let passed = try await Self.fail(300, at: 3, from: Self.elsewhere, in: world)
      #expect((Self.free...20).contains(passed))
      let other = try await Self.signIn(world, "member@ours.example", World.password, from: "198.51.100.1")
      #expect(other.status == 200)
    }
  }

  @Test func `an address that tries many names is throttled, too`() async throws {
    try await World.with { world in
      var statuses: [Int: Int] = [:]
      for number in 1...40 { statuses[try await Self.signIn(world, "name\(number)@x.example").status, default: 0] += 1 }
      #expect(statuses.keys.sorted() == [400, 429])
      #expect((20...30).contains(statuses[400] ?? 0))
      try await world.holdAttempts()
      #expect(try await Self.signIn(world, "one more").status == 429)
      #expect(try await Self.signIn(world, "one more", from: Self.elsewhere).status == 400)
    }
  }

  @Test func `of thirty simultaneous guesses, only the free ones are tried`() async throws {
    try await World.with(connections: 16) { world in
      let begin = ContinuousClock.now
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 1...30 { group.addTask { try await Self.signIn(world).status } }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(Set(statuses.keys).isSubset(of: [400, 429]), "\(statuses)")
      // The first one beyond the free ones is still tried; it makes the next wait for a second, and that one the next
      // for two.
      let seconds = Int((ContinuousClock.now - begin).components.seconds)
      let waits = Int.bitWidth - (seconds + 1).leadingZeroBitCount
      #expect((Self.free...Self.free + 1 + waits).contains(statuses[400] ?? 0), "\(statuses)")
      #expect(try await world.database.count("login_log where not succeeded") == statuses[400])
    }
  }

  @Test func `thirty simultaneous sign-ins succeed or are asked to wait`() async throws {
    try await World.with(connections: 16) { world in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 1...30 {
          group.addTask { try await Self.signIn(world, "member@ours.example", World.password).status }
        }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(Set(statuses.keys).isSubset(of: [200, 429]), "\(statuses)")
      #expect(statuses[200] ?? 0 >= Self.free, "\(statuses)")
    }
  }

  @Test func `the counters name nobody`() async throws {
    try await World.with { world in
      _ = try await Self.signIn(world, "a secret typed as a name")
      _ = try await Self.signIn(world, "member@ours.example", "a secret that was wrong")
      _ = try await Self.signIn(world, "member@ours.example", World.password)
      let dump = try await world.database.dump()
      #expect(!dump.contains("a secret"))
      #expect(!dump.contains(World.password))
    }
  }

  @Test func `a refused attempt leaves nothing behind`() async throws {
    try await World.with { world async throws in
      var statuses: Set<Int> = []
      for number in 1...30 { statuses.insert(try await Self.signIn(world, "name\(number)@x.example").status) }
      #expect(statuses == [400, 429])
      _ = try await Self.failUntilThrottled(world, from: Self.elsewhere)
      try await world.holdAttempts()
      func states() async throws -> [String] {
        var states: [String] = []
        for table in ["failed_attempt", "familiar_place", "login_log"] {
          states.append(try await world.database.storage(of: table))
        }
        return states
      }
      let before = try await states()
      for number in 1...50 { #expect(try await Self.signIn(world, "more\(number)@x.example").status == 429) }
      for _ in 1...10 {
        #expect(try await Self.signIn(world, "member@ours.example", from: Self.elsewhere).status == 429)
      }
      #expect(try await states() == before)
    }
  }

  @Test func `the counters are bounded, during counting and by the clean-up`() async throws {
    try await World.with { world async throws in
      let rows = """
        insert into failed_attempt (key, failures, last_at, next_at)
        select sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 1, now() - number * interval '1 ms', now()
        from generate_series(1, 100500) as number;
        insert into familiar_place (key, seen_at)
        select sha256(convert_to(gen_random_uuid()::text, 'UTF8')), now() - number * interval '1 ms'
        from generate_series(1, 100) as number;
        """
      try await world.database.execute(rows)
      _ = try await world.onLoop { try? await $0.forgetOldAttempts() }
      #expect(try await world.database.count("failed_attempt") == 100_000)
      try await world.database.execute("select forget_attempts(places => 60)")
      #expect(try await world.database.count("familiar_place") == 60)
      try await world.database.execute(
        rows + """
          analyze failed_attempt;
          do $$
          begin
            for number in 1..20000 loop
              perform begin_attempt(array[sha256(convert_to('attempt ' || number, 'UTF8'))], '{5}', '{900}', '{1 day}');
              exit when number % 200 = 0 and (select count(*) from failed_attempt) <= 100200;
            end loop;
          end $$;
          """)
      #expect(try await world.database.count("failed_attempt") <= 100_200)
    }
  }

  @Test func `an IPv6 site does not start afresh from each of its networks`() async throws {
    try await World.with { world async throws in
      var names: [Int: Int] = [:]
      var passwords: [Int: Int] = [:]
      for number in 1...100 {
        let name = try await Self.signIn(world, "name\(number)@x.example", from: "2001:db8:1:\(number)::1")
        names[name.status, default: 0] += 1
      }
      #expect((60...75).contains(names[400] ?? 0), "\(names)")
      for number in 1...40 {
        let password = try await Self.signIn(world, from: "2001:db8:2:\(number)::1")
        passwords[password.status, default: 0] += 1
      }
      #expect((20...30).contains(passwords[400] ?? 0), "\(passwords)")
      try await world.holdAttempts()
      let right = try await Self.signIn(world, "member@ours.example", World.password, from: "2001:db8:3:1::1")
      #expect(right.status == 200)
    }
  }

  @Test func `someone who sets many passwords keeps nobody from signing in`() async throws {
    try await World.with(connections: 16) { world async throws in
      let links = "/api/v2.1/workspace/9/dtable/Projects/external-links/"
      let made = try await world.database.count("base_link")
      let count = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 1...90 {
          group.addTask {
            try await world.call(.post, links, as: .groupAdmin, ["password": "open sesame"]).status
          }
        }
        while world.app.passwords.backlog < 60 { await Task.yield() }
        #expect(try await Self.signIn(world, "member@ours.example", World.password).status == 200)
        let count = try await world.database.count("base_link") - made
        #expect(try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 } == [200: 90])
        return count
      }
      #expect(count < 60, "links that were made before the one who signed in had his turn")
    }
  }
}
