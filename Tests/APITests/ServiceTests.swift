import API
import Ground
import HTTP
import TestSupport
import Testing

@Suite struct ServiceAnswers {
  @Test(arguments: [
    "/nowhere", "/api/", "/api/v2.1/", "/api/v2.1/workspace/9/dtable//api-tokens/", "/api/v2.1/webhooks/",
  ])
  func `an unknown path is not found`(_ path: String) async throws {
    try await World.with { world in
      let answer = try await world.call(.get, path, as: .groupOwner)
      #expect(answer.status == 404)
      #expect(answer.text == #"{"error_msg":"Not found."}"#)
    }
  }

  @Test func `a known path with another method says which it accepts`() async throws {
    try await World.with { world in
      let answer = try await world.call(.patch, "/api/v2.1/groups/", as: .groupOwner)
      #expect(answer.status == 405)
      #expect(answer.text == #"{"detail":"Method \"PATCH\" not allowed."}"#)
      #expect(answer.headers["Allow"] == "GET, POST, HEAD")
    }
  }

  @Test(arguments: [
    "/api2/auth/ping", "/api2/auth/ping/", "//api2/auth/ping/", "/api2/auth/%70ing/", "/api2/auth/ping/?x=1",
  ])
  func `a path is the same with and without its outer slashes`(_ path: String) async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.get, path, as: .groupOwner).status == 200)
      #expect(try await world.call(.head, path, as: .groupOwner).status == 200)
    }
  }

  @Test(
    arguments: [
      (nil, "x=1"), ("text/plain", "x=1"), ("application/xml", "<a/>"),
    ] as [(String?, String)])
  func `a body of an unknown type is refused`(_ type: String?, _ body: String) async throws {
    try await World.with { world in
      let answer = try await world.send(.post, "/api/v2.1/groups/", as: .groupOwner, type: type, body: Array(body.utf8))
      #expect(answer.status == 415)
    }
  }

  @Test(arguments: [
    "{", "[]", "1", "\"x\"", "{\"name\": }", "{\"name\": \"\\ud800\"}", "{\"name\": \"\u{0}\"}", "{name: 1}",
    #"{"name": {"a": 1}}"#, #"{"name": 5}"#, #"{"name": null}"#, #"{"name": ["a", "b"]}"#, #"{}"#,
    #"{"name":"a\u0000b"}"#,
    String(repeating: "[", count: 5000),
  ])
  func `unusable JSON is refused, and changes nothing`(_ body: String) async throws {
    try await World.with { world in
      let before = try await world.database.fingerprint()
      let answer = try await world.send(
        .post, "/api/v2.1/groups/", as: .groupOwner, type: "application/json", body: Array(body.utf8))
      #expect(answer.status == 400, "\(answer.text)")
      #expect(answer["error_msg"] is String)
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `GET and DELETE may carry an empty object`() async throws {
    try await World.with { world in
      let get = try await world.send(
        .get, "/api2/auth/ping/", as: .groupOwner, type: "application/json", body: Array("{}".utf8))
      #expect(get.status == 200)
      let delete = try await world.send(
        .delete, "/api/v2.1/trash-dtables/", as: .groupOwner, type: "application/json", body: Array("{}".utf8))
      #expect(delete.status == 200)
    }
  }

  @Test func `the service describes itself`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.get, "/server-info/")["edition"] as? String == "enterprise edition")
      #expect(try await world.call(.get, "/api2/ping/").text == #""pong""#)
      #expect(try await world.call(.get, "/api-gateway/api/v2/ping/").text == #"{"ret":"pong"}"#)
      #expect(try await world.call(.get, "/dtable-server/ping/").text == "pong")
      #expect(try await world.call(.get, "/openapi.yaml").text.hasPrefix(#"openapi: "3.1"#))
      #expect(try await world.call(.get, "/healthz").text == #"{"status":"ok"}"#)
      #expect(try await world.call(.get, "/readyz").text == #"{"status":"ok"}"#)
    }
  }

  @Test func `a CORS preflight is answered during an outage, with the methods of the path`() async throws {
    try await World.with { world in
      try world.database.interrupt()
      let asked: [Headers.HeaderName: String] = [.origin: "https://app.example.com", .requestedMethod: "POST"]
      let answer = try await world.call(.options, "/api/v2.1/groups/", headers: asked)
      #expect(answer.status == 204)
      #expect(answer.headers["Access-Control-Allow-Methods"] == "GET, POST, HEAD")
      #expect(answer.headers["Access-Control-Max-Age"] == "7200")
      let sent = try #require(answer.headers["Access-Control-Allow-Headers"]).lowercased().split(separator: ", ")
      for field in ["authorization", "content-type", "accept", "token", "devicetype", "idempotency-key"] {
        #expect(sent.contains { $0 == field }, "\(field)")
      }
      #expect(try await world.call(.options, "/nowhere/", headers: asked).status == 404)
    }
  }

  @Test(
    arguments: [
      [:], [.origin: "https://app.example.com"], [.requestedMethod: "POST"],
    ] as [[Headers.HeaderName: String]])
  func `OPTIONS without a preflight is a method like others`(_ headers: [Headers.HeaderName: String]) async throws {
    try await World.with { world in
      let answer = try await world.call(.options, "/api/v2.1/groups/", headers: headers)
      #expect(answer.status == 405)
      #expect(answer.headers["Allow"] == "GET, POST, HEAD")
    }
  }

  @Test func `metrics are for the allowed addresses`() async throws {
    try await World.with { world in
      for address in ["127.0.0.1", "127.9.9.9", "::1"] {
        #expect(try await world.call(.get, "/metrics", address: address).status == 200)
      }
      for address in ["192.0.2.1", "2001:db8::1", "128.0.0.1"] {
        let answer = try await world.call(.get, "/metrics", as: .systemAdmin, address: address)
        #expect(answer.status == 403)
        #expect((answer["error_msg"] as? String)?.contains("BASEKEEPER_METRICS_NETWORKS") == true)
      }
    }
  }

  @Test func `metrics are not for callers through an untrusted proxy`() async throws {
    try await World.with { world in
      let answer = try await world.call(.get, "/metrics", headers: [.forwardedFor: "127.0.0.1"])
      #expect(answer.status == 403)
    }
  }

  @Test func `during an outage of the database, requests are asked to come back`() async throws {
    try await World.with { world in
      try world.database.interrupt()
      let answer = try await world.call(.get, "/api2/auth/ping/", as: .groupOwner)
      #expect(answer.status == 503)
      #expect(answer.headers["Retry-After"] == "1")
      #expect(answer["error_msg"] is String)
    }
  }
}
