public import Ground

/// The proxies whose `X-Forwarded-For` is trusted. Each appends the address that it was called from.
public struct TrustedProxies: Sendable {
  private let networks: [IPNetwork]

  /// Trusts proxies in the given networks. Without any, `X-Forwarded-For` is never trusted.
  public init(_ networks: [IPNetwork] = []) { self.networks = networks }

  /// Whether an address is that of a trusted proxy.
  public func contains(_ address: String) -> Bool {
    !networks.isEmpty && IPAddress(address).map(contains) == true
  }

  /// Sets the request's address to the client's: the last address that is not a trusted proxy's. What comes before it
  /// is only the client's own claim. If a proxy does not know its caller, the address is the proxy's own.
  public func resolveCaller(of request: inout Request) {
    guard request.headers[.forwardedFor] != nil else { return }
    (request.address, request.isForwarded) = caller(of: request.headers, from: request.address)
  }

  /// The client's address for a request with these fields from this address, and whether it is a proxy's because the
  /// client's is unknown.
  public func caller(of headers: Headers, from peer: String) -> (address: String, isForwarded: Bool) {
    guard let forwarded = headers[.forwardedFor] else { return (peer, false) }
    guard contains(peer) else { return (peer, true) }
    // Empty elements are allowed, and mean nothing (RFC 9110, 5.6.1).
    let hops = forwarded.utf8.split(separator: UInt8(ascii: ",")).filter { !$0.allSatisfy(\.isBlank) }
    var caller = peer
    for hop in hops.reversed() {
      guard let address = Self.address(hop) else { return (caller, true) }  // "unknown", or what no proxy would write
      caller = address.text
      if !contains(address) { break }
    }
    return (caller, hops.isEmpty)
  }

  /// Whether an address is that of a trusted proxy.
  public func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

  /// Parses `192.0.2.1` or `2001:db8::1`. Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
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
