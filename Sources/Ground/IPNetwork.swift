/// A network of IPv4 or IPv6 addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
public struct IPNetwork: Sendable, Hashable {
  private let address: IPAddress
  /// The prefix length in bits.
  private let length: Int
  /// No network's text has this many bytes.
  private static let longest = 64

  /// Parses a network. Bits after the prefix count as zero. IPv4-mapped IPv6 networks become IPv4 networks:
  /// `::ffff:192.0.2.0/120` is `192.0.2.0/24`. Nil for anything else.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.longest else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
    var length = address.bytes.count * 8
    if parts.count == 2 {
      guard parts[1].utf8.areDigits, let given = Int(parts[1]), given <= length else {
        return nil
      }
      length = given
    }
    let plain = address.unmapped
    let isMapped = plain.bytes.count < address.bytes.count && length >= 96
    if isMapped { length -= 96 }
    (self.address, self.length) = ((isMapped ? plain : address).masked(to: length), length)
  }

  private init(_ address: IPAddress, _ length: Int) {
    (self.address, self.length) = (address.masked(to: length), length)
  }

  /// What counts as one caller: a single IPv4 address, or a subscriber's IPv6 network.
  public static func subscriber(of address: IPAddress) -> IPNetwork {
    IPNetwork(address, address.isIPv6 ? IPAddress.subscriberBits : 32)
  }

  /// The network that probably belongs to one provider: the first 24 bits with IPv4, the subscriber's network with
  /// IPv6.
  public static func neighbourhood(of address: IPAddress) -> IPNetwork {
    IPNetwork(address, address.isIPv6 ? IPAddress.subscriberBits : 24)
  }

  /// The site's network; nil for IPv4.
  public static func site(of address: IPAddress) -> IPNetwork? {
    address.isIPv6 ? IPNetwork(address, IPAddress.siteBits) : nil
  }

  /// Parses networks separated by commas or blanks. Nil if one of them is invalid.
  public static func list(_ text: String) -> [IPNetwork]? {
    let parts = words(of: text)
    let networks = parts.compactMap(IPNetwork.init)
    return networks.count == parts.count ? networks : nil
  }

  /// Whether the address belongs to the network.
  public func contains(_ address: IPAddress) -> Bool {
    let address = self.address.bytes.count == 4 ? address.unmapped : address
    return address.bytes.count == self.address.bytes.count && address.masked(to: length) == self.address
  }

  /// The network as PostgreSQL's `cidr` accepts it.
  public var text: String { "\(address.text)/\(length)" }
}
