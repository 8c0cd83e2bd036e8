import Glibc
import HTTP
import Loop
import Server
import TestSupport
import Testing

/// Waits for the milliseconds in the path.
private let waiting: @Sendable (Request, Loop) async -> Response = { request, loop in
  let time = request.target.segments.first.flatMap { Int($0) } ?? 0
  if time > 0 { await loop.sleep(for: .milliseconds(time)) }
  return echo(request)
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Pipelining {
  @Test func `requests sent at once are answered in order, however long each takes`() async throws {
    try await withServer(handler: waiting) { server in
      let client = try server.client()
      let times = [20, 0, 1, 0, 0, 12, 3, 0, 7, 2]
      client.send(
        times.enumerated().map { "POST /\($1)/\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" }.joined())
      for (number, time) in times.enumerated() { #expect(client.answer()?.body == "POST /\(time)/\(number)? 1:x") }
    }
  }

  @Test func `hundreds of requests in one segment are all answered`() async throws {
    try await withServer { server in
      let client = try server.client()
      client.send((0..<400).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for number in 0..<400 { #expect(client.answer()?.body == "GET /\(number)? 0:") }
    }
  }

  @Test(arguments: [15_000, 16_384, 16_385, 30_000, 70_000, 400_000])
  func `requests sent at once are answered in order, however long the answers are`(_ size: Int) async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, _ in
      let number = UInt8(request.target.segments.first.flatMap { UInt8($0) } ?? 0)
      return Response(200, type: "text/plain", [UInt8](repeating: 97 + number, count: number % 3 == 2 ? 10 : size))
    }
    try await withServer(handler: handler) { server in
      let client = try server.client()
      client.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for number in 0..<20 {
        let letter = String(UnicodeScalar(97 + UInt8(number)))
        #expect(client.answer()?.body == String(repeating: letter, count: number % 3 == 2 ? 10 : size))
      }
    }
  }

  @Test func `handlers wait concurrently, for a short or a long time`() async throws {
    // Half of them wait briefly, and half until all of these have arrived.
    let meetings = (0..<3).map { _ in Meeting(of: 50) }
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      let words = request.target.segments
      if words.first == "long", let round = Int(words[1]) {
        await meetings[round].arrive()
      } else {
        await loop.sleep(for: .milliseconds(2))
      }
      return echo(request)
    }
    try await withServer(loops: 2, handler: handler) { server in
      let clients = try (0..<100).map { _ in try server.client() }
      let (short, long) = (clients[..<50], clients[50...])
      for round in 0..<3 {
        func ask(_ clients: ArraySlice<RawClient>, _ kind: String) {
          for client in clients { client.send("GET /\(kind)/\(round) HTTP/1.1\r\nHost: a\r\n\r\n") }
        }
        ask(long.dropLast(), "long")
        ask(short, "short")
        for client in short { #expect(client.answer()?.status == 200) }
        #expect(await poll { server.log.completed.count == 100 * round + 50 })
        ask(long.suffix(1), "long")
        for client in long { #expect(client.answer()?.status == 200) }
      }
      #expect(server.log.completed.count == 300)
      #expect(server.log.completed.filter { $0.time >= .milliseconds(2) }.count >= 150)
    }
  }

  @Test func `a connection is kept open or closed as the client wishes`() async throws {
    try await withServer { server in
      for (version, wish, isKept) in [
        ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, Close\r\n", false),
        ("1.0", "", false), ("1.0", "Connection: keep-alive\r\n", true),
      ] {
        let client = try server.client()
        client.send("GET / HTTP/\(version)\r\nHost: a\r\n\(wish)\r\n")
        let answer = try #require(client.answer())
        #expect((answer["Connection"]?.lowercased() == "close") == !isKept)
        client.send("GET / HTTP/\(version)\r\nHost: a\r\n\(wish)\r\n")
        #expect((client.answer() != nil) == isKept, "\(version) \(wish)")
      }
    }
  }

  @Test func `a client that has finished sending still gets the answer`() async throws {
    try await withServer(handler: waiting) { server in
      for time in [0, 2, 20] {
        let client = try server.client()
        client.send("GET /\(time) HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        #expect(client.answer()?.status == 200)
        #expect(client.isClosed())
      }
    }
  }

  @Test func `a handler that waits on another thread is answered`() async throws {
    let pool = BlockingPool(named: "waiting", threads: 1, capacity: 1)
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      for _ in 0..<3 { try? await pool.run { _ = usleep(3000) } }
      return loop.isCurrent ? echo(request) : Response(500, type: "text/plain", [])
    }
    try await withServer(handler: handler) { server in
      let client = try server.client()
      for _ in 0..<5 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.answer()?.status == 200)
      }
    }
  }
}
