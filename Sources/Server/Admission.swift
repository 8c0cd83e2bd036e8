internal import Glibc
internal import HTTP
internal import Synchronization

/// Counts the connections of all loops, in all and by where they come from; a proxy may have as many as it likes.
final class Admission: Sendable {
  private struct Counts {
    var all = 0
    var byNetwork: [UInt64: Int] = [:]
  }

  private let counts = Mutex(Counts())
  private let limit: Int
  private let limitPerNetwork: Int
  private let proxies: TrustedProxies

  init(_ limits: Limits, _ proxies: TrustedProxies) {
    self.proxies = proxies
    limit = limits.connections
    limitPerNetwork = limits.connectionsPerAddress > 0 ? limits.connectionsPerAddress : .max
  }

  /// Counts a connection, unless it is one too many.
  func enter(_ peer: Peer) -> Bool {
    let limitPerNetwork = proxies.contains(peer.text) ? .max : self.limitPerNetwork
    return counts.withLock { counts in
      let count = counts.byNetwork[peer.network, default: 0]
      guard counts.all < limit, count < limitPerNetwork else { return false }
      counts.all += 1
      counts.byNetwork[peer.network] = count + 1
      return true
    }
  }

  /// Ends a connection that was counted.
  func leave(_ peer: Peer) {
    counts.withLock { counts in
      counts.all -= 1
      let count = counts.byNetwork[peer.network, default: 0]
      counts.byNetwork[peer.network] = count > 1 ? count - 1 : nil
    }
  }
}

/// The other side of a connection.
struct Peer {
  /// What is counted as one address: an IPv4 address, or an IPv6 network of 64 bits, which is what one subscriber has.
  let network: UInt64
  private let bytes: [UInt8]

  init(_ address: UnsafePointer<sockaddr>) {
    let raw = UnsafeRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET: bytes = Array(UnsafeRawBufferPointer(start: raw + 4, count: 4))
    case AF_INET6:
      let whole = UnsafeRawBufferPointer(start: raw + 8, count: 16)
      // An IPv4 client of a socket that listens on `::`.
      let isMapped = whole.prefix(10).allSatisfy { $0 == 0 } && whole[10] == 0xff && whole[11] == 0xff
      bytes = Array(whole.suffix(isMapped ? 4 : 16))
    default: bytes = []
    }
    // 0:ffff::/32 is nobody's, so that the two kinds do not meet.
    let mark: UInt64 = bytes.count == 4 ? 0xffff : 0
    network = bytes.prefix(8).reduce(mark) { $0 << 8 | UInt64($1) }
  }

  /// As text, without the port.
  var text: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }
}
