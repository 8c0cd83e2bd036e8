internal import CLinux
internal import Glibc
internal import Synchronization

/// A few threads for work that blocks or takes long: password hashes, opening database connections.
///
/// The queue is bounded: a flood of sign-ins is refused, not collected. It is divided into shares, so that those who
/// send the flood hold up only themselves (`FairQueue`).
public final class BlockingPool: Sendable {
  /// The queue is full; the caller should try again later.
  public struct Full: Error {}

  /// The account and the source that a body counts for; nil if one does not matter.
  public struct QueueShare: Sendable {
    /// The account.
    public var account: String?
    /// The source, such as an address.
    public var source: String?

    /// The share of an account and a source.
    public init(account: String? = nil, source: String? = nil) { (self.account, self.source) = (account, source) }
  }

  private struct Body: Sendable {
    let run: @Sendable () -> Void
    let refuse: @Sendable () -> Void
  }

  private struct Workload {
    var waiting = FairQueue<Body>()
    var running = 0
    var started = 0
  }

  private let queue = Mutex(Workload())
  private let work = Semaphore()
  private let name: String
  private let threads: Int
  private let capacity: Int
  private let yields: Bool

  /// A pool of at most `threads` threads, which start when they are needed, with room for `capacity` waiting bodies. If it
  /// `yields`, they get a processor only to a small part while other threads need all of them.
  public init(named name: String, threads: Int, capacity: Int, yields: Bool = false) {
    (self.name, self.threads, self.capacity, self.yields) = (name, threads, capacity, yields)
  }

  /// Runs the body on one of the pool's threads; the caller then continues where it was.
  ///
  /// - Throws: `Full` if the queue is full of work with precedence: at once, or later when such work displaces this
  ///   one.
  public func run<Value: Sendable>(
    for share: QueueShare = QueueShare(), _ body: @escaping @Sendable () -> Value
  ) async throws(Full) -> Value {
    let result: Result<Value, Full> = await withUnsafeContinuation { continuation in
      let run = { @Sendable in continuation.resume(returning: .success(body())) }
      enqueue(Body(run: run, refuse: { continuation.resume(returning: .failure(Full())) }), share)
    }
    return try result.get()
  }

  /// How many bodies run or wait.
  public var unfinished: Int { queue.withLock { $0.waiting.count + $0.running } }

  private func enqueue(_ body: Body, _ share: QueueShare) {
    let (surplus, grow) = queue.withLock { queue in
      let unfinished = queue.waiting.count + queue.running
      let surplus = queue.waiting.add(body, share, room: threads + capacity - queue.running)
      let grow = surplus == nil && unfinished >= queue.started && queue.started < threads
      if grow { queue.started += 1 }
      return (surplus, grow)
    }
    if let surplus { return surplus.refuse() }  // the number of waiting ones is unchanged
    if grow { _ = LoopThread(named: name) { self.serve() } }
    work.signal()
  }

  private func serve() {
    if yields { basekeeper_yield_thread() }
    while true {
      work.wait()
      let body = queue.withLock { queue in
        queue.running += 1
        return queue.waiting.removeFirst()
      }
      body.run()
      queue.withLock { $0.running -= 1 }
    }
  }
}
