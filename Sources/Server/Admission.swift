internal import Glibc
internal import Ground
internal import HTTP
internal import Synchronization
internal import Wire

/// The limits that all loops share: connections, and memory for bodies. A trusted proxy has no limit of its own.
final class Admission: Sendable {
  private let connections: Mutex<Ledger>
  private let bodies: Mutex<Ledger>
  private let proxies: TrustedProxies

  init(_ limits: ServerLimits, _ proxies: TrustedProxies) {
    self.proxies = proxies
    connections = Mutex(Ledger(most: limits.connections, ofAddress: limits.connectionsPerAddress))
    bodies = Mutex(Ledger(most: limits.bodyMemory, ofAddress: limits.bodyMemoryPerAddress))
  }

  /// Counts a connection, and returns nil; if it is one too many, returns the limit.
  func enter(_ peer: Peer) -> Ledger.Shortage? {
    let taker = Ledger.Taker(peer.address, proxies)
    return connections.withLock { $0.take(1, taker) }
  }

  /// Ends a connection that was counted.
  func leave(_ peer: Peer) {
    let taker = Ledger.Taker(peer.address, proxies)
    connections.withLock { $0.giveBack(1, taker) }
  }

  /// The taker that a request's body counts for.
  func taker(for request: Request) -> Ledger.Taker { Ledger.Taker(IPAddress(request.address), proxies) }

  /// Counts bytes of a body, and returns nil; if there is no room for them, returns the limit.
  func take(_ bytes: Int, _ taker: Ledger.Taker) -> Ledger.Shortage? { bodies.withLock { $0.take(bytes, taker) } }

  /// Releases bytes that were counted.
  func giveBack(_ bytes: Int, _ taker: Ledger.Taker) { bodies.withLock { $0.giveBack(bytes, taker) } }
}

/// The other side of a connection.
struct Peer {
  /// Its IP address; nil if it has none.
  let address: IPAddress?

  init(_ address: UnsafePointer<sockaddr>) {
    let raw = UnsafeRawPointer(address)
    let bytes =
      switch Int32(address.pointee.sa_family) {
      case AF_INET: Array(UnsafeRawBufferPointer(start: raw + 4, count: 4))
      case AF_INET6: Array(UnsafeRawBufferPointer(start: raw + 8, count: 16))
      default: [UInt8]()
      }
    self.address = IPAddress(of: bytes)?.unmapped  // an IPv4 client of a socket that listens on `::`
  }

  /// The address as text, without the port; empty if it has none.
  var text: String { address?.text ?? "" }
}
