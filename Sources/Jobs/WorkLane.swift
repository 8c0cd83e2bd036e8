internal import Ground
public import Loop
public import Postgres

/// Takes due work, one piece at a time in the order of the due times, and runs its handlers. Several lanes can run in
/// parallel, here and on other replicas, without blocking each other.
struct WorkLane: Sendable {
  /// How long work is reserved beyond its limit for the lane that has taken it. After that, the lane is considered
  /// gone.
  private static let grace = Duration.seconds(30)

  let handlers: [String: WorkHandler]
  let db: WritableDatabase
  let loop: Loop
  let report: @Sendable (WorkReport) -> Void

  /// Does due work until there is none left, or the task is cancelled.
  func doDue() async throws {
    while !Task.isCancelled, let taken = try await take() {
      guard let handler = handlers[taken.kind] else { continue }
      try await finish(taken, by: handler, await attempt(taken, by: handler))
    }
  }

  /// Takes the work that has been due longest; nil if none is due. Kinds without a handler here are left to other
  /// versions.
  private func take() async throws -> TakenWork? {
    let kinds = handlers.keys.sorted()
    let holds = kinds.map { kind in ((handlers[kind]?.limit ?? .zero) + Self.grace).microseconds }
    return try await db.run(
      """
      with due as materialized (
        select id from deferred_work
        where dead_at is null and due_at <= now() and kind = any (\(kinds)::text[])
        order by due_at, id limit 1
        for update skip locked
      )
      update deferred_work as work
      set attempts = attempts + 1, due_at = now() + held.microseconds * interval '1 microsecond'
      from due, unnest(\(kinds)::text[], \(holds)::bigint[]) as held (kind, microseconds)
      where work.id = due.id and held.kind = work.kind
      returning work.id, work.kind, payload::text as payload, attempts, created_at
      """, returning: TakenWork.self)
  }

  /// Makes an attempt. Returns the error; nil if it succeeded.
  private func attempt(_ taken: TakenWork, by handler: WorkHandler) async -> (any Error)? {
    guard taken.attempt.number <= handler.retries.attempts else {
      return PermanentFailure("whoever made the last attempt is gone")
    }
    let payload: JSON
    do { payload = try JSON(Array(taken.payload.utf8)) } catch { return PermanentFailure("payload: \(error)") }
    return await loop.within(handler.limit) { try await handler.run(payload, taken.attempt) }
  }

  /// Records the outcome, unless another lane has taken the work meanwhile.
  private func finish(_ taken: TakenWork, by handler: WorkHandler, _ failure: (any Error)?) async throws {
    let own: SQL = "id = \(taken.attempt.id) and attempts = \(taken.attempt.number) and dead_at is null"
    // When the service stops, the work is put back as it was: a handler that returned may have ended early.
    guard !Task.isCancelled else {
      try await db.run("update deferred_work set attempts = attempts - 1, due_at = now() where \(own)")
      return
    }
    guard let failure else {
      try await db.run("delete from deferred_work where \(own)")
      return
    }
    let reason = String("\(failure)".unicodeScalars.prefix(1000)).replacing("\0", with: "")
    let pause = failure is PermanentFailure ? nil : handler.retries.pause(afterAttempt: taken.attempt.number)
    let next: SQL = pause.map { "due_at = now() + \($0.microseconds) * interval '1 microsecond'" } ?? "dead_at = now()"
    let count = try await db.run("update deferred_work set failure = \(reason), \(next) where \(own)")
    if pause == nil && count == 1 { report(WorkReport(kind: taken.kind, attempt: taken.attempt, reason: reason)) }
  }
}

/// Work that was given up, for the log.
public struct WorkReport: Sendable, Equatable {
  /// The kind of the work.
  public let kind: String
  /// The last attempt.
  public let attempt: WorkAttempt
  /// Why the last attempt failed.
  public let reason: String
}

/// Work that a lane has taken.
private struct TakenWork: RowDecodable {
  let kind: String
  let payload: String
  let attempt: WorkAttempt

  init(_ row: Row) throws(PostgresError) {
    let id: Int64 = try row["id"]
    kind = try row["kind"]
    payload = try row["payload"]
    attempt = WorkAttempt(id: id, number: Int(try row["attempts"] as Int32), enqueuedAt: try row["created_at"])
  }
}

extension WorkQueue {
  /// Jobs for one loop that run the handlers in `lanes` lanes. Empty if there are no handlers.
  public static func jobs(
    _ handlers: [WorkHandler], _ db: WritableDatabase, on loop: Loop, lanes: Int = 4,
    report: @escaping @Sendable (WorkReport) -> Void
  ) -> [Job] {
    guard !handlers.isEmpty else { return [] }
    let byKind = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
    let lane = WorkLane(handlers: byKind, db: db, loop: loop, report: report)
    return (1...lanes).map { _ in Job("do-deferred-work", every: .seconds(1)) { _ in try await lane.doDue() } }
  }

  /// A job that deletes work that was given up long ago, and the oldest of it if there is too much.
  public static func forgetting(_ db: WritableDatabase) -> Job {
    Job("forget-dead-work", every: .seconds(3600), by: .oneReplica(of: db, limit: .seconds(60))) { _ in
      try await db.run(
        """
        delete from deferred_work
        where dead_at < now() - make_interval(days => \(daysDead))
          or id in (select id from deferred_work where dead_at is not null order by dead_at desc offset \(mostDead))
        """)
    }
  }
}
