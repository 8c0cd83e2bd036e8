import Foundation
import Ground
import HTTP
import Server
import Testing

@Suite(.ownThread, .timeLimit(.minutes(30))) struct ServerEdges {
  private static let proxies = TrustedProxies(["127.0.0.0/8"].compactMap { IPNetwork($0) })

  @Test func `every answer has the headers that harden browsers, even a refusal`() async throws {
    var limits = ServerLimits()
    (limits.bodyBytes, limits.bodyMemory, limits.bodyTime) = (1_000, 100, .seconds(1))
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
    try await withServer(limits) { server in
      for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("\(post)2\r\n\r\n1", 408),
        ("\(post)1001\r\n\r\n", 413),
        ("GET /\(String(repeating: "a", count: 10_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n", 417),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("\(post)200\r\n\r\n\(String(repeating: "a", count: 200))", 503),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
      ] {
        let client = try server.client()
        client.send(request)
        let answer = try #require(client.answer())
        #expect(answer.status == status)
        #expect(answer["Cache-Control"] == "no-store")
        let policy = try #require(answer["Content-Security-Policy"]).components(separatedBy: "; ")
        for kind in ["default-src", "object-src", "base-uri", "form-action", "frame-ancestors"] {
          #expect(policy.contains("\(kind) 'none'"))
        }
        #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin")
        #expect(answer["Referrer-Policy"] == "no-referrer")
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(answer["X-Request-Id"] == server.log.completed.last?.inquiry.id)
        #expect(answer["Strict-Transport-Security"] == nil)
        #expect(answer["Access-Control-Allow-Origin"] == nil)
      }
    }
  }

  @Test func `a handler's field takes precedence over the server's`() async throws {
    try await withServer { _, _ in
      var response = Response(200, type: "image/png", [])
      response.headers.append(("cross-origin-resource-policy", "cross-origin"))
      return response
    } _: { server in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = try #require(client.answer())
      #expect(answer["Cross-Origin-Resource-Policy"] == "cross-origin")
      #expect(!answer.head.contains("same-origin"))
    }
  }

  @Test func `a page of an allowed origin may read every answer, and one of another origin none`() async throws {
    var limits = ServerLimits()
    limits.bodyBytes = 1_000
    let edge = Edge(crossOrigin: try #require(CrossOrigin("https://app.example.com")))
    try await withServer(limits, edge: edge) { server in
      for (origin, permission) in [
        ("https://app.example.com", "https://app.example.com"), ("https://evil.example", nil),
      ] {
        for length in [0, 1001] {
          let client = try server.client()
          client.send("POST / HTTP/1.1\r\nHost: a\r\nOrigin: \(origin)\r\nContent-Length: \(length)\r\n\r\n")
          let answer = try #require(client.answer())
          #expect(answer.status == (length == 0 ? 200 : 413))
          #expect(answer["Access-Control-Allow-Origin"] == permission)
          #expect(answer["Access-Control-Expose-Headers"]?.contains("Retry-After") == (permission == nil ? nil : true))
          #expect(answer["Vary"] == "Origin")
        }
      }
    }
  }

  @Test func `where pages of every site may call, only what is open to all is marked so`() async throws {
    let edge = Edge(crossOrigin: try #require(CrossOrigin("*")))
    for (openness, named, nameless) in [
      (Response.Openness.open, "*", "*"), (.shown, "https://app.example.com", nil), (.placed, nil, nil),
    ] as [(Response.Openness, String?, String?)] {
      try await withServer(edge: edge) { _, _ in
        var response = Response(200, type: "text/plain", [])
        response.openness = openness
        return response
      } _: { server in
        let client = try server.client()
        for (origin, permission) in [("https://app.example.com", named), ("null", nameless)] {
          client.send("GET / HTTP/1.1\r\nHost: a\r\nOrigin: \(origin)\r\n\r\n")
          let answer = try #require(client.answer())
          #expect(answer["Access-Control-Allow-Origin"] == permission)
          #expect(answer["Access-Control-Allow-Credentials"] == nil)
          #expect(answer["Vary"] == "Origin")
        }
      }
    }
  }

  @Test func `the caller's address is the one that trusted proxies report`() async throws {
    try await withServer(edge: Edge(proxies: Self.proxies)) { server in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 203.0.113.9\r\n\r\n")
      #expect(client.answer()?.status == 200)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.status == 200)
      #expect(server.log.handled.map(\.address) == ["203.0.113.9", "127.0.0.1"])
      #expect(server.log.completed.first?.inquiry.address == "203.0.113.9")
      client.send("GET / HTTP/1.1\r\nX-Request-Id: of-the-proxy\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
      #expect(client.answer()?.status == 400)
      let refused = server.log.completed.last?.inquiry
      #expect(refused?.id == "of-the-proxy" && refused?.address == "203.0.113.9")
      #expect(server.log.turndowns == [Turndown(kind: .malformedRequest, address: "203.0.113.9")])
    }
    try await withServer { server in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
      #expect(client.answer()?.status == 200)
      #expect(server.log.handled.first?.address == "127.0.0.1")
      #expect(server.log.handled.first?.isForwarded == true)
    }
  }

  @Test func `a proxy may have more connections than one address`() async throws {
    var limits = ServerLimits()
    limits.connectionsPerAddress = 1
    try await withServer(limits, edge: Edge(proxies: Self.proxies)) { server in
      let clients = try (0..<5).map { _ in try server.client() }
      for client in clients {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.answer()?.status == 200)
      }
    }
  }
}
