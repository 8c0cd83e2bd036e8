import API
import Access
import HTTP
import TestSupport
import Testing

/// What happens to a request before its body is read.
@Suite struct EarlyAnswers {
  private static func request(
    _ method: HTTP.Method, _ path: String, _ headers: [Headers.HeaderName: String] = [:]
  ) throws -> Request {
    var all = Headers()
    for (name, value) in headers { all[name] = value }
    return Request(id: "test", method, try Target(path), headers: all)
  }

  /// The status that a request gets without its body, or the size that its body may have.
  private static func verdict(_ world: World, _ request: Request, announcing size: UInt64?) async throws -> (
    status: Int?, most: Int
  ) {
    try await world.onLoop { app in
      switch Service(app).judge(request, announcing: size) {
      case .read(let most), .stream(let most, _): return (nil, most)
      case .answer(let answer): return (await answer().status, 0)
      case .ask(let most, let question): return (await question()?.status, most)
      }
    }
  }

  @Test func `a request without a credential is answered without reading its body`() async throws {
    try await World.with { world async throws in
      let open = ["anyone", "metrics-reader", "link-visitor", "upload-link", "download-link"]
      for route in routes where !open.contains(route.principal) {
        for authorization in [nil, "", "Token", "Token ", "Basic dXNlcjpwYXNzd29yZA==", "Token a b"] as [String?] {
          var request = try Self.request(route.method, route.path)
          request.headers[.authorization] = authorization
          for size in [1, 1_000_000, nil] as [UInt64?] {
            let verdict = try await Self.verdict(world, request, announcing: size)
            #expect(verdict.status == 403, "\(route.operation) \(authorization ?? "")")
          }
        }
      }
    }
  }

  @Test func `an unknown path or method is answered without reading a body`() async throws {
    try await World.with { world async throws in
      for (method, path, status) in [
        (.post, "/nowhere/", 404), (.put, "/api2/ping/", 405), (.options, "/api2/auth-token/", 405),
      ] as [(HTTP.Method, String, Int)] {
        #expect(try await Self.verdict(world, Self.request(method, path), announcing: 5).status == status)
      }
    }
  }

  @Test func `a body is small unless it has a file or rows, and large ones need an authorised caller`() async throws {
    let rows: Set = [
      "appendRows", "updateRow", "deleteRow", "createRowLink", "updateRowLink", "deleteRowLink", "listRowLinks",
      "querySQL", "createTable", "insertColumn", "updateColumn", "appendColumns", "addSelectOption",
      "updateSelectOption", "deleteSelectOption", "updateColumnCascade",
    ]
    try await World.with { world async throws in
      func request(_ route: Route, as caller: Caller) throws -> Request {
        let credential = try #require(world.credentials[caller])
        let path = route.path.replacing("{base_uuid}", with: World.projects)
        return try Self.request(route.method, path, [.authorization: "Token \(credential)"])
      }
      for route in routes where route.body != .upload {
        let hasRows = rows.contains(route.operation)
        let isLarge = hasRows || route.operation == "systemImportUsers"
        #expect((route.body != .small) == isLarge, "\(route.operation)")
        let asked = try request(route, as: hasRows ? .baseToken : .systemAdmin)
        let most = hasRows ? 16 << 20 : isLarge ? 1 << 20 : 65_536
        for (size, most) in [(10, 65_536), (65_536, 65_536), (65_537, most), (nil, most)] as [(UInt64?, Int)] {
          let verdict = try await Self.verdict(world, asked, announcing: size)
          #expect(verdict.status == nil, "\(route.operation)")
          #expect(verdict.most == most, "\(route.operation)")
        }
        guard isLarge else { continue }
        for caller in [Caller.groupOwner, .teamAdmin, .apiTokenReader, .readingBaseToken, .deactivated, .forger] {
          if caller == .readingBaseToken, route.principal == "base-reader" { continue }
          for size in [1_000_000, nil] as [UInt64?] {
            let verdict = try await Self.verdict(world, request(route, as: caller), announcing: size)
            #expect([401, 403].contains(verdict.status), "\(caller)")
          }
        }
      }
    }
  }

  @Test(arguments: ["gzip", "deflate", "br", "GZIP", "identity, gzip", "x"])
  func `a body with a content coding is refused`(_ coding: String) async throws {
    try await World.with { world async throws in
      let path = "/api2/auth-token/"
      let fields = ["username": "member@ours.example", "password": World.password]
      let headers = [Headers.HeaderName.contentEncoding: coding]
      #expect(try await Self.verdict(world, Self.request(.post, path, headers), announcing: 5).status == 415)
      let answer = try await world.call(.post, path, fields, headers: headers)
      #expect(answer.status == 415)
      #expect(answer.headers["Accept-Encoding"] == "identity")
      let detail = #"Unsupported Content-Encoding "\#(coding)" in request: send the body without one."#
      #expect(answer["detail"] as? String == detail)
      for plain in ["identity", "Identity", ""] {
        #expect(try await world.call(.post, path, fields, headers: [.contentEncoding: plain]).status == 200)
      }
      #expect(try await world.call(.get, "/api2/ping/", headers: headers).status == 200)
    }
  }
}
