import Loop
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// Jobs with a clock that only the test moves.
@Suite struct JobRunnerTests {
  @Test func `a job runs at once or after its interval, as declared, and then again and again`() async throws {
    try await onLoop { loop in
      let scene = Scene(loop)
      let runner = scene.runner([
        scene.job("eager", every: .seconds(10)), scene.job("slow", every: .seconds(30), from: .afterInterval),
      ])
      runner.start()
      #expect(await scene.rests(2, after: ["eager"]))
      scene.clock.advance(by: .seconds(9))
      scene.clock.advance(by: .seconds(1))
      #expect(await scene.rests(2, after: ["eager", "eager"]))
      scene.clock.advance(by: .seconds(20))
      #expect(await scene.rests(2, after: ["eager", "eager", "eager", "slow"]))
      #expect(runner.records.map(\.name) == ["eager", "slow"])
      #expect(runner.records.map(\.successes) == [3, 1])
      #expect(runner.records.allSatisfy { $0.lastStart != nil && $0.lastDuration == .zero && $0.failures == 0 })
      await runner.stop()
      #expect(scene.clock.waiting == 0)
    }
  }

  @Test func `a run may plan the next one, if that is before its interval`() async throws {
    try await onLoop { loop in
      let scene = Scene(loop)
      let answers = Mutex<[Job.NextRun]>([.within(.seconds(2)), .within(.seconds(100)), .never])
      let runner = scene.runner([
        .planning("varied", every: .seconds(10)) { _ in
          scene.note("varied")
          return answers.withLock { $0.removeFirst() }
        }
      ])
      runner.start()
      #expect(await scene.rests(1, after: ["varied"]))
      scene.clock.advance(by: .seconds(2))
      #expect(await scene.rests(1, after: ["varied", "varied"]))
      scene.clock.advance(by: .seconds(10))
      #expect(await scene.rests(0, after: ["varied", "varied", "varied"]))
      await runner.stop()
    }
  }

  @Test func `a run knows how late it is`() async throws {
    try await onLoop { loop in
      let scene = Scene(loop)
      let lateness = Mutex<[Duration]>([])
      let runner = scene.runner([
        Job("late", every: .seconds(10), from: .afterInterval) { run in
          lateness.withLock { $0.append(run.lateness) }
          scene.note("late")
        }
      ])
      runner.start()
      #expect(await scene.rests(1, after: []))
      scene.clock.advance(by: .milliseconds(10_250))
      #expect(await scene.rests(1, after: ["late"]))
      scene.clock.advance(by: .seconds(10))
      #expect(await scene.rests(1, after: ["late", "late"]))
      #expect(lateness.withLock { $0 } == [.milliseconds(250), .zero])
      await runner.stop()
    }
  }

  @Test func `a failing job is reported once for each reason, runs again, and its recovery is reported`() async throws {
    try await onLoop { loop in
      let scene = Scene(loop)
      let reasons = Mutex<[String?]>(["no server", "no server", "no disk", "no server", nil, nil, "no server"])
      let runner = scene.runner([
        Job("shaky", every: .seconds(10)) { _ in
          scene.note("shaky")
          if let reason = reasons.withLock({ $0.removeFirst() }) { throw Failure(description: reason) }
        }
      ])
      runner.start()
      for count in 1...7 {
        #expect(await scene.rests(1, after: Array(repeating: "shaky", count: count)))
        if count < 7 { scene.clock.advance(by: .seconds(10)) }
      }
      #expect(
        scene.reports == [
          .failed(job: "shaky", reason: "no server", failures: 1),
          .failed(job: "shaky", reason: "no disk", failures: 3),
          .recovered(job: "shaky", failures: 4),
          .failed(job: "shaky", reason: "no server", failures: 1),
        ])
      #expect(runner.records.first.map { [$0.successes, $0.failures] } == [2, 5])
      await runner.stop()
    }
  }

  @Test func `of a job with a new reason each time, eight failures are reported`() async throws {
    try await onLoop { loop in
      let scene = Scene(loop)
      let reasons = Mutex(Array(1...30))
      let runner = scene.runner([
        Job("chatty", every: .seconds(10)) { _ in
          scene.note("chatty")
          throw Failure(description: "reason \(reasons.withLock { $0.removeFirst() })")
        }
      ])
      runner.start()
      for count in 1...20 {
        #expect(await scene.rests(1, after: Array(repeating: "chatty", count: count)))
        scene.clock.advance(by: .seconds(10))
      }
      #expect(scene.reports.count == 8)
      await runner.stop()
    }
  }

  @Test func `stopping cancels the current run, waits for it, and begins no other`() async throws {
    try await onLoop { loop in
      let scene = Scene(loop)
      let (entered, leave) = (Meeting(of: 2), Meeting(of: 2))
      let runner = scene.runner([
        Job("long", every: .seconds(10)) { _ in
          await entered.arrive()
          await leave.arrive()
          scene.note(Task.isCancelled ? "was told" : "was not told")
        },
        scene.job("resting", every: .seconds(10)),
      ])
      runner.start()
      await entered.arrive()
      #expect(await poll { scene.notes == ["resting"] && scene.resting == 1 })
      let stopping = Task(executorPreference: loop) {
        await runner.stop()
        scene.note("stopped")
      }
      #expect(await poll { scene.clock.waiting == 0 })
      #expect(scene.notes == ["resting"])
      await leave.arrive()
      await stopping.value
      #expect(scene.notes == ["resting", "was told", "stopped"])
      scene.clock.advance(by: .seconds(100))
      #expect(scene.notes.count == 3)
    }
  }

  @Test func `records of several runners are added, and the last run is the latest of all`() async throws {
    try await onLoop { loop in
      var sum = JobRecord(name: "same")
      for number in 1...3 {
        let scene = Scene(loop)
        let runner = scene.runner([scene.job("same", every: .seconds(10))])
        runner.start()
        #expect(await scene.rests(1, after: ["same"]))
        await runner.stop()
        let record = try #require(runner.records.first)
        sum += record
        #expect(sum.successes == number)
        #expect(sum.lastStart == record.lastStart)
      }
    }
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// Notes what jobs do and what is reported about them.
final class Scene: Sendable {
  let clock = ManualClock()
  private let loop: Loop
  private let state = Mutex<(notes: [String], reports: [JobReport], runners: [JobRunner])>(([], [], []))

  init(_ loop: Loop) { self.loop = loop }

  var notes: [String] { state.withLock { $0.notes } }
  var reports: [JobReport] { state.withLock { $0.reports } }

  func note(_ text: String) { state.withLock { $0.notes.append(text) } }

  func runner(_ jobs: [Job]) -> JobRunner {
    let runner = JobRunner(jobs, on: loop, clock: clock) { [self] report in
      state.withLock { $0.reports.append(report) }
    }
    state.withLock { $0.runners.append(runner) }
    return runner
  }

  /// The number of jobs that wait for their next run.
  var resting: Int { state.withLock { $0.runners }.reduce(0) { $0 + $1.resting } }

  /// A job that notes its name.
  func job(_ name: String, every interval: Duration, from start: Job.FirstRun = .atOnce) -> Job {
    Job(name, every: interval, from: start) { [self] _ in note(name) }
  }

  /// Whether `count` jobs come to rest, after these notes.
  func rests(_ count: Int, after notes: [String]) async -> Bool {
    await poll { resting == count && self.notes == notes }
  }
}

/// Runs a body on the loop of the test databases.
func onLoop(_ body: @escaping @Sendable (Loop) async throws -> Void) async throws {
  let loop = try TestDatabase.loop.get()
  try await loop.perform { () async throws -> Void in try await body(loop) }
}
