import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct Pools {
  @Test func `statements use no more connections than the pool has`() async throws {
    try await onDatabase({ $0.pooledConnections = 3 }) { db in
      // The first statements may be done before another connection is open.
      var backends: Set<Int?> = []
      let usesAll = try await poll {
        backends = try await withThrowingTaskGroup(of: Int?.self) { group in
          for _ in 0..<30 {
            group.addTask {
              try await db.row("select pg_backend_pid() as value from pg_sleep(0.005)", as: Only<Int>.self)?.value
            }
          }
          return try await group.reduce(into: backends) { $0.insert($1) }
        }
        return backends.count >= 3
      }
      #expect(usesAll && backends.count == 3)
    }
  }

  @Test func `sequential statements need one connection`() async throws {
    try await onDatabase { db in
      var backends: Set<Int?> = []
      for _ in 0..<10 {
        backends.insert(try await db.row("select pg_backend_pid() as value", as: Only<Int>.self)?.value)
      }
      #expect(backends.count == 1)
    }
  }

  @Test func `callers that wait for a connection are served in order`() async throws {
    try await onDatabase({ $0.pooledConnections = 1 }) { db in
      try await db.run("create table arrival (place integer generated always as identity, number integer)")
      try await withThrowingTaskGroup(of: Void.self) { group in
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        let isHeld = Meeting(of: 2)
        group.addTask {
          try await db.transaction { transaction in
            try await transaction.run("select 1")
            await isHeld.arrive()
            for await _ in held {}
          }
        }
        await isHeld.arrive()
        for number in 0..<20 {
          group.addTask { _ = try await db.run("insert into arrival (number) values (\(number))") }
        }
        group.addTask { release.finish() }
        try await group.waitForAll()
      }
      let order: [Only<Int>] = try await db.rows("select number as value from arrival order by place")
      #expect(order.map(\.value) == Array(0..<20))
    }
  }

  @Test func `a caller who waits too long, or finds too many waiting, is refused`() async throws {
    try await onDatabase({
      ($0.pooledConnections, $0.waitingLimit, $0.waitingTime) = (1, 2, .milliseconds(200))
    }) { db in
      #expect(await poll { (try? await db.run("select 1")) != nil })  // opening the connection may take longer
      try await db.transaction { transaction in
        try await transaction.run("select 1")
        let start = ContinuousClock.now
        let reasons = await withTaskGroup(of: String.self) { group in
          for _ in 0..<3 { group.addTask { await unavailability { try await db.run("select 1") } } }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(
          reasons == [
            "too many statements wait for a connection", "no connection was free within 0.2 seconds",
            "no connection was free within 0.2 seconds",
          ])
        #expect(start.duration(to: .now) >= .milliseconds(200))
      }
      try await db.run("select 1")
    }
  }

  @Test func `a statement that takes too long is cancelled, and its connection stays`() async throws {
    try await onDatabase({ ($0.pooledConnections, $0.statementTime) = (1, .milliseconds(100)) }) { db in
      var backend: Only<Int>?
      func ask() async -> Bool {
        await poll {
          (try? await db.row("select pg_backend_pid() as value", as: Only<Int>.self)).map { backend = $0 } != nil
        }
      }
      #expect(await ask())
      let before = backend
      await #expect(throws: PostgresError.timedOut) { try await db.run("select pg_sleep(30)") }
      await #expect(throws: PostgresError.timedOut) {
        _ = try await db.lookup("select 1 as value from pg_sleep(30)", as: Only<Int>.self)
      }
      #expect(await ask() && backend == before)
    }
  }

  @Test func `a statement that waits too long for a lock is cancelled`() async throws {
    try await onDatabase({ $0.lockTime = .milliseconds(100) }) { db in
      try await db.run("create table item (id integer)")
      try await db.transaction { transaction in
        try await transaction.run("lock table item")
        await #expect(throws: PostgresError.timedOut) { try await db.run("insert into item values (1)") }
      }
      try await db.run("insert into item values (1)")
    }
  }

  @Test func `a connection that was left in a transaction is not used again`() async throws {
    try await onDatabase({ $0.pooledConnections = 1 }) { db in
      let before: Only<Int>? = try await db.row("select pg_backend_pid() as value")
      _ = try await db.row("begin", as: Only<Int>.self)
      let after: Only<Int>? = try await db.row("select pg_backend_pid() as value")
      #expect(before != after)
    }
  }

  @Test func `a connection that the server has closed is opened again`() async throws {
    try await onDatabase({ ($0.sharedConnections, $0.pooledConnections) = (1, 1) }) { db in
      let shared: Only<Int>? = try await db.lookup("select pg_backend_pid() as value")
      try await db.run("select pg_terminate_backend(\(shared?.value))")
      #expect(
        await poll {
          let other: Only<Int>? = try? await db.lookup("select pg_backend_pid() as value")
          return other != nil && other != shared
        })
      let leased: Only<Int>? = try await db.row("select pg_backend_pid() as value")
      let reason = await unavailability { try await db.run("select pg_terminate_backend(pg_backend_pid())") }
      #expect(reason == "terminating connection due to administrator command")
      #expect(
        await poll {
          let other: Only<Int>? = try? await db.row("select pg_backend_pid() as value")
          return other != nil && other != leased
        })
    }
  }

  @Test func `a closed database says so, also to waiting callers`() async throws {
    try await TestDatabase.withEmpty { database in
      let db = WritableDatabase(Database.Settings(url: database.conninfo), on: try TestDatabase.loop.get())
      try await db.onLoop { db in
        async let running = unavailability { try await db.run("select pg_sleep(30)") }
        try await db.run("select 1")
        await db.close()
        let reason = await running
        #expect(reason == "the database is closed")
        #expect(await unavailability { try await db.run("select 1") } == "the database is closed")
        #expect(await db.ping() == false)
      }
    }
  }
}

/// Why it was unavailable; empty if it was not.
func unavailability(_ body: () async throws -> Void) async -> String {
  do {
    try await body()
  } catch PostgresError.unavailable(let reason) {
    return reason
  } catch {}
  return ""
}
