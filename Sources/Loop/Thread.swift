internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread whose end can be waited for.
public final class LoopThread: Sendable {
  private let done = Semaphore()

  /// Starts a thread that runs the body. At most 15 bytes of the name are kept.
  public init(named name: String, _ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(Start(name: name, done: done, body: body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, threadMain, start.toOpaque())
    precondition(code == 0, "pthread_create: \(String(cString: strerror(code)))")
    pthread_detach(thread)
  }

  /// Blocks the calling thread until the body has returned. Must be called only once.
  public func join() { done.wait() }
}

/// Runs an async body on a loop of its own, and blocks the calling thread until it has ended: for `main` and commands.
public func runBlocking<Value: Sendable>(_ body: @escaping @Sendable (Loop) async throws -> Value) throws -> Value {
  let loop = try Loop()
  let outcome = Mutex<Result<Value, any Error>?>(nil)
  Task(executorPreference: loop) {
    let result: Result<Value, any Error>
    do { result = .success(try await body(loop)) } catch { result = .failure(error) }
    outcome.withLock { $0 = result }
    loop.stop()
  }
  loop.run()
  guard let result = outcome.withLock({ $0 }) else { preconditionFailure("the loop was stopped from outside") }
  return try result.get()
}

/// A counting semaphore between threads.
public final class Semaphore: @unchecked Sendable {  // Sendable: POSIX says so of sem_t
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  /// A semaphore at zero.
  public init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Adds one.
  public func signal() { sem_post(semaphore) }

  /// Takes one, and blocks the calling thread until there is one.
  public func wait() { while sem_wait(semaphore) != 0 && errno == EINTR {} }
}

private final class Start: Sendable {
  let name: String, done: Semaphore, body: @Sendable () -> Void
  init(name: String, done: Semaphore, body: @escaping @Sendable () -> Void) {
    (self.name, self.done, self.body) = (name, done, body)
  }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
  basekeeper_name_thread(start.name)
  start.body()
  start.done.signal()
  return nil
}
