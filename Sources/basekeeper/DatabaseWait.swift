internal import Glibc
internal import Ground
internal import Postgres

extension Configuration {
  /// The error, with what to do if it comes of TLS that was asked for by default.
  func explained(_ error: PostgresError) -> PostgresError {
    guard asksForTLSByDefault, case .unavailable(let reason) = error,
      reason.contains("SSL") || reason.contains("certificate")
    else { return error }
    return .unavailable(
      """
      \(reason); a PostgreSQL on another machine must prove with TLS that it is the one in the URL: if the network needs \
      no TLS, add sslmode=disable to DATABASE_URL; if the certificate is of an authority of your own, add sslrootcert
      """)
  }
}

/// The pause between two attempts to reach the database, in milliseconds.
private let pause = 500

/// At the start, waits until the configured database takes connections, at most for the time that the operator has set.
/// It does not wait for an embedded one. False if a signal to end came first.
///
/// - Throws: `PostgresError.unavailable`, with the reason for each host, if the time is over.
func waitForDatabase(_ configuration: Configuration, _ signals: Signals, _ log: Log) throws -> Bool {
  guard let url = configuration.ownerURL ?? configuration.databaseURL else { return true }
  let deadline = ContinuousClock.now + configuration.databaseWait
  var told: String?
  while true {
    do throws(PostgresError) {
      _ = try ScriptSession(url)
      return true
    } catch {
      guard case .unavailable(let reason) = error, ContinuousClock.now < deadline else {
        throw configuration.explained(error)
      }
      if told != reason {
        log.write(.warning, .waitingForDatabase) {
          $0.add("seconds", Int(ContinuousClock.now.duration(to: deadline) / .seconds(1)))
          $0.add("reason", reason)
        }
        told = reason
      }
    }
    // SIGHUP is ignored: there is no certificate to read again yet.
    if let signal = signals.wait(milliseconds: pause), signal != SIGHUP { return false }
  }
}
