internal import CLibPQ
internal import Glibc
internal import Ground
internal import Loop

/// Owns a `PGconn`.
final class Link: @unchecked Sendable {  // Sendable: made by a thread of the pool, then owned by its loop's thread
  let pointer: OpaquePointer
  /// Whether a commit became visible without the synchronous standby, because the wait for it was cancelled. It must
  /// not be reported as successful.
  private(set) var hasUnconfirmedCommit = false
  /// The `Reachability` that counts this connection until it closes.
  private var counted: (by: Reachability, server: String)?

  private init(owning pointer: OpaquePointer) {
    self.pointer = pointer
    PQsetNoticeReceiver(
      pointer,
      { link, notice in
        if let link { Unmanaged<Link>.fromOpaque(link).takeUnretainedValue().take(notice) }
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    PQfinish(pointer)
    if let counted { counted.by.closed(to: counted.server) }
  }

  /// Counts the connection until it is closed.
  fileprivate func count(by reachability: Reachability) {
    counted = (reachability, server)
    reachability.opened(to: server)
  }

  /// Connects. Blocks the calling thread: resolves names and negotiates TLS. With several hosts, tries each one
  /// separately, in the URL's order.
  ///
  /// - Throws: `PostgresError.unavailable` with libpq's reason for each host, which never contains the password.
  static func open(_ url: String, _ parameters: [(name: String, value: String)]) throws(PostgresError) -> Link {
    var reasons: [String] = []
    for host in Hosts.attempts(of: url) {
      // Later parameters override earlier ones, including those in the URL.
      let all = [("dbname", url), ("client_encoding", "UTF8"), ("fallback_application_name", "basekeeper")]
      var link = try connect(all + parameters + host)
      // The parameters from the URL's service file are known only now.
      let kind = Hosts.kind(insteadOf: Hosts.values(PQconninfo(link.pointer))["target_session_attrs"])
      if !kind.isEmpty { link = try connect(all + parameters + host + kind) }
      if link.isOpen { return link }
      reasons.append(link.reason)
    }
    throw .unavailable(reasons.joined(separator: "; "))
  }

  private static func connect(_ parameters: [(name: String, value: String)]) throws(PostgresError) -> Link {
    let pointer = withCStrings(parameters.map(\.name)) { names in
      withCStrings(parameters.map(\.value)) { values in
        PQconnectdbParams(names.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
      }
    }
    guard let pointer else { throw .unavailable("out of memory") }
    return Link(owning: pointer)
  }

  private var isOpen: Bool { PQstatus(pointer) == CONNECTION_OK }

  /// The server, as `host:port`.
  private var server: String {
    let host = String(cString: PQhost(pointer))
    return (host.contains(":") ? "[\(host)]" : host) + ":" + String(cString: PQport(pointer))
  }

  /// Why libpq's last call failed.
  var reason: String { singleLine(PQerrorMessage(pointer)) }

  /// Looks for one notice and ignores all others. It is recognised by the function that it comes from, which is the
  /// same in all of PostgreSQL's languages.
  private func take(_ notice: OpaquePointer?) {
    guard let function = PQresultErrorField(notice, Int32(ErrorField.sourceFunction.rawValue)) else { return }
    if String(cString: function) == "SyncRepWaitForLSN" { hasUnconfirmedCommit = true }
  }
}

extension PostgresError {
  /// The server has committed, but its standby may not have: if the server is lost, the commit is lost, too.
  static let unconfirmedCommit = Self.unavailable("the wait for the synchronous standby was cancelled")
}

/// Opens the connections of one database.
struct Opener: Sendable {
  /// The threads are as many as may wait at once for a server that hangs. Standbys have their own, so that they delay
  /// nothing else.
  private static let threads = BlockingPool(named: "pg-connect", threads: 32, capacity: 4096)
  private static let standbyThreads = BlockingPool(named: "pg-standby", threads: 8, capacity: 4096)

  let settings: Database.Settings

  /// Opens a connection in pipeline mode.
  func open() async throws(PostgresError) -> Link {
    let outcome: Result<Link, PostgresError>
    do throws(BlockingPool.Full) {
      let threads = settings.isStandby ? Self.standbyThreads : Self.threads
      outcome = try await threads.run {
        do throws(PostgresError) { return .success(try connect()) } catch { return .failure(error) }
      }
    } catch {
      throw .unavailable("too many connections are being opened")
    }
    return try outcome.get()
  }

  private func connect() throws(PostgresError) -> Link {
    let session = [
      ("statement_timeout", settings.statementTime), ("lock_timeout", settings.lockTime),
      ("idle_in_transaction_session_timeout", settings.idleTransactionTime),
    ]
    // The data is in memory or on an SSD, and no statement is worth JIT compilation. Prepared statements are planned once,
    // not for the limit of each page. The URL may override this.
    let planning = settings.preparesStatements ? ["-c plan_cache_mode=force_generic_plan"] : []
    let advice = ["-c random_page_cost=1.1", "-c jit=off"] + planning
    // Transactions that write begin with `begin read write`.
    let rules =
      session.map { "-c \($0)=\($1.milliseconds)" } + ["-c TimeZone=UTC", "-c default_transaction_read_only=on"]
    let options = advice + [Hosts.options(of: settings.url)["options"] ?? ""] + rules
    let link = try Link.open(
      settings.url,
      [
        // libpq counts in seconds, for each address, and treats 1 as 2.
        ("connect_timeout", "\(max(2, (settings.connectTime.milliseconds + 999) / 1000))"),
        ("options", options.joined(separator: " ")),
        ("keepalives_idle", "30"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ])
    guard PQsetnonblocking(link.pointer, 1) == 0, PQenterPipelineMode(link.pointer) == 1 else {
      throw .unavailable(link.reason)
    }
    if let reachability = settings.reachability { link.count(by: reachability) }
    return link
  }
}
