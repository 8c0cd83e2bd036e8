internal import Glibc
internal import Ground
internal import Postgres

/// The pause between two attempts to reach the database, in milliseconds.
private let pause = 500

/// At the start, waits until the configured database takes connections, at most for the time that the operator has set.
/// It does not wait for an embedded one. False if a signal to end came first.
///
/// - Throws: `PostgresError.unavailable`, with the reason for each host, if the time is over.
func waitForDatabase(_ configuration: Configuration, _ signals: Signals, _ log: Log) throws -> Bool {
  guard let url = configuration.databaseURL else { return true }
  let deadline = ContinuousClock.now + configuration.databaseWait
  var told: String?
  while true {
    do throws(PostgresError) {
      _ = try ScriptSession(url)
      return true
    } catch {
      guard case .unavailable(let reason) = error, ContinuousClock.now < deadline else { throw error }
      if told != reason {
        log.write(.warning, "waiting for the database") {
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
