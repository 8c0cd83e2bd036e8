internal import API
internal import Crypto
internal import Glibc
internal import Ground
internal import Server
internal import Synchronization

/// Serves until SIGTERM or SIGINT, and then stops everything that it has started. If it cannot serve, it reports the
/// reason in the format of the log, since both may end up in the same place.
func serve(_ options: Options) throws {
  let environment = options.environment
  let format = Log.Format(environment)
  do {
    try serve(environment, format)
  } catch  where !format.isText(on: STDERR_FILENO) {
    var clock = LogClock()
    let problems = error as? Configuration.Problems
    for reason in problems?.lines ?? ["\(error)"] {
      let line = Log.line(.error, .cannotServe, at: clock.now()) { $0.add("reason", reason) }
      writeFully(line, to: STDERR_FILENO)
    }
    throw Reported(status: problems == nil ? 1 : 2)
  }
}

extension Log {
  fileprivate func tell(toCheck warnings: [String]) {
    for warning in warnings { write(.warning, .settingToCheck, because: warning) }
  }

  fileprivate func tell(ofDatabase reason: String) { write(.warning, .embeddedDatabase, because: reason) }
}

/// The error was already reported.
struct Reported: Error {
  let status: Int32
}

private func serve(_ environment: Environment, _ format: Log.Format) throws {
  let configuration = try Configuration(environment).withLeakedPasswords()
  var files = configuration.certificateFiles
  let certificate = try files?.read()
  // Before anything is created: if the address is taken, nothing is left behind.
  let place = try configuration.takePlace()
  // Before there are other threads, so that only this one takes the signals.
  let signals = Signals(files == nil ? [SIGTERM, SIGINT] : [SIGTERM, SIGINT, SIGHUP])
  let log = Log(level: configuration.logLevel, format: format)
  defer { log.close() }
  log.tell(toCheck: configuration.warnings + [certificate?.warning].compactMap(\.self))

  guard try waitForDatabase(configuration, signals, log) else { return log.write(.info, .stopped) }
  let installation = try Installation(configuration, [.migrating, .making, .empty]) { log.tell(ofDatabase: $0) }
  defer { installation.close() }
  try installation.tellState(log)
  let announcement = Announcement(FirstStart(configuration), format, log)
  let seeded = try installation.seed(showing: announcement.show)
  announcement.showWhatIsKept(seeded)

  let systemd = Systemd(environment)
  let watchdog = systemd.interval.map {
    Watchdog(every: $0, loops: configuration.loops) { systemd.tell("WATCHDOG=1") }
  }
  let replica = try Replica(installation, at: place, certificate, log, watchdog: watchdog)
  systemd.tell("READY=1")
  announcement.invite(seeded, configuration.publicURL)
  log.write(.info, .ready) {
    $0.add("listen", configuration.listen.description)
    $0.add("loops", configuration.loops)
    $0.add("version", version)
  }

  let signal = waitForEnd(signals, &files, replica, log)
  systemd.tell("STOPPING=1")
  log.write(.info, .stopping) { $0.add("signal", Int(signal)) }
  let stopped = replica.stop(after: configuration.drainTime, within: configuration.shutdownTime)
  if signals.come(before: stopped) { return log.write(.warning, .stoppedWithoutWaiting) }
  log.write(.info, .stopped)
}

extension Signals {
  /// Waits for the flag; true if another signal to end has come first.
  fileprivate func come(before flag: Flag) -> Bool {
    while !flag.isSet {
      if let signal = wait(milliseconds: 20), signal != SIGHUP { return true }
    }
    return false
  }
}

extension Installation {
  /// Logs which migrations were applied, which of a newer version are there, and whether the role that serves may do more
  /// than it needs.
  fileprivate func tellState(_ log: Log) throws {
    for name in applied { log.write(.info, .migrationApplied) { $0.add("name", name) } }
    for name in try newerMigrations() { log.write(.warning, .newerMigration) { $0.add("name", name) } }
    switch try excess() {
    case .superuser:
      log.write(.warning, .servesAsSuperuser) {
        $0.add("advice", "set DATABASE_OWNER_URL, and in DATABASE_URL a role without rights of its own")
      }
    case .owner:
      log.write(.warning, .servesAsOwner) {
        $0.add("advice", "set DATABASE_OWNER_URL, and in DATABASE_URL a role that only serves")
      }
    case nil: break
    }
  }
}

extension Configuration {
  fileprivate func takePlace() throws -> Server.BoundAddress {
    do throws(ServerError) {
      return try Server.BoundAddress(host: listen.host, port: listen.port)
    } catch {
      throw Problems(lines: ["BASEKEEPER_LISTEN: \(error)"])
    }
  }
}

/// Announces at the start what was seeded: to people as text on standard error, in a JSON log as an event. Secrets that
/// are kept nowhere else are shown on a terminal alone.
private struct Announcement: Sendable {
  private let notes: FirstStart
  private let log: Log
  private let isText: Bool

  init(_ notes: FirstStart, _ format: Log.Format, _ log: Log) {
    (self.notes, self.log, isText) = (notes, log, format.isText(on: STDERR_FILENO))
  }

  /// Shows what can be kept nowhere.
  ///
  /// - Throws: `NoPlaceForSecrets` where others may read what is shown, such as a collector of logs.
  func show(_ seeded: Seeded) throws(NoPlaceForSecrets) {
    guard isText, isatty(STDERR_FILENO) == 1 else { throw NoPlaceForSecrets(path: notes.path) }
    tell(seeded.text(notes))
  }

  /// Shows what was not shown while seeding.
  func showWhatIsKept(_ seeded: Seeded) {
    if isText && (notes.canBeKept || !seeded.hasSecrets) { return tell(seeded.text(notes)) }
    guard !isText, notes.isThere else { return }
    log.write(.warning, .firstPasswordsKept) {
      $0.add("file", notes.path)
    }
    log.flush()
  }

  func invite(_ seeded: Seeded, _ publicURL: String) { if isText { tell(seeded.invitation(publicURL: publicURL)) } }

  private func tell(_ text: String) {
    log.flush()  // so that earlier log lines come first
    writeFully(Array((text + "\n").utf8), to: STDERR_FILENO)
  }
}

/// What the first start generates can be neither kept nor shown.
private struct NoPlaceForSecrets: Error, CustomStringConvertible {
  let path: String
  var description: String {
    """
    \(path) cannot be written, and logs have no secrets: set BASEKEEPER_ADMIN_PASSWORD, without BASEKEEPER_DEMO, or a \
    writable BASEKEEPER_DATA_DIR; or run `basekeeper seed`, which prints what it generates. Nothing was seeded
    """
  }
}

/// How often the certificate's files are checked, in milliseconds, so that no signal is needed after a renewal.
private let certificateInterval = 5_000

/// Waits for the signal to end. Until then, a changed certificate (on SIGHUP, any) replaces the one in use, unless it
/// is unusable; open connections keep theirs.
private func waitForEnd(_ signals: Signals, _ files: inout CertificateFiles?, _ replica: Replica, _ log: Log) -> Int32 {
  guard files != nil else { return signals.wait() }
  while true {
    let signal = signals.wait(milliseconds: certificateInterval)
    if let signal, signal != SIGHUP { return signal }
    guard signal == SIGHUP || files?.haveChanged == true else { continue }
    do throws(Configuration.Problems) {
      guard let certificate = try files?.read() else { continue }
      replica.use(certificate)
      log.write(.info, .certificateRead) { $0.add("last_day", certificate.lastDay) }
      log.tell(toCheck: [certificate.warning].compactMap(\.self))
    } catch {
      for line in error.lines { log.write(.warning, .certificateNotRead, because: line) }
    }
  }
}

/// Signals that are blocked and waited for.
struct Signals {
  private var set = sigset_t()

  /// The signals that end a command: from a person, a closed terminal, or a shutdown of the machine.
  static var ofTheEnd: Signals { Signals([SIGTERM, SIGINT, SIGHUP, SIGQUIT]) }

  /// Blocks the signals for the calling thread and those that it starts.
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

  /// The signal; nil if none came in time.
  func wait(milliseconds: Int) -> Int32? {
    var set = set
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    let signal = sigtimedwait(&set, nil, &time)
    return signal > 0 ? signal : nil
  }
}
