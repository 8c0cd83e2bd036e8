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
