internal import Ground
internal import HTTP

/// How much of something is taken, in all and by each address. With IPv6, a network of 64 bits counts as one address,
/// and one of 48 bits may take as much as four.
struct Ledger {
  /// An address that takes something. A trusted proxy takes it for many, and has no limit of its own.
  struct Taker: Sendable {
    fileprivate let subscriber: IPAddress?
    fileprivate let site: IPAddress?

    init(_ address: IPAddress?, _ proxies: TrustedProxies) {
      let address = address.flatMap { proxies.contains($0) ? nil : $0 }
      (subscriber, site) = (address?.subscriber, address?.site)
    }
  }

  /// Which limit was reached.
  enum Shortage {
    case inAll
    case ofAddress
  }

  private let most: Int
  private let mostOfAddress: Int
  private let mostOfSite: Int
  private var all = 0
  private var addresses: [IPAddress: Int] = [:]
  private var sites: [IPAddress: Int] = [:]

  /// A ledger of which nothing is taken yet. `mostOfAddress` 0: no limit.
  init(most: Int, ofAddress mostOfAddress: Int) {
    self.most = most
    self.mostOfAddress = mostOfAddress > 0 ? mostOfAddress : .max
    mostOfSite = mostOfAddress > 0 ? IPAddress.subscribersOfSite * mostOfAddress : .max
  }

  /// Takes `count`, and returns nil; if that is too much, takes nothing, and returns the limit.
  mutating func take(_ count: Int, _ taker: Taker) -> Shortage? {
    guard count <= most - all else { return .inAll }
    let own = taker.subscriber.map { addresses[$0, default: 0] } ?? 0
    let ofSite = taker.site.map { sites[$0, default: 0] } ?? 0
    guard taker.subscriber == nil || count <= mostOfAddress - own && count <= mostOfSite - ofSite else {
      return .ofAddress
    }
    all += count
    if let subscriber = taker.subscriber { addresses[subscriber] = own + count }
    if let site = taker.site { sites[site] = ofSite + count }
    return nil
  }

  /// Gives back what was taken.
  mutating func giveBack(_ count: Int, _ taker: Taker) {
    guard count > 0 else { return }
    all -= count
    if let subscriber = taker.subscriber { addresses.subtract(count, from: subscriber) }
    if let site = taker.site { sites.subtract(count, from: site) }
  }
}

extension [IPAddress: Int] {
  fileprivate mutating func subtract(_ count: Int, from address: IPAddress) {
    let left = self[address, default: 0] - count
    self[address] = left > 0 ? left : nil
  }
}
