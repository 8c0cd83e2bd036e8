internal import Glibc
internal import Ground

/// The server cannot listen, with the address and the reason: `127.0.0.1:8080: Address already in use`.
public struct ServerError: Error, CustomStringConvertible {
  /// The address and the reason.
  public let description: String

  init(host: String, port: UInt16, reason: String) {
    description = (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)") + ": \(reason)"
  }

  init(host: String, port: UInt16, code: Int32) {
    self.init(host: host, port: port, reason: systemReason(code))
  }
}
