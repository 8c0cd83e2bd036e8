internal import Loop

/// The queue for connections: first come, first served, for a limited time and a limited number of waiters.
final class WaitingLine {
  typealias Outcome = Result<Pipeline, PostgresError>

  private struct Waiter {
    let continuation: UnsafeContinuation<Outcome, Never>
    let deadline: ContinuousClock.Instant
  }

  private let loop: Loop
  private let tally: Tally
  private let time: Duration
  private let capacity: Int
  private var waiters = Queue<Waiter>()
  private var timer: Timer?

  init(on loop: Loop, _ tally: Tally, time: Duration, capacity: Int) {
    (self.loop, self.tally, self.time, self.capacity) = (loop, tally, time, capacity)
  }

  /// The number of waiters.
  var count: Int { waiters.count }

  /// Waits for a connection, unless `known` returns an outcome. It is called at the moment of joining the queue: other
  /// tasks may run between the call of an async function and its body.
  func wait(unless known: () -> Outcome?) async throws(PostgresError) -> Pipeline {
    let outcome: Outcome = await withUnsafeContinuation { continuation in
      if let outcome = known() {
        continuation.resume(returning: outcome)
      } else if waiters.count >= capacity {
        continuation.resume(returning: .failure(.unavailable("too many statements wait for a connection")))
      } else {
        waiters.append(Waiter(continuation: continuation, deadline: .now + time))
        if timer == nil { watch() }
      }
    }
    if case .failure(let error) = outcome { tally.failed(error) }
    return try outcome.get()
  }

  /// Gives the connection to the first waiter. False if there is none.
  func serve(_ pipeline: Pipeline) -> Bool {
    guard let waiter = waiters.popFirst() else { return false }
    waiter.continuation.resume(returning: .success(pipeline))
    return true
  }

  /// Fails all waiters.
  func dismiss(_ error: PostgresError) {
    while let waiter = waiters.popFirst() { waiter.continuation.resume(returning: .failure(error)) }
  }

  /// All wait for the same time, so the first waiter is also the first to time out: one timer is enough.
  private func watch() {
    guard let deadline = waiters.first?.deadline else { return }
    timer = loop.after(ContinuousClock.now.duration(to: deadline)) { [weak self] in self?.dismissLate() }
  }

  private func dismissLate() {
    timer = nil
    let now = ContinuousClock.now
    while let first = waiters.first, first.deadline <= now {
      _ = waiters.popFirst()
      first.continuation.resume(returning: .failure(.unavailable("no connection was free within \(time)")))
    }
    watch()
  }
}
