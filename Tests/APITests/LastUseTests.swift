import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Domain

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
          "api_token_use where last_used_at between created_at and now() + interval '1 minute'") == 1)
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
      #expect(try await world.database.count("api_token_use where use_count = 1") == 1201)
      let transactions = "(select distinct xmin from api_token_use where use_count = 1) as batch"
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
        return (try? await world.database.count("api_token_use where use_count > 0")) == 1
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
  // MARK: Where uses are kept

  @Test func `a use changes a row in its page, and no index`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      world.clock.stop()
      for minute in 0..<5 {
        _ = try await world.exchange(secret)
        try await write(world, after: 60 * minute)
      }
      // Otherwise it is told of in its own time.
      _ = try await world.onLoop {
        try? await $0.db.row("select pg_stat_force_next_flush() is null as told", as: ToldStatistics.self)
      }
      let table = "pg_stat_user_tables where relname"
      let isCounted = try await poll {
        try await world.database.count("\(table) = 'api_token_use' and n_tup_upd = 5") == 1
      }
      #expect(isCounted)
      // One of the uses may be the first within its ten minutes.
      #expect(try await world.database.count("\(table) = 'api_token_use' and n_tup_hot_upd >= 4") == 1)
      #expect(try await world.database.count("\(table) = 'api_token' and n_tup_upd = 0") == 1)
    }
  }

  @Test func `what a copy of the earlier version writes is added to what this one has`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      _ = try await world.exchange(secret, from: "192.0.2.1", client: "this")
      try await write(world)
      let earlier = """
        update api_token
        set last_used_at = greatest(last_used_at, now() + interval '1 hour'), use_count = use_count + 2,
            last_client = coalesce(nullif('that', ''), last_client),
            last_addresses = array['192.0.2.3', '192.0.2.2']::inet[] || last_addresses
        where app_name = 'app'
        """
      try await world.database.execute(earlier)
      try await world.database.execute(
        "update api_token set use_count = use_count + 1, last_client = null where app_name = 'app'")
      let entry = try await world.listed()
      #expect(entry["use_count"] as? Int == 4)
      #expect(entry["last_client"] as? String == "that")
      #expect(entry["last_addresses"] as? [String] == ["192.0.2.3", "192.0.2.2", "192.0.2.1"])
      let later = "api_token_use where last_used_at > now() + interval '59 minutes'"
      #expect(try await world.database.count(later) == 1)
    }
  }

  @Test func `uses of before are taken over, and each token has a place for its own`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, allMigrations.filter { $0.name < "0045" })
      try await database.execute(
        """
        insert into team (name) values ('one'), ('other');
        insert into account (team_id, email, name) values (1, 'a@x.com', 'a');
        insert into workspace (team_id, account_id) values (1, 1);
        insert into base (workspace_id, team_id, name, creator_id, modifier_id) values (1, 1, 'b', 1, 1);
        insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by, created_at, revoked_at,
                               last_used_at, use_count, last_client, last_addresses)
        values
          (1, 1, 'used', sha256('1'), 'abcd', 'r', 1, '2026-01-01', null, '2026-01-02 03:04:05Z', 7, 'c', '{192.0.2.1}'),
          (1, 1, 'unused', sha256('2'), 'abcd', 'r', 1, '2026-01-01 00:09:59Z', null, null, 0, null, '{}'),
          (1, 1, 'revoked', sha256('3'), 'abcd', 'r', 1, '2026-01-01', now(), '2026-01-03', 1, null, '{}');
        """)
      _ = try Migrator.migrate(database.conninfo, allMigrations)
      let rows = try await database.db.onLoop {
        try await $0.rows(
          """
          select concat_ws(' ', app_name, used.team_id, used.use_count, used.last_client, used.last_addresses,
            to_char(used.last_used_at at time zone 'UTC', 'DD HH24:MI:SS'),
            to_char(used.seen_around at time zone 'UTC', 'DD HH24:MI:SS')) as text
          from api_token join api_token_use as used on token_id = id order by id
          """, as: ListedUse.self)
      }
      #expect(
        rows.map(\.text) == [
          "used 1 7 c {192.0.2.1} 02 03:04:05 02 03:00:00", "unused 1 0 {} 01 00:00:00",
          "revoked 1 {} 03 00:00:00 03 00:00:00",
        ])
    }
  }

  private struct ToldStatistics: RowDecodable {
    init(_ row: Row) {}
  }

  private struct ListedUse: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["text"] }
  }

  @Test func `a token is in the list of its team, whatever becomes of it, and only while it lives`() async throws {
    try await World.with { world async throws in
      let stray = """
        api_token as token full join api_token_use as used on used.token_id = token.id
        where used.team_id is distinct from case when token.revoked_at is null then token.team_id end
          or used.created_at is distinct from token.created_at
        """
      for script in [
        "update api_token set created_at = created_at - interval '1 year'",
        "update api_token set revoked_at = now() where app_name = 'reader'",
        "update api_token set team_id = null where team_id is not null and base_id = 1",
        "update api_token set team_id = 1 where base_id = 1",
        "insert into api_token (base_id, app_name, hash, hint, permission, created_by) values (1, 'n', sha256('n'), 'abcd', 'r', 1)",
        "delete from api_token where app_name = 'writer'", "delete from base where id = 1",
      ] {
        try await world.database.execute(script)
        #expect(try await world.database.count(stray) == 0, "\(script)")
      }
      #expect(try await world.database.count("api_token_use") == world.database.count("api_token"))
    }
  }

  @Test func `tokens are listed by their last use, exactly and page by page`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(
        """
        insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by, created_at)
        select 1, 1, 'by use ' || n, sha256(n::text::bytea), 'byus', 'r', 1, now() - make_interval(mins => n * 37 % 60)
        from generate_series(1, 80) as n;
        update api_token_use set last_used_at = now() - make_interval(secs => token_id * 7919 % 1800)
        where token_id % 3 > 0
        """)
      for direction in ["asc", "desc"] {
        let order: SQL = direction == "asc" ? "" : "desc"
        let exact = try await world.database.db.onLoop {
          try await $0.rows(
            """
            select app_name as text from api_token join api_token_use as used on token_id = id
            where api_token.team_id = 1 and revoked_at is null
            order by coalesce(used.last_used_at, used.created_at) \(order), id \(order)
            """, as: ListedUse.self)
        }.map(\.text)
        #expect(exact.count > 80)
        for filter in ["", "&query=p", "&unused_since=2999-01-01"] {
          var listed: [String] = []
          for page in 1...(exact.count / 25 + 1) {
            let path = "/api/v2.1/org/1/admin/api-tokens/?order_by=last_access&direction=\(direction)"
            let answer = try await world.call(.get, "\(path)&per_page=25&page=\(page)\(filter)", as: .teamAdmin)
            let tokens = try #require(answer["api_tokens"] as? [[String: Any]])
            listed += tokens.compactMap { $0["app_name"] as? String }
          }
          let wanted = filter.contains("query") ? exact.filter { listed.contains($0) } : exact
          #expect(listed == wanted, "\(direction)\(filter)")
          #expect(listed.count >= 80)
        }
      }
    }
  }

  /// Of 20,000 tokens, which were last used within ten weeks.
  @Test func `a page of the latest uses takes no more of the list than its tokens`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(
        """
        set session_replication_role = replica;
        insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
        select 1, 1, 'one ' || n, sha256(n::text::bytea), 'many', 'r', 1 from generate_series(1, 20000) as n;
        insert into api_token_use (token_id, team_id, created_at, last_used_at)
        select id, team_id, created_at, created_at - make_interval(mins => id::integer * 7919 % 100000)
        from api_token where app_name like 'one %';
        analyze
        """)
      for isFromEnd in [false, true] {
        var search = APITokenSearch()
        search.order = .used
        let page: SQL = "limit \(25 as Int64) offset \(50 as Int64)"
        let rows = search.rows(ID(1), isFromEnd: isFromEnd, page)
        let plan = try await world.database.db.onLoop { db in
          try await db.rows("explain (analyze, costs off, timing off) \(rows)", as: PlanLine.self)
        }.map(\.text).joined(separator: "\n")
        #expect(plan.contains("Incremental Sort") && plan.contains("using api_token_use_team_index"), "\(plan)")
        // 75 tokens, and no more than the rest of the ten minutes of the last one.
        let scanned = plan.matches(of: /api_token_use_team_index.*rows=(\d+)/).compactMap { Int($0.1) }
        #expect(scanned.count == 1 && scanned[0] < 200, "\(plan)")
      }
    }
  }

  private struct PlanLine: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["QUERY PLAN"] }
  }
}
