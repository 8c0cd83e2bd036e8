internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread that runs everything of its connections: sockets, timers and the Swift tasks that prefer it.
///
/// A turn runs all jobs, then every `Turn` (HTTP, then the database's flush), and sleeps in `epoll_wait` if nothing is
/// left to do. Code on the loop must not block, and needs no locks: only the loop's thread touches what the loop owns.
/// `stop()` ends a running loop, from any thread.
public final class Loop: TaskExecutor, SerialExecutor, @unchecked Sendable {
  // Sendable: any thread may touch `remote`, `owner` and `stopping`; everything else only the loop's thread.
  private let epoll: Int32
  private let wake: Int32
  private let owner = Atomic<UInt>(0)
  private let stopping = Atomic<Bool>(false)
  private let remote = Mutex<[UnownedJob]>([])

  private var jobs: [UnownedJob] = []
  private var running: [UnownedJob] = []
  private var turns: [any Turn] = []
  private var timers = TimerQueue()
  private var watches: [Int32: Watch] = [:]
  private var generation: UInt32 = 0

  /// A loop that is not running yet.
  ///
  /// - Throws: `LoopError` if the process has no descriptor left.
  public init() throws(LoopError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw LoopError(call: "epoll_create1", code: errno) }
    wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard wake >= 0 else { throw LoopError(call: "eventfd", code: errno) }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: UInt64(UInt32(bitPattern: wake))))
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0 else { throw LoopError(call: "epoll_ctl", code: errno) }
  }

  deinit {
    close(epoll)
    close(wake)
  }

  // MARK: Running

  /// Runs turns on a new thread until `stop()`. At most 15 bytes of the name are kept.
  @discardableResult
  public func start(named name: String) -> LoopThread {
    LoopThread(named: name) { self.run() }
  }

  /// Runs turns on the calling thread until `stop()`.
  public func run() {
    owner.store(currentThread, ordering: .releasing)
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while !stopping.load(ordering: .relaxed) {
      finishWork()
      let count = epoll_wait(epoll, &events, Int32(events.count), longestSleep())
      for event in events.prefix(Int(max(count, 0))) { dispatch(event) }
      fireTimers()
    }
    finishWork()
    owner.store(0, ordering: .releasing)
  }

  /// Ends `run()` after the current turn. May be called from any thread.
  public func stop() {
    stopping.store(true, ordering: .relaxed)
    eventfd_write(wake, 1)
  }

  /// Whether the caller is on this loop's thread.
  public var isCurrent: Bool { owner.load(ordering: .relaxed) == currentThread }

  private func finishWork() {
    var more = true
    while more {
      more = runJobs()
      for turn in turns where turn.turn() { more = true }
    }
  }

  private func fireTimers() {
    guard !timers.isEmpty else { return }
    let now = ContinuousClock.now
    while let timer = timers.popDue(at: now) { timer.fire() }
  }

  private func longestSleep() -> Int32 {
    var milliseconds = timers.millisecondsToNext
    for turn in turns {
      let own = turn.longestSleep
      if own >= 0 { milliseconds = milliseconds < 0 ? own : min(milliseconds, own) }
    }
    return milliseconds
  }

  private func dispatch(_ event: epoll_event) {
    let key = event.data.u64
    let descriptor = Int32(truncatingIfNeeded: key & 0xffff_ffff)
    if descriptor == wake {
      var count: eventfd_t = 0
      eventfd_read(wake, &count)
      remote.withLock { arrived in
        jobs.append(contentsOf: arrived)
        arrived.removeAll(keepingCapacity: true)
      }
      return
    }
    // Skip events of a watch that ended earlier in this batch, even if its descriptor was reused.
    guard let watch = watches[descriptor], watch.generation == UInt32(key >> 32) else { return }
    watch.ready(Readiness(rawValue: event.events))
  }

  // MARK: Jobs

  /// Takes a job of a task that prefers this loop: without a lock from the loop's thread, through an eventfd from
  /// others.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent { return jobs.append(job) }
    let first = remote.withLock { jobs in
      jobs.append(job)
      return jobs.count == 1
    }
    if first { eventfd_write(wake, 1) }
  }

  /// Lets the runtime check that code isolated to the loop runs on its thread.
  public func checkIsolated() { precondition(isCurrent, "not on the loop's thread") }

  private func runJobs() -> Bool {
    guard !jobs.isEmpty else { return false }
    repeat {
      swap(&jobs, &running)
      for job in running {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
      running.removeAll(keepingCapacity: true)
    } while !jobs.isEmpty
    return true
  }

  /// Runs a body on the loop, and returns or throws what it does.
  public func perform<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result = await Task(executorPreference: self) { () async -> Result<Value, Failure> in
      do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
    }.value
    return try result.get()
  }

  // MARK: Parts of a turn (on the loop's thread, or before there is one)

  /// Adds an object that works in every turn; they run in the order in which they were added.
  public func add(_ turn: any Turn) { turns.append(turn) }

  /// Removes it again.
  public func remove(_ turn: any Turn) { turns.removeAll { $0 === turn } }

  /// Calls `action` on the loop after the delay, unless the timer is cancelled first.
  @discardableResult
  public func after(_ delay: Duration, _ action: @escaping () -> Void) -> Timer {
    let timer = Timer(at: .now + delay, action)
    timers.insert(timer)
    return timer
  }

  /// Waits on the loop.
  public func sleep(for delay: Duration) async {
    await withUnsafeContinuation { continuation in
      after(delay) { continuation.resume() }
    }
  }

  // MARK: Descriptors (on the loop's thread, or before there is one)

  /// Calls `ready` whenever the descriptor is ready for `interest`, level-triggered, until the watch is cancelled.
  public func watch(
    _ descriptor: Int32, for interest: Readiness, _ ready: @escaping (Readiness) -> Void
  ) throws(LoopError) -> Watch {
    generation &+= 1
    let watch = Watch(loop: self, descriptor: descriptor, generation: generation, ready)
    watches[descriptor] = watch
    do throws(LoopError) {
      try control(EPOLL_CTL_ADD, watch, interest)
    } catch {
      watches[descriptor] = nil
      throw error
    }
    return watch
  }

  func change(_ watch: Watch, to interest: Readiness) {
    try? control(EPOLL_CTL_MOD, watch, interest)  // fails only for a closed descriptor: its owner learns that by itself
  }

  func end(_ watch: Watch) {
    guard watches[watch.descriptor] === watch else { return }
    watches[watch.descriptor] = nil
    var event = epoll_event()
    epoll_ctl(epoll, EPOLL_CTL_DEL, watch.descriptor, &event)
  }

  private func control(_ operation: Int32, _ watch: Watch, _ interest: Readiness) throws(LoopError) {
    let key = UInt64(watch.generation) << 32 | UInt64(UInt32(bitPattern: watch.descriptor))
    var event = epoll_event(events: interest.rawValue, data: epoll_data(u64: key))
    guard epoll_ctl(epoll, operation, watch.descriptor, &event) == 0 else {
      throw LoopError(call: "epoll_ctl", code: errno)
    }
  }
}

/// An object that works in every turn of a loop.
public protocol Turn: AnyObject {
  /// Does what has accumulated since the last call; true if that may have made new jobs.
  func turn() -> Bool
  /// How long the loop may sleep before the next turn, in milliseconds; -1 for any time.
  var longestSleep: Int32 { get }
}

/// A system call that failed, with its errno.
public struct LoopError: Error, CustomStringConvertible {
  /// The system call.
  public let call: String
  /// Its errno.
  public let code: Int32
  /// As `perror` would print it.
  public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

private var currentThread: UInt { UInt(pthread_self()) }
