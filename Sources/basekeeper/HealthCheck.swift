internal import Ground
internal import Server

/// Asks the service on this machine for its health: for containers, which have no other program for that.
func checkHealth(_ configuration: Configuration, isLiveEnough: Bool) throws {
  let listen = configuration.listen
  let path = isLiveEnough ? "/healthz" : "/readyz"
  let status: Int
  do throws(Probe.NoAnswer) {
    status = try Probe.status(
      of: path, at: listen.local.host, listen.port, isSecure: configuration.certificateFiles != nil, within: .seconds(5)
    )
  } catch {
    throw Unhealthy(description: "\(listen): \(error)")
  }
  guard status == 200 else { throw Unhealthy(description: "\(listen): \(path) answered with status \(status)") }
  say(isLiveEnough ? "alive" : "ready")
}

private struct Unhealthy: Error, CustomStringConvertible {
  let description: String
}
