import Ground
import Testing

@Suite struct IPAddresses {
  @Test(arguments: [
    ("192.0.2.1", [192, 0, 2, 1]), ("0.0.0.0", [0, 0, 0, 0]), ("255.255.255.255", [255, 255, 255, 255]),
    ("::", [UInt8](repeating: 0, count: 16)), ("::1", [UInt8](repeating: 0, count: 15) + [1]),
    ("2001:DB8::ff", [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [0xff]),
    ("::ffff:192.0.2.1", [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 192, 0, 2, 1]),
  ])
  func `an address is read`(_ text: String, _ bytes: [UInt8]) {
    #expect(IPAddress(text)?.bytes == bytes)
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"), ("0:0:0:0:0:0:0:0", "::"),
    ("2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"), ("::FFFF:192.0.2.1", "::ffff:192.0.2.1"),
  ])
  func `an address has one text, however it was written`(_ text: String, _ usual: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.text == usual)
    #expect(IPAddress(usual) == address)
  }

  @Test(arguments: [
    "", " ", "192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.2.01", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1/24",
    "192.0.2.1:80", "0x7f.0.0.1", "3221225985", "[::1]", "::1%eth0", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "g::",
    "localhost", "192.0.2.1\n", "192.0.2.1\u{0}", "192.0.2.1\u{0}x", "::1\u{0}", "１92.0.2.1",
  ])
  func `other texts are not addresses`(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("192.0.2.255", 32, "192.0.2.255"), ("192.0.2.255", 31, "192.0.2.254"), ("192.0.2.255", 25, "192.0.2.128"),
    ("192.0.2.255", 24, "192.0.2.0"), ("192.0.2.255", 23, "192.0.2.0"), ("192.0.3.255", 23, "192.0.2.0"),
    ("192.0.2.255", 1, "128.0.0.0"), ("192.0.2.255", 0, "0.0.0.0"), ("2001:db8:ffff::1", 128, "2001:db8:ffff::1"),
    ("2001:db8:ffff::1", 33, "2001:db8:8000::"), ("2001:db8:ffff::1", 32, "2001:db8::"), ("2001:db8::1", 0, "::"),
  ])
  func `a mask keeps only the first bits`(_ text: String, _ bits: Int, _ masked: String) {
    #expect(IPAddress(text)?.masked(to: bits).text == masked)
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1", nil), ("2001:db8:1:2:3::4", "2001:db8:1:2::", "2001:db8:1::"), ("::1", "::", "::"),
  ])
  func `with IPv6, a caller is a network, and a site has many`(_ text: String, _ subscriber: String, _ site: String?) {
    #expect(IPAddress(text)?.subscriber.text == subscriber)
    #expect(IPAddress(text)?.site?.text == site)
  }

  @Test func `an address has four bytes or sixteen`() {
    #expect(IPAddress(of: [192, 0, 2, 1])?.text == "192.0.2.1")
    #expect(IPAddress(of: [UInt8](repeating: 0, count: 16))?.text == "::")
    for count in [0, 3, 5, 15, 17] { #expect(IPAddress(of: [UInt8](repeating: 0, count: count)) == nil) }
  }
}

@Suite struct IPNetworks {
  @Test(arguments: [
    ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24", nil),
    ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1::/48"),
  ])
  func `an address belongs to a subscriber, a neighbourhood and, with IPv6, a site`(
    _ text: String, _ subscriber: String, _ neighbourhood: String, _ site: String?
  ) throws {
    let address = try #require(IPAddress(text))
    #expect(IPNetwork.subscriber(of: address).text == subscriber)
    #expect(IPNetwork.neighbourhood(of: address).text == neighbourhood)
    #expect(IPNetwork.site(of: address)?.text == site)
  }

  @Test(arguments: [
    ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.77/24", "192.0.2.1", true), ("192.0.2.0/24", "192.0.3.0", false),
    ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "203.0.113.9", true),
    ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false), ("::/0", "::1", true),
    ("0.0.0.0/0", "::1", false), ("::/0", "192.0.2.1", false),
    ("::ffff:192.0.2.0/120", "192.0.2.255", true), ("::ffff:192.0.2.0/120", "192.0.3.0", false),
    ("::ffff:192.0.2.1", "192.0.2.1", true), ("::ffff:0:0/96", "203.0.113.9", true),
    ("192.0.2.0/24", "::ffff:192.0.2.9", true), ("::ffff:0:0/95", "192.0.2.1", false),
  ])
  func `a network has the addresses under its mask`(_ network: String, _ address: String, _ isIn: Bool) throws {
    let network = try #require(IPNetwork(network))
    #expect(network.contains(try #require(IPAddress(address))) == isIn)
  }

  @Test(arguments: [
    ("::ffff:192.0.2.77/120", "192.0.2.0/24"), ("::FFFF:c000:0201", "192.0.2.1/32"), ("::ffff:0:0/96", "0.0.0.0/0"),
    ("::ffff:0:0/95", "::fffe:0:0/95"), ("2001:db8::1/96", "2001:db8::/96"),
  ])
  func `an IPv4-mapped network is an IPv4 network`(_ text: String, _ usual: String) {
    #expect(IPNetwork(text)?.text == usual)
  }

  @Test(arguments: ["", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "192.0.2.0/+8", "192.0.2.0/8/8", "::/129", "all"])
  func `other texts are not networks`(_ text: String) {
    #expect(IPNetwork(text) == nil)
  }

  @Test func `networks are read from lists`() {
    #expect(IPNetwork.list("10.1.0.0/8, ::1\n192.0.2.7")?.map(\.text) == ["10.0.0.0/8", "::1/128", "192.0.2.7/32"])
    #expect(IPNetwork.list("")?.isEmpty == true)
    #expect(IPNetwork.list("10.0.0.0/8, nowhere") == nil)
  }
}
