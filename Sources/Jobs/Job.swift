public import Ground
public import Postgres

/// Something that the service does by itself, again and again: a value that a `JobRunner` starts, holds and ends.
public struct Job: Sendable {
  /// What the log and the metrics call it. Of those that share a database, one name is one job.
  public let name: String
  /// How long it rests between two runs.
  public let interval: Duration
  /// When it runs first.
  public let start: FirstRun
  /// Who runs it.
  public let scope: Runners
  let body: @Sendable (JobRun) async throws -> NextRun

  /// When a job runs first.
  public enum FirstRun: Sendable {
    /// As soon as its runner starts.
    case atOnce
    /// After its interval.
    case afterInterval
  }

  /// Who runs a job.
  public enum Runners: Sendable {
    /// Every runner that has it.
    case everyRunner
    /// One of all that share the database, at its interval between them. It may take `limit`: then it is cancelled, and
    /// if even that does not end it within a minute, or its replica is gone, another one may run it.
    case oneReplica(of: WritableDatabase, limit: Duration)
  }

  /// What follows a run.
  public enum NextRun: Sendable, Equatable {
    /// The next one, after the interval.
    case atInterval
    /// The next one, after the interval or this time, whichever is shorter.
    case within(Duration)
    /// None: it is done for good.
    case never
  }

  /// A job that runs at its interval for as long as the service does. A body that takes many steps ends early if its task
  /// is cancelled.
  public init(
    _ name: String, every interval: Duration, from start: FirstRun = .atOnce, by scope: Runners = .everyRunner,
    _ body: @escaping @Sendable (JobRun) async throws -> Void
  ) {
    (self.name, self.interval, self.start, self.scope) = (name, interval, start, scope)
    self.body = { run in
      try await body(run)
      return .atInterval
    }
  }

  /// The same job with a body that says after each run what follows.
  public static func planning(
    _ name: String, every interval: Duration, from start: FirstRun = .atOnce,
    _ body: @escaping @Sendable (JobRun) async throws -> NextRun
  ) -> Job {
    Job(name: name, interval: interval, start: start, scope: .everyRunner, body: body)
  }

  private init(
    name: String, interval: Duration, start: FirstRun, scope: Runners,
    body: @escaping @Sendable (JobRun) async throws -> NextRun
  ) {
    (self.name, self.interval, self.start, self.scope, self.body) = (name, interval, start, scope, body)
  }
}

/// One run of a job.
public struct JobRun: Sendable {
  /// How much later than it should it began; zero for the first run at once.
  public let lateness: Duration
}

/// What a runner says of its jobs, for the log.
public enum JobReport: Sendable, Equatable {
  /// A run has thrown, and all before it since the last one that did not: `failures` of them. Said once for each reason.
  case failed(job: String, reason: String, failures: Int)
  /// A run has ended well, after so many that have thrown.
  case recovered(job: String, failures: Int)
}

/// What has become of a job on one runner.
public struct JobRecord: Sendable, Equatable {
  /// The job's name.
  public let name: String
  /// How many runs have ended well.
  public internal(set) var successes = 0
  /// How many runs have thrown.
  public internal(set) var failures = 0
  /// When the last run began; nil: none has.
  public internal(set) var lastStart: Timestamp?
  /// How long the last run took that has ended; nil: none has.
  public internal(set) var lastDuration: Duration?

  /// A job that has not run.
  public init(name: String) { self.name = name }

  /// Counts what has become of the same job on another runner, too; what is last is that of whoever ran later.
  public static func += (left: inout JobRecord, right: JobRecord) {
    left.successes += right.successes
    left.failures += right.failures
    guard let theirs = right.lastStart, left.lastStart.map({ $0 < theirs }) ?? true else { return }
    (left.lastStart, left.lastDuration) = (theirs, right.lastDuration)
  }
}
