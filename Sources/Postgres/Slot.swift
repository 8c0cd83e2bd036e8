internal import Loop

/// A place for one connection, which is opened when it is first needed, and reopened whenever it is lost.
final class Slot: @unchecked Sendable {  // Sendable: owned by its loop's thread
  enum State {
    /// Not needed yet.
    case asleep
    /// Being opened for the first time, or immediately after it was lost.
    case connecting
    case up(Pipeline)
    /// The last attempt failed. It is retried, at most 2 s apart.
    case down(PostgresError)
  }

  private(set) var state = State.asleep
  private let loop: Loop
  private let open: () async throws(PostgresError) -> Pipeline
  private let onUp: (Pipeline) -> Void
  private let onLoss: (PostgresError) -> Void

  private var attempt: Task<Void, Never>?
  private var retry: Timer?
  /// Failed attempts since the server last answered.
  private var failures = 0
  private var isClosed = false

  /// Makes a slot. It calls `onUp` with every connection that `open` has opened, and `onLoss` whenever a connection is
  /// lost or cannot be opened.
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

  /// Opens the connection if it was never needed before.
  func wake() {
    guard isAsleep, !isClosed else { return }
    state = .connecting
    connect()
  }

  /// Closes the connection for good. Returns when no attempt to open it is in progress.
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
      // A server that accepts connections and closes them at once must not be retried in a tight loop.
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

  /// Reopens the connection, at once or after a delay.
  private func lost(_ error: PostgresError, retryAfter delay: Duration?) {
    state = delay == nil ? .connecting : .down(error)
    if !isClosed {
      if let delay { retry = loop.after(delay) { [weak self] in self?.connect() } } else { connect() }
    }
    onLoss(error)
  }
}

extension RetryPolicy {
  /// Replicas that have lost the same server retry often enough to find it again soon, and not in step.
  fileprivate static let connecting = RetryPolicy(firstPause: .milliseconds(100), longestPause: .seconds(2))
}

extension [Slot] {
  /// Why waiting is pointless: no connection is open or being opened, and the last attempt failed. Nil if waiting makes
  /// sense.
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
