import HTTP
import Loop
import Server
import TestSupport
import Testing

private let waiting: @Sendable (Request, Loop) async -> Response = { request, loop in
  if let time = request.target.segments.first.flatMap({ Int($0) }) { await loop.sleep(for: .milliseconds(time)) }
  return echo(request)
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Shutdown {
  @Test func `running requests are answered, each as the last of its connection`() async throws {
    let end = Meeting(of: 21)
    let server = try TestServer(loops: 2) { request, _ in
      await end.arrive()
      return echo(request)
    }
    let clients = try (0..<20).map { _ in try server.client() }
    for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
    #expect(await poll { server.log.handled.count == 20 })
    async let stopped: Void = server.stop(within: patience)
    #expect(await poll { (try? server.client()) == nil })
    await end.arrive()
    for client in clients {
      let answer = client.answer()
      #expect(answer?.status == 200)
      #expect(answer?["Connection"] == "close")
      #expect(client.isClosed())
    }
    await stopped
  }

  @Test func `idle connections are closed soon, and new ones are refused`() async throws {
    let server = try TestServer(waiting)
    let port = server.port
    let client = try server.client()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.answer()?.status == 200)
    await server.stop(within: .seconds(3600))
    #expect(client.isClosed())
    #expect(throws: RawClient.Failure.self) { try RawClient(port: port) }
  }

  @Test func `an idle connection may get one last answer`() async throws {
    let server = try TestServer(waiting)
    let client = try server.client()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.answer()?["Connection"] == nil)
    async let stopped: Void = server.stop(within: patience)
    #expect(await poll { (try? server.client()) == nil })
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.answer()?["Connection"] == "close")
    #expect(client.isClosed())
    await stopped
  }

  @Test func `a client still receiving an answer holds nothing up once it has it`() async throws {
    var limits = ServerLimits()
    limits.idleTime = .seconds(3600)
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
    let server = try TestServer(limits: limits) { _, _ in Response(200, type: "text/plain", body) }
    let client = try server.client(receiveBuffer: 4_096)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(await poll { server.log.completed.count == 1 })
    async let stopped: Void = server.stop(within: .seconds(3600))
    #expect(await poll { (try? server.client()) == nil })
    let answer = client.answer()
    #expect(answer?.body.utf8.count == body.count)
    #expect(answer?["Connection"] == nil)
    #expect(client.isClosed())
    await stopped
  }

  @Test func `the server waits for a body that is on its way`() async throws {
    let server = try TestServer(waiting)
    let client = try server.client()
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
    #expect(await poll { await server.server.activity.connections == 1 })
    async let stopped: Void = server.stop(within: patience)
    #expect(await poll { (try? server.client()) == nil })
    client.send("lo")
    #expect(client.answer()?.body == "POST ? 5:hello")
    await stopped
  }

  @Test func `a client that connected before the stop is served`() async throws {
    // No loop runs yet, so all of them wait to be accepted.
    let loop = try Loop()
    let server = try Server(
      host: "127.0.0.1", port: 0, loops: [Server.Worker(loop: loop, handler: { echo($0) })])
    let clients = try (0..<50).map { _ in try RawClient(port: server.port) }
    for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
    async let stopped: Void = server.stop(within: patience)
    let thread = loop.start(named: "test loop")
    for client in clients { #expect(client.answer()?.status == 200) }
    await stopped
    loop.stop()
    thread.join()
  }

  @Test func `a connection that takes too long is closed as it is`() async throws {
    let server = try TestServer(waiting)
    let running = try (0..<5).map { _ in try server.client() }
    for client in running { client.send("GET /3600000 HTTP/1.1\r\nHost: a\r\n\r\n") }
    let sending = try server.client()
    sending.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
    #expect(await poll { server.log.handled.count == 5 })
    await server.stop(within: .milliseconds(200))
    for client in running + [sending] {
      #expect(client.answer() == nil)
      #expect(client.isClosed())
    }
  }

  @Test func `nothing is lost if connections arrive while the server stops`() async throws {
    for _ in 0..<10 {
      let server = try TestServer(loops: 2) { request, loop in
        await loop.sleep(for: .milliseconds(1))
        return echo(request)
      }
      let (port, transport) = (server.port, server.transport)
      let other = try Loop()
      let thread = other.start(named: "test")
      let clients = Task.detached(executorPreference: other) {
        var lost = 0
        for _ in 0..<2_000 {
          guard let client = try? RawClient(port: port, over: transport) else { break }
          client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
          if client.answer()?.status != 200 { lost += 1 }
        }
        return lost
      }
      #expect(await poll { server.log.completed.count > 5 })
      await server.stop()
      // One for each loop may have arrived between the last look at the queue and its end.
      #expect(await clients.value <= 2)
      other.stop()
      thread.join()
    }
  }

  @Test func `a server that stops twice, or was never used, also ends`() async throws {
    let server = try TestServer(loops: 3, waiting)
    await server.server.stop(within: .seconds(1))
    await server.stop()
  }
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Addresses {
  @Test func `a port that is in use is an error that says so`() async throws {
    try await withServer(loops: 2) { server in
      let loop = try Loop()
      let error = #expect(throws: ServerError.self) {
        try Server(host: "127.0.0.1", port: server.port, loops: [Server.Worker(loop: loop, handler: { echo($0) })])
      }
      #expect(error?.description == "127.0.0.1:\(server.port): Address already in use")
    }
  }

  @Test func `an address that is not ours is an error that says so`() throws {
    for (host, text) in [("192.0.2.1", "192.0.2.1:9"), ("no host", "no host:9"), ("2001:db8::1", "[2001:db8::1]:9")] {
      let loop = try Loop()
      let error = #expect(throws: ServerError.self) {
        try Server(host: host, port: 9, loops: [Server.Worker(loop: loop, handler: { echo($0) })])
      }
      #expect(error?.description.hasPrefix(text + ": ") == true, "\(error?.description ?? "")")
    }
  }

  @Test func `a port is free again once the server has stopped`() async throws {
    let loop = try Loop()
    let thread = loop.start(named: "test loop")
    // Another process may take the port meanwhile, but not each time.
    var second: Server?
    for _ in 0..<10 where second == nil {
      let first = try TestServer(waiting)
      let client = try first.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(client.answer()?.status == 200)
      await first.stop()
      second = try? Server(
        host: "127.0.0.1", port: first.port, loops: [Server.Worker(loop: loop, handler: { echo($0) })])
    }
    try await #require(second).stop(within: .seconds(1))
    loop.stop()
    thread.join()
  }

  @Test func `a socket on all addresses recognises IPv4 clients`() async throws {
    let server = try TestServer(host: "::", waiting)
    let client = try server.client()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.answer()?.status == 200)
    #expect(server.log.handled.first?.address == "127.0.0.1")
    await server.stop()
  }
}
