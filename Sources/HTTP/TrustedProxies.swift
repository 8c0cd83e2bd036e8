public import Ground

/// The proxies whose `X-Forwarded-For` is believed: each adds at its end the address that it was called from.
public struct TrustedProxies: Sendable {
  private let networks: [IPNetwork]

  /// Proxies by the networks of their addresses; with none, nobody is believed.
  public init(_ networks: [IPNetwork] = []) { self.networks = networks }

  /// Whether an address is one of theirs.
  public func contains(_ address: String) -> Bool {
    !networks.isEmpty && IPAddress(address).map(contains) == true
  }

  /// Notes who is calling: the last address that no proxy of ours has. What stands before it is the caller's own claim.
  /// Where a proxy does not know whom it has been called by, the address is its own.
  public func resolveCaller(of request: inout Request) {
    guard let forwarded = request.headers[.forwardedFor] else { return }
    guard contains(request.address) else {
      request.isForwarded = true
      return
    }
    // An element of blanks alone says nothing (RFC 9110, 5.6.1).
    let hops = forwarded.utf8.split(separator: UInt8(ascii: ",")).filter { !$0.allSatisfy(\.isBlank) }
    if hops.isEmpty { request.isForwarded = true }
    for hop in hops.reversed() {
      guard let address = Self.address(hop) else {
        request.isForwarded = true  // "unknown", or nothing that a proxy would write
        return
      }
      request.address = address.text
      if !contains(address) { return }
    }
  }

  /// Whether an address is one of theirs.
  public func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

  /// `192.0.2.1`, `2001:db8::1`; some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
  private static func address(_ hop: Substring.UTF8View) -> IPAddress? {
    var text = hop.trimmed(of: \.isBlank)
    if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) {
      text = text[..<end].dropFirst()
    } else if let colon = text.firstIndex(of: UInt8(ascii: ":")), colon == text.lastIndex(of: UInt8(ascii: ":")) {
      text = text[..<colon]
    }
    return IPAddress(String(Substring(text)))?.unmapped
  }
}
