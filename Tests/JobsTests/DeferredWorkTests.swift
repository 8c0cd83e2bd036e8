import Ground
import Jobs
import Loop
import Postgres
import Synchronization
import TestSupport
import Testing

/// Deferred work, with a real PostgreSQL; the database's clock is moved by dating the work back.
@Suite struct DeferredWorkTests {
  @Test func `work exists if and only if its transaction is committed, and is done once, in order`() async throws {
    try await Yard.with { yard in
      for number in 1...20 { try await yard.enqueue(number) }
      await #expect(throws: Failure.self) {
        try await yard.db.transaction { transaction in
          _ = try await transaction.enqueue(Letter(number: 99))
          throw Failure(description: "changed my mind")
        }
      }
      try await yard.replicas(1, lanes: 1) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.done == Array(1...20))
      #expect(yard.attempts.allSatisfy { $0.number == 1 })
      #expect(Set(yard.attempts.map(\.id)).count == 20)
    }
  }

  @Test func `two replicas with several lanes do each piece once`() async throws {
    try await Yard.with { yard in
      for number in 1...200 { try await yard.enqueue(number) }
      try await yard.replicas(2, lanes: 4) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.done.sorted() == Array(1...200))
    }
  }

  @Test func `work that is due later waits, and holds up no other`() async throws {
    try await Yard.with { yard in
      #expect(try await yard.db.transaction { try await $0.enqueue(Letter(number: 1), after: .seconds(3600)) })
      try await yard.enqueue(2)
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 1 }) }
      #expect(yard.done == [2])
      try await yard.makeDue()
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.done == [2, 1])
    }
  }

  @Test func `failed work is tried again after growing pauses, and is dead after its last attempt`() async throws {
    let (hour, hours) = (3600.0, Duration.seconds(3600))
    let retries = RetryPolicy(attempts: 4, firstPause: hours, longestPause: hours * 3)
    try await Yard.with(retries: retries) { yard in
      yard.fail { _ in Failure(description: "\0no such house") }
      try await yard.enqueue(1)
      for (number, longest) in [(1, hour), (2, hour * 2), (3, hour * 3)] {
        try await yard.replicas(1) { #expect(await comes { try await yard.attemptsEnded() == number }) }
        let pause = try #require(try await yard.pause())
        // Shortened by at most a half; and the test may have taken a while.
        #expect(pause <= longest && pause > longest / 2 - hour / 4, "\(pause)")
        #expect(try await yard.dead() == [])
        try await yard.makeDue()
      }
      try await yard.replicas(1) { #expect(await comes { try await yard.dead() == ["no such house"] }) }
      #expect(yard.attempts.map(\.number) == [1, 2, 3, 4])
      #expect(Set(yard.attempts.map(\.id)).count == 1)
      #expect(yard.reports.map(\.attempt.number) == [4])
      #expect(yard.reports.map(\.reason) == ["no such house"])
      // Dead work is not tried again by itself, but can be made due.
      try await yard.makeDue()
      try await yard.replicas(1) {}
      #expect(yard.attempts.count == 4)
      yard.fail { _ in nil }
      try await yard.database.execute("update deferred_work set dead_at = null, attempts = 0, due_at = now()")
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.done == [1])
    }
  }

  @Test func `work that is hopeless or cannot be read is dead at once`() async throws {
    try await Yard.with { yard in
      yard.fail { $0 == 1 ? PermanentFailure("gone for good") : nil }
      try await yard.enqueue(1)
      try await yard.database.execute("insert into deferred_work (kind, payload) values ('letter', '{\"to\": []}')")
      try await yard.enqueue(2)
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 2 }) }
      #expect(try await yard.dead() == ["gone for good", "payload: no number"])
      #expect(yard.done == [2])
    }
  }

  @Test func `work over its time limit has failed, and its later result does not count`() async throws {
    try await Yard.with(limit: .milliseconds(50)) { yard in
      yard.hold()
      try await yard.enqueue(1)
      try await yard.replicas(1) {
        #expect(await comes { try await yard.failures() == ["no end within 0.05 seconds"] })
        yard.letGo()
        let isDone = await poll { yard.done == [1] }
        let rows = try await yard.rows()
        #expect(isDone && rows == 1)
      }
      try await yard.makeDue()
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.done == [1, 1])
    }
  }

  @Test func `work of a lost replica is done by another`() async throws {
    try await Yard.with { yard in
      yard.hold()
      try await yard.enqueue(1)
      try await yard.replicas(1) {
        #expect(await poll { yard.attempts.count == 1 })
        // Its connections are cut, as if the process had died: it cannot report the result.
        try yard.database.interrupt()
        yard.letGo()
        #expect(await poll { yard.done == [1] })
      }
      try yard.database.restore()
      #expect(await comes { try await yard.db.transaction { try await $0.run("select") } == 1 })
      try await yard.replicas(1) {}
      #expect(yard.attempts.count == 1, "it is waited for")
      try await yard.makeDue()
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.attempts.map(\.number) == [1, 2])
    }
  }

  @Test func `work whose replica is lost again and again is finally dead`() async throws {
    try await Yard.with(retries: RetryPolicy(attempts: 3, firstPause: .zero, longestPause: .zero)) { yard in
      try await yard.enqueue(1)
      try await yard.database.execute("update deferred_work set attempts = 3")
      try await yard.replicas(1) { #expect(await comes { try await yard.dead().count == 1 }) }
      #expect(yard.attempts == [] && yard.done == [])
    }
  }

  @Test(arguments: [false, true])
  func `work under way when a replica stops is put back as it was`(_ handlerReturns: Bool) async throws {
    try await Yard.with { yard in
      yard.hold(returningWhenCancelled: handlerReturns)
      try await yard.enqueue(1)
      try await yard.replicas(1) { #expect(await poll { yard.attempts.count == 1 }) }
      #expect(try await yard.failures() == [])
      yard.letGo()
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 0 }) }
      #expect(yard.attempts.map(\.number) == [1, 1])
    }
  }

  @Test func `kinds that this version does not know are left to those that do`() async throws {
    try await Yard.with { yard in
      try await yard.database.execute("insert into deferred_work (kind, payload) values ('later', '{}')")
      try await yard.enqueue(1)
      try await yard.replicas(1) { #expect(await comes { try await yard.rows() == 1 }) }
      #expect(try await yard.row("select attempts::bigint as count from deferred_work") == 0)
    }
  }

  @Test func `waiting work of a kind is limited, and enqueuing tells when the limit is reached`() async throws {
    try await Yard.with { yard in
      try await yard.database.execute(
        """
        insert into deferred_work (kind, payload) select 'letter', '{}' from generate_series(1, \(WorkQueue.mostWaiting - 1));
        insert into deferred_work (kind, payload) values ('other', '{}');
        insert into deferred_work (kind, payload, dead_at) values ('letter', '{}', now())
        """)
      #expect(try await yard.db.transaction { try await $0.enqueue(Letter(number: 1)) })
      #expect(try await yard.db.transaction { try await $0.enqueue(Letter(number: 2)) } == false)
    }
  }

  @Test func `the latest dead work is kept for thirty days`() async throws {
    try await Yard.with { yard in
      try await yard.database.execute(
        """
        insert into deferred_work (kind, payload, dead_at)
          select 'letter', '{}', now() - n * interval '1 second' from generate_series(1, 10005) n;
        update deferred_work set dead_at = now() - interval '31 days' where id in (select min(id) from deferred_work);
        insert into deferred_work (kind, payload, created_at) values ('letter', '{}', now() - interval '1 year')
        """)
      let scene = Scene(yard.loop)
      let runner = scene.runner([WorkQueue.forgetting(yard.db)])
      runner.start()
      #expect(await scene.rests(1, after: []))
      #expect(try await yard.rows() == 10_001)
      #expect(try await yard.row("select count(*) as count from deferred_work where dead_at is null") == 1)
      #expect(scene.reports == [])
      await runner.stop()
    }
  }
}

/// Whether the condition becomes true.
private func comes(_ condition: () async throws -> Bool) async -> Bool {
  await poll { (try? await condition()) == true }
}

private struct Letter: DeferredWork {
  static let kind = "letter"
  let number: Int

  init(number: Int) { self.number = number }

  init(_ payload: JSON) throws {
    guard case .object(let members) = payload, let member = members.first(where: { $0.name == "number" }),
      let number = member.value.number.map(Int.init)
    else { throw Failure(description: "no number") }
    self.number = number
  }

  func write(to json: inout JSONWriter) { json.object { $0.add("number", number) } }
}

/// A database, and replicas that deliver letters from it.
private final class Yard: Sendable {
  private struct State {
    var done: [Int] = []
    var attempts: [WorkAttempt] = []
    var reports: [WorkReport] = []
    var failure: @Sendable (Int) -> (any Error)? = { _ in nil }
    var isHeld = false
    var endsQuietly = false
  }

  let database: TestDatabase
  let loop: Loop
  private let retries: RetryPolicy
  private let limit: Duration
  private let state = Mutex(State())

  static func with(
    retries: RetryPolicy = .deferredWork, limit: Duration = patience,
    _ body: @escaping @Sendable (Yard) async throws -> Void
  ) async throws {
    try await TestDatabase.with(connections: 8) { database in
      let yard = Yard(database, try TestDatabase.loop.get(), retries, limit)
      try await database.db.onLoop { _ in try await body(yard) }
    }
  }

  private init(_ database: TestDatabase, _ loop: Loop, _ retries: RetryPolicy, _ limit: Duration) {
    (self.database, self.loop, self.retries, self.limit) = (database, loop, retries, limit)
  }

  var db: WritableDatabase { database.db }
  var done: [Int] { state.withLock { $0.done } }
  var attempts: [WorkAttempt] { state.withLock { $0.attempts } }
  var reports: [WorkReport] { state.withLock { $0.reports } }
  func fail(_ failure: @escaping @Sendable (Int) -> (any Error)?) { state.withLock { $0.failure = failure } }
  /// Holds every handler that has taken a letter until `letGo`, or until its replica stops and cancels it.
  func hold(returningWhenCancelled: Bool = false) {
    state.withLock { ($0.isHeld, $0.endsQuietly) = (true, returningWhenCancelled) }
  }
  func letGo() { state.withLock { $0.isHeld = false } }

  func enqueue(_ number: Int) async throws {
    #expect(try await db.transaction { try await $0.enqueue(Letter(number: number)) })
  }

  /// Runs replicas during the body, and stops them.
  func replicas(_ count: Int, lanes: Int = 2, _ body: () async throws -> Void) async throws {
    let scene = Scene(loop)
    let runners = (1...count).map { _ in
      scene.runner(
        WorkQueue.jobs([handler()], db, on: loop, lanes: lanes) { [self] report in
          state.withLock { $0.reports.append(report) }
        })
    }
    for runner in runners { runner.start() }
    do { try await body() } catch { Issue.record(error) }
    #expect(await poll { scene.resting == count * lanes || state.withLock { $0.isHeld } })
    for runner in runners { await runner.stop() }
  }

  private func handler() -> WorkHandler {
    WorkHandler(for: Letter.self, retries: retries, within: limit) { [self] letter, attempt in
      state.withLock { $0.attempts.append(attempt) }
      let isLimited = limit < patience
      while state.withLock({ $0.isHeld }) {
        if Task.isCancelled && !isLimited {
          if state.withLock({ $0.endsQuietly }) { return }
          throw CancellationError()
        }
        await loop.sleep(for: .milliseconds(1))
      }
      if let failure = state.withLock({ $0.failure(letter.number) }) { throw failure }
      state.withLock { $0.done.append(letter.number) }
    }
  }

  // MARK: What is in the table

  func makeDue() async throws {
    try await database.execute("update deferred_work set due_at = now(), failure = null where dead_at is null")
  }

  func row(_ sql: SQL) async throws -> Int64 { try await db.row(sql, as: Count.self)?.count ?? -1 }

  func rows() async throws -> Int64 { try await row("select count(*) as count from deferred_work") }

  /// How many attempts at the only letter have failed, if none is under way.
  func attemptsEnded() async throws -> Int64 {
    try await row("select coalesce(max(attempts), 0)::bigint as count from deferred_work where failure is not null")
  }

  /// The seconds until the only letter is tried again.
  func pause() async throws -> Double? {
    try await db.row(
      "select (1e6 * extract(epoch from due_at - now()))::bigint as count from deferred_work", as: Count.self
    ).map { Double($0.count) / 1e6 }
  }

  func failures() async throws -> [String] {
    try await texts("select failure as text from deferred_work where failure is not null order by id")
  }

  func dead() async throws -> [String] {
    try await texts("select failure as text from deferred_work where dead_at is not null order by id")
  }

  private func texts(_ sql: SQL) async throws -> [String] { try await db.rows(sql, as: Text.self).map(\.text) }

  private struct Text: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["text"] }
  }
}
