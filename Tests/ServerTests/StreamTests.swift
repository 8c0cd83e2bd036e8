import HTTP
import Loop
import Server
import Synchronization
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Streams {
  /// Hands the body to the handler piece by piece.
  private static let streaming: @Sendable (Request, UInt64?) -> HeaderVerdict = { _, _ in .stream(upTo: 20_000_000) }

  /// Answers with the number of bytes and pieces of the body, or says that it was not whole.
  private static let counting: @Sendable (Request, Loop) async -> Response = { request, _ in
    guard let stream = request.stream else { return echo(request) }
    var count = 0
    do {
      for try await piece in stream { count += piece.count }
    } catch {
      return Response(500, type: "text/plain", Array("interrupted".utf8))
    }
    return Response(200, type: "text/plain", Array("\(count)".utf8))
  }

  @Test func `a handler takes a body of any size piece by piece, and what follows is served`() async throws {
    var limits = ServerLimits()
    limits.bodyMemory = 300_000  // less than the bodies
    try await withServer(limits, handler: Self.counting, judge: Self.streaming) { server in
      let client = try server.client()
      let body = [UInt8](repeating: 120, count: 5_000_000)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n")
      client.send(body)
      #expect(client.answer()?.body == "5000000")
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4c4b40\r\n")
      client.send(body)
      client.send("\r\n0\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.body == "5000000")
      #expect(client.answer()?.body == "GET /a? 0:")
    }
  }

  @Test func `a client that sends more than its handler takes is not read`() async throws {
    let reading = Semaphore()
    let pool = BlockingPool(named: "waiting", threads: 1, capacity: 1)
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      try? await pool.run { reading.wait() }
      return await Self.counting(request, loop)
    }
    var limits = ServerLimits()
    limits.bodyMemory = 200_000
    try await withServer(limits, handler: handler, judge: Self.streaming) { server async throws in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
      // The handler begins to read only when some of it waits.
      client.send([UInt8](repeating: 120, count: 100_000))
      #expect(await poll { await server.server.activity.requests == 1 })
      reading.signal()
      client.send([UInt8](repeating: 120, count: 2_900_000))
      #expect(client.answer()?.body == "3000000")
    }
  }

  @Test func `a streamed body may take longer than its time as long as it makes progress`() async throws {
    var limits = ServerLimits()
    limits.bodyTime = .seconds(2)
    try await withServer(limits, handler: Self.counting, judge: Self.streaming) { server in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
      let start = ContinuousClock.now
      for _ in 0..<10 {
        client.send([UInt8](repeating: 120, count: 100_000))
        try await Task.sleep(for: .milliseconds(400))
      }
      #expect(.now - start > limits.bodyTime + .seconds(1))
      #expect(client.answer()?.body == "1000000")
    }
  }

  @Test(arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"], [0, 5])
  func `a streamed body that trickles in is cut, and its handler learns that, however slow it is itself`(
    _ framing: String, _ milliseconds: Int
  ) async throws {
    let ended = TestServer.Log()
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      do {
        for try await _ in try #require(request.stream) { await loop.sleep(for: .milliseconds(milliseconds)) }
      } catch {
        ended.handle(request)
      }
      return echo(request)
    }
    var limits = ServerLimits()
    limits.bodyTime = .seconds(1)
    try await withServer(limits, handler: handler, judge: Self.streaming) { server in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
      let isCut = try await poll {
        try await Task.sleep(for: .milliseconds(50))  // longer than the handler needs for a piece
        // Of two chunks, the second one waits for the handler.
        return !client.send(framing.hasPrefix("C") ? "x" : "1\r\nx\r\n1\r\nx\r\n")
      }
      #expect(isCut)
      #expect(client.answer()?.status == 408)
      #expect(await server.isIdle())
      #expect(ended.handled.count == 1 && server.log.completed.map(\.response.status) == [408])
    }
  }

  @Test func `a body beyond its route's limit is refused, by its length or on the way`() async throws {
    let judge: @Sendable (Request, UInt64?) -> HeaderVerdict = { _, _ in .stream(upTo: 1_000) }
    try await withServer(handler: Self.counting, judge: judge) { server in
      for framing in ["Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"] {
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)")
        client.send([UInt8](repeating: 120, count: 1_001))
        #expect(client.answer()?.status == 413)
        #expect(client.isClosed())
      }
      #expect(await server.isIdle())
    }
  }

  @Test func `a client that waits for 100 Continue gets it when the handler begins to read`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      request.method == .put ? Response(403, type: "text/plain", []) : await Self.counting(request, loop)
    }
    try await withServer(handler: handler, judge: Self.streaming) { server in
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
      #expect(client.answer()?.status == 100)
      client.send("hello")
      #expect(client.answer()?.body == "5")
      client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
      #expect(client.answer()?.status == 403)
      #expect(client.isClosed())
    }
  }

  @Test func `the handler of a client that goes in the middle of its body learns that`() async throws {
    let interrupted = TestServer.Log()
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      let response = await Self.counting(request, loop)
      if response.status == 500 { interrupted.handle(request) }
      return response
    }
    try await withServer(handler: handler, judge: Self.streaming) { server async throws in
      for framing in ["Content-Length: 500\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"] {
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)5\r\n")
        #expect(await poll { await server.server.activity.requests == 1 })
        client.resetOnClose()
      }
      #expect(await server.isIdle())
      #expect(interrupted.handled.count == 2)
    }
  }

  @Test func `an answer may be made piece by piece, with its length or without, and from the request's body`()
    async throws
  {
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      var response = Response(200, type: "text/plain", [])
      if let stream = request.stream {
        response.stream = stream
      } else {
        response.stream = numbers(upTo: 1_000)
        if request.target.segments == ["length"] { response.streamLength = 2_890 }
      }
      return response
    }
    let expected = (0..<1_000).map { "\($0)" }.joined()
    try await withServer(handler: handler, judge: Self.streaming) { server in
      let client = try server.client()
      client.send("GET /length HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.body == expected)
      #expect(client.answer(hasBody: false)?["Transfer-Encoding"] == "chunked")
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.chunkedBody() == expected)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
      client.send([UInt8](repeating: 120, count: 1_000_000))
      #expect(client.chunkedBody()?.utf8.count == 1_000_000)
      client.send("GET / HTTP/1.0\r\n\r\n")
      #expect(client.isClosed())
      #expect(client.rest.hasSuffix("\r\n\r\n" + expected) && !client.rest.contains("chunked"))
    }
  }

  @Test func `pieces that are there at once arrive in order, and whole`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { _, _ in
      var response = Response(200, type: "text/plain", [])
      let count = Mutex(0)
      response.stream = BodyStream {
        let number = count.withLock { count in
          count += 1
          return count
        }
        return number <= 26 ? [UInt8](repeating: 96 + UInt8(number), count: number % 2 == 0 ? 20_000 : 100) : nil
      }
      return response
    }
    let expected = (1...26).map {
      String(repeating: String(UnicodeScalar(96 + UInt8($0))), count: $0 % 2 == 0 ? 20_000 : 100)
    }
    try await withServer(handler: handler) { server in
      let client = try server.client(receiveBuffer: 4_096)
      client.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 3))
      for _ in 0..<3 { #expect(client.chunkedBody() == expected.joined()) }
    }
  }

  @Test func `an answer that breaks off, or is not as long as it said, breaks the connection`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, _ in
      var response = Response(200, type: "text/plain", [])
      response.stream = numbers(upTo: 100, breaking: request.target.segments == ["break"])
      if request.target.segments == ["short"] { response.streamLength = 1_000 }
      if request.target.segments == ["long"] { response.streamLength = 10 }
      return response
    }
    try await withServer(handler: handler) { server in
      for path in ["break", "short", "long"] {
        let client = try server.client()
        client.send("GET /\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.isClosed())
        #expect(client.rest.hasPrefix("HTTP/1.1 200") && !client.rest.hasSuffix("0\r\n\r\n"))
        #expect(!client.isEndedProperly || server.transport == .plain)
      }
      #expect(await server.isIdle())
    }
  }

  @Test func `a client that has taken what there is may wait for the next piece for any time`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { _, loop in
      var response = Response(200, type: "text/plain", [])
      let pieces = Counter()
      response.stream = BodyStream {
        let number = await pieces.next()
        if number == 1 { await loop.sleep(for: .seconds(3)) }
        return number < 2 ? [UInt8](repeating: 120, count: 4_000_000) : nil
      }
      return response
    }
    var limits = ServerLimits()
    limits.sendTime = .seconds(1)
    try await withServer(limits, handler: handler) { server in
      let client = try server.client(receiveBuffer: 4_096)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.chunkedBody()?.utf8.count == 8_000_000)
    }
  }

  @Test func `the pieces of an answer are made as the client takes them`() async throws {
    let made = Counter()
    let handler: @Sendable (Request, Loop) async -> Response = { _, _ in
      var response = Response(200, type: "text/plain", [])
      response.stream = BodyStream { await made.next() < 500 ? [UInt8](repeating: 120, count: 100_000) : nil }
      return response
    }
    var limits = ServerLimits()
    limits.sendTime = .seconds(2)
    try await withServer(limits, handler: handler) { server async throws in
      let client = try server.client(receiveBuffer: 4_096)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await server.isIdle())  // it was cut
      #expect(await made.count < 250)
    }
  }
}

/// The numbers below a limit, each in a piece of its own; then an error, if it breaks.
private func numbers(upTo limit: Int, breaking: Bool = false) -> BodyStream {
  let counter = Counter()
  return BodyStream {
    let number = await counter.next()
    if number < limit { return Array("\(number)".utf8) }
    if breaking { throw BodyStream.Interrupted() }
    return nil
  }
}

private actor Counter {
  private(set) var count = 0

  func next() -> Int {
    count += 1
    return count - 1
  }
}

extension RawClient {
  /// The body of the next answer, which comes in chunks; nil if it does not end.
  fileprivate func chunkedBody() -> String? {
    guard let head = answer(hasBody: false), head["Transfer-Encoding"] == "chunked" else { return nil }
    var body = ""
    while let size = line().flatMap({ Int($0, radix: 16) }) {
      guard let chunk = take(size + 2) else { return nil }
      if size == 0 { return body }
      body += chunk.dropLast()
    }
    return nil
  }
}
