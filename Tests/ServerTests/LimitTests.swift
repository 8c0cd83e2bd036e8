import HTTP
import Loop
import Server
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(30))) struct SizeLimits {
  @Test func `a header that is too large is answered with 431, whatever its size and shape`() async throws {
    var limits = ServerLimits()
    limits.headerBytes = 4_096
    try await withServer(limits) { server in
      for size in stride(from: 4_000, through: 9_000, by: 37) {
        for count in [1, 20] {
          let fields = (0..<count).map { "X-\($0): \(String(repeating: "v", count: size / count))\r\n" }.joined()
          let client = try server.client()
          client.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
          let answer = client.answer()
          #expect(answer?.status == 431, "\(count) fields, \(size) bytes")
          #expect(answer?["Content-Type"] == "application/json" && answer?["Cache-Control"] == "no-store")
          #expect(answer?["X-Content-Type-Options"] == "nosniff" && answer?["X-Request-Id"] != nil)
          #expect(client.isClosed())
        }
      }
      #expect(server.log.handled.isEmpty)
      #expect(server.log.completed.allSatisfy { $0.response.status == 431 })
      #expect(server.log.completed.count == 272)
    }
  }

  @Test func `a header of the largest size is served, with a body and a long answer header`() async throws {
    var limits = ServerLimits()
    limits.headerBytes = 4_096
    let handler: @Sendable (Request, Loop) async -> Response = { request, _ in
      var response = echo(request)
      response.headers += (0..<10).map { ("X-Answer-\($0)", String(repeating: "y", count: 80)) }
      return response
    }
    try await withServer(limits, handler: handler) { server in
      let start = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\nX: "
      let header = start + String(repeating: "v", count: 4_096 - 3 * 64 - start.utf8.count - 4) + "\r\n\r\n"
      let client = try server.client()
      for _ in 0..<3 {
        client.send(header + String(repeating: "b", count: 9_000))
        #expect(client.answer()?.status == 200)
      }
      client.send(header.replacing("\r\n\r\n", with: "v\r\n\r\n"))
      #expect(client.answer()?.status == 431)
    }
  }

  @Test func `a target that is too long is answered with 414`() async throws {
    var limits = ServerLimits()
    limits.targetBytes = 1_000
    try await withServer(limits) { server in
      for (length, status) in [(1_000, 200), (1_001, 414), (10_000, 414), (100_000, 414)] {
        let client = try server.client()
        client.send("GET /\(String(repeating: "a", count: length - 1)) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.answer()?.status == status, "\(length)")
      }
    }
  }
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct ConnectionLimits {
  @Test func `connections are limited over all loops, and a closed one makes room`() async throws {
    var limits = ServerLimits()
    limits.connections = 4
    try await withServer(limits, loops: 2) { server in
      var clients = try (0..<4).map { _ in try server.client() }
      for client in clients {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.answer()?.status == 200)
      }
      let surplus = try server.client()
      #expect(surplus.isClosed())
      #expect(await server.server.activity.connections == 4)
      clients.removeLast()
      #expect(
        try await poll {
          let client = try server.client()
          client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
          return client.answer()?.status == 200
        })
    }
  }

  @Test func `connections of one address are limited`() async throws {
    var limits = ServerLimits()
    limits.connectionsPerAddress = 2
    try await withServer(limits, loops: 2) { server in
      let clients = try (0..<2).map { _ in try server.client() }
      for client in clients {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.answer()?.status == 200)
      }
      for _ in 0..<5 {
        let surplus = try server.client()
        #expect(surplus.isClosed())
      }
      #expect(await server.server.activity.connections == 2)
      #expect(await server.server.activity.refusedConnections == 5)
    }
  }

  @Test func `zero is no limit for one address`() async throws {
    var limits = ServerLimits()
    limits.connectionsPerAddress = 0
    try await withServer(limits) { server in
      let clients = try (0..<20).map { _ in try server.client() }
      for client in clients {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.answer()?.status == 200)
      }
    }
  }
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Deadlines {
  /// Short for a test that waits for them, but long for a client that acts at once.
  private static var short: ServerLimits {
    var limits = ServerLimits()
    limits.headerTime = .seconds(2)
    limits.bodyTime = .seconds(2)
    limits.idleTime = .seconds(2)
    limits.sendTime = .seconds(2)
    return limits
  }

  /// Sends the text repeatedly until the other side closes the connection; false if it does not.
  private func drip(_ text: String, to client: RawClient) async -> Bool {
    await poll { !client.send(text) }
  }

  @Test func `a silent client is cut`() async throws {
    try await withServer(Self.short) { server in
      let client = try server.client()
      #expect(client.isClosed())
      #expect(client.rest == "" && server.log.completed.isEmpty)
    }
  }

  @Test func `a header that trickles in is cut, while others are served`() async throws {
    try await withServer(Self.short) { server in
      let slow = try server.client()
      slow.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
      let other = try server.client()
      var served = 0
      while slow.send("x") {
        other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(other.answer()?.status == 200)
        served += 1
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(served > 0)
      #expect(server.log.handled.count == served)
      #expect(slow.answer()?.status == 408)
    }
  }

  @Test(arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"])
  func `a body that trickles in is cut`(_ framing: String) async throws {
    try await withServer(Self.short) { server in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
      #expect(await drip(framing.hasPrefix("C") ? "x" : "1\r\nx\r\n", to: client))
      #expect(client.answer()?.status == 408)
      #expect(server.log.handled.isEmpty)
      #expect(server.log.completed.map(\.response.status) == [408])
      #expect(await server.isIdle())
    }
  }

  @Test func `an idle connection is cut after an answer, and an active one is not`() async throws {
    try await withServer(Self.short) { server in
      let busy = try server.client()
      let silent = try server.client()
      silent.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(silent.answer()?.status == 200)
      // For longer than either may be silent.
      let end = ContinuousClock.now + Self.short.idleTime + .seconds(1)
      while ContinuousClock.now < end {
        busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(busy.answer()?.status == 200)
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(silent.isClosed())
    }
  }

  @Test func `a client that does not take its answer is cut`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { _, _ in
      Response(200, type: "text/plain", [UInt8](repeating: 120, count: 30_000_000))
    }
    try await withServer(Self.short, handler: handler) { server in
      let client = try server.client(receiveBuffer: 4_096)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await poll { server.log.completed.count == 1 })
      #expect(await server.isIdle())
      #expect(client.answer() == nil)
    }
  }

  @Test func `a running handler is never cut`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      await loop.sleep(for: .seconds(4))
      return echo(request)
    }
    try await withServer(Self.short, handler: handler) { server in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
      #expect(client.answer()?.status == 200)
    }
  }
}
