internal import Ground
public import Loop

/// Starts the jobs of one loop, holds them, and ends them.
///
/// Runs of a job never overlap. A run that throws is reported, once for each reason, and the job runs again after its
/// interval.
public final class JobRunner: @unchecked Sendable {  // Sendable: owned by its loop's thread
  /// How many different reasons are reported for a job that keeps failing.
  private static let mostReasons = 8

  /// A job and its current state.
  private final class HeldJob: @unchecked Sendable {  // Sendable: owned by its loop's thread
    let job: Job
    var record: JobRecord
    var task: Task<Void, Never>?
    /// The current run; nil while the job rests.
    var run: Task<Job.NextRun, any Error>?
    /// Ends the pause.
    var wake: (() -> Void)?
    /// The reasons for the failures since the last success.
    var reasons: Set<String> = []
    var failures = 0

    init(_ job: Job) { (self.job, record) = (job, JobRecord(name: job.name)) }
  }

  private let loop: Loop
  private let clock: any JobClock
  private let report: @Sendable (JobReport) -> Void
  private let held: [HeldJob]
  private var isStopping = false

  /// Makes a runner, without starting it. It calls `report` with what the log should say.
  public init(
    _ jobs: [Job], on loop: Loop, clock: (any JobClock)? = nil, report: @escaping @Sendable (JobReport) -> Void
  ) {
    (self.loop, self.clock, self.report) = (loop, clock ?? LoopClock(loop), report)
    held = jobs.map(HeldJob.init)
  }

  /// The records of the jobs. Must be called on the loop.
  public var records: [JobRecord] { held.map(\.record) }

  /// The number of jobs that wait for their next run. Must be called on the loop.
  var resting: Int { held.count { $0.wake != nil } }

  /// Starts the jobs. May be called once, from any thread.
  public func start() {
    Task(executorPreference: loop) { [self] in
      guard !isStopping else { return }
      for one in held { one.task = Task(executorPreference: loop) { await self.repeatedly(one) } }
    }
  }

  /// Ends the jobs. Resting jobs end at once. Current runs are cancelled and waited for. Must be called on the loop.
  public func stop() async {
    isStopping = true
    for one in held {
      one.run?.cancel()
      one.wake?()
    }
    for one in held { await one.task?.value }
  }

  private func repeatedly(_ one: HeldJob) async {
    var due = clock.now
    if one.job.start == .afterInterval { due = await rest(one, for: one.job.interval) }
    while !isStopping {
      switch await run(one, due) {
      case .atInterval: due = await rest(one, for: one.job.interval)
      case .within(let time): due = await rest(one, for: min(time, one.job.interval))
      case .never: return
      }
    }
  }

  /// Waits for a time, or until the runner stops. Returns the time at which the wait should have ended.
  private func rest(_ one: HeldJob, for time: Duration) async -> ContinuousClock.Instant {
    let due = clock.now + time
    guard !isStopping else { return due }
    await withUnsafeContinuation { continuation in
      let end = {
        one.wake = nil
        continuation.resume()
      }
      let forget = clock.after(time, end)
      one.wake = {
        forget()
        end()
      }
    }
    return due
  }

  private func run(_ one: HeldJob, _ due: ContinuousClock.Instant) async -> Job.NextRun {
    do {
      switch try await one.job.turn() {
      case .wait(let time): return .within(time)
      case .run(let claim):
        let next = await run(one, JobRun(lateness: clock.now - due))
        // A claim that is not released expires.
        try? await claim?.end()
        let value = try next.get()
        one.record.successes += 1
        recovered(one)
        return value
      }
    } catch {
      failed(one, "\(error)")
      return .atInterval
    }
  }

  /// Runs the job's body in its own task, which is cancelled when the runner stops or the limit is exceeded.
  private func run(_ one: HeldJob, _ run: JobRun) async -> Result<Job.NextRun, any Error> {
    let begin = clock.now
    let (task, forgetLimit) = start(one, run)
    let result = await task.result
    forgetLimit()
    one.run = nil
    one.record.lastDuration = clock.now - begin
    return result
  }

  /// Starts a run. Returns its task, and a function to call when the task has ended.
  private func start(_ one: HeldJob, _ run: JobRun) -> (Task<Job.NextRun, any Error>, () -> Void) {
    let body = one.job.body
    let task = Task(executorPreference: loop) { try await body(run) }
    one.run = task
    one.record.lastStart = .now
    if isStopping { task.cancel() }
    guard let limit = one.job.limit else { return (task, {}) }
    return (task, clock.after(limit) { task.cancel() })
  }

  private func recovered(_ one: HeldJob) {
    if one.failures > 0 { report(.recovered(job: one.job.name, failures: one.failures)) }
    (one.failures, one.reasons) = (0, [])
  }

  private func failed(_ one: HeldJob, _ reason: String) {
    one.record.failures += 1
    one.failures += 1
    guard one.reasons.count < Self.mostReasons, one.reasons.insert(reason).inserted else { return }
    report(.failed(job: one.job.name, reason: reason, failures: one.failures))
  }
}
