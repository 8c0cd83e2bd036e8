public import Ground
public import Loop
public import Postgres

/// Work of one kind that is done later, beside the requests: what it is about, as JSON.
///
/// It is enqueued in the transaction of the change that it follows from, so that there is one if and only if there is the
/// other. A `WorkHandler` does it, at least once: it may have been done, and its replica gone before it could say so.
public protocol DeferredWork: JSONEncodable {
  /// What the table calls it: lower-case letters, digits and hyphens. It lives on in databases, so it never changes.
  static var kind: String { get }

  /// Reads what was written by this version, or by one that runs or ran beside it.
  ///
  /// - Throws: Whatever says what is wrong with it: the work is given up.
  init(_ payload: JSON) throws
}

/// The table of work to be done later.
public enum WorkQueue {
  /// How much of one kind may wait: a receiver that is away for days fills no disk.
  public static let mostWaiting = 100_000
  /// How much is kept of what was given up, and for how long.
  static let (mostDead, daysDead) = (10_000, 30)
}

extension Transaction {
  /// Has work done as soon as the transaction is committed, or after a delay.
  ///
  /// - Returns: False if as much of its kind waits as may wait: it will not be done, and the caller decides what of that.
  public func enqueue<Work: DeferredWork>(
    _ work: Work, after delay: Duration = .zero
  ) async throws(PostgresError) -> Bool {
    let payload = String(decoding: JSONWriter.bytes(of: work), as: UTF8.self)
    let count = try await run(
      """
      insert into deferred_work (kind, payload, due_at)
      select \(Work.kind), \(payload)::jsonb, now() + \(delay.microseconds) * interval '1 microsecond'
      where (
        select count(*) from (
          select from deferred_work where kind = \(Work.kind) and dead_at is null limit \(WorkQueue.mostWaiting)
        ) as waiting
      ) < \(WorkQueue.mostWaiting)
      """)
    return count == 1
  }
}

/// Does the work of one kind.
public struct WorkHandler: Sendable {
  let kind: String
  let retries: RetryPolicy
  let limit: Duration
  let run: @Sendable (JSON, WorkAttempt) async throws -> Void

  /// What does the work of a kind: at least once, each time within the limit, after which the attempt has failed and its
  /// task is cancelled. An attempt that throws is followed by another, as the policy says. What it throws is kept with the
  /// work and logged, as text: it must hold no secret, such as the address of a webhook.
  public init<Work: DeferredWork>(
    for kind: Work.Type, retries: RetryPolicy = .deferredWork, within limit: Duration = .seconds(30),
    _ body: @escaping @Sendable (Work, WorkAttempt) async throws -> Void
  ) {
    (self.kind, self.retries, self.limit) = (Work.kind, retries, limit)
    run = { payload, attempt in
      let work: Work
      do { work = try Work(payload) } catch { throw Hopeless("payload: \(error)") }
      try await body(work, attempt)
    }
  }
}

extension RetryPolicy {
  /// Twelve attempts in two to three and a half hours: what is away for long is not asked too often, and what is away for short is not
  /// waited for.
  public static let deferredWork = RetryPolicy(attempts: 12, firstPause: .seconds(10), longestPause: .seconds(3600))
}

/// One attempt at a piece of work.
public struct WorkAttempt: Sendable, Equatable {
  /// The same in all attempts at it: what receivers may tell repetitions by.
  public let id: Int64
  /// From 1.
  public let number: Int
  /// When the work was enqueued.
  public let enqueuedAt: Timestamp
}

/// Thrown by a handler whose work is not to be tried again.
public struct Hopeless: Error, CustomStringConvertible {
  /// Why.
  public let description: String

  /// For the reason that is kept with the work.
  public init(_ reason: String) { description = reason }
}
