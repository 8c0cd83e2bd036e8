public import Ground
public import Loop
public import Postgres

/// Work of one kind that is done in the background, described as JSON.
///
/// Work is enqueued in the transaction of the change that it follows from, so that either both are committed or
/// neither. A `WorkHandler` does it at least once: a replica may have done it, and ended before it could record that.
public protocol DeferredWork: JSONEncodable {
  /// The kind's name in the table: lower-case letters, digits and hyphens. It persists in databases, so it must never
  /// change.
  static var kind: String { get }

  /// Reads a payload that was written by this version, or by another version that runs or ran beside it.
  ///
  /// - Throws: Any error, which describes what is wrong with the payload. The work is given up.
  init(_ payload: JSON) throws
}

/// The queue of deferred work, a table in the database.
public enum WorkQueue {
  /// How much work of one kind may wait. If a receiver is unavailable for days, this keeps the disk from filling up.
  public static let mostWaiting = 100_000
  /// How much given-up work is kept, and for how many days.
  static let (mostDead, daysDead) = (10_000, 30)
}

extension Transaction {
  /// Enqueues work. It becomes due when the transaction is committed, or after a delay.
  ///
  /// - Returns: False if too much work of this kind is already waiting. The work will not be done, and the caller
  ///   decides what that means.
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

  /// Makes a handler. It does each piece of work at least once. An attempt that takes longer than the limit has failed,
  /// and its task is cancelled. After an attempt that throws, the policy decides about the next one. The error is
  /// stored with the work and logged, as text: it must not contain secrets, such as the address of a webhook.
  public init<Work: DeferredWork>(
    for kind: Work.Type, retries: RetryPolicy = .deferredWork, within limit: Duration = .seconds(30),
    _ body: @escaping @Sendable (Work, WorkAttempt) async throws -> Void
  ) {
    (self.kind, self.retries, self.limit) = (Work.kind, retries, limit)
    run = { payload, attempt in
      let work: Work
      do { work = try Work(payload) } catch { throw PermanentFailure("payload: \(error)") }
      try await body(work, attempt)
    }
  }
}

extension RetryPolicy {
  /// Twelve attempts within two to three and a half hours. Short outages are bridged quickly, and during long ones the
  /// receiver is not called too often.
  public static let deferredWork = RetryPolicy(attempts: 12, firstPause: .seconds(10), longestPause: .seconds(3600))
}

/// One attempt at a piece of work.
public struct WorkAttempt: Sendable, Equatable {
  /// The same in all attempts, so that receivers can recognise repetitions.
  public let id: Int64
  /// The number of the attempt, counted from 1.
  public let number: Int
  /// When the work was enqueued.
  public let enqueuedAt: Timestamp
}

/// Thrown by a handler if its work must not be tried again.
public struct PermanentFailure: Error, CustomStringConvertible {
  /// The reason.
  public let description: String

  /// Makes the error. The reason is stored with the work.
  public init(_ reason: String) { description = reason }
}
