public import Ground
public import Postgres

/// A background job: a value that a `JobRunner` starts, holds and ends.
public struct Job: Sendable {
  /// The job's name in the log and the metrics. Among replicas that share a database, jobs of the same name are the
  /// same job.
  public let name: String
  /// The pause between two runs.
  public let interval: Duration
  /// When the first run starts.
  public let start: FirstRun
  /// Which runners run the job.
  public let scope: Runners
  let body: @Sendable (JobRun) async throws -> NextRun

  /// When the first run of a job starts.
  public enum FirstRun: Sendable {
    /// As soon as the runner starts.
    case atOnce
    /// After the interval.
    case afterInterval
  }

  /// Which runners run a job.
  public enum Runners: Sendable {
    /// Every runner that has the job.
    case everyRunner
    /// Only one of the replicas that share the database, with the interval between any two runs. A run is cancelled
    /// after `limit`. If even that does not end it within a minute, or its replica is gone, another replica may run the
    /// job.
    case oneReplica(of: WritableDatabase, limit: Duration)
  }

  /// What happens after a run.
  public enum NextRun: Sendable, Equatable {
    /// The next run starts after the interval.
    case atInterval
    /// The next run starts after the interval or this time, whichever is shorter.
    case within(Duration)
    /// There is no next run: the job is done for good.
    case never
  }

  /// Makes a job that runs at its interval for as long as the service does. A body of many steps should end early if
  /// its task is cancelled.
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

  /// Makes a job whose body decides after each run what happens next.
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
  /// How late the run began; zero for a first run at once.
  public let lateness: Duration
}

/// What a runner reports about its jobs, for the log.
public enum JobReport: Sendable, Equatable {
  /// A run has thrown, as have all runs since the last success: `failures` of them. Reported once for each reason.
  case failed(job: String, reason: String, failures: Int)
  /// A run has succeeded after this many failures.
  case recovered(job: String, failures: Int)
}

/// The history of a job on one runner.
public struct JobRecord: Sendable, Equatable {
  /// The job's name.
  public let name: String
  /// The number of successful runs.
  public internal(set) var successes = 0
  /// The number of runs that threw.
  public internal(set) var failures = 0
  /// When the last run began; nil if there was none.
  public internal(set) var lastStart: Timestamp?
  /// How long the last completed run took; nil if there was none.
  public internal(set) var lastDuration: Duration?

  /// Makes a record of a job that has not run yet.
  public init(name: String) { self.name = name }

  /// Adds the record of the same job on another runner. The last run is the later of the two.
  public static func += (left: inout JobRecord, right: JobRecord) {
    left.successes += right.successes
    left.failures += right.failures
    guard let theirs = right.lastStart, left.lastStart.map({ $0 < theirs }) ?? true else { return }
    (left.lastStart, left.lastDuration) = (theirs, right.lastDuration)
  }
}
