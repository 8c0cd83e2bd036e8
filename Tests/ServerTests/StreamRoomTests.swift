import HTTP
import Loop
import Server
import Synchronization
import TestSupport
import Testing

/// What bodies that come piece by piece, and answers that go so, take of the memory for bodies.
@Suite(.ownThread, .timeLimit(.minutes(30))) struct StreamRoom {
  /// Answers with the lengths of the pieces.
  private static let measuring: @Sendable (Request, Loop) async -> Response = { request, _ in
    guard let stream = request.stream else { return echo(request) }
    var lengths: [String] = []
    do {
      for try await piece in stream { lengths.append("\(piece.count)") }
    } catch {
      return Response(500, type: "text/plain", [])
    }
    return Response(200, type: "text/plain", Array(lengths.joined(separator: " ").utf8))
  }

  private static func streaming(_ pieces: Int) -> @Sendable (Request, UInt64?) -> HeaderVerdict {
    { _, _ in .stream(upTo: 20_000_000, pieces: pieces) }
  }

  @Test func `all pieces but the last have the length that was asked for, however they are sent`() async throws {
    try await withServer(handler: Self.measuring, judge: Self.streaming(1_000)) { server in
      let client = try server.client()
      for part in [1, 999, 2_500] {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2500\r\n\r\n")
        for start in stride(from: 0, to: 2_500, by: part) {
          client.send([UInt8](repeating: 120, count: min(part, 2_500 - start)))
        }
        #expect(client.answer()?.body == "1000 1000 500")
      }
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n")
      client.send([UInt8](repeating: 120, count: 2_000))
      client.send("\r\n0\r\n\r\n")
      #expect(client.answer()?.body == "1000 1000")
      let large = 3_000_000
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(large)\r\n\r\n")
      client.send([UInt8](repeating: 120, count: large))
      #expect(client.answer()?.body == Array(repeating: "1000", count: large / 1_000).joined(separator: " "))
    }
  }

  @Test func `what waits to become a piece counts, and a client that trickles it in is cut`() async throws {
    var limits = ServerLimits()
    limits.bodyMemoryPerAddress = 100_000
    limits.bodyTime = .seconds(2)
    try await withServer(limits, handler: Self.measuring, judge: Self.streaming(65_536)) { server in
      let clients = try (0..<3).map { _ in try server.client() }
      for client in clients {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n")
        client.send([UInt8](repeating: 120, count: 40_000))
        if client !== clients.last { #expect(await poll { await server.server.activity.requests > 0 }) }
      }
      let statuses = clients.map { $0.answer()?.status }
      #expect(statuses.filter { $0 == 429 }.count >= 1)
      #expect(statuses.allSatisfy { [429, 408].contains($0) }, "\(statuses)")
      #expect(await server.isIdle())
      let client = try server.client()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n")
      client.send([UInt8](repeating: 120, count: 70_000))
      #expect(client.answer()?.body == "65536 4464")
    }
  }

  @Test func `answers that clients do not take count like bodies`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { _, _ in
      var response = Response(200, type: "text/plain", [])
      response.stream = BodyStream { [UInt8](repeating: 120, count: 65_536) }
      response.streamLength = 1_000_000_000
      return response
    }
    var limits = ServerLimits()
    limits.bodyMemoryPerAddress = 140_000
    try await withServer(limits, handler: handler) { server in
      var slow = try (0..<2).map { _ in try server.client(receiveBuffer: 4_096) }
      for client in slow { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
      #expect(await poll { await server.server.activity.requests == 2 })
      let third = try server.client()
      third.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(third.answer(hasBody: false)?.status == 200)
      third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(third.answer()?.status == 429)
      for client in slow { client.resetOnClose() }
      slow = []
      #expect(await poll { await server.server.activity.requests == 0 })
      third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(third.answer(hasBody: false)?.status == 200)
    }
  }
}
