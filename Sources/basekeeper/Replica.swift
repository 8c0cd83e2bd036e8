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
  private let parts: [Part]
  private let threads: [LoopThread]
  private let server: Server
  private let isStopping: Flag

  /// What belongs to one loop.
  private struct Part: Sendable {
    let loop: Loop
    let app: App
    let figures: Figures
    let jobs: JobRunner
  }

  /// Starts to serve at a place, over TLS if there is a certificate. If `watchdog` is there, it is told in its interval
  /// that all loops turn, and not told while one does not.
  init(
    _ installation: Installation, at place: Server.Place, _ certificate: Certificate?, _ log: Log,
    watchdog: Watchdog? = nil
  ) throws {
    let configuration = installation.configuration
    let (store, vault) = try installation.keys()
    let signer = try installation.withDatabase { database in
      let signer = try await store.load(database)
      try await store.note(signer, database)
      return signer
    }
    let limiter = RateLimiter()
    var settings = App.Settings(publicURL: configuration.publicURL)
    settings.limits = configuration.requestLimits
    settings.showsDocs = configuration.showsDocs
    settings.metricsNetworks = configuration.metricsNetworks
    let metrics = Metrics(log, installation.passwords)
    let isStopping = Flag()
    self.isStopping = isStopping
    let primary = installation.database.watched(by: metrics, as: "primary")
    let copy = installation.standby?.watched(by: metrics, as: "standby")

    let background = BackgroundJobs(configuration: configuration, store: store, log: log)

    parts = try (1...configuration.loops).map { number in
      let loop = try Loop()
      let database = WritableDatabase(primary, on: loop)
      let standby = copy.map { Standby(Database($0, on: loop), lag: configuration.readLag) }
      let app = App(
        db: database, signer: signer, vault: vault, passwords: installation.passwords, settings: settings,
        limiter: limiter, standby: standby,
        readiness: { isStopping.isSet ? .shutdown : await obstacle(of: database.reader) },
        metrics: metrics.exposition)
      let figures = Figures()
      var jobs = background.ofLoop(loop, app, database, figures) + (watchdog.map { $0.ofLoop(number) } ?? [])
      if number == 1 { jobs += background.ofReplica(app, database) }
      let runner = JobRunner(jobs, on: loop) { log.write($0) }
      return Part(loop: loop, app: app, figures: figures, jobs: runner)
    }
    server = try Server(
      at: place, limits: configuration.limits, edge: configuration.edge, certificate: certificate,
      loops: parts.map { part in
        let service = Service(part.app)
        let requests = RequestLog(log)
        part.loop.add(requests)
        metrics.add(
          Metrics.Source(
            loop: part.loop, figures: part.figures, database: part.app.db, standby: part.app.standby,
            jobs: part.jobs))
        return Server.Worker(loop: part.loop, judge: service.judge, handler: service.respond) {
          requests.note($0, $1, $2)
          part.figures.note($0, $1, $2)
        }
      })
    metrics.add(server)
    threads = parts.enumerated().map { $1.loop.start(named: "loop \($0 + 1)") }
    for part in parts { part.jobs.start() }
  }

  /// Shows another certificate to who connects from now on.
  func use(_ certificate: Certificate) {
    Task.detached { [server] in await server.use(certificate) }
  }

  /// Is not ready any more, and serves whoever comes all the same, until a balancer has found out; then takes no new
  /// requests, finishes those that run, writes what is left to write, and ends the loops. The flag is set when all of that
  /// is done.
  func stop(after drainTime: Duration, within time: Duration) -> Flag {
    let stopped = Flag()
    isStopping.set()
    Task.detached { [self] in
      try? await Task.sleep(for: drainTime)
      await server.stop(within: time)
      for part in parts {
        await part.loop.perform {
          await part.jobs.stop()
          await part.app.lastUse.write(at: nil)
          await part.app.db.close()
          await part.app.standby?.db.close()
        }
        part.loop.stop()
      }
      for thread in threads { thread.join() }
      stopped.set()
    }
    return stopped
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
