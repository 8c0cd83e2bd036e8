import Ground
import HTTP
import Loop
import Server
import Testing

/// Bytes that are not exactly one request, and how they are refused.
struct Hostile: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: String
  let status: Int

  var testDescription: String { name }

  /// What an attacker hopes to smuggle in as a separate request.
  static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

  // swift-format-ignore
  static let all: [Hostile] = [
    Hostile(name: "length and chunks",        bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status: 400),
    Hostile(name: "chunks and length",        bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", status: 400),
    Hostile(name: "two lengths that differ",  bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n", status: 400),
    Hostile(name: "two equal lengths",        bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n", status: 400),
    Hostile(name: "a list of lengths",        bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n", status: 400),
    Hostile(name: "a length with a sign",     bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n", status: 400),
    Hostile(name: "a negative length",        bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", status: 400),
    Hostile(name: "a length in hex",          bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n", status: 400),
    Hostile(name: "an empty length",          bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", status: 400),
    Hostile(name: "a length of 65 bits",      bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", status: 413),
    Hostile(name: "another coding",           bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", status: 501),
    Hostile(name: "two codings",              bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", status: 501),
    Hostile(name: "almost chunked",           bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", status: 501),
    Hostile(name: "chunked and a blank",      bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked \r\n\r\n", status: 501),
    Hostile(name: "chunked twice",            bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", status: 400),
    Hostile(name: "chunked, then identity",   bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", status: 400),
    Hostile(name: "an empty coding",          bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", status: 501),
    Hostile(name: "chunks in HTTP/1.0",       bytes: "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status: 400),
    Hostile(name: "a chunk of no size",       bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", status: 400),
    Hostile(name: "a chunk of negative size", bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", status: 400),
    Hostile(name: "a chunk without its end",  bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", status: 400),
    Hostile(name: "a chunk beyond 64 bits",   bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", status: 413),
    Hostile(name: "NUL in a value",           bytes: "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", status: 400),
    Hostile(name: "NUL before a value",       bytes: "GET / HTTP/1.1\r\nHost: a\r\nX:\0b\r\n\r\n", status: 400),
    Hostile(name: "NUL that hides a field",   bytes: "POST / HTTP/1.1\r\nHost: a\r\nX: \0\r\nContent-Length: 3\r\n\r\n", status: 400),
    Hostile(name: "NUL in a name",            bytes: "GET / HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n", status: 400),
    Hostile(name: "NUL in the last value",    bytes: "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", status: 400),
    Hostile(name: "NUL in the target",        bytes: "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "NUL in the method",        bytes: "GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a bare CR in a value",     bytes: "GET / HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 3\r\n\r\n", status: 400),
    Hostile(name: "a bare LF in the header",  bytes: "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", status: 400),
    Hostile(name: "a bare LF at the end",     bytes: "GET / HTTP/1.1\r\nHost: a\r\n\n", status: 400),
    Hostile(name: "a bare LF for the line",   bytes: "GET / HTTP/1.1\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a control character",      bytes: "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{1}b\r\n\r\n", status: 400),
    Hostile(name: "a folded line",            bytes: "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", status: 400),
    Hostile(name: "a folded line with a tab", bytes: "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tContent-Length: 3\r\n\r\n", status: 400),
    Hostile(name: "a fold before all fields", bytes: "GET / HTTP/1.1\r\n Host: a\r\n\r\n", status: 400),
    Hostile(name: "a blank before the colon", bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", status: 400),
    Hostile(name: "a name that is no token",  bytes: "GET / HTTP/1.1\r\nHost: a\r\nX(y): a\r\n\r\n", status: 400),
    Hostile(name: "an empty name",            bytes: "GET / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n", status: 400),
    Hostile(name: "a line without a colon",   bytes: "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", status: 400),
    Hostile(name: "no Host",                  bytes: "GET / HTTP/1.1\r\nX: a\r\n\r\n", status: 400),
    Hostile(name: "no field at all",          bytes: "GET / HTTP/1.1\r\n\r\n", status: 400),
    Hostile(name: "two Hosts",                bytes: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", status: 400),
    Hostile(name: "two Hosts in HTTP/1.0",    bytes: "GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", status: 400),
    Hostile(name: "an unknown method",        bytes: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
    Hostile(name: "a method in lower case",   bytes: "get / HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
    Hostile(name: "a method of punctuation",  bytes: "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
    Hostile(name: "CONNECT",                  bytes: "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
    Hostile(name: "two blanks in the line",   bytes: "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a blank in the target",    bytes: "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a tab in the target",      bytes: "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a blank after the line",   bytes: "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a bad escape",             bytes: "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "an escaped NUL",           bytes: "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a target without a slash", bytes: "GET a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "HTTP/0.9",                 bytes: "GET /\r\n\r\n", status: 400),
    Hostile(name: "HTTP/2",                   bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505),
    Hostile(name: "a length and a blank",     bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 \r\n\r\n", status: 400),
    Hostile(name: "a tab before a length",    bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\t5\r\n\r\n", status: 400),
    Hostile(name: "a tab before chunked",     bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tchunked\r\n\r\n", status: 501),
    Hostile(name: "a chunk of size 0x1",      bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", status: 400),
    Hostile(name: "a chunk size and a blank", bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n", status: 400),
    Hostile(name: "a chunk size and bare LF", bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", status: 400),
    Hostile(name: "a bare LF after a chunk",  bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n", status: 400),
    Hostile(name: "a bare CR in an extension", bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\na\r\n0\r\n\r\n", status: 400),
    Hostile(name: "a trailer without a colon", bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX\r\n\r\n", status: 400),
    Hostile(name: "a folded trailer",         bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n", status: 400),
    Hostile(name: "a bare LF in the trailer", bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\n\r\n", status: 400),
    Hostile(name: "endless extensions",       bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;\(String(repeating: "x", count: 17_000))", status: 431),
    Hostile(name: "endless trailers",         bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(String(repeating: "X: a\r\n", count: 3_000))", status: 431),
    Hostile(name: "too many fields",          bytes: "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "a:\r\n", count: 300))\r\n", status: 431),
    Hostile(name: "another Host",             bytes: "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", status: 400),
    Hostile(name: "no host in the target",    bytes: "GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a user in the target",     bytes: "GET http://u@a/b HTTP/1.1\r\nHost: u@a\r\n\r\n", status: 400),
    Hostile(name: "a slash in Host",          bytes: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", status: 400),
    Hostile(name: "a port without a host",    bytes: "GET / HTTP/1.1\r\nHost: :\r\n\r\n", status: 400),
    Hostile(name: "two hosts in one Host",    bytes: "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", status: 400),
    Hostile(name: "another expectation",      bytes: "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 5\r\n\r\n", status: 417),
    Hostile(name: "TRACE",                    bytes: "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
    Hostile(name: "an asterisk",              bytes: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "HTTP/1.2",                 bytes: "GET / HTTP/1.2\r\nHost: a\r\n\r\n", status: 505),
    Hostile(name: "HTTP/3.0",                 bytes: "GET / HTTP/3.0\r\nHost: a\r\n\r\n", status: 505),
    Hostile(name: "HTTP/01.1",                bytes: "GET / HTTP/01.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "http/1.1",                 bytes: "GET / http/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "TLS",                      bytes: "\u{16}\u{3}\u{1}", status: 400),
    Hostile(name: "another protocol",         bytes: "GET / ICY/1.1\r\nHost: a\r\n\r\n", status: 400),
  ]
}

@Suite(.ownThread, .timeLimit(.minutes(30))) struct Framing {
  @Test func `an ambiguous or malformed request is refused, and nothing after it is served`() async throws {
    try await withServer { server in
      var ids: [String?] = []
      for hostile in Hostile.all {
        let client = try server.client()
        client.send(hostile.bytes + Hostile.smuggled)
        let answer = client.answer()
        #expect(answer?.status == hostile.status, "\(hostile.name): \(answer?.head ?? "no answer")")
        #expect(answer?["Connection"]?.lowercased() == "close", "\(hostile.name)")
        #expect(answer?.body.hasPrefix("{\"error_msg\":\"") == true, "\(hostile.name): \(answer?.body ?? "")")
        ids.append(answer?["X-Request-Id"])
        #expect(answer?["Cache-Control"] == "no-store", "\(hostile.name)")
        #expect(client.isClosed(), "\(hostile.name)")
        #expect(client.rest == "", "\(hostile.name)")
      }
      #expect(server.log.handled.isEmpty)
      #expect(server.log.completed.map(\.response.status) == Hostile.all.map(\.status))
      #expect(server.log.completed.map(\.inquiry.id) == ids)
      #expect(server.log.completed.allSatisfy { $0.inquiry.address == "127.0.0.1" })
      #expect(await server.isIdle())
    }
  }

  @Test func `a header that arrives byte by byte is judged like the whole`() async throws {
    try await withServer { server in
      let fields = (0..<80).map { "X-Field-\($0): \(String(repeating: "v", count: 100))\r\n" }.joined()
      let good = "GET /a HTTP/1.1\r\nHost: a\r\n\(fields)User-Agent: me \r\n\r\n"
      for (request, status) in [(good, 200), (good.replacing("v\r\n", with: "v\n"), 400)] {
        let client = try server.client()
        for byte in request.utf8 { client.send([byte]) }
        #expect(client.answer()?.status == status)
      }
      #expect(server.log.handled.map { $0.headers[.userAgent] } == ["me"])
    }
  }

  @Test func `an unusual but valid request is served`() async throws {
    try await withServer { server in
      let requests = [
        "GET / HTTP/1.0\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhOST:\t a \t\r\n\r\n",
        "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \r\nZ: \u{e9}\r\n\r\n", "OPTIONS /?a=b?c HTTP/1.1\r\nHost: a\r\n\r\n",
      ]
      for request in requests {
        let client = try server.client()
        client.send(request)
        #expect(client.answer()?.status == 200, "\(request)")
      }
    }
  }

  @Test func `the target is decoded once, and an escaped slash is data`() async throws {
    try await withServer { server in
      let client = try server.client()
      client.send("GET /a%2Fb/%2525/c+d/?x=%41&y=+&z HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.body == "GET /a/b/%25/c+d?x=%41&y=+&z 0:")
      #expect(server.log.handled.first?.target.segments == ["a/b", "%25", "c+d"])
    }
  }

  @Test func `a query of many parts is only text`() async throws {
    try await withServer { server in
      let client = try server.client()
      let query = String(repeating: "a&", count: 3_000)
      client.send("GET /?\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.body == "GET ?\(query) 0:")
    }
  }

  @Test func `a trusted proxy's name for a request is taken over where it is one`() async throws {
    let edge = Edge(proxies: TrustedProxies(["127.0.0.0/8"].compactMap { IPNetwork($0) }))
    try await withServer(edge: edge) { server in
      let client = try server.client()
      for (name, isKept) in [
        ("abcdefgh", true), ("A-Z_0.9-", true), (String(repeating: "x", count: 64), true), ("short", false),
        (String(repeating: "x", count: 65), false), ("white space", false), ("quote\"quote", false),
      ] {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(name)\r\n\r\n")
        let id = try #require(client.answer()?["X-Request-Id"])
        #expect((id == name) == isKept, "\(name)")
        #expect(server.log.handled.last?.id == id)
        #expect(server.log.handled.last?.claimedID == nil)
      }
      let made = server.log.handled.map(\.id).filter { $0.utf8.count == 20 }
      #expect(made.count == 4 && Set(made).count == 4)
    }
  }

  @Test func `anyone else's name for a request is only noted, bounded and clean`() async throws {
    try await withServer { server in
      let client = try server.client()
      for (name, noted) in [
        ("abcdefgh", "abcdefgh"), ("short", "short"), ("white space", "whitespace"), ("\"}{[2Ja\"", "2Ja"),
        (String(repeating: "x", count: 9000), String(repeating: "x", count: 64)), ("<>", nil), ("", nil),
      ] as [(String, String?)] {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(name)\r\n\r\n")
        let answer = try #require(client.answer())
        let id = try #require(answer["X-Request-Id"])
        #expect(id.utf8.count == 20 && id != name)
        #expect(server.log.handled.last?.id == id)
        #expect(server.log.handled.last?.claimedID == noted)
      }
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.status == 200)
      #expect(server.log.handled.last?.claimedID == nil)
    }
  }

  @Test func `every answer forbids caching and sniffing, and does not name the server`() async throws {
    try await withServer { server in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = try #require(client.answer())
      #expect(answer["Cache-Control"] == "no-store")
      #expect(answer["X-Content-Type-Options"] == "nosniff")
      #expect(answer["Content-Type"] == "text/plain")
      #expect(answer["Date"]?.hasSuffix(" GMT") == true)
      #expect(answer["Server"] == nil)
    }
  }

  @Test func `a handler's fields take precedence, and none can contain a line end`() async throws {
    let handler: @Sendable (Request, Loop) async -> Response = { _, _ in
      var response = Response(200, type: "text/plain", [])
      response.headers += [("cache-control", "max-age=60"), ("X-Evil", "a\r\nX-Injected: b")]
      return response
    }
    try await withServer(handler: handler) { server in
      let client = try server.client()
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = try #require(client.answer())
      #expect(answer["Cache-Control"] == "max-age=60")
      #expect(!answer.head.contains("no-store"))
      #expect(answer["X-Injected"] == nil)
    }
  }
}
