internal import Glibc
internal import Synchronization

/// A few threads for what must block or compute for long: password hashes, opening database connections.
///
/// The queue is bounded: a flood of logins is turned away, not gathered.
public final class BlockingPool: Sendable {
  /// More work was waiting than the pool takes; the caller should try again later.
  public struct Full: Error {}

  private struct Queue {
    var waiting: [@Sendable () -> Void] = []
    var running = 0
    var started = 0
  }

  private let queue = Mutex(Queue())
  private let work = Semaphore()
  private let name: String
  private let threads: Int
  private let capacity: Int

  /// A pool of at most `threads` threads, started when they are needed, with room for `capacity` waiting bodies.
  public init(named name: String, threads: Int, capacity: Int) {
    (self.name, self.threads, self.capacity) = (name, threads, capacity)
  }

  /// Runs the body on one of the pool's threads; the caller goes on where it was.
  ///
  /// - Throws: `Full` at once, where the queue is full.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Full) -> Value {
    let result: Result<Value, Full> = await withUnsafeContinuation { continuation in
      let accepted = enqueue { continuation.resume(returning: .success(body())) }
      if !accepted { continuation.resume(returning: .failure(Full())) }
    }
    return try result.get()
  }

  /// How many bodies run or wait.
  public var unfinished: Int { queue.withLock { $0.waiting.count + $0.running } }

  private func enqueue(_ body: @escaping @Sendable () -> Void) -> Bool {
    let (accepted, grow) = queue.withLock { queue in
      let unfinished = queue.waiting.count + queue.running
      guard unfinished < threads + capacity else { return (false, false) }
      queue.waiting.append(body)
      let grow = unfinished >= queue.started && queue.started < threads
      if grow { queue.started += 1 }
      return (true, grow)
    }
    guard accepted else { return false }
    if grow { _ = LoopThread(named: name) { self.serve() } }
    work.signal()
    return true
  }

  private func serve() {
    while true {
      work.wait()
      let body = queue.withLock { queue in
        queue.running += 1
        return queue.waiting.removeFirst()
      }
      body()
      queue.withLock { $0.running -= 1 }
    }
  }
}
