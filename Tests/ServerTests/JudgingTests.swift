import Ground
import HTTP
import Loop
import Server
import TestSupport
import Testing

/// Decisions from the header alone, before a body is read.
@Suite(.ownThread, .timeLimit(.minutes(30))) struct Judging {
  private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  /// Refuses `/no`, asks about `/ask/…`, and reads up to ten bytes for everything else.
  private static let judge: @Sendable (Request, UInt64?) -> HeaderVerdict = { request, _ in
    switch request.target.segments.first {
    case "no": .answer { Response(403, type: "text/plain", Array("no".utf8)) }
    case "ask":
      .ask(upTo: 100_000) {
        request.target.segments.last == "no" ? Response(401, type: "text/plain", []) : nil
      }
    default: .read(upTo: 10)
    }
  }

  @Test(arguments: methods, ["Content-Length: 50", "Transfer-Encoding: chunked"])
  func `a client refused by its header is answered before it sends a body`(
    _ method: String, _ framing: String
  ) async throws {
    try await withServer(judge: Self.judge) { server async throws in
      for path in ["/no", "/ask/no"] {
        let client = try server.client()
        client.send("\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
        #expect(client.answer()?.status == (path == "/no" ? 403 : 401), "\(path)")
        #expect(client.isClosed())
      }
      #expect(server.log.handled.isEmpty)
      #expect(server.log.completed.map(\.response.status) == [403, 401])
      #expect(await server.isIdle())
    }
  }

  @Test(arguments: methods)
  func `a client refused while its body arrives is answered all the same`(_ method: String) async throws {
    try await withServer(judge: Self.judge) { server async throws in
      let client = try server.client()
      client.send("\(method) /no HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
      #expect(client.answer()?.status == 403)
      #expect(client.isClosed())
      #expect(server.log.handled.isEmpty)
    }
  }

  @Test func `a request without a body is not judged`() async throws {
    try await withServer(judge: Self.judge) { server async throws in
      let client = try server.client()
      for _ in 1...2 {
        client.send("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        #expect(client.answer()?.body == "POST /no? 0:")
      }
    }
  }

  @Test func `each request has its own limit, by its length or in chunks`() async throws {
    try await withServer(judge: Self.judge) { server async throws in
      let client = try server.client()
      for (path, size, status) in [
        ("/a", 10, 200), ("/ask/yes", 100_000, 200), ("/ask/yes", 11, 200), ("/a", 11, 413), ("/ask/yes", 100_001, 413),
      ] {
        let body = String(repeating: "x", count: size)
        let chunk = "\(String(size, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
        client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)")
        #expect(client.answer()?.status == status, "\(path) \(size)")
        let other = try server.client()
        other.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
        if status == 200 { other.send(body) }
        #expect(other.answer()?.status == status, "\(path) \(size)")
      }
    }
  }

  @Test func `a client that waits for 100 Continue gets it once the service has decided`() async throws {
    let judge: @Sendable (Request, UInt64?) -> HeaderVerdict = { request, size in
      .ask(upTo: 100) {
        for _ in 1...100 { await Task.yield() }
        return size == 6 ? Response(401, type: "text/plain", []) : nil
      }
    }
    try await withServer(judge: judge) { server async throws in
      let client = try server.client()
      for _ in 1...3 {
        client.send("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(client.answer()?.status == 100)
        client.send("hello")
        #expect(client.answer()?.body == "PUT /a? 5:hello")
      }
      client.send("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n")
      #expect(client.answer()?.status == 401)
      #expect(client.isClosed())
    }
  }

  @Test func `a client that disconnects during the decision leaves nothing behind`() async throws {
    let judging = Gate()
    let judge: @Sendable (Request, UInt64?) -> HeaderVerdict = { _, _ in
      .ask(upTo: 100) {
        await judging.pass()
        return nil
      }
    }
    try await withServer(judge: judge) { server async throws in
      for _ in 1...5 {
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        #expect(await poll { await server.server.activity.requests > 0 })
        client.resetOnClose()
      }
      await judging.open()
      #expect(await server.isIdle())
      #expect(server.log.handled.isEmpty)
    }
  }

  /// Lets no task through until it is opened.
  private actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass() async {
      if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }

    func open() {
      isOpen = true
      for continuation in waiting { continuation.resume() }
      waiting = []
    }
  }
}

/// The limits on bodies in memory.
@Suite(.ownThread, .timeLimit(.minutes(30))) struct BodyMemory {
  private static func limits(_ all: Int, perAddress: Int) -> ServerLimits {
    var limits = ServerLimits()
    (limits.bodyMemory, limits.bodyMemoryPerAddress) = (all, perAddress)
    return limits
  }

  private static let proxy = Edge(proxies: TrustedProxies([IPNetwork("127.0.0.1")].compactMap(\.self)))

  /// Begins a body of 1000 bytes that counts for an address, and sends all but the last byte.
  private static func begin(_ server: TestServer, from address: String) throws -> RawClient {
    let client = try server.client()
    client.send("POST / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(address)\r\nContent-Length: 1000\r\n\r\n")
    client.send(String(repeating: "x", count: 999))
    return client
  }

  /// How many of these bodies, all begun before any is finished, get which status.
  private static func answers(_ server: TestServer, from addresses: [String]) async throws -> [Int: Int] {
    let clients = try addresses.map { try begin(server, from: $0) }
    // Another client's request is answered after what they have sent was read, because there is only one loop.
    for _ in 1...20 {
      let other = try server.client()
      other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(other.answer()?.status == 200)
    }
    var statuses: [Int: Int] = [:]
    for client in clients {
      client.send("x")
      let answer = client.answer()
      #expect(answer?.status == 200 || answer?["Retry-After"] == "1")
      statuses[answer?.status ?? 0, default: 0] += 1
    }
    return statuses
  }

  @Test func `too much in total is answered with 503, and there is room again afterwards`() async throws {
    try await withServer(Self.limits(5_000, perAddress: 0), edge: Self.proxy) { server async throws in
      for _ in 1...2 {
        let statuses = try await Self.answers(server, from: (1...9).map { "192.0.2.\($0)" })
        #expect(statuses == [200: 5, 503: 4])
      }
    }
  }

  @Test func `too much from one address is answered with 429, and does not affect others`() async throws {
    try await withServer(Self.limits(100_000, perAddress: 3_000), edge: Self.proxy) { server async throws in
      for _ in 1...2 {
        let flood = [String](repeating: "192.0.2.1", count: 9)
        #expect(try await Self.answers(server, from: flood + ["192.0.2.2", "192.0.2.3"]) == [200: 5, 429: 6])
      }
    }
  }

  @Test func `with IPv6, a subscriber's network counts as one address, and a site's as four`() async throws {
    try await withServer(Self.limits(100_000, perAddress: 2_000), edge: Self.proxy) { server async throws in
      let subscriber = (1...5).map { "2001:db8:1:1::\($0)" }
      #expect(try await Self.answers(server, from: subscriber) == [200: 2, 429: 3])
      let site = (1...20).map { "2001:db8:1:\($0)::1" }
      #expect(try await Self.answers(server, from: site + ["2001:db8:2::1"]) == [200: 9, 429: 12])
    }
  }

  @Test func `a trusted proxy without a caller's address has no limit of its own`() async throws {
    try await withServer(Self.limits(100_000, perAddress: 2_000), edge: Self.proxy) { server async throws in
      #expect(try await Self.answers(server, from: [String](repeating: "unknown", count: 8)) == [200: 8])
    }
  }

  @Test func `announced but unsent bytes take no room, and dropped ones release it`() async throws {
    try await withServer(Self.limits(5_000, perAddress: 0), edge: Self.proxy) { server async throws in
      let silent = try (1...20).map { _ in
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n")
        return client
      }
      for _ in 1...3 {
        for client in try (1...4).map({ _ in try Self.begin(server, from: "192.0.2.1") }) { client.resetOnClose() }
        #expect(await poll { await server.server.activity.connections == silent.count })
        #expect(try await Self.answers(server, from: ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) == [200: 3])
      }
    }
  }

  @Test func `a body counts until it is answered, even if its client has disconnected`() async throws {
    let finish = Semaphore()
    let handler: @Sendable (Request, Loop) async -> Response = { request, _ in
      if request.method == .put { await pool.wait(for: finish) }
      return echo(request)
    }
    try await withServer(Self.limits(1_500, perAddress: 0), edge: Self.proxy, handler: handler) { server async throws in
      for isGone in [false, true] {
        var waiting: RawClient? = try server.client()
        waiting?.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000))
        #expect(await poll { await server.server.activity.requests == 1 })
        if isGone {
          waiting?.resetOnClose()
          waiting = nil
        }
        #expect(try await Self.answers(server, from: ["192.0.2.1"]) == [503: 1])
        finish.signal()
        if !isGone { #expect(waiting?.answer()?.status == 200) }
        #expect(await poll { await server.server.activity.requests == 0 })
        #expect(try await Self.answers(server, from: ["192.0.2.1"]) == [200: 1])
      }
    }
  }
}

private let pool = BlockingPool(named: "waiting", threads: 1, capacity: 1)

extension BlockingPool {
  fileprivate func wait(for semaphore: Semaphore) async { try? await run { semaphore.wait() } }
}
