internal import API
internal import Access
internal import Crypto
internal import Ground
internal import HTTP
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
  }

  /// Starts to serve at a place, over TLS where there is a certificate.
  init(_ installation: Installation, at place: Server.Place, _ certificate: Certificate?, _ log: Log) throws {
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

    parts = try (1...configuration.loops).map { _ in
      let loop = try Loop()
      let database = WritableDatabase(primary, on: loop)
      let standby = copy.map { Standby(Database($0, on: loop), lag: configuration.readLag) }
      let app = App(
        db: database, signer: signer, vault: vault, passwords: installation.passwords, settings: settings,
        limiter: limiter, standby: standby,
        readiness: { isStopping.isSet ? .shutdown : await obstacle(of: database.reader) },
        metrics: metrics.exposition)
      return Part(loop: loop, app: app, figures: Figures())
    }
    server = try Server(
      at: place, limits: configuration.limits, edge: configuration.edge, certificate: certificate,
      loops: parts.map { part in
        let service = Service(part.app)
        let requests = RequestLog(log)
        part.loop.add(requests)
        metrics.add(
          Metrics.Source(
            loop: part.loop, figures: part.figures, database: part.app.db, standby: part.app.standby))
        return Server.Worker(loop: part.loop, judge: service.judge, handler: service.respond) {
          requests.note($0, $1, $2)
          part.figures.note($0, $1, $2)
        }
      })
    metrics.add(server)
    threads = parts.enumerated().map { $1.loop.start(named: "loop \($0 + 1)") }
    for part in parts {
      Task(executorPreference: part.loop) { await part.figures.watchPace(of: part.loop) }
      Task(executorPreference: part.loop) { await keepLastUse(of: part.app, on: part.loop) }
      Task(executorPreference: part.loop) { await keepKeys(of: part.app, on: part.loop, store, log) }
      if let standby = part.app.standby {
        Task(executorPreference: part.loop) { await watch(standby, of: part.app, on: part.loop, log) }
      }
    }
    let first = parts[0]
    Task(executorPreference: first.loop) {
      await keepHouse(of: first.app, on: first.loop, afterDays: configuration.trashDays, log)
    }
    let notes = FirstStart(configuration)
    if notes.isThere {
      Task(executorPreference: first.loop) { await forget(notes, with: first.app.db, on: first.loop) }
    }
    Task(executorPreference: first.loop) { await watchClock(of: first.app, on: first.loop, log) }
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

extension Replica {
  /// Calls the body in intervals, for as long as every loop turns; skips it while one does not.
  func pulse(every interval: Duration, _ body: @escaping @Sendable () -> Void) {
    let turned = parts.map { part in
      let turned = Flag()
      Task(executorPreference: part.loop) {
        while true {
          turned.set()
          await part.loop.sleep(for: interval / 2)
        }
      }
      return turned
    }
    let first = parts[0].loop
    Task(executorPreference: first) {
      while true {
        await first.sleep(for: interval)
        guard turned.allSatisfy(\.isSet) else { continue }
        for flag in turned { flag.clear() }
        body()
      }
    }
  }
}

/// Something that has happened.
final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
  func clear() { value.store(false, ordering: .relaxed) }
}

/// How often last uses that are due are written.
private let lastUseInterval = Duration.seconds(10)

/// How often the keys are read anew: a new one is known twice before it signs.
private let keyInterval = Duration.seconds(10)

private func keepKeys(of app: App, on loop: Loop, _ store: KeyStore, _ log: Log) async {
  var next: Duration?
  var told: String?
  while true {
    // At the moment at which another key signs, all copies change over.
    await loop.sleep(for: min(next ?? keyInterval, keyInterval))
    do {
      next = try await store.refresh(app)
      if told != nil { log.write(.info, "keys read again") }
      told = nil
    } catch {
      next = nil
      guard told != "\(error)" else { continue }
      told = "\(error)"
      log.write(.warning, "keys not read") { $0.add("reason", "\(error)") }
    }
  }
}

/// How often a standby is asked how far behind it is.
private let standbyInterval = Duration.seconds(1)

private func watch(_ standby: Standby, of app: App, on loop: Loop, _ log: Log) async {
  var wasNear: Bool?
  while true {
    await standby.compare(with: app.db)
    if standby.isNear != wasNear {
      log.write(.info, standby.isNear ? "lists come from the standby" : "lists come from the primary")
      wasNear = standby.isNear
    }
    await loop.sleep(for: standbyInterval)
  }
}

/// How often is looked whether an administrator has signed in for whom the first start's passwords are kept.
private let forgettingInterval = Duration.seconds(5)

private func forget(_ notes: FirstStart, with database: Database, on loop: Loop) async {
  while (try? await notes.forget(database)) != true { await loop.sleep(for: forgettingInterval) }
}

private func keepLastUse(of app: App, on loop: Loop) async {
  while true {
    await loop.sleep(for: lastUseInterval)
    await app.lastUse.write(at: .now)
  }
}

/// Every replica asks often for the trash to be cleared; the database lets one of them do it once an hour.
private func keepHouse(of app: App, on loop: Loop, afterDays days: Int, _ log: Log) async {
  while true {
    do {
      if let count = try await app.clearOldTrash(afterDays: days), count > 0 {
        log.write(.info, "trash cleared") { $0.add("bases", count) }
      }
      try await app.forgetOldAttempts()
      try await app.forgetOldAnswers()
    } catch {
      log.write(.warning, "housekeeping failed") { $0.add("reason", "\(error)") }
    }
    await loop.sleep(for: .seconds(600))
  }
}

/// Base tokens expire by this machine's clock, and all else by the database's: where they differ, somebody should know.
private func watchClock(of app: App, on loop: Loop, _ log: Log) async {
  while true {
    let theirs = try? await app.db.row("select clock_timestamp() as time", as: DatabaseTime.self)
    if let difference = theirs.map({ app.now() - $0.time }), abs(difference / .seconds(1)) > 60 {
      log.write(.warning, "this clock differs from the database's") { $0.add("seconds", Int(difference / .seconds(1))) }
    }
    await loop.sleep(for: .seconds(60))
  }
}

private struct DatabaseTime: RowDecodable {
  let time: Timestamp
  init(_ row: Row) throws(PostgresError) { time = try row["time"] }
}

private func obstacle(of database: Database) async -> Obstacle? {
  guard await database.ping() else { return .database }
  return (try? await Migrator.isCurrent(database, migrations)) == true ? nil : .migrations
}
