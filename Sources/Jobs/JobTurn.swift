internal import Ground
internal import Postgres

/// Whether a runner may run a job now.
enum JobTurn {
  /// Run it now. If replicas share the job, release the claim afterwards.
  case run(JobClaim?)
  /// Another replica has it. Ask again after this time.
  case wait(Duration)
}

/// The right to run a job that only one replica may run at a time. It is a row in the table `job`, and expires at a
/// time after which its holder is considered gone.
struct JobClaim {
  /// How long a claim lasts beyond the job's limit.
  private static let grace = Duration.seconds(60)

  private let name: String
  private let db: WritableDatabase
  private let heldUntil: Timestamp

  /// Claims the job if no replica holds it and none has begun it within the interval. Otherwise tells when to ask
  /// again.
  static func ask(_ name: String, _ db: WritableDatabase, interval: Duration, limit: Duration) async throws -> JobTurn {
    let (pause, held) = (interval.microseconds, (limit + grace).microseconds)
    let answer = try await db.run(
      """
      with claimed as (
        insert into job (name, started_at, held_until)
        values (\(name), now(), now() + \(held) * interval '1 microsecond')
        on conflict (name) do update set started_at = excluded.started_at, held_until = excluded.held_until
        where job.started_at <= now() - \(pause) * interval '1 microsecond' and coalesce(job.held_until <= now(), true)
          -- The clock was ahead when somebody claimed it, and is put right.
          or job.started_at > now() + interval '1 minute'
        returning held_until
      )
      select held_until, 0::bigint as microseconds from claimed
      union all
      select null, ceil(1e6 * extract(epoch from
        greatest(started_at + \(pause) * interval '1 microsecond', held_until) - now()))::bigint
      from job where name = \(name) and not exists (select from claimed)
      """, returning: ClaimRow.self)
    // No row: another replica has just inserted it.
    guard let answer else { return .wait(interval) }
    guard let heldUntil = answer.heldUntil else { return .wait(max(.milliseconds(100), .microseconds(answer.left))) }
    return .run(JobClaim(name: name, db: db, heldUntil: heldUntil))
  }

  /// Releases the claim, if it has not expired.
  func end() async throws {
    try await db.run("update job set held_until = null where name = \(name) and held_until = \(heldUntil)")
  }

  private struct ClaimRow: RowDecodable {
    let heldUntil: Timestamp?
    let left: Int64

    init(_ row: Row) throws(PostgresError) {
      heldUntil = try row["held_until"]
      left = try row["microseconds"]
    }
  }
}

extension Job {
  /// How long a run may take before it is cancelled; nil if it has no limit besides those of its statements.
  var limit: Duration? {
    if case .oneReplica(_, let limit) = scope { limit } else { nil }
  }

  func turn() async throws -> JobTurn {
    guard case .oneReplica(let db, let limit) = scope else { return .run(nil) }
    return try await JobClaim.ask(name, db, interval: interval, limit: limit)
  }
}
