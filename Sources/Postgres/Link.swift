internal import CLibPQ
internal import Glibc
internal import Loop

/// The only owner of a `PGconn`.
final class Link: @unchecked Sendable {  // Sendable: made by a thread of the pool, then owned by its loop's thread
  let pointer: OpaquePointer

  private init(owning pointer: OpaquePointer) {
    self.pointer = pointer
    PQsetNoticeReceiver(pointer, { _, _ in }, nil)  // notices, and the last words of a server that ends
  }

  deinit { PQfinish(pointer) }

  /// Connects, and blocks the calling thread: names are resolved, TLS is negotiated, several hosts may be tried.
  ///
  /// - Throws: `PostgresError.unavailable` with libpq's reason, which never quotes the password.
  static func open(_ url: String, _ parameters: [(name: String, value: String)]) throws(PostgresError) -> Link {
    // A later parameter wins over an earlier one, and so over what the URL says.
    let all = [("dbname", url), ("client_encoding", "UTF8"), ("fallback_application_name", "basekeeper")] + parameters
    let pointer = withCStrings(all.map(\.0)) { names in
      withCStrings(all.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
    }
    guard let pointer else { throw .unavailable("out of memory") }
    let link = Link(owning: pointer)
    guard PQstatus(pointer) == CONNECTION_OK else { throw .unavailable(link.reason) }
    return link
  }

  /// Why libpq's last call failed.
  var reason: String { singleLine(PQerrorMessage(pointer)) }

  /// The URL's own `options`, the settings of its sessions; empty without.
  static func options(of url: String) -> String {
    guard let parsed = PQconninfoParse(url, nil) else { return "" }
    defer { PQconninfoFree(parsed) }
    var option = parsed
    while let keyword = option.pointee.keyword {
      if String(cString: keyword) == "options", let value = option.pointee.val { return String(cString: value) }
      option += 1
    }
    return ""
  }
}

/// What opens the connections of one database.
struct Opener: Sendable {
  /// As many as may wait at once for a server that hangs; those for a standby hold up nobody else.
  private static let threads = BlockingPool(named: "pg-connect", threads: 32, capacity: 4096)
  private static let standbyThreads = BlockingPool(named: "pg-standby", threads: 8, capacity: 4096)

  let settings: Database.Settings

  /// A connection in pipeline mode.
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
    // What is read is in memory or on an SSD, and no statement is worth being compiled; the URL may say otherwise.
    let advice = ["-c random_page_cost=1.1", "-c jit=off"]
    let rules = session.map { "-c \($0)=\($1.milliseconds)" } + ["-c TimeZone=UTC"]
    let options = advice + [Link.options(of: settings.url)] + rules
    let link = try Link.open(
      settings.url,
      [
        // libpq counts in seconds, for each address, and takes 1 for 2.
        ("connect_timeout", "\(max(2, (settings.connectTime.milliseconds + 999) / 1000))"),
        ("options", options.joined(separator: " ")),
        ("keepalives_idle", "30"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ])
    guard PQsetnonblocking(link.pointer, 1) == 0, PQenterPipelineMode(link.pointer) == 1 else {
      throw .unavailable(link.reason)
    }
    return link
  }
}

extension Duration {
  /// Rounded down.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

/// Calls the body with a NULL-terminated array of C strings.
func withCStrings<Value>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value) -> Value {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies.map { UnsafePointer($0) } + [nil])
}
