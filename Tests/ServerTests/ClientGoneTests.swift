import HTTP
import Loop
import Server
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(30))) struct ClientsThatGo {
  /// What a client has sent when it disconnects.
  private static let phases = [
    "", "G", "GET / HT", "GET /0 HTTP/1.1\r\nHost: ", "GET /0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /30 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /0 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf of it",
    "POST /0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "POST /0 HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\nx",
    "GET /30 HTTP/1.1\r\nHost: a\r\n\r\nGET /0 HTTP/1.1\r\nHost: a\r\n\r\nGET /",
    "GET /0/large HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
  ]

  @Test func `hundreds disconnect in every phase, and the service goes on`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      let time = request.target.segments.first.flatMap { Int($0) } ?? 0
      if time > 0 { await loop.sleep(for: .milliseconds(time)) }
      let isLarge = request.target.segments.last == "large"
      return isLarge ? Response(200, type: "text/plain", [UInt8](repeating: 120, count: 8_000_000)) : echo(request)
    }
    try await withServer(loops: 2, handler: handler) { server in
      for round in 0..<40 {
        for phase in Self.phases {
          let client = try server.client()
          client.send(phase)
          if round % 2 == 0 { client.resetOnClose() }
          if round % 4 < 2 { await Task.yield() } else { try await Task.sleep(for: .milliseconds(1)) }
        }
      }
      let client = try server.client()
      client.send("GET /0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(client.answer()?.status == 200)
      #expect(await server.isIdle())
    }
  }

  @Test func `an answer to a client that has just gone ends nothing but its connection`() async throws {
    let gone = Semaphore()
    let handler: @Sendable (Request, Loop) async -> Response = { request, _ in
      // Holds up the loop, so that nothing tells the server before it writes.
      if request.target.segments == ["wait"] { gone.wait() }
      return echo(request)
    }
    try await withServer(handler: handler) { server in
      for round in 1...3 {
        var client: RawClient? = try server.client()
        client?.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await poll { server.log.handled.count == round })
        // What is written after an end and a reset raises SIGPIPE.
        client?.finishSending(properly: false)
        client?.resetOnClose()
        client = nil
        gone.signal()
        #expect(await poll { server.log.completed.count == round })
      }
      #expect(await server.isIdle())
    }
  }

  @Test func `the handler of a disconnected client runs to its end, and its answer is dropped`() async throws {
    let ended = TestServer.Log()
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      await loop.sleep(for: .milliseconds(100))
      ended.handle(request)
      return echo(request)
    }
    try await withServer(handler: handler) { server in
      for round in 1...10 {
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.resetOnClose()
        #expect(await poll { server.log.handled.count == round })
      }
      #expect(await server.isIdle())
      #expect(ended.handled.count == 10)
    }
  }
}
