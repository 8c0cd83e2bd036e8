import COpenSSL
import Glibc
import HTTP
import Loop
import Server
import TestSupport
import Testing

private let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/// The beginning of a handshake that does not go on: a record of 512 bytes is announced.
private let halfHandshake: [UInt8] = [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 7, 7, 7]

/// The CPU time of this thread.
private func threadTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

extension TestServer {
  fileprivate func client(offering offer: TLSOffer, resuming former: [UInt8]? = nil) throws -> RawClient {
    try RawClient(port: port, over: .tls, offering: offer, resuming: former)
  }
}

@Suite(.ownThreadOverTLS, .timeLimit(.minutes(30))) struct Handshaking {
  private static let old = TLS1_2_VERSION...TLS1_2_VERSION
  private static let weak = [
    TLSOffer(versions: TLS1_VERSION...TLS1_1_VERSION), TLSOffer(versions: TLS1_VERSION...TLS1_VERSION),
    TLSOffer(versions: old, oldSuites: "ECDHE+AES128+SHA256:ECDHE+AES256+SHA384:ECDHE+SHA1"),
    TLSOffer(versions: old, oldSuites: "kRSA:kDHE"), TLSOffer(versions: old, signatures: "ECDSA+SHA1:RSA+SHA1"),
    TLSOffer(groups: "P-521"),
  ]

  @Test func `TLS 1.3 and 1.2 are offered, with authenticated ciphers`() async throws {
    try await withServer { server in
      for (offer, expected) in [
        (.usual, "TLSv1.3 x25519 TLS_AES_256_GCM_SHA384"),
        (TLSOffer(groups: "P-256:X25519"), "TLSv1.3 secp256r1 TLS_AES_256_GCM_SHA384"),
        (TLSOffer(suites: "TLS_CHACHA20_POLY1305_SHA256"), "TLSv1.3 x25519 TLS_CHACHA20_POLY1305_SHA256"),
        (.old, "TLSv1.2 x25519 ECDHE-ECDSA-AES256-GCM-SHA384"),
      ] as [(TLSOffer, String)] {
        let client = try server.client(offering: offer)
        client.send(request)
        #expect(client.answer()?.status == 200, "\(offer)")
        #expect(client.tls?.summary == expected)
      }
    }
  }

  @Test func `HTTP/1.1 is chosen, and a client that speaks only something else is refused`() async throws {
    try await withServer { server in
      for (offer, chosen) in [(["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), (["h2", "spdy/3"], nil)] {
        let client = try server.client()
        client.tls?.offer(offer)
        #expect(client.tls?.establish() == (chosen != nil))
        #expect(client.tls?.chosenProtocol == chosen)
      }
    }
  }

  @Test(arguments: weak)
  func `old and weak TLS is refused`(_ offer: TLSOffer) async throws {
    try await withServer { server in
      let client = try server.client(offering: offer)
      #expect(client.tls?.establish() == false)
      #expect(client.isClosed())
      #expect(await server.isIdle())
    }
  }

  @Test(arguments: [TLSOffer.usual, .old])
  func `a client that returns, to any loop, resumes its session`(_ offer: TLSOffer) async throws {
    try await withServer(loops: 2) { server in
      var remembrance: [UInt8]?
      for round in 0..<8 {
        let client = try server.client(offering: offer, resuming: remembrance)
        client.send(request)
        #expect(client.answer()?.status == 200)
        #expect(client.tls?.isResumed == (round > 0))
        remembrance = client.tls?.remembrance
      }
    }
  }

  @Test(arguments: [TLSOffer.usual, .old])
  func `a ticket whose key is gone means a full handshake, and no failure`(_ offer: TLSOffer) async throws {
    let certificate = try #require(Identity.common).certificate()
    var limits = ServerLimits()
    for isReplaced in [false, true] {
      if !isReplaced { limits.ticketTime = .zero } else { limits.ticketTime = .seconds(3_600) }
      try await withServer(limits, loops: 2) { server in
        var remembrance: [UInt8]?
        for _ in 0..<4 {
          let client = try server.client(offering: offer, resuming: remembrance)
          client.send(request)
          #expect(client.answer()?.status == 200)
          #expect(client.tls?.isResumed == false)
          remembrance = client.tls?.remembrance
          if isReplaced { server.server.use(certificate) }
        }
        #expect(server.log.turndowns.isEmpty)
      }
    }
  }

  @Test func `hundreds of unfinished handshakes hold up nobody, and are cut`() async throws {
    var limits = ServerLimits()
    limits.headerTime = .seconds(2)
    try await withServer(limits, loops: 2) { server in
      let slow = try (0..<200).map { _ in try RawClient(port: server.port) }
      for client in slow { client.sendPlain(halfHandshake) }
      for round in 0..<20 {
        let client = try server.client()
        for _ in 0..<5 {
          client.send(request)
          #expect(client.answer()?.status == 200, "\(round)")
        }
      }
      for client in slow {
        client.sendPlain([7])
        #expect(client.isClosed())
      }
      #expect(server.log.handled.count == 100)
      #expect(await server.isIdle())
    }
  }

  @Test func `handshakes that wait for their clients do not keep a loop busy`() async throws {
    // Answers with the loop's CPU usage over a while, in percent.
    let handler: @Sendable (Request, Loop) async -> Response = { _, loop in
      let before = threadTime()
      await loop.sleep(for: .milliseconds(500))
      return Response(200, type: "text/plain", Array("\((threadTime() - before) / .milliseconds(5))".utf8))
    }
    try await withServer(handler: handler) { server in
      let slow = try (0..<800).map { _ in try RawClient(port: server.port) }
      for client in slow { client.sendPlain(halfHandshake) }
      #expect(await poll { await server.server.activity.connections == 800 })
      let client = try server.client()
      // It still has to read what they have sent.
      let isIdle = try await poll {
        client.send(request)
        return try #require((client.answer()?.body).flatMap { Double($0) }) < 1
      }
      #expect(isIdle)
    }
  }

  @Test func `a handshake may arrive byte by byte`() async throws {
    try await withServer { server in
      let client = try server.client()
      client.tls?.isSlow = true
      client.send(request)
      #expect(client.answer()?.status == 200)
    }
  }

  @Test func `a connection without TLS is closed, and reaches no handler`() async throws {
    try await withServer { server in
      for text in ["SSH-2.0-x\r\n", "\r\n\r\n", "\u{16}\u{3}\u{1}GET", String(repeating: "\u{17}", count: 100_000)] {
        let client = try RawClient(port: server.port)
        client.send(text)
        client.finishSending()
        #expect(client.isClosed())
        #expect(!client.rest.contains(" 200 "))
      }
      #expect(server.log.handled.isEmpty)
      #expect(await server.isIdle())
    }
  }

  @Test func `a client that speaks HTTP without TLS is told so`() async throws {
    try await withServer { server in
      let requests = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map { $0 + request.dropFirst(3) }
      for text in requests + ["G", String(repeating: "X", count: 100_000)] {
        let client = try RawClient(port: server.port)
        client.send(text)
        let answer = client.answer()
        #expect(answer?.status == 400)
        #expect(answer?.body.contains("https") == true && answer?["X-Request-Id"] != nil)
        #expect(answer?["Connection"] == "close" && client.isClosed() && client.rest == "")
      }
      #expect(server.log.handled.isEmpty)
      #expect(server.log.completed.allSatisfy { $0.response.status == 400 } && server.log.completed.count == 8)
      #expect(await server.isIdle())
    }
  }

  @Test func `a stopping server ends handshakes, too`() async throws {
    let server = try TestServer(loops: 2) { request, _ in echo(request) }
    let clients = try (0..<20).map { _ in try RawClient(port: server.port) }
    for client in clients.prefix(10) { client.sendPlain(halfHandshake) }
    #expect(await poll { await server.server.activity.connections == 20 })
    await server.stop(within: .milliseconds(200))
    for client in clients { #expect(client.isClosed()) }
  }
}

@Suite(.ownThreadOverTLS, .timeLimit(.minutes(30))) struct Records {
  @Test func `a body may come in records of one byte, all at once`() async throws {
    try await withServer { server in
      let client = try server.client()
      for round in 0..<2 {
        client.send("POST /\(round) HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n")
        client.tls?.hold()
        for _ in 0..<2_000 { client.send([120]) }
        client.tls?.release()
        #expect(client.answer()?.body == "POST /\(round)? 2000:" + String(repeating: "x", count: 2_000))
      }
    }
  }

  @Test func `requests are answered however records split them, while handlers wait`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      await loop.sleep(for: .milliseconds(request.target.segments.first == "slow" ? 300 : 1))
      return echo(request)
    }
    try await withServer(handler: handler) { server in
      let slow = try server.client()
      slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      let client = try server.client()
      #expect(client.tls?.establish() == true)
      let text = Array((0..<30).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" }.joined().utf8)
      for size in [1_500, 100, 52, 7] {
        client.tls?.hold()
        for start in stride(from: 0, to: text.count, by: size) { client.send(Array(text[start...].prefix(size))) }
        client.tls?.release()
        for number in 0..<30 { #expect(client.answer()?.body == "POST /\(number)? 3:abc", "\(size)") }
      }
      #expect(slow.answer()?.status == 200)
    }
  }

  @Test func `a key update together with a request does not hold it up`() async throws {
    try await withServer { server in
      let client = try server.client()
      for _ in 0..<3 {
        client.send(request)
        #expect(client.answer()?.status == 200)
        client.tls?.hold()
        client.tls?.updateKey()
        client.send(request)
        client.tls?.release()
        #expect(client.answer()?.status == 200)
      }
    }
  }
}

@Suite(.ownThreadOverTLS, .timeLimit(.minutes(30))) struct Endings {
  @Test func `the last answer of a connection is followed by a close notification`() async throws {
    try await withServer { server in
      for (text, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200), ("GET / HTTP/1.0\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / ICY/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 30_000))\r\n\r\n", 431),
      ] {
        let client = try server.client()
        client.send(text)
        #expect(client.answer()?.status == status)
        #expect(client.isClosed())
        #expect(client.isEndedProperly, "\(status)")
      }
    }
  }

  @Test func `a client that is silent too long, or present at the stop, gets a close notification`() async throws {
    var limits = ServerLimits()
    limits.idleTime = .milliseconds(300)
    let server = try TestServer(limits: limits) { request, _ in echo(request) }
    let client = try server.client()
    client.send(request)
    #expect(client.answer()?.status == 200)
    #expect(client.isClosed() && client.isEndedProperly)
    let other = try server.client()
    other.send(request)
    #expect(other.answer()?.status == 200)
    await server.stop()
    #expect(other.isClosed() && other.isEndedProperly)
  }

  @Test func `a client that ends TLS or TCP with its request gets the answer, and leaves nothing behind`()
    async throws
  {
    let handler: @Sendable (Request, Loop) async -> Response = { request, loop in
      if request.target.segments == ["slow"] { await loop.sleep(for: .milliseconds(30)) }
      return echo(request)
    }
    try await withServer(handler: handler) { server in
      for (path, properly) in [("fast", true), ("slow", true), ("fast", false), ("slow", false)] {
        let client = try server.client()
        #expect(client.tls?.establish() == true)
        client.tls?.hold()
        client.send("GET /\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        if properly { client.tls?.sendEnd() }
        client.tls?.release()
        client.finishSending(properly: false)
        #expect(client.answer()?.status == 200)
        #expect(client.isClosed())
        #expect(await server.isIdle())
      }
    }
  }
}

@Suite(.ownThreadOverTLS, .timeLimit(.minutes(30))) struct Certificates {
  @Test func `new connections get a new certificate, and open ones go on`() async throws {
    let other = try #require(Identity.other)
    try await withServer(loops: 2) { server in
      let before = try server.client()
      before.send(request)
      #expect(before.answer()?.status == 200)
      let half = try server.client()
      #expect(await poll { await server.server.activity.connections == 2 })
      try server.server.use(other.certificate())
      for _ in 0..<4 {
        let after = try RawClient(port: server.port, over: .tls, trusting: other)
        after.send(request)
        #expect(after.answer()?.status == 200)
        let stranger = try server.client()
        #expect(stranger.tls?.establish() == false)
      }
      for client in [before, half] {
        client.send(request)
        #expect(client.answer()?.status == 200)
      }
    }
  }

  @Test func `an unusable certificate is refused with the reason`() throws {
    let identity = try #require(Identity.common)
    let other = try #require(Identity.other)
    let text = Array("no PEM at all\n".utf8)
    let damaged = identity.chain.prefix(100) + identity.chain.dropFirst(140)
    for (chain, key, expected) in [
      (text, identity.key, "chain: contains no certificate in PEM"),
      ([], identity.key, "chain: contains no certificate in PEM"),
      (identity.key, identity.key, "chain: contains no certificate in PEM"),
      (Array(damaged), identity.key, "chain: cannot be used: "),
      (identity.chain, text, "key: contains no key in PEM"), (identity.chain, [], "key: contains no key in PEM"),
      (identity.chain, identity.chain, "key: contains no key in PEM"),
      (identity.chain, other.key, "key: is not the certificate's key"),
    ] {
      let problem = #expect(throws: Certificate.Flaw.self) { try Certificate(chain: chain, key: key) }
      let found =
        switch problem {
        case .chain(let reason)?: "chain: " + reason
        case .key(let reason)?: "key: " + reason
        case nil: "none"
        }
      #expect(found.hasPrefix(expected))
    }
    let certificate = try identity.certificate()
    #expect(certificate.end - certificate.begin == 86_400)
  }
}
