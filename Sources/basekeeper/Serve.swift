internal import API
internal import Crypto
internal import Glibc
internal import HTTP
internal import Server
internal import Synchronization

/// Serves until SIGTERM or SIGINT; everything that was started is stopped again.
func serve() throws {
  let configuration = try Configuration(.ofProcess)
  var files = configuration.certificateFiles
  let certificate = try files?.read()
  // Before any thread is there, so that only this one takes them.
  let signals = Signals(files == nil ? [SIGTERM, SIGINT] : [SIGTERM, SIGINT, SIGHUP])
  let log = Log(level: configuration.logLevel)
  defer { log.close() }
  for warning in configuration.warnings { log.write(.warning, warning) }
  if let warning = certificate?.warning { log.write(.warning, warning) }

  guard try waitForDatabase(configuration, signals, log) else { return log.write(.info, "stopped") }
  let installation = try Installation(configuration)
  defer { installation.close() }
  for name in installation.applied { log.write(.info, "migration applied") { $0.add("name", name) } }
  for name in try installation.newerMigrations() {
    log.write(.warning, "migration of a newer version") { $0.add("name", name) }
  }
  let seeded = try installation.seed()

  let replica = try Replica(installation, certificate, log)
  let systemd = Systemd.ofProcess
  if let interval = systemd.interval { replica.pulse(every: interval) { systemd.tell("WATCHDOG=1") } }
  systemd.tell("READY=1")
  writeFully(Array((seeded.text(publicURL: configuration.publicURL) + "\n").utf8), to: STDERR_FILENO)
  log.write(.info, "ready") {
    $0.add("listen", configuration.listen.description)
    $0.add("loops", configuration.loops)
    $0.add("version", version)
  }

  let signal = waitForEnd(signals, &files, replica, log)
  systemd.tell("STOPPING=1")
  log.write(.info, "stopping") { $0.add("signal", Int(signal)) }
  let stopped = replica.stop(after: configuration.drainTime, within: configuration.shutdownTime)
  while !stopped.isSet {
    if let another = signals.wait(milliseconds: 20), another != SIGHUP {
      return log.write(.warning, "stopped without waiting")
    }
  }
  log.write(.info, "stopped")
}

/// How often the files of TLS are looked at, in milliseconds: who renews a certificate need tell nobody.
private let certificateInterval = 5_000

/// Waits for the signal to end. Until then a certificate that is new, or on SIGHUP any, takes the place of the one in
/// use, unless it cannot be used; connections that are open keep theirs.
private func waitForEnd(_ signals: Signals, _ files: inout CertificateFiles?, _ replica: Replica, _ log: Log) -> Int32 {
  guard files != nil else { return signals.wait() }
  while true {
    let signal = signals.wait(milliseconds: certificateInterval)
    if let signal, signal != SIGHUP { return signal }
    guard signal == SIGHUP || files?.haveChanged == true else { continue }
    do throws(Configuration.Problems) {
      guard let certificate = try files?.read() else { continue }
      replica.use(certificate)
      log.write(.info, "certificate read") { $0.add("last_day", certificate.lastDay) }
      if let warning = certificate.warning { log.write(.warning, warning) }
    } catch {
      for line in error.lines { log.write(.warning, "\(line); the one before stays in use") }
    }
  }
}

/// Signals that no thread takes by itself: they are waited for.
struct Signals {
  private var set = sigset_t()

  /// What ends a command: from a person, a terminal that is closed, a machine that is shut down.
  static var ofTheEnd: Signals { Signals([SIGTERM, SIGINT, SIGHUP, SIGQUIT]) }

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
