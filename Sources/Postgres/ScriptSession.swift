internal import CLibPQ

/// A connection for work outside the running service, such as migrations and creating a database. It blocks the calling
/// thread and accepts any text as SQL, so it is not public.
package final class ScriptSession {
  private let link: Link

  /// Connects. The session has no lock timeout and no statement timeout.
  package init(_ url: String) throws(PostgresError) {
    let own = Hosts.options(of: url)["options"] ?? ""
    link = try Link.open(
      url,
      [
        ("connect_timeout", "3"),
        ("options", "\(own) -c statement_timeout=0 -c lock_timeout=0 -c TimeZone=UTC"),
      ])
  }

  /// Runs a script of any number of statements, and discards the results.
  package func run(_ script: String) throws(PostgresError) {
    guard !script.utf8.contains(0) else { throw .invalidText }
    try check(PQexec(link.pointer, script))
  }

  /// Creates a role that may log in. The server gets no more of the password than it keeps.
  package func createLogin(_ role: String, _ password: String?) throws(PostgresError) {
    var command = "create role \(try quoted(role, by: PQescapeIdentifier)) login"
    if let password {
      guard let verifier = PQencryptPasswordConn(link.pointer, password, role, "scram-sha-256") else {
        throw .unavailable(link.reason)
      }
      defer { PQfreemem(verifier) }
      command += " password \(try quoted(String(cString: verifier), by: PQescapeLiteral))"
    }
    try run(command)
  }

  private func quoted(
    _ text: String, by quote: (OpaquePointer?, UnsafePointer<CChar>?, Int) -> UnsafeMutablePointer<CChar>?
  ) throws(PostgresError) -> String {
    guard let quoted = quote(link.pointer, text, text.utf8.count) else { throw .unavailable(link.reason) }
    defer { PQfreemem(quoted) }
    return String(cString: quoted)
  }

  func answer(_ text: String, _ parameters: [PostgresParameter]) throws(PostgresError) -> ResultSet {
    guard !parameters.contains(where: \.hasNUL) else { throw .invalidText }
    return try check(
      parameters.withArrays {
        PQexecParams(link.pointer, text, $0.count, nil, $0.values, $0.lengths, $0.formats, 1)
      })
  }

  /// Whether the session is in a transaction that can still be committed.
  var isInTransaction: Bool { PQtransactionStatus(link.pointer) == PQTRANS_INTRANS }

  @discardableResult
  private func check(_ pointer: OpaquePointer?) throws(PostgresError) -> ResultSet {
    guard let pointer else { throw .unavailable(link.reason) }
    let result = ResultSet(owning: pointer)
    guard !link.hasUnconfirmedCommit else { throw .unconfirmedCommit }
    switch result.status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return result
    default: throw PostgresError(result)
    }
  }
}

/// Whether a server accepts connections. Blocks the calling thread for up to 2 s.
package func acceptsConnections(_ conninfo: String) -> Bool { PQping("\(conninfo) connect_timeout=2") == PQPING_OK }
