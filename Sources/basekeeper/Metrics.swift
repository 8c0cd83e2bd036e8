internal import API
internal import Access
internal import Cluster
internal import Crypto
internal import Glibc
internal import Ground
internal import HTTP
internal import Jobs
internal import Loop
internal import Postgres
internal import Server
internal import Synchronization

/// The metrics of a copy of the service. They are collected from all loops when `/metrics` is read, so that counting
/// takes no lock.
final class Metrics: Sendable {
  /// A loop, and what it counts.
  struct LoopMetrics: Sendable {
    let loop: Loop
    let figures: Figures
    let database: Database
    let standby: Standby?
    let jobs: JobRunner
  }

  private let log: Log
  private let passwords: PasswordHasher
  private let sources = Mutex<[LoopMetrics]>([])
  private let server = Mutex<Server?>(nil)
  private let statements = Mutex<StatementTurns?>(nil)
  private let watched = Mutex<[(database: String, reachability: Reachability)]>([])

  init(_ log: Log, _ passwords: PasswordHasher) { (self.log, self.passwords) = (log, passwords) }

  /// Adds a loop. Must be called before the loop runs.
  func add(_ source: LoopMetrics) { sources.withLock { $0.append(source) } }

  /// Adds the server whose connections are counted.
  func add(_ server: Server) { self.server.withLock { $0 = server } }

  /// Adds those who wait for clients' SQL.
  func add(_ turns: StatementTurns) { statements.withLock { $0 = turns } }

  /// Counts the connections to a database by server, and logs when the database is reached or lost.
  fileprivate func watch(_ database: String) -> Reachability {
    let reachability = Reachability { [log] change in
      switch change {
      case .reached(let server):
        log.write(.info, .databaseReached) {
          $0.add("database", database)
          $0.add("server", server)
        }
      case .lost(let reason):
        log.write(.error, .databaseLost) {
          $0.add("database", database)
          $0.add("reason", reason)
        }
      }
    }
    watched.withLock { $0.append((database, reachability)) }
    return reachability
  }

  /// All metrics, in Prometheus' text format.
  func exposition() async -> [UInt8] {
    var sum = Sum()
    for source in sources.withLock({ $0 }) { sum.add(await source.loop.perform { source.reading }) }
    let serverLoad = await server.withLock { $0 }?.activity

    var text = Exposition()
    text.family("basekeeper_build_info", .gauge, "The running version.")
    text.sample("basekeeper_build_info", ["version": version], 1)
    text.add(sum.requests)
    text.single("basekeeper_http_connections", .gauge, "Open client connections.", serverLoad?.connections ?? 0)
    text.single("basekeeper_http_requests_running", .gauge, "Requests being answered.", serverLoad?.requests ?? 0)
    text.add(refusals: sum.refusals.merging(["connections": serverLoad?.refusedConnections ?? 0]) { $1 })
    text.add(primary: sum.primary, standby: sum.standby)
    text.family(
      "basekeeper_db_server_connections", .gauge, "Open connections to PostgreSQL, by server.")
    for (database, reachability) in watched.withLock({ $0 }) {
      for (server, count) in reachability.servers.sorted(by: { $0.key < $1.key }) {
        text.sample("basekeeper_db_server_connections", ["database": database, "server": server], count)
      }
    }
    text.family("basekeeper_loop_lag_seconds", .histogram, "How late an event loop runs what is due.")
    for (index, lag) in sum.lags.enumerated() {
      text.histogram("basekeeper_loop_lag_seconds", ["loop": "\(index + 1)"], lag)
    }
    text.add(sum.jobs.values.sorted { $0.name < $1.name })
    text.add(statements: statements.withLock { $0 }?.load ?? (0, 0))
    text.single(
      "basekeeper_password_hashes_pending", .gauge, "Passwords being hashed or waiting to be.", passwords.backlog)
    text.single(
      "basekeeper_log_drops_total", .counter, "How often log lines were dropped because nobody read them.",
      log.dropped)
    text.addProcess()
    return Array(text.text.utf8)
  }
}

extension Database.Settings {
  /// The same settings, with the servers in the metrics and in the log.
  func watched(by metrics: Metrics, as name: String) -> Self {
    var settings = self
    settings.reachability = metrics.watch(name)
    return settings
  }
}

/// The counts of one loop at a moment.
private struct LoopReading: Sendable {
  let requests: [Figures.Operation: Figures.Requests]
  let refusals: [String: Int]
  let lag: Histogram
  let primary: Database.Load
  let standby: (load: Database.Load, isNear: Bool)?
  let jobs: [JobRecord]
}

extension Metrics.LoopMetrics {
  fileprivate var reading: LoopReading {
    LoopReading(
      requests: figures.requests, refusals: figures.refusals, lag: figures.lag, primary: database.load,
      standby: standby.map { ($0.db.load, $0.isNear) }, jobs: jobs.records)
  }
}

/// The counts of all loops.
private struct Sum {
  var requests: [Figures.Operation: Figures.Requests] = [:]
  var refusals: [String: Int] = [:]
  var lags: [Histogram] = []
  var primary = Database.Load()
  /// The standby's load, and the number of loops that read lists from it; nil without a standby.
  var standby: (load: Database.Load, uses: Int)?
  var jobs: [String: JobRecord] = [:]

  mutating func add(_ one: LoopReading) {
    for job in one.jobs { jobs[job.name, default: JobRecord(name: job.name)] += job }
    requests.merge(one.requests) { $0 + $1 }
    refusals.merge(one.refusals, uniquingKeysWith: +)
    lags.append(one.lag)
    primary += one.primary
    guard let own = one.standby else { return }
    var both = standby ?? (Database.Load(), 0)
    both.load += own.load
    both.uses += own.isNear ? 1 : 0
    standby = both
  }
}

extension Figures.Requests {
  fileprivate static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum += right
    return sum
  }
}

// MARK: Families

extension Exposition {
  /// Clients' SQL.
  fileprivate mutating func add(statements: (running: Int, waiting: Int)) {
    family("basekeeper_sql_statements", .gauge, "Clients' SQL statements that run, and that wait for their turn.")
    sample("basekeeper_sql_statements", ["state": "running"], statements.running)
    sample("basekeeper_sql_statements", ["state": "waiting"], statements.waiting)
  }

  /// The requests, by operation.
  fileprivate mutating func add(_ requests: [Figures.Operation: Figures.Requests]) {
    let sorted = requests.sorted { ($0.key.path, $0.key.verb) < ($1.key.path, $1.key.verb) }
    family("basekeeper_http_requests_total", .counter, "Requests by method, route and status.")
    for (operation, own) in sorted {
      for (status, count) in own.byStatus.sorted(by: { $0.key < $1.key }) {
        sample(
          "basekeeper_http_requests_total",
          ["method": operation.verb, "route": operation.path, "status": "\(status)"], count)
      }
    }
    family(
      "basekeeper_http_request_duration_seconds", .histogram,
      "Time from a request's last byte to its answer, by method and route.")
    for (operation, own) in sorted {
      histogram(
        "basekeeper_http_request_duration_seconds", ["method": operation.verb, "route": operation.path], own.times)
    }
    family("basekeeper_token_exchanges_total", .counter, "Exchanges of API tokens for base tokens, by result.")
    for (result, count) in outcomes(of: Self.exchanges, in: requests) {
      sample("basekeeper_token_exchanges_total", ["result": result], count)
    }
    family("basekeeper_logins_total", .counter, "Sign-ins with a password, by result.")
    for (result, count) in outcomes(of: Self.logins, in: requests) {
      sample("basekeeper_logins_total", ["result": result], count)
    }
  }

  /// What limits and caps have refused, also where that is nothing yet.
  fileprivate mutating func add(refusals: [String: Int]) {
    family("basekeeper_limit_refusals_total", .counter, "What a limit or cap has refused, by its name.")
    let names = RateLimiter.Key.names + ["throttled", "connections", "bodies", "address-bodies"]
    for name in names + Cap.allCases.map(\.rawValue) + ContentLimit.allCases.map(\.rawValue) {
      sample("basekeeper_limit_refusals_total", ["limit": name], refusals[name] ?? 0)
    }
  }

  /// The operations that exchange a token.
  private static let exchanges = operations(["getBaseTokenWithApiToken"])
  private static let logins = operations(["getAccountTokenfromUsername"])

  private static func operations(_ names: [String]) -> [Figures.Operation] {
    routes.filter { names.contains($0.operation) }.map { Figures.Operation(method: $0.method, route: $0.path) }
  }

  private func outcomes(
    of operations: [Figures.Operation], in requests: [Figures.Operation: Figures.Requests]
  ) -> KeyValuePairs<String, Int> {
    let all = operations.compactMap { requests[$0]?.byStatus }.flatMap(\.self)
    func count(_ isMeant: (Int) -> Bool) -> Int { all.filter { isMeant($0.key) }.reduce(0) { $0 + $1.value } }
    return [
      "succeeded": count { $0 < 400 }, "throttled": count { $0 == 429 },
      "refused": count { (400..<500).contains($0) && $0 != 429 }, "failed": count { $0 >= 500 },
    ]
  }

  /// The database and its standby, as this copy sees them.
  fileprivate mutating func add(primary: Database.Load, standby: (load: Database.Load, uses: Int)?) {
    let all = [("primary", primary)] + (standby.map { [("standby", $0.load)] } ?? [])
    family("basekeeper_db_connections", .gauge, "Open connections to PostgreSQL: shared by look-ups, free, or in use.")
    for (name, load) in all {
      sample("basekeeper_db_connections", ["database": name, "state": "shared"], load.shared)
      sample("basekeeper_db_connections", ["database": name, "state": "free"], load.leased - load.busy)
      sample("basekeeper_db_connections", ["database": name, "state": "busy"], load.busy)
    }
    family("basekeeper_db_waiting", .gauge, "Statements waiting for a connection.")
    for (name, load) in all { sample("basekeeper_db_waiting", ["database": name], load.waiting) }
    family("basekeeper_db_unanswered", .gauge, "Statements sent and not yet answered.")
    for (name, load) in all { sample("basekeeper_db_unanswered", ["database": name], load.unanswered) }
    family("basekeeper_db_connects_total", .counter, "Attempts to connect to PostgreSQL, by result.")
    for (name, load) in all {
      sample("basekeeper_db_connects_total", ["database": name, "result": "succeeded"], load.history.opened)
      sample("basekeeper_db_connects_total", ["database": name, "result": "failed"], load.history.refused)
    }
    family("basekeeper_db_errors_total", .counter, "Statements that failed, by kind.")
    for (name, load) in all {
      for kind in PostgresError.Cause.allCases {
        sample(
          "basekeeper_db_errors_total", ["database": name, "kind": kind.rawValue], load.history.failures[kind] ?? 0)
      }
    }
    guard let standby else { return }
    single(
      "basekeeper_standby_loops", .gauge, "Event loops that read lists from the standby.",
      standby.uses)
  }

  /// Background jobs.
  fileprivate mutating func add(_ jobs: [JobRecord]) {
    family("basekeeper_job_runs_total", .counter, "Runs of background jobs that have ended, by result.")
    for job in jobs {
      sample("basekeeper_job_runs_total", ["name": job.name, "result": "succeeded"], job.successes)
      sample("basekeeper_job_runs_total", ["name": job.name, "result": "failed"], job.failures)
    }
    family("basekeeper_job_last_run_timestamp_seconds", .gauge, "When the last run of a background job began.")
    for job in jobs {
      guard let start = job.lastStart else { continue }
      sample("basekeeper_job_last_run_timestamp_seconds", ["name": job.name], Double(start.microseconds) / 1e6)
    }
    family("basekeeper_job_last_run_duration_seconds", .gauge, "How long the last run of a background job took.")
    for job in jobs {
      guard let time = job.lastDuration else { continue }
      sample("basekeeper_job_last_run_duration_seconds", ["name": job.name], time / .seconds(1))
    }
  }

  /// The process, under the names that Prometheus' own libraries use.
  fileprivate mutating func addProcess() {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    let microseconds = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    single(
      "process_cpu_seconds_total", .counter, "User and system CPU time.", seconds + microseconds / 1_000_000)
    single("process_resident_memory_bytes", .gauge, "Resident memory.", residentMemory())
    single("process_open_fds", .gauge, "Open file descriptors.", openDescriptors())
  }
}

extension Figures.Operation {
  fileprivate var verb: String { method?.rawValue ?? "none" }
  fileprivate var path: String { route ?? "none" }
}

private func residentMemory() -> Int {
  let fields = (textContents(of: "/proc/self/statm") ?? "").split(separator: " ")
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// The number of open descriptors, without the one that is used to count them.
private func openDescriptors() -> Int { entries(of: "/proc/self/fd").count - 1 }
