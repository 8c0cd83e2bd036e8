/// A network of IPv4 or IPv6 addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
public struct IPNetwork: Sendable, Hashable {
  private let address: IPAddress
  /// How many of the first bits its addresses have in common.
  private let length: Int
  /// More bytes than any network's text has.
  private static let longest = 64

  /// A network as text; bits behind the mask count as zero. Addresses of IPv4 in the clothes of IPv6 are those of IPv4:
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

  /// What is counted as one caller: an address of IPv4, a subscriber's network of IPv6.
  public static func subscriber(of address: IPAddress) -> IPNetwork {
    IPNetwork(address, address.isIPv6 ? IPAddress.subscriberBits : 32)
  }

  /// What is probably of one provider: with IPv4 the first 24 bits, with IPv6 a subscriber's network.
  public static func neighbourhood(of address: IPAddress) -> IPNetwork {
    IPNetwork(address, address.isIPv6 ? IPAddress.subscriberBits : 24)
  }

  /// A site's network; nil with IPv4.
  public static func site(of address: IPAddress) -> IPNetwork? {
    address.isIPv6 ? IPNetwork(address, IPAddress.siteBits) : nil
  }

  /// Several networks, with commas or blanks between; nil where one of them is none.
  public static func list(_ text: String) -> [IPNetwork]? {
    let parts = words(of: text)
    let networks = parts.compactMap(IPNetwork.init)
    return networks.count == parts.count ? networks : nil
  }

  /// Whether the address is one of the network's.
  public func contains(_ address: IPAddress) -> Bool {
    let address = self.address.bytes.count == 4 ? address.unmapped : address
    return address.bytes.count == self.address.bytes.count && address.masked(to: length) == self.address
  }

  /// As PostgreSQL's `cidr` takes it.
  public var text: String { "\(address.text)/\(length)" }
}
