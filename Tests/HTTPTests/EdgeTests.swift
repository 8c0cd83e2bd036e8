import Ground
import HTTP
import Testing

@Suite struct Edges {
  // MARK: Proxies

  private static let proxies = TrustedProxies(
    ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"].compactMap { IPNetwork($0) })

  private static func request(from peer: String, forwarded: String?) throws -> Request {
    var headers = Headers()
    headers[.forwardedFor] = forwarded
    return Request(id: "test", .get, try Target("/"), headers: headers, address: peer)
  }

  @Test(arguments: [
    ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
    ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
    ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  // the first is the caller's own claim
    ("127.0.0.1", "127.0.0.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
    ("127.0.0.1", "203.0.113.9, , 10.1.2.3,", "203.0.113.9"), ("127.0.0.1", ",203.0.113.9,\t,", "203.0.113.9"),
    ("10.9.9.9", "2001:DB8:0:0::1", "2001:db8::1"), ("10.9.9.9", "[2001:db8::1]:4711", "2001:db8::1"),
    ("10.9.9.9", "203.0.113.9:4711", "203.0.113.9"), ("10.9.9.9", "::ffff:203.0.113.9", "203.0.113.9"),
    ("2001:db8:1::5", "\t203.0.113.9 ", "203.0.113.9"),
    ("127.0.0.1", "10.1.2.3, 10.4.5.6", "10.1.2.3"),  // a proxy's own request
  ])
  func `the caller is the last address that is not a trusted proxy`(
    _ peer: String, _ forwarded: String, _ caller: String
  ) throws {
    var request = try Self.request(from: peer, forwarded: forwarded)
    Self.proxies.resolveCaller(of: &request)
    #expect(request.address == caller)
    #expect(!request.isForwarded)
  }

  @Test(arguments: [
    ("203.0.113.9, unknown, 10.1.2.3", "10.1.2.3"), ("unknown", "127.0.0.1"), ("", "127.0.0.1"),
    (" , ,", "127.0.0.1"), ("203.0.113.9\u{0}", "127.0.0.1"), ("unknown, 127.0.0.1", "127.0.0.1"),
  ])
  func `if a proxy does not know its caller, the address is the proxy's, and marked so`(
    _ forwarded: String, _ address: String
  ) throws {
    var request = try Self.request(from: "127.0.0.1", forwarded: forwarded)
    Self.proxies.resolveCaller(of: &request)
    #expect(request.address == address)
    #expect(request.isForwarded)
  }

  @Test(arguments: [("203.0.113.9", proxies), ("127.0.0.1", TrustedProxies())])
  func `an untrusted proxy is the caller, and known to speak for others`(
    _ peer: String, _ proxies: TrustedProxies
  ) throws {
    var request = try Self.request(from: peer, forwarded: "198.51.100.1")
    proxies.resolveCaller(of: &request)
    #expect(request.address == peer)
    #expect(request.isForwarded)
  }

  @Test func `a request that was not forwarded is its peer's`() throws {
    var request = try Self.request(from: "127.0.0.1", forwarded: nil)
    Self.proxies.resolveCaller(of: &request)
    #expect(request.address == "127.0.0.1")
    #expect(!request.isForwarded)
  }

  // MARK: Origins

  private static func permission(
    _ origins: String, for origin: String?, _ openness: Response.Openness = .shown
  ) throws -> String? {
    var headers = Headers()
    headers[.origin] = origin
    return Edge(crossOrigin: try #require(CrossOrigin(origins))).permission(for: headers, openness).first?.value
  }

  @Test func `a page may read responses if its origin is allowed, and only that origin is named`() throws {
    let allowed = "https://app.example.com, http://localhost:5173"
    #expect(try Self.permission(allowed, for: "https://app.example.com") == "https://app.example.com")
    #expect(try Self.permission(allowed, for: "http://localhost:5173") == "http://localhost:5173")
    for other in [
      "https://app.example.com.evil.example", "http://app.example.com", "https://app.example.com:8443", "null", "", "*",
      "https://evil.example/https://app.example.com",
    ] {
      #expect(try Self.permission(allowed, for: other) == nil, "\(other)")
    }
    #expect(try Self.permission(allowed, for: nil) == nil)
    #expect(try Self.permission("", for: "https://app.example.com") == nil)
    for openness in [Response.Openness.open, .placed] {
      #expect(try Self.permission(allowed, for: "http://localhost:5173", openness) == "http://localhost:5173")
      #expect(try Self.permission(allowed, for: "https://evil.example", openness) == nil)
    }
  }

  @Test(arguments: [
    "https://anybody.example", "http://localhost:5173", "https://[2001:db8::1]:8443", "capacitor://localhost",
    "chrome-extension://abcdefghijklmnop", "https://" + String(repeating: "a", count: 247),
  ])
  func `where every page may call, its origin is named, and only what is open is marked for all`(_ origin: String)
    throws
  {
    #expect(try Self.permission("*", for: origin, .open) == "*")
    #expect(try Self.permission("*", for: origin) == origin)
    #expect(try Self.permission("*", for: origin, .placed) == nil)
    #expect(try Self.permission("*", for: nil, .open) == nil)
  }

  @Test(arguments: [
    "null", "", "*", "https://", "://host", "https://a.example/path", "https://a.example https://b.example",
    "https://user@a.example", "https://a.example\u{0}", "https://é.example",
    "https://" + String(repeating: "a", count: 248),
  ])
  func `where every page may call, one without an origin reads only what is open`(_ origin: String) throws {
    #expect(try Self.permission("*", for: origin, .open) == "*")
    #expect(try Self.permission("*", for: origin) == nil)
  }

  @Test(arguments: [
    "app.example.com", "https://", "https://app.example.com/", "https://app.example.com/path", "https://*.example.com",
    "*, https://app.example.com", "https://app.example.com;https://b.example", "ftp://app.example.com",
    "https://user@app.example.com",
  ])
  func `an origin that no browser sends is refused as a setting`(_ text: String) {
    #expect(CrossOrigin(text) == nil)
  }

  // MARK: Pages that may not call

  private static func isForeign(
    _ origin: String?, _ place: String? = nil, host: String? = "bases.example.com", allowed: String = "",
    publicURL: String = "https://Bases.example.com:443/below"
  ) throws -> Bool {
    var headers = Headers()
    (headers[.origin], headers[.fetchSite], headers[.host]) = (origin, place, host)
    let request = Request(id: "test", .post, try Target("/"), headers: headers)
    return try #require(CrossOrigin(allowed)).isForeignPage(request, publicURL: publicURL)
  }

  @Test(arguments: [
    "https://evil.example", "null", "http://other.example.com", "https://bases.example.com:8443",
    "https://bases.example.com.evil.example", "https://evil.example/https://bases.example.com", "bases.example.com",
    "https://b\u{e4}ses.example.com", "https://", "file://",
  ])
  func `a page of another origin is foreign, whatever it calls itself`(_ origin: String) throws {
    #expect(try Self.isForeign(origin))
    #expect(try Self.isForeign(origin, "cross-site"))
    #expect(try Self.isForeign(origin, allowed: "https://app.example.com"))
  }

  @Test func `the service's own pages, allowed ones and programs are not foreign`() throws {
    #expect(try !Self.isForeign(nil))
    #expect(try !Self.isForeign(""))
    #expect(try !Self.isForeign("https://bases.example.com"))
    #expect(try !Self.isForeign("https://BASES.example.com:443"))
    #expect(try !Self.isForeign("https://app.example.com", "cross-site", allowed: "https://app.example.com"))
    #expect(try !Self.isForeign("https://anybody.example", "cross-site", allowed: "*"))
    #expect(try Self.isForeign("null", allowed: "*"))
    // By another name of the host than that of the public URL, with TLS that ends at a proxy or without any.
    #expect(try !Self.isForeign("http://10.0.0.7:8080", host: "10.0.0.7:8080"))
    #expect(try !Self.isForeign("https://10.0.0.7", "same-origin", host: "inner:8080"))
    #expect(try Self.isForeign("http://10.0.0.7:8080", host: nil))
  }

  @Test func `where a browser names no origin, the place that it names counts`() throws {
    for place in ["cross-site", "same-site", "Cross-Site"] {
      #expect(try Self.isForeign(nil, place), "\(place)")
      #expect(try Self.isForeign("", place), "\(place)")
    }
    for place in ["same-origin", "none"] { #expect(try !Self.isForeign(nil, place), "\(place)") }
  }

  @Test func `caches are told if responses depend on the origin`() throws {
    let one = Edge(crossOrigin: try #require(CrossOrigin("https://app.example.com")))
    #expect(one.fields.contains { $0 == ("Vary", "Origin") })
    let all = Edge(crossOrigin: try #require(CrossOrigin("*")))
    #expect(all.fields.contains { $0 == ("Vary", "Origin") })
    #expect(!Edge().fields.contains { $0.name == "Vary" })
  }

  @Test func `browsers are told to stay on https if the public URL has it`() {
    #expect(Edge(isSecure: true).fields.contains { $0 == ("Strict-Transport-Security", "max-age=63072000") })
    let covering = "max-age=63072000; includeSubDomains"
    #expect(
      Edge(isSecure: true, coversSubdomains: true).fields.contains { $0 == ("Strict-Transport-Security", covering) })
    for coversSubdomains in [false, true] {
      let edge = Edge(isSecure: false, coversSubdomains: coversSubdomains)
      #expect(!edge.fields.contains { $0.name == "Strict-Transport-Security" })
    }
  }

  // MARK: Traces

  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let span = "00f067aa0ba902b7"

  @Test(arguments: ["00-TRACE-SPAN-01", "00-TRACE-SPAN-00", "01-TRACE-SPAN-01-what-comes-later"])
  func `a trace is read`(_ text: String) throws {
    let parent = try #require(TraceParent(Self.filled(text)))
    #expect(parent.trace == Self.trace)
    #expect(parent.span == Self.span)
  }

  @Test(arguments: [
    "", "00", "00-TRACE-SPAN", "ff-TRACE-SPAN-01", "00-TRACE-SPAN-01-more", "00-TRACE-SPAN-1", "00_TRACE_SPAN_01",
    "00-00000000000000000000000000000000-SPAN-01", "00-TRACE-0000000000000000-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-SPAN-01", "00-4bf92f3577b34da6a3ce929d0e0e473\"-SPAN-01",
  ])
  func `an invalid trace is ignored`(_ text: String) {
    #expect(TraceParent(Self.filled(text)) == nil)
  }

  private static func filled(_ text: String) -> String {
    text.replacing("TRACE", with: trace).replacing("SPAN", with: span)
  }
}
