import API
import Access
import Ground
import HTTP
import TestSupport
import Testing

@testable import Crypto

/// Who holds a base token, and who visits a link, is counted for that, wherever they call from.
@Suite struct RateLimitsOfHolders {
  private static let ping = "/api2/ping/"
  private static let opening = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"

  private static func limits(baseToken: Int64 = 0, link: Int64 = 0, address: Int64 = 0) -> AppSettings.Limits {
    var limits = AppSettings.Limits()
    limits.baseToken = AppSettings.Limit(perMinute: baseToken)
    limits.link = AppSettings.Limit(perMinute: link)
    limits.address = AppSettings.Limit(perMinute: address)
    return limits
  }

  /// The answer that a base token gets at the gateway.
  private static func knock(
    _ world: World, _ token: String, from address: String = "192.0.2.1"
  ) async throws -> Answer {
    try await world.call(.get, World.gateway, authorization: "Token \(token)", address: address)
  }

  @Test func `a busy program does not starve its neighbour behind the same address`() async throws {
    try await World.with(limits: Self.limits(baseToken: 3, address: 1000)) { world async throws in
      world.clock.stop()
      let busy = try await world.baseToken(of: try await world.makeAPIToken("busy"))
      let other = try await world.baseToken(of: try await world.makeAPIToken("other"))
      var statuses: [Int] = []
      for _ in 1...50 { statuses.append(try await Self.knock(world, busy).status) }
      #expect(statuses == [200, 200, 200] + Array(repeating: 429, count: 47))
      for _ in 1...3 { #expect(try await Self.knock(world, other).status == 200) }
    }
  }

  @Test func `no program gets away by another address or by another base token`() async throws {
    try await World.with(limits: Self.limits(baseToken: 3)) { world async throws in
      world.clock.stop()
      let secret = try await world.makeAPIToken("app")
      let first = try await world.baseToken(of: secret)
      for number in 1...3 { #expect(try await Self.knock(world, first, from: "192.0.2.\(number)").status == 200) }
      let refused = try await Self.knock(world, first, from: "2001:db8::1")
      #expect(refused.status == 429)
      #expect(refused.text == #"{"detail":"Request was throttled. Expected available in 20 seconds."}"#)
      #expect(refused.headers["RateLimit-Policy"] == #""base-token";q=3;w=60"#)
      #expect(refused.headers["Retry-After"] == "20")
      let second = try await world.baseToken(of: secret)
      #expect(try await Self.knock(world, second).status == 429)
      // Nor by a new secret.
      let third = try await world.baseToken(of: try await world.rotate("app", grace: "1m"))
      #expect(try await Self.knock(world, third).status == 429)
      let checked = try await world.call(
        .get, "/api/v2.1/base-tokens/verify/", authorization: "Token \(third)", address: "192.0.2.9")
      #expect(checked.status == 429)
    }
  }

  @Test func `a person's base tokens count together, and for that person alone`() async throws {
    try await World.with(limits: Self.limits(baseToken: 2)) { world async throws in
      world.clock.stop()
      func token(_ caller: Caller) async throws -> String {
        let path = "/api/v2.1/workspace/9/dtable/Projects/access-token/"
        return try #require(try await world.call(.get, path, as: caller)["access_token"] as? String)
      }
      let tokens = [try await token(.groupMember), try await token(.groupMember), try await token(.groupMember)]
      var statuses: [Int] = []
      for (number, token) in tokens.enumerated() {
        statuses.append(try await Self.knock(world, token, from: "192.0.2.\(number)").status)
      }
      #expect(statuses == [200, 200, 429])
      #expect(try await Self.knock(world, try await token(.groupOwner)).status == 200)
      #expect(try await Self.knock(world, try await world.baseToken(of: try await world.makeAPIToken())).status == 200)
    }
  }

  @Test func `a token of another component counts for the name that it has`() async throws {
    try await World.with(limits: Self.limits(baseToken: 2)) { world async throws in
      world.clock.stop()
      func token(_ app: String) throws -> String {
        let payload = """
          {"exp": \(world.app.now().seconds + 600), "dtable_uuid": "\(World.projects)", "username": "",
           "permission": "r", "app_name": "\(app)"}
          """
        let json = try JSON(Array(payload.utf8))
        return world.app.signer.sign(try BaseTokenClaims(json, RegisteredClaims(json)))
      }
      var statuses: [Int] = []
      for number in 1...3 {
        statuses.append(try await Self.knock(world, try token("sync"), from: "192.0.2.\(number)").status)
      }
      #expect(statuses == [200, 200, 429])
      #expect(try await Self.knock(world, try token("report")).status == 200)
    }
  }

  @Test func `all visitors of a link count together, whatever the others do`() async throws {
    try await World.with(limits: Self.limits(baseToken: 1, link: 4)) { world async throws in
      world.clock.stop()
      let other = try await world.call(
        .post, "/api/v2.1/workspace/9/dtable/Projects/external-links/", as: .groupOwner, ["expire_days": "30"])
      #expect(other.status == 200)
      let opened = try await world.call(.get, Self.opening, address: "192.0.2.1")
      let token = try #require(opened["access_token"] as? String)
      #expect(try await world.call(.get, Self.opening, address: "192.0.2.2").status == 200)
      // Their base tokens count for the link, too.
      #expect(try await Self.knock(world, token, from: "192.0.2.3").status == 200)
      #expect(try await Self.knock(world, token, from: "192.0.2.4").status == 200)
      let refused = try await world.call(.get, Self.opening, address: "192.0.2.5")
      #expect(refused.status == 429)
      #expect(refused.headers["RateLimit-Policy"] == #""link";q=4;w=60"#)
      #expect(try await Self.knock(world, token, from: "192.0.2.6").status == 429)
      let secret = try #require(other["token"] as? String)
      let path = "/api/v2.1/external-link-tokens/\(secret)/access-token/"
      #expect(try await world.call(.get, path, address: "192.0.2.1").status == 200)
      #expect(try await world.call(.get, Self.ping, address: "192.0.2.1").status == 200)
    }
  }
}
