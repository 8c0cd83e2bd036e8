import Access
import Crypto
import HTTP
import Postgres
import TestSupport
import Testing

/// All that an answer says of a failure: nothing of the inside.
private let inside = #"{"error_msg":"Internal Server Error"}"#

/// How second factors lie in the database: sealed, each for its account.
@Suite struct SealedFactors {
  @Test func `a second factor with a damaged seal lets nobody in`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await TwoFactors.enrol(world)
      try await world.database.execute(
        "update account set totp_sealed = (select totp_sealed || '\\x00' from account where id = 3) where id = 3")
      let code = TwoFactors.nextCode(secret, world)
      let answer = try await world.signIn(TwoFactors.address, code: code)
      #expect(answer.status == 500)
      #expect(answer.text == inside)
    }
  }

  @Test func `a second factor that was put to another account lets nobody in`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await TwoFactors.enrol(world)
      let (others, _) = try await TwoFactors.enrol(world, as: .groupAdmin)
      let former = try await Self.sealed(world)
      try await world.database.execute(
        "update account set totp_sealed = (select totp_sealed from account where id = 2) where id = 3")
      #expect(try await Self.sealed(world) != former)
      for secret in [others, secret] {
        let answer = try await world.signIn(TwoFactors.address, code: TwoFactors.nextCode(secret, world))
        #expect(answer.status == 500)
        #expect(answer.text == inside)
      }
      #expect(try await world.signIn("admin@ours.example", code: TwoFactors.nextCode(others, world)).status == 200)
    }
  }

  @Test func `one that was sealed for all is sealed for its account when it is used, after a week`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      try await world.database.execute("update installation set binds_factors_from = now() + interval '1 hour'")
      let (secret, codes) = try await TwoFactors.enrol(world)
      let before = try await Self.sealed(world)
      // The version before opens it.
      #expect(world.app.vaults.open(before, for: "one-time passwords 1") != nil)
      #expect(try await world.signIn(TwoFactors.address, code: TwoFactors.nextCode(secret, world)).status == 200)
      #expect(try await Self.sealed(world) == before)

      try await world.database.execute("update installation set binds_factors_from = now()")
      let token = try #require(
        try await world.signIn(TwoFactors.address, code: TwoFactors.nextCode(secret, world))["token"] as? String)
      let after = try await Self.sealed(world)
      #expect(world.app.vaults.open(after, for: "one-time passwords 1") == nil)
      #expect(world.app.vaults.open(after, for: "one-time passwords 2", of: "account 3") != nil)
      #expect(try await world.signIn(TwoFactors.address, code: TwoFactors.nextCode(secret, world)).status == 200)
      #expect(try await world.signIn(TwoFactors.address, code: codes[0]).status == 200)
      #expect(try await Self.sealed(world) == after)
      #expect(
        try await world.call(.get, "/api/v2.1/user/two-factor-auth/", authorization: "Token \(token)")["enabled"]
          as? Bool == true)
    }
  }

  private static func sealed(_ world: World) async throws -> [UInt8] {
    let found: Sealed? = try await world.database.db.onLoop {
      try await $0.row("select totp_sealed from account where id = 3")
    }
    return try #require(found).bytes
  }

  private struct Sealed: RowDecodable {
    let bytes: [UInt8]
    init(_ row: Row) throws(PostgresError) { bytes = try row["totp_sealed"] }
  }
}
