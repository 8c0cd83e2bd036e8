internal import Glibc

/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Hashable {
  /// Four bytes (IPv4) or sixteen (IPv6), in network order.
  public let bytes: [UInt8]

  /// Whether it leads back to the machine itself: 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Makes an address from four or sixteen bytes, as the system gives it; nil for any other number of bytes.
  public init?(of bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Parses an address; nil for anything else, including blanks and zones.
  public init?(_ text: String) {
    guard !text.utf8.contains(0) else { return nil }  // C would stop reading there
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 {
        self.bytes = bytes
        return
      }
    }
    return nil
  }

  /// The IPv4 address if this is an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`); otherwise the address itself.
  public var unmapped: IPAddress {
    let isMapped = bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    return isMapped ? IPAddress(bytes: Array(bytes.suffix(4))) : self
  }

  /// The prefix length of one subscriber's IPv6 network, which counts as one caller.
  static let subscriberBits = 64
  /// The prefix length of the largest IPv6 network that one site gets. It contains many subscribers' networks.
  static let siteBits = 48
  /// A site's limit, as a multiple of a subscriber's.
  public static let subscribersOfSite = 4

  /// Whether this is an IPv6 address.
  var isIPv6: Bool { bytes.count == 16 }

  /// What counts as one caller: the address itself with IPv4, the start of the subscriber's network with IPv6.
  public var subscriber: IPAddress { isIPv6 ? masked(to: Self.subscriberBits) : self }

  /// The start of the site's network; nil for IPv4.
  public var site: IPAddress? { isIPv6 ? masked(to: Self.siteBits) : nil }

  /// The address with all bits after the first `bits` set to zero.
  public func masked(to bits: Int) -> IPAddress {
    IPAddress(
      bytes: bytes.enumerated().map { index, byte in
        let kept = max(0, min(8, bits - 8 * index))
        return kept == 0 ? 0 : byte & UInt8(truncatingIfNeeded: 0xff << (8 - kept))
      })
  }

  /// The address in its usual notation.
  public var text: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
    return String(upToNUL: text)
  }
}
