internal import Glibc

/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Hashable {
  /// Four bytes or sixteen.
  public let bytes: [UInt8]

  /// Whether it leads back to the machine itself: 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// An address of four bytes or sixteen, as the system gives it; nil for any other number of them.
  public init?(of bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// An address as text; nil for anything else, also for one with blanks or a zone.
  public init?(_ text: String) {
    guard !text.utf8.contains(0) else { return nil }  // where C would stop reading
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 {
        self.bytes = bytes
        return
      }
    }
    return nil
  }

  /// The IPv4 address, where this is one in the clothes of IPv6: `::ffff:192.0.2.1`.
  public var unmapped: IPAddress {
    let isMapped = bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    return isMapped ? IPAddress(bytes: Array(bytes.suffix(4))) : self
  }

  /// What one subscriber has, counted as one caller: with IPv6 the network of 64 bits, with IPv4 the address.
  static let subscriberBits = 64
  /// What one site has at most, and with it many subscribers' networks: with IPv6 the network of 48 bits.
  static let siteBits = 48
  /// A site may take as much as so many subscribers together.
  public static let subscribersOfSite = 4

  /// Whether it is an address of IPv6.
  var isIPv6: Bool { bytes.count == 16 }

  /// What is counted as one caller: the address, or, with IPv6, the begin of its subscriber's network.
  public var subscriber: IPAddress { isIPv6 ? masked(to: Self.subscriberBits) : self }

  /// The begin of its site's network; nil with IPv4.
  public var site: IPAddress? { isIPv6 ? masked(to: Self.siteBits) : nil }

  /// The address with zeros behind its first bits.
  public func masked(to bits: Int) -> IPAddress {
    IPAddress(
      bytes: bytes.enumerated().map { index, byte in
        let kept = max(0, min(8, bits - 8 * index))
        return kept == 0 ? 0 : byte & UInt8(truncatingIfNeeded: 0xff << (8 - kept))
      })
  }

  /// The address in its usual form.
  public var text: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
    return String(upToNUL: text)
  }
}
