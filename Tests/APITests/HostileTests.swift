import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

/// Attacks that were tried.
@Suite struct Hostile {
  /// A counted guess would not stay counted if it were rolled back with the request that failed.
  @Test func `an idempotency key does not hide guesses at a link's password`() async throws {
    try await World.with { world in
      let link = try await world.call(
        .post, "/api/v2.1/dtables/invite-links/", as: .groupOwner,
        ["table_name": "Projects", "workspace_id": "9", "permission": "r", "password": "open sesame"])
      let token = try #require(link["token"] as? String)
      var statuses: [Int] = []
      for number in 10...29 {
        if statuses.contains(429) { try await world.holdAttempts() }
        let answer = try await world.call(
          .post, "/api/v2.1/dtables/invite-links/\(token)/accept/", as: .outsider, ["password": "a guess"],
          headers: [.idempotencyKey: "a key of its own: \(number)".replacing(" ", with: "-")])
        statuses.append(answer.status)
      }
      #expect(statuses.prefix(5).allSatisfy { $0 == 403 })
      #expect(statuses.suffix(10).allSatisfy { $0 == 429 })
    }
  }

  @Test func `a question is answered anew, whatever its idempotency key`() async throws {
    try await World.with { world async throws in
      let token = try await world.baseToken(of: try await world.makeAPIToken())
      func isActive() async throws -> Bool {
        let answer = try await world.call(
          .post, "/api/v2.1/base-tokens/verify/", as: .groupOwner, ["token": token],
          headers: [.idempotencyKey: "the-same-for-every-question"])
        return answer["active"] as? Bool == true
      }
      #expect(try await isActive())
      _ = try await world.call(.post, "/api/v2.1/base-tokens/revoke/", as: .nobody, ["token": token])
      #expect(try await !isActive())
    }
  }

  @Test func `a rotation without grace ends the secrets of all earlier rotations`() async throws {
    try await World.with { world async throws in
      let first = try await world.makeAPIToken()
      let second = try await world.rotate(grace: "30d")
      #expect(try await world.exchange(first).status == 200)
      let third = try await world.rotate(grace: "0")
      for secret in [first, second] { #expect(try await world.exchange(secret).status == 403) }
      #expect(try await world.exchange(third).status == 200)
    }
  }

  @Test func `a program always has a grace period in which to try again`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      let path = "/api/v2.1/dtable/app-api-token/rotate/"
      let refused = try await world.call(.post, path, authorization: "Token \(secret)", ["grace": "0"])
      #expect(refused.status == 400)
      #expect(try await world.exchange(secret).status == 200)
    }
  }

  @Test func `a temporary token requires what an account token requires`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.get, World.exchange, as: .temporaryToken).status == 200)
      try await world.database.execute("update account set forces_2fa = true where id = 3")
      #expect(try await world.call(.get, World.exchange, as: .temporaryToken).status == 403)
      let late = TemporaryTokenClaims(
        username: Example.member, dtableUUID: World.projects, expiry: world.app.now().seconds + 60,
        signIn: SignInClaims(generation: "2.0"))
      let refused = try await world.exchange(world.app.signer.sign(late))
      #expect(refused.status == 403)
      #expect((refused["error_msg"] as? String)?.hasPrefix("Two-factor authentication is required") == true)
    }
  }

  @Test func `a recovery code is accepted however it is typed`() async throws {
    try await World.with { world async throws in
      let path = "/api/v2.1/user/two-factor-auth/"
      let enrolment = try await world.call(.post, path, as: .groupMember, ["password": World.password])
      let code = world.oneTimePassword(of: try #require(enrolment["secret"] as? String))
      let confirmed = try await world.call(.put, path, as: .groupMember, ["code": code])
      let recovery = try #require((confirmed["recovery_codes"] as? [String])?.first)
      let typed = " " + recovery.uppercased().replacing("-", with: " ")
      #expect(try await world.signIn("member@ours.example", code: typed).status == 200)
      #expect(try await world.signIn("member@ours.example", code: recovery).status == 400)
    }
  }
}
