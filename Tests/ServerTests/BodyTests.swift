import HTTP
import Loop
import Server
import Testing

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Bodies {
  @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
  func `a body may come with any method, by its length or in chunks`(_ method: String) async throws {
    try await withServer { server in
      let client = try server.client()
      client.send("\(method) /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
      #expect(client.answer()?.body == "\(method) /a? 5:hello")
      client.send(
        "\(method) /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: u\r\n\r\n"
      )
      #expect(client.answer()?.body == "\(method) /b? 5:hello")
    }
  }

  @Test func `a body in pieces arrives whole`() async throws {
    try await withServer { server in
      let body = String(repeating: "0123456789abcdef", count: 12_345)
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(7))
      client.send(String(body.dropFirst(7)))
      #expect(client.answer()?.body == "POST ? \(body.utf8.count):" + body)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      var rest = body.dropFirst(0)
      while !rest.isEmpty {
        let piece = rest.prefix(9_999)
        client.send("\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n")
        rest = rest.dropFirst(9_999)
      }
      client.send("0\r\n\r\n")
      #expect(client.answer()?.body == "POST ? \(body.utf8.count):" + body)
    }
  }

  @Test func `a body of the largest size is accepted, and a byte more is not`() async throws {
    var limits = ServerLimits()
    limits.bodyBytes = 1_000
    try await withServer(limits) { server in
      let body = String(repeating: "x", count: 1_000)
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n\(body)")
      #expect(client.answer()?.status == 200)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(body)\r\n0\r\n\r\n")
      #expect(client.answer()?.status == 200)
      client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(body)\r\n1\r\nx\r\n0\r\n\r\n")
      #expect(client.answer()?.status == 413)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
      #expect(client.answer()?.status == 413)  // before any of it has come
      #expect(client.isClosed())
      #expect(server.log.handled.count == 2)
      #expect(server.log.completed.map(\.response.status) == [200, 200, 413, 413])
      #expect(server.log.completed.last?.inquiry.method == .post)
    }
  }

  @Test func `a client that keeps sending after a refusal can still read it`() async throws {
    try await withServer { server in
      for _ in 0..<20 {
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n")
        let piece = [UInt8](repeating: 0, count: 100_000)
        for _ in 0..<80 where !client.send(piece) { break }
        #expect(client.answer()?.status == 413)
      }
    }
  }

  @Test func `a client that expects 100 Continue gets it, or a refusal`() async throws {
    try await withServer { server in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
      #expect(client.answer()?.status == 100)
      client.send("hello")
      #expect(client.answer()?.body == "POST ? 5:hello")
      client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
      #expect(client.answer()?.status == 100)
      client.send("5\r\nhello\r\n0\r\n\r\n")
      #expect(client.answer()?.body == "POST ? 5:hello")
      client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n\r\n")
      #expect(client.answer()?.status == 413)
      #expect(client.isClosed())
    }
  }

  @Test func `HEAD is answered with the length of the body, but without it`() async throws {
    try await withServer { server in
      let client = try server.client()
      client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer(hasBody: false)?["Content-Length"] == "11")
      client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.body == "GET /a? 0:")
      #expect(server.log.handled.map(\.method) == [.head, .get])
    }
  }

  @Test func `a large answer arrives whole, an empty one too`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, _ in
      let isLarge = request.target.segments == ["large"]
      return Response(isLarge ? 200 : 204, type: "text/plain", isLarge ? [UInt8](repeating: 120, count: 5_000_000) : [])
    }
    try await withServer(handler: handler) { server in
      let client = try server.client()
      client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.body.utf8.count == 5_000_000)
      #expect(client.answer()?.status == 204)
    }
  }
}
