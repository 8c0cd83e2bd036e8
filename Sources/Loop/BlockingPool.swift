internal import Glibc
internal import Synchronization

/// A few threads for what must block or compute for long: password hashes, opening database connections.
///
/// The queue is bounded: a flood of logins is turned away, not gathered.
public final class BlockingPool: Sendable {
  /// More work was waiting than the pool takes; the caller should try again later.
  public struct Full: Error {}

  private struct Queue: ~Copyable {
    var waiting: [@Sendable () -> Void] = []
    var idle = 0
    var threads = 0
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

  private func enqueue(_ body: @escaping @Sendable () -> Void) -> Bool {
    let (accepted, grow) = queue.withLock { queue in
      guard queue.waiting.count < capacity + queue.idle else { return (false, false) }
      queue.waiting.append(body)
      let grow = queue.waiting.count > queue.idle && queue.threads < threads
      if grow { queue.threads += 1 }
      return (true, grow)
    }
    guard accepted else { return false }
    if grow { _ = LoopThread(named: name) { self.serve() } }
    work.signal()
    return true
  }

  private func serve() {
    while true {
      queue.withLock { $0.idle += 1 }
      work.wait()
      let body = queue.withLock { queue in
        queue.idle -= 1
        return queue.waiting.removeFirst()
      }
      body()
    }
  }
}
