internal import Loop

/// A place for one connection: opened when it is first needed, and again whenever it was lost.
final class Slot: @unchecked Sendable {  // Sendable: owned by its loop's thread
  enum State {
    /// Not needed so far.
    case asleep
    /// Being opened for the first time, or at once after it was lost.
    case connecting
    case up(Pipeline)
    /// The last attempt failed; there are more of them, up to 2 s apart.
    case down(PostgresError)
  }

  private(set) var state = State.asleep
  private let loop: Loop
  private let open: () async throws(PostgresError) -> Pipeline
  private let onUp: (Pipeline) -> Void
  private let onLoss: (PostgresError) -> Void

  private var attempt: Task<Void, Never>?
  private var retry: Timer?
  /// How many attempts have failed since the server has last answered.
  private var failures = 0
  private var isClosed = false

  /// A slot that calls `onUp` with every connection that `open` has opened, and `onLoss` whenever one was lost or could
  /// not be opened.
  init(
    on loop: Loop, onUp: @escaping (Pipeline) -> Void, onLoss: @escaping (PostgresError) -> Void,
    open: @escaping () async throws(PostgresError) -> Pipeline
  ) {
    (self.loop, self.open, self.onUp, self.onLoss) = (loop, open, onUp, onLoss)
  }

  var pipeline: Pipeline? {
    if case .up(let pipeline) = state { pipeline } else { nil }
  }

  var isAsleep: Bool {
    if case .asleep = state { true } else { false }
  }

  /// Opens the connection if that was never asked for.
  func wake() {
    guard isAsleep, !isClosed else { return }
    state = .connecting
    connect()
  }

  /// Closes the connection for good; returns when no attempt to open it is under way.
  func close() async {
    isClosed = true
    retry?.cancel()
    pipeline?.lose("the database is closed")
    await attempt?.value
  }

  private func connect() {
    attempt = Task(executorPreference: loop) { [self] in
      do throws(PostgresError) {
        connected(try await open())
      } catch {
        lost(error, retryAfter: pause())
      }
    }
  }

  private func connected(_ pipeline: Pipeline) {
    guard !isClosed else { return pipeline.lose("the database is closed") }
    pipeline.onLoss = { [unowned self, unowned pipeline] error in
      // A server that accepts connections and ends them at once is not to be asked in a tight loop.
      if pipeline.hasAnswered { failures = 0 }
      lost(error, retryAfter: pipeline.hasAnswered ? nil : pause())
    }
    state = .up(pipeline)
    onUp(pipeline)
  }

  private func pause() -> Duration? {
    failures += 1
    return RetryPolicy.connecting.pause(afterAttempt: failures)
  }

  /// Opens the connection anew, at once or after a delay.
  private func lost(_ error: PostgresError, retryAfter delay: Duration?) {
    state = delay == nil ? .connecting : .down(error)
    if !isClosed {
      if let delay { retry = loop.after(delay) { [weak self] in self?.connect() } } else { connect() }
    }
    onLoss(error)
  }
}

extension RetryPolicy {
  /// Replicas that have lost the same server ask often enough to have it soon, and not in step.
  fileprivate static let connecting = RetryPolicy(firstPause: .milliseconds(100), longestPause: .seconds(2))
}

extension [Slot] {
  /// Why it is no use to wait: there is no connection, the last attempt to open one failed, and no other has begun.
  var refusal: PostgresError? {
    var reason: PostgresError?
    for slot in self {
      switch slot.state {
      case .up, .connecting: return nil
      case .down(let error): reason = error
      case .asleep: break
      }
    }
    return reason
  }
}
