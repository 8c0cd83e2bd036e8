internal import API
internal import Access
internal import Crypto
internal import Ground
internal import HTTP
internal import Jobs
internal import Loop
internal import Postgres
internal import Server
internal import Synchronization

/// One running copy of the service: its loops, each with connections to the database, and the server on top of them.
final class Replica: Sendable {
  private let parts: [LoopPart]
  private let threads: [LoopThread]
  private let server: Server
  private let isStopping: Flag

  /// Starts to serve at an address, over TLS if there is a certificate. The watchdog, if any, is notified at its
  /// interval while all loops turn, but not while one of them hangs.
  init(
    _ installation: Installation, at place: Server.BoundAddress, _ certificate: Certificate?, _ log: Log,
    watchdog: Watchdog? = nil
  ) throws {
    isStopping = Flag()
    let metrics = Metrics(log, installation.passwords)
    let makings = try Makings(installation, metrics, isStopping, log, watchdog)
    let configuration = installation.configuration
    parts = try (1...configuration.loops).map { try makings.part($0) }
    server = try Server(
      at: place, limits: configuration.limits, edge: configuration.edge, certificate: certificate,
      loops: parts.map { part in
        let service = Service(part.app)
        let requests = part.requests
        part.loop.add(requests)
        metrics.add(
          Metrics.LoopMetrics(
            loop: part.loop, figures: part.figures, database: part.app.db, standby: part.app.standby,
            jobs: part.jobs))
        return Server.Worker(
          loop: part.loop, judge: service.judge, handler: service.respond,
          completed: {
            requests.note($0, $1, $2)
            part.figures.note($0, $1, $2)
          }, refused: { requests.note($0) })
      })
    metrics.add(server)
    threads = parts.enumerated().map { $1.loop.start(named: "loop \($0 + 1)") }
    for part in parts { part.jobs.start() }
  }

  /// Uses another certificate for new connections.
  func use(_ certificate: Certificate) { server.use(certificate) }

  /// Reports that it is not ready, but still serves for `drainTime`, until load balancers have noticed. Then takes no
  /// new requests, finishes those that run, writes what is still to be written, and ends the loops. The flag is set
  /// when all of that is done.
  func stop(after drainTime: Duration, within time: Duration) -> Flag {
    let stopped = Flag()
    isStopping.set()
    Task.detached { [self] in
      try? await Task.sleep(for: drainTime)
      await server.stop(within: time)
      await withTaskGroup { ends in
        for part in parts { ends.addTask { await part.end() } }
      }
      for thread in threads { thread.join() }
      stopped.set()
    }
    return stopped
  }
}

/// A loop with everything that belongs to it.
private struct LoopPart: Sendable {
  let loop: Loop
  let app: App
  let requests: RequestLog
  let figures: Figures
  let jobs: JobRunner

  /// Writes what is still to be written, waits for the running jobs, and ends the loop.
  func end() async {
    await loop.perform {
      // First, because a job may be slow, and the service may be killed meanwhile.
      await app.lastUse.write(at: nil)
      await jobs.stop()
      await app.lastUse.write(at: nil)
      await app.statements.db.close()
      await app.db.close()
      await app.standby?.db.close()
    }
    loop.stop()
  }
}

/// What the parts of all loops share.
private struct Makings {
  private let installation: Installation
  private let primary: Database.Settings
  private let copy: Database.Settings?
  private let statements: Database.Settings
  private let turns: StatementTurns
  private let keys: KeyStore.CurrentKeys
  private let isWithoutMasterKey = Flag()
  private let settings: AppSettings
  private let limiter = RateLimiter()
  private let metrics: Metrics
  private let isStopping: Flag
  private let background: BackgroundJobs
  private let watchdog: Watchdog?

  init(
    _ installation: Installation, _ metrics: Metrics, _ isStopping: Flag, _ log: Log, _ watchdog: Watchdog?
  ) throws {
    let configuration = installation.configuration
    let store = try installation.keys()
    keys = try installation.withDatabase { database in
      let keys = try await store.load(database)
      if try await store.note(keys.signer, database) {
        log.write(SecurityReport(.keysChanged(.signs, key: keys.signer.signing.id)))
      }
      return keys
    }
    try installation.masterKeys.settle(keys.vaults.current)
    var settings = AppSettings(publicURL: configuration.publicURL)
    settings.crossOrigin = configuration.edge.crossOrigin
    settings.limits = configuration.requestLimits
    settings.caps = configuration.caps
    (settings.rows, settings.fileBytes) = (configuration.rowLimits, configuration.limits.fileBytes)
    (settings.statements, settings.files) = (configuration.statementLimits, configuration.fileLimits)
    settings.firstPasswordHours = configuration.firstPasswordHours
    settings.accountTokens = configuration.accountTokens
    settings.confirmsEmailChange = configuration.confirmsEmailChange
    settings.requiredSecondFactors = configuration.requiredSecondFactors
    (settings.showsDocs, settings.showsConsole) = (configuration.showsDocs, configuration.showsConsole)
    settings.metricsNetworks = configuration.metricsNetworks
    settings.leakedPasswords = configuration.leakedPasswords
    primary = installation.database.watched(by: metrics, as: "primary")
    (statements, turns) = (installation.statements, StatementTurns(configuration.statementLimits))
    metrics.add(turns)
    copy = installation.standby?.watched(by: metrics, as: "standby")
    background = BackgroundJobs(
      configuration: configuration, store: store, isWithoutMasterKey: isWithoutMasterKey, log: log)
    (self.installation, self.settings) = (installation, settings)
    (self.metrics, self.isStopping, self.watchdog) = (metrics, isStopping, watchdog)
  }

  /// The part of a loop. Loops are numbered from 1; the first has the jobs of the whole replica.
  func part(_ number: Int) throws -> LoopPart {
    let loop = try Loop()
    let database = WritableDatabase(primary, on: loop)
    let standby = copy.map { Standby(Database($0, on: loop), lag: installation.configuration.readLag) }
    let requests = RequestLog(background.log)
    let app = App(
      db: database, signer: keys.signer, vaults: keys.vaults, passwords: installation.passwords, settings: settings,
      limiter: limiter, standby: standby, statements: StatementServer(Database(statements, on: loop), turns),
      readiness: { [isStopping, isWithoutMasterKey] in
        if isStopping.isSet { return .shutdown }
        return await obstacle(of: database.reader) ?? (isWithoutMasterKey.isSet ? .masterKey : nil)
      },
      metrics: metrics.exposition, security: { requests.note($0) })
    let figures = Figures()
    var jobs = background.ofLoop(loop, app, database, figures, isFirst: number == 1)
    jobs += watchdog.map { $0.ofLoop(number) } ?? []
    if number == 1 { jobs += background.ofReplica(app, database) }
    let runner = JobRunner(jobs, on: loop) { [log = background.log] in log.write($0) }
    return LoopPart(loop: loop, app: app, requests: requests, figures: figures, jobs: runner)
  }
}

/// Something that has happened, or has not.
final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
  func clear() { value.store(false, ordering: .relaxed) }
}

private func obstacle(of database: Database) async -> Obstacle? {
  guard await database.ping() else { return .database }
  return (try? await Migrator.isCurrent(database, migrations)) == true ? nil : .migrations
}
