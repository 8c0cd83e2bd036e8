import Jobs
import Loop
import Postgres
import Synchronization
import TestSupport
import Testing

/// Jobs that only one of several replicas with a common database runs at a time, with a real PostgreSQL.
@Suite struct OneReplicaTests {
  @Test func `one of many replicas runs the job, and the next one after its interval`() async throws {
    try await TestDatabase.with(connections: 8) { database in
      try await database.db.onLoop { db in
        let loop = try TestDatabase.loop.get()
        let scenes = (1...8).map { _ in Scene(loop) }
        let runners = scenes.map { scene in scene.runner([Self.job(scene, db)]) }
        for runner in runners { runner.start() }
        #expect(await poll { scenes.allSatisfy { $0.resting == 1 } })
        #expect(scenes.flatMap(\.notes) == ["done"])
        // By the replicas' clocks, the job is due; by the database's, it is not.
        try await Self.letAllAsk(scenes)
        #expect(scenes.flatMap(\.notes) == ["done"])

        try await database.execute("update job set started_at = now() - interval '1 hour'")
        try await Self.letAllAsk(scenes)
        #expect(scenes.flatMap(\.notes) == ["done", "done"])
        #expect(scenes.flatMap(\.reports) == [])
        for runner in runners { await runner.stop() }
        #expect(try await held(db) == 0)
      }
    }
  }

  @Test func `no replica runs the job while another does, unless that one is lost`() async throws {
    try await TestDatabase.with { database in
      try await database.db.onLoop { db in
        let loop = try TestDatabase.loop.get()
        let scenes = (1...2).map { _ in Scene(loop) }
        let (entered, leave) = (Meeting(of: 2), Meeting(of: 2))
        let first = scenes[0].runner([
          Job("shared", every: .seconds(3600), by: .oneReplica(of: db, limit: .seconds(600))) { _ in
            await entered.arrive()
            await leave.arrive()
            scenes[0].note("late")
          }
        ])
        first.start()
        await entered.arrive()
        try await database.execute("update job set started_at = now() - interval '1 day'")
        let second = scenes[1].runner([Self.job(scenes[1], db)])
        second.start()
        #expect(await scenes[1].rests(1, after: []))

        // As if the first one had been lost so long ago that its claim has expired.
        try await database.execute("update job set held_until = now()")
        try await Self.letAllAsk([scenes[1]])
        #expect(scenes[1].notes == ["done"])
        // It ends all the same, and takes the turn from nobody.
        try await database.execute("update job set held_until = now() + interval '1 hour'")
        await leave.arrive()
        #expect(await scenes[0].rests(1, after: ["late"]))
        #expect(try await held(db) == 1)
        await first.stop()
        await second.stop()
      }
    }
  }

  @Test func `a turn claimed by a clock that was ahead keeps no replica waiting`() async throws {
    try await TestDatabase.with { database in
      try await database.db.onLoop { db in
        let scene = Scene(try TestDatabase.loop.get())
        try await database.execute(
          "insert into job values ('shared', now() + interval '1 year', now() + interval '1 year')")
        let runner = scene.runner([Self.job(scene, db)])
        runner.start()
        #expect(await scene.rests(1, after: ["done"]))
        #expect(try await held(db) == 0)
        await runner.stop()
      }
    }
  }

  @Test func `a failed run returns its turn, and one that takes too long is cancelled`() async throws {
    try await TestDatabase.with { database in
      try await database.db.onLoop { db in
        let scene = Scene(try TestDatabase.loop.get())
        let entered = Meeting(of: 2)
        let runner = scene.runner([
          Job("shared", every: .seconds(3600), by: .oneReplica(of: db, limit: .seconds(600))) { _ in
            await entered.arrive()
            try await Task.sleep(for: patience)
          }
        ])
        runner.start()
        await entered.arrive()
        #expect(await poll { scene.clock.waiting == 1 })
        scene.clock.advance(by: .seconds(600))
        #expect(await poll { scene.reports.count == 1 && scene.resting == 1 })
        #expect(scene.reports == [.failed(job: "shared", reason: "CancellationError()", failures: 1)])
        #expect(try await held(db) == 0)
        await runner.stop()
      }
    }
  }

  @Test func `a job without its database is reported, and runs when it is back`() async throws {
    try await TestDatabase.with { database in
      try await database.db.onLoop { db in
        let scene = Scene(try TestDatabase.loop.get())
        let runner = scene.runner([Self.job(scene, db)])
        try database.interrupt()
        #expect(await poll { await db.ping() == false })
        runner.start()
        #expect(await poll { scene.reports.count == 1 && scene.resting == 1 })
        try database.restore()
        #expect(await poll { (try? await db.transaction { try await $0.run("select") }) != nil })
        scene.clock.advance(by: .seconds(3600))
        #expect(await scene.rests(1, after: ["done"]))
        #expect(scene.reports.last == .recovered(job: "shared", failures: 1))
        await runner.stop()
      }
    }
  }

  private static func job(_ scene: Scene, _ db: WritableDatabase) -> Job {
    Job("shared", every: .seconds(3600), by: .oneReplica(of: db, limit: .seconds(600))) { _ in scene.note("done") }
  }

  /// Advances the clocks, and waits until every replica that asks for its turn has an answer.
  private static func letAllAsk(_ scenes: [Scene]) async throws {
    for scene in scenes { scene.clock.advance(by: .seconds(3600)) }
    #expect(await poll { scenes.allSatisfy { $0.resting == 1 } })
  }
}

private func held(_ db: WritableDatabase) async throws -> Int64 {
  try await db.row("select count(*) as count from job where held_until > now()", as: Count.self)?.count ?? 0
}

struct Count: RowDecodable {
  let count: Int64
  init(_ row: Row) throws(PostgresError) { count = try row["count"] }
}
