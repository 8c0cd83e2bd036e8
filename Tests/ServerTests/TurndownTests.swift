import COpenSSL
import HTTP
import Loop
import Server
import TestSupport
import Testing

private let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/// What the server refuses before there is a request, as the log learns of it.
@Suite(.ownThreadOverTLS, .timeLimit(.minutes(30))) struct HandshakeTurndowns {
  @Test func `a handshake that fails is told with the client's address, however it fails`() async throws {
    try await withServer { server in
      let offer = TLSOffer(versions: TLS1_VERSION...TLS1_1_VERSION)
      let old = try RawClient(port: server.port, over: .tls, offering: offer)
      #expect(old.tls?.establish() == false)
      #expect(old.isClosed())
      for text in [request, "SSH-2.0-x\r\n"] {
        let client = try RawClient(port: server.port)
        client.send(text)
        #expect(client.isClosed())
      }
      #expect(await server.isIdle())
      let failure = Turndown(kind: .handshakeFailed, address: "127.0.0.1")
      #expect(server.log.turndowns == [failure, failure, failure])
    }
  }

  @Test func `a handshake that takes too long is told as such`() async throws {
    var limits = ServerLimits()
    limits.headerTime = .milliseconds(500)
    try await withServer(limits) { server in
      let client = try RawClient(port: server.port)
      client.sendPlain([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 7, 7, 7])
      #expect(client.isClosed())
      #expect(await server.isIdle())
      #expect(server.log.turndowns == [Turndown(kind: .handshakeTimedOut, address: "127.0.0.1")])
    }
  }

  @Test func `a balancer that only connects, and a client that is served, are no failures`() async throws {
    try await withServer { server in
      for _ in 0..<20 {
        let client = try RawClient(port: server.port)
        client.finishSending()
        #expect(client.isClosed())
      }
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(client.answer()?.status == 200)
      #expect(await server.isIdle())
      #expect(server.log.turndowns.isEmpty)
    }
  }

  @Test func `a stop fails no handshake`() async throws {
    let server = try TestServer { request, _ in echo(request) }
    let client = try RawClient(port: server.port)
    client.sendPlain([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 7, 7, 7])
    #expect(await poll { await server.server.activity.connections == 1 })
    await server.stop(within: .milliseconds(200))
    #expect(server.log.turndowns.isEmpty)
  }
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct LimitTurndowns {
  @Test(arguments: [
    (1, 0, Turndown.Kind.connection), (100, 1, .connectionOfAddress),
  ])
  func `a connection too many is told with the limit`(
    _ all: Int, _ ofAddress: Int, _ kind: Turndown.Kind
  ) async throws {
    var limits = ServerLimits()
    (limits.connections, limits.connectionsPerAddress) = (all, ofAddress)
    try await withServer(limits) { server in
      let client = try server.client()
      client.send(request)
      #expect(client.answer()?.status == 200)
      let surplus = try server.client()
      #expect(surplus.isClosed())
      #expect(server.log.turndowns == [Turndown(kind: kind, address: "127.0.0.1")])
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", Turndown.Kind.malformedRequest), ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", .unknownRequest),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", .tooLargeRequest),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1", .lateRequest),
  ])
  func `a request that reaches no route is told once, with the kind of its flaw`(
    _ text: String, _ kind: Turndown.Kind
  ) async throws {
    var limits = ServerLimits()
    limits.bodyTime = .seconds(1)
    try await withServer(limits) { server in
      let client = try server.client()
      client.send(text)
      #expect(client.answer()?["Connection"] == "close")
      #expect(server.log.turndowns == [Turndown(kind: kind, address: "127.0.0.1")])
    }
  }

  @Test(arguments: [(1000, 0, Turndown.Kind.body, 503), (100_000, 1000, .bodyOfAddress, 429)])
  func `a body without room is told once, with the limit`(
    _ all: Int, _ ofAddress: Int, _ kind: Turndown.Kind, _ status: Int
  ) async throws {
    var limits = ServerLimits()
    (limits.bodyMemory, limits.bodyMemoryPerAddress) = (all, ofAddress)
    try await withServer(limits) { server in
      let client = try server.client()
      let body = String(repeating: "x", count: 50_000)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + body)
      #expect(client.answer()?.status == status)
      #expect(server.log.turndowns == [Turndown(kind: kind, address: "127.0.0.1")])
    }
  }
}
