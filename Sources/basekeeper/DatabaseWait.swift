internal import Glibc
internal import Ground
internal import Postgres

/// How long to wait between two attempts to reach the database.
private let pause = 500

/// Waits at the start until the configured database takes connections, for as long as the operator has set; an embedded
/// one is not waited for. False if a signal to end came first.
///
/// - Throws: `PostgresError.unavailable`, with the reason for each host, if it did not come in time.
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
    // What asks for certificates to be read anew has nothing to do yet.
    if let signal = signals.wait(milliseconds: pause), signal != SIGHUP { return false }
  }
}
