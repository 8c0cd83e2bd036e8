internal import API
internal import Crypto
internal import Glibc
internal import HTTP
internal import Synchronization

/// Serves until SIGTERM or SIGINT; everything that was started is stopped again.
func serve() throws {
  let signals = Signals([SIGTERM, SIGINT])  // before any thread is there, so that only this one takes them
  let configuration = try Configuration(.ofProcess)
  let log = Log(level: configuration.logLevel)
  defer { log.close() }
  for warning in configuration.warnings { log.write(.warning, warning) }

  let installation = try Installation(configuration)
  defer { installation.close() }
  for name in installation.applied { log.write(.info, "migration applied") { $0.add("name", name) } }
  let seeded = try installation.seed()

  let replica = try Replica(installation, log)
  writeFully(Array((seeded.text(publicURL: configuration.publicURL) + "\n").utf8), to: STDERR_FILENO)
  log.write(.info, "ready") {
    $0.add("listen", configuration.listen.description)
    $0.add("loops", configuration.loops)
    $0.add("version", version)
  }

  let signal = signals.wait()
  log.write(.info, "stopping") { $0.add("signal", Int(signal)) }
  let stopped = replica.stop(within: configuration.shutdownTime)
  while !stopped.isSet {
    guard signals.wait(milliseconds: 20) == nil else { return log.write(.warning, "stopped without waiting") }
  }
  log.write(.info, "stopped")
}

/// Signals that no thread takes by itself: they are waited for.
struct Signals {
  private var set = sigset_t()

  /// Blocks the signals for the calling thread and all it starts.
  init(_ signals: [Int32]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  func wait() -> Int32 {
    var set = set
    var signal: Int32 = 0
    while sigwait(&set, &signal) != 0 {}
    return signal
  }

  /// Nil where none came in time.
  func wait(milliseconds: Int) -> Int32? {
    var set = set
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    let signal = sigtimedwait(&set, nil, &time)
    return signal > 0 ? signal : nil
  }
}
