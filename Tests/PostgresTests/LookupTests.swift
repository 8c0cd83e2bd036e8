import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct Lookups {
  @Test func `of a thousand look-ups at once, the failing tenth gets its errors, and the others answers`()
    async throws
  {
    try await onDatabase { db in
      let answers = await withTaskGroup(of: (Int, Result<Int?, PostgresError>).self) { group in
        for number in 0..<1000 { group.addTask { (number, await quotient(db, 1000 + number, by: number % 10)) } }
        var answers: [Int: Result<Int?, PostgresError>] = [:]
        for await (number, answer) in group { answers[number] = answer }
        return answers
      }
      let division = PostgresError.statement(sqlstate: "22012", constraint: nil, message: "")
      for number in 0..<1000 {
        let divisor = number % 10
        #expect(answers[number] == (divisor == 0 ? .failure(division) : .success((1000 + number) / divisor)))
      }
    }
  }

  @Test func `a statement that cannot be prepared fails alone, each time`() async throws {
    try await onDatabase { db in
      for _ in 1...3 {
        async let before = quotient(db, 6, by: 2)
        async let first = failure(db)
        async let second = failure(db)
        async let after = quotient(db, 9, by: 3)
        let answers = await [before, after]
        #expect(answers == [.success(3), .success(3)])
        let failures = await [first, second]
        #expect(failures == ["42P01", "42P01"])
      }
    }
  }

  @Test func `a statement whose preparation was skipped in a failed batch is prepared again`() async throws {
    try await onDatabase({ $0.sharedConnections = 1 }) { db in
      _ = await quotient(db, 1, by: 1)
      async let failed = quotient(db, 1, by: 0)
      async let fresh: Only<String>? = db.lookup("select 'fresh' as value")
      async let again: Only<String>? = db.lookup("select 'fresh' as value")
      let outcome = await failed
      #expect(throws: PostgresError.self) { try outcome.get() }
      let values = try await (fresh?.value, again?.value)
      #expect(values == ("fresh", "fresh"))
    }
  }

  @Test(arguments: [true, false])
  func `a statement that the server has ended in a deadlock is sent again`(_ isLookup: Bool) async throws {
    try await onDatabase { db in
      for table in ["one", "two"] as [SQL] { try await db.run("create table \(table) as select 7 as value") }
      let meeting = Meeting(of: 2)
      @Sendable func ask() async throws -> Only<Int>? {
        await meeting.arrive()
        let sql: SQL = "select one.value from one, two"
        return if isLookup { try await db.lookup(sql) } else { try await db.row(sql) }
      }
      async let answer = ask()
      try await db.transaction { transaction in
        try await transaction.run("set local deadlock_timeout = '1min'")  // the other is to notice
        try await transaction.run("lock table two")
        await meeting.arrive()
        let waits = try await poll {
          let waiting: Only<Int>? = try await db.row(
            """
            select count(*) as value from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """)
          return waiting?.value == 1
        }
        #expect(waits)
        try await transaction.run("lock table one")
      }
      #expect(try await answer?.value == 7)
      #expect(db.load.history.failures.isEmpty)
    }
  }

  @Test func `a prepared statement that the server has forgotten is prepared again`() async throws {
    try await onDatabase({ $0.sharedConnections = 1 }) { db in
      for _ in 1...3 {
        #expect(await quotient(db, 8, by: 2) == .success(4))
        _ = try await db.lookup("deallocate all", as: Only<Int>.self)
      }
    }
  }

  @Test func `a statement has the same name on all connections, and no other has it`() async throws {
    try await TestDatabase.withEmpty { database in
      func names(_ settings: Database.Settings) async throws -> [String] {
        var settings = settings
        settings.sharedConnections = 1
        let names = Names()
        try await onDatabase(settings) { db in
          for divisor in 1...3 { #expect(await quotient(db, 6, by: divisor) == .success(6 / divisor)) }
          // Equal texts at two places in the source.
          _ = try await db.lookup("select 1 as value", as: Only<Int>.self)
          _ = try await db.lookup("select 1 as value", as: Only<Int>.self)
          let known = try await db.lookup(
            """
            select array_agg(name || ' ' || statement order by name) as value from pg_prepared_statements
            where statement not like '%pg_prepared%'
            """, as: Only<[String]?>.self)
          await names.set(known?.value ?? [])
        }
        return await names.values
      }
      let first = try await names(Database.Settings(url: database.conninfo))
      let second = try await names(Database.Settings(url: database.conninfo))
      #expect(first.count == 2 && first == second)

      var unprepared = Database.Settings(url: database.conninfo)
      unprepared.preparesStatements = false
      #expect(try await names(unprepared).isEmpty)
    }
  }

  @Test func `without prepared statements, each fails alone, and transactions are atomic`() async throws {
    try await onDatabase({ $0.preparesStatements = false }) { db in
      async let good = quotient(db, 6, by: 2)
      async let bad = quotient(db, 6, by: 0)
      async let unknown = failure(db)
      let (answer, refusal, state) = await (good, bad, unknown)
      #expect(answer == .success(3) && state == "42P01")
      #expect(throws: PostgresError.self) { try refusal.get() }
      try await db.run("create table item (id integer unique)")
      for number in [1, 1, 2] {
        try? await db.transaction { transaction in
          try await transaction.run("insert into item values (\(number + 10))")
          try await transaction.run("insert into item values (\(number))")
        }
      }
      let items = try await db.rows("select id as value from item order by id", as: Only<Int>.self)
      #expect(items.map(\.value) == [1, 2, 11, 12])
    }
  }

  @Test func `a prepared statement whose columns a migration has changed is prepared again`() async throws {
    try await onDatabase({ ($0.sharedConnections, $0.pooledConnections) = (1, 1) }) { db in
      try await db.run("create table thing (value integer)")
      try await db.run("insert into thing values (1)")
      func read() async throws -> [Int64?] {
        let shared: Only<Int64>? = try await db.lookup("select * from thing")
        let leased: Only<Int64>? = try await db.row("select * from thing")
        let inside = try await db.transaction { try await $0.row("select * from thing", as: Only<Int64>.self)?.value }
        return [shared?.value, leased?.value, inside]
      }
      #expect(try await read() == [1, 1, 1])
      try await db.run("alter table thing alter value type bigint")
      #expect(try await read() == [1, 1, 1])
      let only: [Int64?] = try await [
        db.transaction { try await $0.row("select * from thing", as: Only<Int64>.self)?.value }
      ]
      #expect(only == [1])
    }
  }

  @Test func `equal look-ups of a turn are one statement, and each gets the first row of its own answer`()
    async throws
  {
    let texts = ["plain", "", "{a,b}", #"a "quoted" \ text"#, "null", "NULL", "ü ", "{", ","]
    try await onDatabase({ $0.sharedConnections = 1 }) { db in
      try await db.run("create table item (number bigint, text text, bytes bytea, flag boolean, at timestamptz)")
      for (number, text) in texts.enumerated() {
        let bytes = number == 0 ? [] : [UInt8(number), 0, 255]
        for _ in 1...2 {
          try await db.run("insert into item values (\(number), \(text), \(bytes), \(number % 2 == 0))")
        }
      }
      // As they are asked in one turn, each other one for something that is not there.
      let answers = await withTaskGroup(of: (Int, Result<Only<Int64>?, PostgresError>).self) { group in
        for number in 0..<2 * texts.count {
          group.addTask { (number, await item(db, number, texts[number % texts.count])) }
        }
        return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      for number in 0..<2 * texts.count {
        let value = try #require(answers[number]).get()?.value
        #expect(value == (number < texts.count ? Int64(number) : nil), "\(number)")
      }
      let sent = try await db.lookup(
        """
        select array_agg(generic_plans + custom_plans order by statement like '%asked.question%') as value
        from pg_prepared_statements where statement like '%from item%' and statement not like '%prepared_statements%'
        """, as: Only<[Int64]>.self)
      let times = try #require(sent?.value)
      #expect(times.reduce(0, +) <= 3, "\(times)")
    }
  }

  @Test func `look-ups whose values the server cannot tell the types of are asked one by one`() async throws {
    try await onDatabase({ $0.sharedConnections = 1 }) { db in
      for _ in 1...2 {
        let answers = await withTaskGroup(of: String?.self) { group in
          for day in 1...9 {
            group.addTask {
              let date = "2026-01-0\(day)"
              let sql: SQL = "select to_char(date '2026-01-01' + (\(date) - date '2026-01-01'), 'DD') as value"
              return try? await db.lookup(sql, as: Only<String>.self)?.value
            }
          }
          return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(answers == Set((1...9).map { "0\($0)" }))
      }
      #expect(db.load.history.failures.isEmpty)
    }
  }

  @Test func `a look-up that waits holds up no others`() async throws {
    try await onDatabase({ ($0.sharedConnections, $0.lockTime) = (2, patience) }) { db in
      let meeting = Meeting(of: 2)
      async let holder: Void = db.transaction { transaction in
        try await transaction.run("select pg_advisory_xact_lock(7)")
        await meeting.arrive()
        await meeting.arrive()
      }
      await meeting.arrive()
      async let slow: Only<Int>? = db.lookup("select 1 as value from pg_advisory_xact_lock_shared(\(7 as Int64))")
      for number in 1...50 { #expect(await quotient(db, number, by: 1) == .success(number)) }
      await meeting.arrive()
      try await holder
      #expect(try await slow?.value == 1)
    }
  }

  @Test func `prepared statements are planned once, and clients' for their values`() async throws {
    try await onDatabase { db in
      let mode: SQL = "select current_setting('plan_cache_mode') as value"
      for _ in 1...2 {
        async let before: Only<String>? = db.lookup(mode)
        async let looked: Only<String>? = db.lookup(mode.once)
        let values = [try await before?.value, try await looked?.value]
        #expect(values[1] == "force_custom_plan")
        for each in [mode.once, mode.plannedForValues, "\(mode.plannedForValues) limit 1"] {
          #expect(try await db.row(each, as: Only<String>.self)?.value == "force_custom_plan")
        }
        #expect(try await db.row(mode, as: Only<String>.self)?.value == "force_generic_plan")
        #expect(try await db.lookup(mode, as: Only<String>.self)?.value == "force_generic_plan")
      }
    }
    try await onDatabase({ $0.preparesStatements = false }) { db in
      let mode = try await db.row("select current_setting('plan_cache_mode') as value", as: Only<String>.self)
      #expect(mode?.value == "auto")
    }
  }

  @Test func `no row is nil`() async throws {
    try await onDatabase { db in
      let none: SQL = "select 1 as value where false"
      let found: Only<Int>? = try await db.lookup(none)
      let row: Only<Int>? = try await db.row(none)
      let rows: [Only<Int>] = try await db.rows(none)
      #expect(found == nil && row == nil && rows.isEmpty)
    }
  }

  @Test func `a large answer and a large parameter work`() async throws {
    let text = String(repeating: "0123456789", count: 800_000)
    try await onDatabase { db in
      async let first: Only<String>? = db.lookup("select \(text)::text as value")
      async let second: Only<String>? = db.lookup("select \(text)::text as value")
      async let small = quotient(db, 4, by: 2)
      let answers = try await [first?.value, second?.value]
      #expect(answers == [text, text])
      let quotient = await small
      #expect(quotient == .success(2))
    }
  }

  @Test func `sessions have our time zone, encoding and limits, and the URL's options`() async throws {
    try await onDatabase({
      $0.url += " options='-c search_path=pg_catalog -c statement_timeout=1'"
      $0.statementTime = .milliseconds(4321)
    }) { db in
      let settings: Only<[String]>? = try await db.lookup(
        """
        select array[current_setting('timezone'), current_setting('client_encoding'),
                     current_setting('statement_timeout'), current_setting('lock_timeout'),
                     current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'),
                     current_setting('search_path')] as value
        """)
      #expect(settings?.value == ["UTC", "UTF8", "4321ms", "2s", "10s", "basekeeper", "pg_catalog"])
    }
  }
}

private func quotient(_ db: WritableDatabase, _ dividend: Int, by divisor: Int) async -> Result<Int?, PostgresError> {
  do throws(PostgresError) {
    let answer: Only<Int>? = try await db.lookup("select \(dividend)::bigint / \(divisor)::bigint as value")
    return .success(answer?.value)
  } catch {
    return .failure(error)
  }
}

/// The number of an item, which all that is said of it must fit.
private func item(_ db: WritableDatabase, _ number: Int, _ text: String) async -> Result<Only<Int64>?, PostgresError> {
  let bytes = number == 0 ? [] : [UInt8(number), 0, 255]
  let nothing: Int64? = nil
  do throws(PostgresError) {
    return .success(
      try await db.lookup(
        """
        select number as value, number as question from item
        where number = \(Int64(number)) and text = \(text) and bytes = \(bytes) and flag = \(number % 2 == 0)
          and \(nothing)::bigint is null
        """))
  } catch {
    return .failure(error)
  }
}

/// The SQLSTATE of a look-up in a table that does not exist.
private func failure(_ db: WritableDatabase) async -> String? {
  do throws(PostgresError) {
    _ = try await db.lookup("select value from nothing", as: Only<Int>.self)
    return nil
  } catch {
    guard case .statement(let sqlstate, _, _) = error else { return nil }
    return sqlstate
  }
}

private actor Names {
  private(set) var values: [String] = []
  func set(_ values: [String]) { self.values = values }
}
