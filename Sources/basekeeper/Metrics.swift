internal import API
internal import Crypto
internal import Glibc
internal import HTTP
internal import Loop
internal import Postgres
internal import Server
internal import Synchronization

/// What a copy of the service says of itself at `/metrics`: asked of all loops at that moment, so that counting costs
/// nobody a lock.
final class Metrics: Sendable {
  /// A loop and what is counted on it.
  struct Source: Sendable {
    let loop: Loop
    let figures: Figures
    let database: Database
  }

  private let log: Log
  private let passwords: PasswordHasher
  private let sources = Mutex<[Source]>([])
  private let server = Mutex<Server?>(nil)

  init(_ log: Log, _ passwords: PasswordHasher) { (self.log, self.passwords) = (log, passwords) }

  /// Counts what happens on a loop; before it runs.
  func add(_ source: Source) { sources.withLock { $0.append(source) } }

  /// Counts the connections of a server, too.
  func add(_ server: Server) { self.server.withLock { $0 = server } }

  /// Everything, in Prometheus' text format.
  func exposition() async -> [UInt8] {
    var requests: [Figures.Operation: Figures.Requests] = [:]
    var lags: [Histogram] = []
    var load = Database.Load()
    for source in sources.withLock({ $0 }) {
      let (ownRequests, ownLag, ownLoad) = await source.loop.perform {
        (source.figures.requests, source.figures.lag, source.database.load)
      }
      requests.merge(ownRequests) { $0 + $1 }
      lags.append(ownLag)
      load += ownLoad
    }
    let serverLoad = await server.withLock { $0 }?.load

    var text = Exposition()
    text.family("basekeeper_build_info", .gauge, "The version that runs.")
    text.sample("basekeeper_build_info", ["version": version], 1)
    text.add(requests)
    text.single(
      "basekeeper_http_connections", .gauge, "Open connections of clients.", serverLoad?.connections ?? 0)
    text.single("basekeeper_http_requests_running", .gauge, "Requests being answered.", serverLoad?.requests ?? 0)
    text.add(load)
    text.family("basekeeper_loop_lag_seconds", .histogram, "How late an event loop does what is due.")
    for (index, lag) in lags.enumerated() {
      text.histogram("basekeeper_loop_lag_seconds", ["loop": "\(index + 1)"], lag)
    }
    text.single(
      "basekeeper_password_hashes_pending", .gauge, "Passwords being hashed, or waiting for it.", passwords.backlog)
    text.single(
      "basekeeper_log_drops_total", .counter, "Times that log lines were dropped, because nobody read them.",
      log.dropped)
    text.addProcess()
    return Array(text.text.utf8)
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
  /// Requests, and what they were about.
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
    family("basekeeper_token_exchanges_total", .counter, "API tokens that were exchanged for base tokens, by result.")
    for (result, count) in outcomes(of: Self.exchanges, in: requests) {
      sample("basekeeper_token_exchanges_total", ["result": result], count)
    }
    family("basekeeper_logins_total", .counter, "Logins with a password, by result.")
    for (result, count) in outcomes(of: Self.logins, in: requests) {
      sample("basekeeper_logins_total", ["result": result], count)
    }
  }

  /// The operations that exchange a token, and those that take a password.
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

  /// The database, as this copy sees it.
  fileprivate mutating func add(_ load: Database.Load) {
    family("basekeeper_db_connections", .gauge, "Open connections to PostgreSQL: shared by look-ups, free, or in use.")
    sample("basekeeper_db_connections", ["state": "shared"], load.shared)
    sample("basekeeper_db_connections", ["state": "free"], load.leased - load.busy)
    sample("basekeeper_db_connections", ["state": "busy"], load.busy)
    single("basekeeper_db_waiting", .gauge, "Statements that wait for a connection.", load.waiting)
    single("basekeeper_db_unanswered", .gauge, "Statements that were sent and are not answered.", load.unanswered)
    family("basekeeper_db_connects_total", .counter, "Attempts to connect to PostgreSQL, by result.")
    sample("basekeeper_db_connects_total", ["result": "succeeded"], load.history.opened)
    sample("basekeeper_db_connects_total", ["result": "failed"], load.history.refused)
    family("basekeeper_db_errors_total", .counter, "Statements that failed, by kind.")
    for kind in PostgresError.Kind.allCases {
      sample("basekeeper_db_errors_total", ["kind": kind.rawValue], load.history.failures[kind] ?? 0)
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
  let fields = String(decoding: contents(of: "/proc/self/statm") ?? [], as: UTF8.self).split(separator: " ")
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
}

private func openDescriptors() -> Int {
  guard let folder = opendir("/proc/self/fd") else { return 0 }
  defer { closedir(folder) }
  var count = 0
  while readdir(folder) != nil { count += 1 }
  return count - 3  // ".", "..", and the folder itself
}
