internal import API
internal import Access
internal import Domain
internal import Ground
internal import Jobs
internal import Loop
internal import Postgres

/// The work that the service does by itself. Each job is a value here; those that do deferred work
/// are in `Jobs/WorkLane.swift`, those that feed systemd's watchdog in `Watchdog.swift`.
struct BackgroundJobs {
  let configuration: Configuration
  let store: KeyStore
  /// Set while the database is sealed with a master key that this copy does not know.
  let isWithoutMasterKey: Flag
  let log: Log

  /// The jobs of each loop, with the loop's own objects.
  func ofLoop(
    _ loop: Loop, _ app: App, _ db: WritableDatabase, _ figures: Figures, isFirst: Bool
  ) -> [Job] {
    [measureLag(figures), writeLastUses(app), readKeys(app, tellsChanges: isFirst)]
      + (app.standby.map { [compareStandby($0, app)] } ?? [])
      + WorkQueue.jobs(workHandlers(app), db, on: loop) { log.write($0) }
  }

  /// The handlers of the work that operations enqueue, one for each kind.
  private func workHandlers(_ app: App) -> [WorkHandler] { [] }

  /// The jobs of the whole replica, which run on its first loop.
  func ofReplica(_ app: App, _ db: WritableDatabase) -> [Job] {
    let shared = [
      clearTrash(app, db), clearRows(app, db), clearFiles(app, db), forgetAttempts(app, db), forgetAnswers(app, db),
      WorkQueue.forgetting(db),
    ]
    return shared + [compareClocks(app)] + forgetFirstStart(app) + shipAuditLog(app)
  }

  // MARK: For each loop

  /// Measures how late the loop runs what is due.
  private func measureLag(_ figures: Figures) -> Job {
    Job("measure-lag", every: .milliseconds(500), from: .afterInterval) { figures.noteLag($0.lateness) }
  }

  private func writeLastUses(_ app: App) -> Job {
    Job("write-last-uses", every: .seconds(10), from: .afterInterval) { _ in await app.lastUse.write(at: .now) }
  }

  /// Reads the keys. A new key is read twice before it signs; at that moment, all copies switch to it.
  private func readKeys(_ app: App, tellsChanges: Bool) -> Job {
    .planning("read-keys", every: .seconds(10), from: .afterInterval) { _ in
      do {
        let former = (signer: app.signer, vaults: app.vaults)
        let time = try await store.refresh(app)
        if tellsChanges {
          for change in app.signer.changes(since: former.signer) + app.vaults.changes(since: former.vaults) {
            app.report(change)
          }
        }
        isWithoutMasterKey.clear()
        return time.map { .within($0) } ?? .atInterval
      } catch {
        if (error as? KeyStore.Problem)?.isOfMasterKey == true { isWithoutMasterKey.set() }
        throw error
      }
    }
  }

  /// Asks how far the standby lags behind.
  private func compareStandby(_ standby: Standby, _ app: App) -> Job {
    Job("compare-standby", every: .seconds(1)) { _ in
      await standby.compare(with: app.db)
      guard let isNear = standby.takeChange() else { return }
      log.write(.info, isNear ? .listsFromStandby : .listsFromPrimary)
    }
  }

  // MARK: For the replica

  private func clearTrash(_ app: App, _ db: WritableDatabase) -> Job {
    Job("clear-trash", every: .seconds(3600), by: .oneReplica(of: db, limit: .seconds(600))) { _ in
      let count = try await Trash(app).clearOld(afterDays: configuration.trashDays)
      if count > 0 { log.write(.info, .trashCleared) { $0.add("bases", count) } }
    }
  }

  /// Deletes what bases have left that are gone, and what was done to others long ago.
  private func clearRows(_ app: App, _ db: WritableDatabase) -> Job {
    Job("clear-rows", every: .seconds(60), by: .oneReplica(of: db, limit: .seconds(600))) { _ in
      _ = try await Contents(app).deleteLeftBehind()
      try await Contents(app).deleteOldOperations(afterDays: configuration.operationDays)
    }
  }

  /// Deletes files that no cell names, and what was uploaded and has no name.
  private func clearFiles(_ app: App, _ db: WritableDatabase) -> Job {
    Job("clear-files", every: .seconds(300), by: .oneReplica(of: db, limit: .seconds(600))) { _ in
      let days = app.settings.files.unusedDays
      if days > 0 { _ = try await UnusedFiles(app).delete(afterDays: days) }
      _ = try await LooseContents(app).delete(after: 3600)
      try await LooseContents(app).deleteEndedLinks()
    }
  }

  private func forgetAttempts(_ app: App, _ db: WritableDatabase) -> Job {
    Job("forget-attempts", every: .seconds(600), by: .oneReplica(of: db, limit: .seconds(60))) { _ in
      try await app.forgetOldAttempts()
    }
  }

  private func forgetAnswers(_ app: App, _ db: WritableDatabase) -> Job {
    Job("forget-answers", every: .seconds(600), by: .oneReplica(of: db, limit: .seconds(60))) { _ in
      try await Retention(app).deleteOld()
    }
  }

  /// Warns if the clocks differ: base tokens expire by this machine's clock, everything else by the database's.
  private func compareClocks(_ app: App) -> Job {
    Job("compare-clocks", every: .seconds(60)) { _ in
      let theirs = try await app.db.row("select clock_timestamp() as time", as: DatabaseTime.self)
      guard let seconds = theirs.map({ (app.now() - $0.time) / .seconds(1) }), abs(seconds) > 60 else { return }
      log.write(.warning, .clocksDiffer) { $0.add("seconds", Int(seconds)) }
    }
  }

  /// Writes the audit log to the output. Each copy looks for what is due; the database lets in one of them.
  private func shipAuditLog(_ app: App) -> [Job] {
    guard configuration.shipsAuditLog else { return [] }
    let shipping = AuditShipping(app) { [log] in try await log.keep($0) }
    return [Job("ship-audit-log", every: .seconds(1)) { _ in try await shipping.ship() }]
  }

  /// Deletes the file of the first start once an administrator has signed in.
  private func forgetFirstStart(_ app: App) -> [Job] {
    let notes = FirstStart(configuration)
    guard notes.isThere else { return [] }
    return [
      .planning("forget-first-start", every: .seconds(5)) { _ in
        try await notes.forget(app.db) ? .never : .atInterval
      }
    ]
  }
}

extension Log {
  /// Logs the results of jobs.
  func write(_ report: JobReport) {
    switch report {
    case .failed(let job, let reason, let failures):
      write(.warning, .jobFailed) {
        $0.add("job", job)
        $0.add("reason", reason)
        $0.add("failures", failures)
      }
    case .recovered(let job, let failures):
      write(.info, .jobRunsAgain) {
        $0.add("job", job)
        $0.add("failures", failures)
      }
    }
  }

  /// Logs work that was given up.
  func write(_ report: WorkReport) {
    write(.error, .workGivenUp) {
      $0.add("kind", report.kind)
      $0.add("id", Int(report.attempt.id))
      $0.add("attempts", report.attempt.number)
      $0.add("reason", report.reason)
    }
  }
}

private struct DatabaseTime: RowDecodable {
  let time: Timestamp
  init(_ row: Row) throws(PostgresError) { time = try row["time"] }
}
