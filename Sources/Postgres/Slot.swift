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
  private var backoff = Backoff()
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
        lost(error, retryAt: backoff.next())
      }
    }
  }

  private func connected(_ pipeline: Pipeline) {
    guard !isClosed else { return pipeline.lose("the database is closed") }
    pipeline.onLoss = { [unowned self, unowned pipeline] error in
      // A server that accepts connections and ends them at once is not to be asked in a tight loop.
      if pipeline.hasAnswered { backoff = Backoff() }
      lost(error, retryAt: pipeline.hasAnswered ? nil : backoff.next())
    }
    state = .up(pipeline)
    onUp(pipeline)
  }

  private func lost(_ error: PostgresError, retryAt delay: Duration?) {
    state = delay == nil ? .connecting : .down(error)
    if !isClosed {
      if let delay { retry = loop.after(delay) { [weak self] in self?.connect() } } else { connect() }
    }
    onLoss(error)
  }
}

/// The pauses between attempts: from 100 ms doubling to 2 s, each cut by up to a half at random, so that replicas that
/// lost the same server do not return to it in step.
struct Backoff {
  private var pause = Duration.milliseconds(100)

  mutating func next() -> Duration {
    defer { pause = min(pause * 2, .seconds(2)) }
    return pause * Double.random(in: 0.5...1)
  }
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
