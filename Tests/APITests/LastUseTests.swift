import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@Suite struct LastUses {
  private func write(_ world: World, after seconds: Int = 0) async throws {
    let time = world.app.now() + .seconds(seconds)
    try await world.onLoop { await $0.lastUse.write(at: time) }
  }

  @Test func `a token's uses are counted, with the time, the client and the last five addresses`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      for number in 1...7 {
        _ = try await world.exchange(secret, from: "192.0.2.\(number)", client: "client \(number)")
      }
      #expect(try await world.listed()["used"] as? Bool == false)
      try await write(world)
      let entry = try await world.listed()
      #expect(entry["used"] as? Bool == true)
      #expect(entry["use_count"] as? Int == 7)
      #expect(entry["last_client"] as? String == "client 7")
      #expect(entry["last_addresses"] as? [String] == (3...7).reversed().map { "192.0.2.\($0)" })
      #expect(
        try await world.database.count(
          "api_token where app_name = 'app' and last_used_at between created_at and now() + interval '1 minute'") == 1)
    }
  }

  @Test func `a repeated address comes first, even after it was written`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.1"] {
        _ = try await world.exchange(secret, from: address)
      }
      try await write(world)
      #expect(try await world.listed()["last_addresses"] as? [String] == ["192.0.2.1", "2001:db8::1", "192.0.2.2"])
      for address in ["192.0.2.2", "192.0.2.3"] { _ = try await world.exchange(secret, from: address) }
      try await write(world, after: 60)
      #expect(
        try await world.listed()["last_addresses"] as? [String]
          == ["192.0.2.3", "192.0.2.2", "192.0.2.1", "2001:db8::1"])
      for number in 4...5 { _ = try await world.exchange(secret, from: "192.0.2.\(number)") }
      try await write(world, after: 120)
      #expect(
        try await world.listed()["last_addresses"] as? [String]
          == ["192.0.2.5", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"])
      #expect(try await world.listed()["use_count"] as? Int == 8)
    }
  }

  @Test func `a client without a name keeps the known one, and a long name is cut`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      _ = try await world.exchange(secret, client: String(repeating: "ü", count: 300))
      _ = try await world.exchange(secret)
      try await write(world)
      #expect(try await world.listed()["last_client"] as? String == String(repeating: "ü", count: 255))
      _ = try await world.exchange(secret)
      try await write(world, after: 60)
      #expect(try await world.listed()["last_client"] as? String == String(repeating: "ü", count: 255))
    }
  }

  @Test func `a refused request is not a use`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken("app", "r", ["allowed_networks": "10.0.0.0/8"])
      #expect(try await world.exchange(secret).status == 403)
      try await write(world)
      let entry = try await world.listed()
      #expect(entry["use_count"] as? Int == 0)
      #expect(entry["used"] as? Bool == false)
    }
  }

  @Test func `each token is written at most once a minute, and all at the end`() async throws {
    try await World.with { world async throws in
      let (first, second) = (try await world.makeAPIToken("first"), try await world.makeAPIToken("second"))
      func counts() async throws -> [Int?] {
        [try await world.listed("first")["use_count"] as? Int, try await world.listed("second")["use_count"] as? Int]
      }
      world.clock.stop()
      _ = try await world.exchange(first)
      try await write(world)
      #expect(try await counts() == [1, 0])
      for secret in [first, second] { _ = try await world.exchange(secret) }
      try await write(world, after: 59)
      #expect(try await counts() == [1, 1])
      try await write(world, after: 60)
      #expect(try await counts() == [2, 1])
      for secret in [first, second] { _ = try await world.exchange(secret) }
      try await write(world, after: 61)
      #expect(try await counts() == [2, 1])
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      #expect(try await counts() == [3, 2])
    }
  }

  @Test func `many uses are written in small batches, so that neither loop nor PostgreSQL is held up`()
    async throws
  {
    try await World.with { world async throws in
      let tokens: [ID<APIToken>] = try await world.database.db.onLoop {
        try await $0.transaction {
          try await $0.rows(
            """
            insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
            select 1, 1, 'many ' || number, sha256(convert_to(number::text, 'UTF8')), 'many', 'r', 1
            from generate_series(1, 1201) as number
            returning id
            """)
        }
      }
      let request = Request(id: "test", .get, try Target("/"), address: "192.0.2.1")
      try await world.onLoop { app in
        for token in tokens { app.lastUse.note(token, at: app.now(), from: app.serving(request).origin) }
        await app.lastUse.write(at: nil)
      }
      #expect(try await world.database.count("api_token where app_name like 'many %' and use_count = 1") == 1201)
      let transactions = "(select distinct xmin from api_token where app_name like 'many %') as batch"
      #expect(try await world.database.count(transactions) == 3)
    }
  }

  @Test func `a clock that is set back keeps no use from being written`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      world.clock.stop()
      _ = try await world.exchange(secret)
      try await write(world, after: 86_400)
      _ = try await world.exchange(secret)
      try await write(world)
      #expect(try await world.listed()["use_count"] as? Int == 2)
    }
  }

  @Test func `uses that could not be written during an outage are written later`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      for number in 1...3 { _ = try await world.exchange(secret, from: "192.0.2.\(number)", client: "early") }
      let member = try await world.call(.get, "/api2/auth/ping/", as: .groupMember)
      #expect(member.status == 200)
      try world.database.interrupt()
      for _ in 1...3 { try await write(world) }
      try world.database.restore()
      let isBack = await poll { (try? await world.exchange(secret, from: "192.0.2.4").status) == 200 }
      #expect(isBack)
      let isWritten = await poll {
        try? await world.onLoop { await $0.lastUse.write(at: nil) }
        return (try? await world.database.count("api_token where app_name = 'app' and use_count > 0")) == 1
      }
      #expect(isWritten)
      let entry = try await world.listed()
      #expect(entry["use_count"] as? Int == 4)
      #expect(entry["last_client"] as? String == "early")
      #expect(
        entry["last_addresses"] as? [String] == ["192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"])
      let isSeen = await poll {
        try? await world.onLoop { await $0.lastUse.write(at: nil) }
        return (try? await world.database.count("account_token where account_id = 3 and last_used_at is not null")) == 1
      }
      #expect(isSeen)
    }
  }
}
