import API
import Access
import Domain
import Foundation
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Crypto

private let verification = "/api/v2.1/base-tokens/verify/"
private let revocation = "/api/v2.1/base-tokens/revoke/"
private let inactive = #"{"active":false}"#

@Suite struct Verification {
  private func verify(_ token: String, as caller: Caller, _ world: World) async throws -> Answer {
    try await world.call(.post, verification, as: caller, ["token": token])
  }

  private func isActive(_ token: String, as caller: Caller = .groupMember, _ world: World) async throws -> Bool {
    let answer = try await verify(token, as: caller, world)
    #expect(answer.status == 200)
    let isActive = try #require(answer["active"] as? Bool)
    if !isActive { #expect(answer.text == inactive) }
    return isActive
  }

  @Test(arguments: Encoding.allCases)
  func `a valid token is active, and its status says what it allows`(_ encoding: Encoding) async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken("my app", "r")
      let token = try await world.baseToken(of: secret)
      let claims = try world.claims(token)
      let answer = try await world.call(.post, verification, as: .groupMember, ["token": token], encoding)
      #expect(answer.status == 200)
      #expect(answer["active"] as? Bool == true)
      #expect(answer["scope"] as? String == "r")
      #expect(answer["permission"] as? String == "r")
      #expect(answer["client_id"] as? String == "my app")
      #expect(answer["app_name"] as? String == "my app")
      #expect(answer["username"] as? String == "")
      #expect(answer["token_type"] as? String == "Bearer")
      #expect(answer["exp"] as? Int64 == claims.expiry)
      #expect(answer["jti"] as? String == claims.id)
      #expect(answer["dtable_uuid"] as? String == World.projects)
      #expect(answer["dtable_name"] as? String == "Projects")
      #expect(answer["workspace_id"] as? Int == World.groupWorkspace)
      #expect(answer["org_id"] as? Int == 1)
    }
  }

  @Test func `the status of a person's token names the person`() async throws {
    try await World.with { world async throws in
      let token = try #require(world.credentials[.personalBaseToken])
      let answer = try await verify(token, as: .groupOwner, world)
      #expect(answer["username"] as? String == Example.member)
      #expect(answer["permission"] as? String == "rw")
      #expect(answer["app_name"] as? String == "")
    }
  }

  @Test(arguments: [
    (Caller.groupOwner, true), (.groupMember, true), (.outsider, true), (.teamAdmin, true), (.systemAdmin, true),
    (.apiTokenReader, true), (.apiTokenWriter, true), (.temporaryToken, true),
    (.foreigner, false), (.invitedForeigner, false), (.single, false),
  ])
  func `a token is active only for callers who may know about it`(_ caller: Caller, _ mayKnow: Bool) async throws {
    try await World.with { world async throws in
      let token = try #require(world.credentials[.baseToken])
      let answer = try await verify(token, as: caller, world)
      #expect(answer.status == 200)
      #expect(answer["active"] as? Bool == mayKnow)
      if !mayKnow { #expect(answer.text == inactive) }
    }
  }

  @Test func `an API token may know only about its own base`() async throws {
    try await World.with { world async throws in
      let notes = try #require(world.credentials[.otherBaseToken])
      #expect(try await isActive(notes, as: .groupMember, world))
      #expect(try await isActive(notes, as: .outsider, world))
      #expect(try await !isActive(notes, as: .apiTokenReader, world))
      #expect(try await !isActive(notes, as: .temporaryToken, world))
    }
  }

  @Test func `people without a team may know only about their own tokens`() async throws {
    try await World.with { world async throws in
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .single, ["name": "Mine"])
      #expect(made.status == 201)
      let workspace = try #require(made["table", "workspace_id"] as? Int)
      let granted = try await world.call(
        .get, "/api/v2.1/workspace/\(workspace)/dtable/Mine/access-token/", as: .single)
      let token = try #require(granted["access_token"] as? String)
      let answer = try await verify(token, as: .single, world)
      #expect(answer["active"] as? Bool == true)
      #expect(answer["org_id"] as? Int == -1)
      for other in [Caller.groupOwner, .foreigner, .apiTokenReader] {
        #expect(try await !isActive(token, as: other, world))
      }
      #expect(try await isActive(token, as: .systemAdmin, world))
      // Another person without a team is a stranger, too.
      try await world.database.execute(
        """
        update account set team_id = null where id = 4;
        """)
      #expect(try await !isActive(token, as: .outsider, world))
    }
  }

  @Test func `a token without an ID is not revoked, and its bearer is told so`() async throws {
    try await World.with { world async throws in
      let payload = """
        {"exp": \(world.app.now().seconds + 600), "dtable_uuid": "\(World.projects)", "username": "", "permission": "r"}
        """
      let json = try JSON(Array(payload.utf8))
      let claims = try BaseTokenClaims(json, RegisteredClaims(json))
      let token = world.app.signer.sign(claims)
      let answer = try await world.call(.post, revocation, as: .nobody, ["token": token])
      #expect(answer.status == 400)
      #expect((answer["error_msg"] as? String)?.contains("no ID (jti)") == true, "\(answer.text)")
      #expect(try await world.database.count("revoked_base_token") == 0)
    }
  }

  /// Claims of a component that shares the secret, for an hour.
  private func others(_ members: String, _ world: World) -> String {
    let payload = """
      {"exp":\(world.app.now().seconds + 3600),"dtable_uuid":"\(World.projects)","username":"","permission":"rw",
       "org_id":-1,"owner_id":"a@auth.local"\(members)}
      """
    func encoded(_ bytes: [UInt8]) -> [UInt8] {
      var text: [UInt8] = []
      Base64URL.append(bytes, to: &text)
      return text
    }
    let header = encoded(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8))
    let signed = header + [UInt8(ascii: ".")] + encoded(Array(payload.utf8))
    let signature = encoded(world.app.signer.signing.signature(of: signed))
    return String(decoding: signed + [UInt8(ascii: ".")] + signature, as: UTF8.self)
  }

  @Test(arguments: [
    ("", 200), (#","iss":"basekeeper","aud":["basekeeper"]"#, 200), (#","iat":0"#, 403), (#","iss":"dtable-web""#, 403),
    (#","aud":"dtable-server""#, 403), (#","nbf":253402300799"#, 403),
  ])
  func `what others sign with the same secret counts where what it says of itself is right`(
    _ members: String, _ status: Int
  ) async throws {
    try await World.with { world async throws in
      let token = others(members, world)
      #expect(try await world.knock(token) == status)
      #expect(try await isActive(token, as: .systemAdmin, world) == (status == 200))
    }
  }

  @Test func `a token that does not count yet may be ended already`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let token = others(#","jti":"early","nbf":\#(world.app.now().seconds + 120)"#, world)
      #expect(try await world.knock(token) == 403)
      #expect(try await world.call(.post, revocation, as: .nobody, ["token": token]).status == 200)
      #expect(try await world.database.count("revoked_base_token") == 1)
      world.clock.advance(by: 120)
      #expect(try await !isActive(token, as: .systemAdmin, world))
      // Another one, which nobody has ended, counts by then.
      #expect(try await isActive(others(#","nbf":\#(world.app.now().seconds)"#, world), as: .systemAdmin, world))
    }
  }

  /// Numbers that some column has no room for, or that are nobody's.
  private static let oddNumbers: [Int64] = [0, -1, 1 << 31, -1 << 31 - 1, 1 << 40, 1 << 53 + 1, .max, .min]

  @Test(arguments: oddNumbers)
  func `a signed token with an impossible number is refused, and not active`(_ number: Int64) async throws {
    try await World.with { world async throws in
      let end = world.app.now().seconds + 600
      let owner = "00000000000000000000000000000001@auth.local"
      func program(_ expiry: Int64, _ token: Int64, _ generation: Int64) -> BaseTokenClaims {
        .program(
          expiry: expiry, dtableUUID: World.projects, permission: "r", appName: "x", apiTokenID: token,
          generation: generation)
      }
      let claims: [BaseTokenClaims] = [
        program(number == 1 << 31 ? .max : number, 1, 1),
        program(end, number, 1), program(end, 1, number), program(1_000_000_000_000_000_000, 1, 1),
        .person(
          expiry: end, dtableUUID: World.projects, username: owner, permission: "r", accountID: number),
        .person(
          expiry: end, dtableUUID: World.projects, username: owner, permission: "r", accountID: 1,
          signIn: SignInClaims(accountToken: number)),
        .visitor(expiry: end, dtableUUID: World.projects, permission: "r", externalLinkID: number),
      ]
      for claims in claims {
        let token = world.app.signer.sign(claims)
        let opened = try await world.call(
          .get, "/api-gateway/api/v2/dtables/\(World.projects)/metadata/", authorization: "Token \(token)")
        #expect(opened.status == 403, "\(claims)")
        #expect(try await !isActive(token, as: .systemAdmin, world), "\(claims)")
        let ended = try await world.call(.post, revocation, as: .nobody, ["token": token])
        #expect(ended.status == 200, "\(claims)")
      }
      let temporary = world.app.signer.sign(
        TemporaryTokenClaims(username: owner, dtableUUID: World.projects, expiry: number))
      if number <= end || number > 253_402_300_799 {
        #expect(try await world.exchange(temporary).status == 403)
      }
    }
  }

  @Test(arguments: [Caller.nobody, .forger, .deactivated, .revokedAPIToken, .baseToken, .unenrolled])
  func `a caller without a valid credential is refused`(_ caller: Caller) async throws {
    try await World.with { world async throws in
      let token = try #require(world.credentials[.baseToken])
      let answer = try await verify(token, as: caller, world)
      #expect([401, 403].contains(answer.status))
      #expect(answer["active"] == nil)
    }
  }

  @Test func `a token that is not ours is not active`() async throws {
    try await World.with { world async throws in
      for caller in [Caller.expiredBaseToken, .orphanedBaseToken, .unsignedBaseToken, .temporaryToken, .apiTokenReader]
      {
        #expect(try await !isActive(try #require(world.credentials[caller]), world), "\(caller)")
      }
      for token in ["x", "a.b.c", String(repeating: "x", count: 8192)] {
        #expect(try await !isActive(token, world))
      }
      for fields in [[:], ["token": ""], ["token": String(repeating: "x", count: 8193)]] {
        let answer = try await world.call(.post, verification, as: .groupMember, fields)
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == "token invalid.")
      }
    }
  }

  /// Each change that alone ends a program's token, or a person's.
  @Test(arguments: [
    "update api_token set revoked_at = now() where app_name = 'app'",
    "update api_token set permission = 'r' where app_name = 'app'",
    "update api_token set expires_at = now() where app_name = 'app'",
    "update base set deleted_at = now() where id = 1", "delete from api_token where app_name = 'app'",
    """
    insert into retired_secret select hash, id, 1, now() from api_token where app_name = 'app';
    update api_token set generation = 2, hash = sha256('x') where app_name = 'app'
    """,
  ])
  func `a program's token is not active once its source has ended`(_ end: String) async throws {
    try await World.with { world async throws in
      let token = try await world.baseToken(of: try await world.makeAPIToken())
      #expect(try await isActive(token, world))
      try await world.database.execute(end)
      #expect(try await !isActive(token, world))
      #expect(try await !isActive(token, as: .systemAdmin, world))
      let checked = try await world.call(.get, verification, authorization: "Bearer \(token)")
      #expect([403, 404].contains(checked.status))
    }
  }

  @Test(arguments: [
    "update account set is_active = false where id = 3", "update account set deleted_at = now() where id = 3",
    "delete from group_member where account_id = 3", "update base set deleted_at = now() where id = 1",
  ])
  func `a person's token is not active once their access has ended`(_ end: String) async throws {
    try await World.with { world async throws in
      let token = try #require(world.credentials[.personalBaseToken])
      #expect(try await isActive(token, as: .groupOwner, world))
      try await world.database.execute(end)
      #expect(try await !isActive(token, as: .groupOwner, world))
    }
  }

  @Test func `a guest's token is not active once their permission was lowered`() async throws {
    try await World.with { world async throws in
      let granted = try await world.call(
        .get, "/api/v2.1/workspace/9/dtable/Projects/access-token/", as: .sharedGroupMember)
      let token = try #require(granted["access_token"] as? String)
      #expect(try world.claims(token).permission == "rw")
      #expect(try await isActive(token, world))
      try await world.database.execute("update group_share set permission = 'r'")
      #expect(try await !isActive(token, world))
    }
  }

  @Test func `a visitor's token is not active once its link was deleted`() async throws {
    try await World.with { world async throws in
      let path = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"
      let token = try #require(try await world.call(.get, path)["access_token"] as? String)
      #expect(try await isActive(token, world))
      try await world.database.execute("delete from base_link where id = 1")
      #expect(try await !isActive(token, world))
    }
  }

  @Test func `a former secret's token is active until its grace period is over`() async throws {
    try await World.with { world async throws in
      let token = try await world.baseToken(of: try await world.makeAPIToken())
      _ = try await world.rotate()
      #expect(try await isActive(token, world))
      try await world.database.execute("update retired_secret set valid_until = now()")
      #expect(try await !isActive(token, world))
    }
  }

  @Test func `an expired token is not active`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let answer = try await world.exchange(try await world.makeAPIToken(), "?exp=1m")
      let token = try #require(answer["access_token"] as? String)
      world.clock.advance(by: 58)
      #expect(try await isActive(token, world))
      world.clock.advance(by: 2)
      #expect(try await !isActive(token, world))
      let checked = try await world.call(.get, verification, authorization: "Bearer \(token)")
      #expect(checked.status == 403)
      #expect(checked.text == #"{"error_msg":"Token expired."}"#)
    }
  }

  // MARK: For a reverse proxy

  @Test func `a proxy learns from the status and the header`() async throws {
    try await World.with { world async throws in
      let program = try await world.call(.get, verification, as: .baseToken)
      #expect(program.status == 200)
      #expect(program.headers["X-Dtable-Uuid"] == World.projects)
      #expect(program.headers["X-Permission"] == "rw")
      #expect(program.headers["X-Username"] == "")
      #expect(program["active"] as? Bool == true)
      let person = try await world.call(.get, verification, as: .personalBaseToken, scheme: "Bearer")
      #expect(person.headers["X-Username"] == Example.member)
      let read = try await world.baseToken(of: try #require(world.credentials[.apiTokenReader]))
      let reader = try await world.call(.get, verification, authorization: "Token \(read)")
      #expect(reader.headers["X-Permission"] == "r")
    }
  }

  @Test(arguments: [
    (Caller.nobody, #"{"detail":"Authentication credentials were not provided."}"#),
    (.groupOwner, #"{"error_message":"invalid token"}"#), (.apiTokenWriter, #"{"error_message":"invalid token"}"#),
    (.temporaryToken, #"{"error_message":"invalid token"}"#),
    (.orphanedBaseToken, #"{"error_message":"invalid token"}"#),
    (.unsignedBaseToken, #"{"error_message":"invalid token"}"#),
    (.expiredBaseToken, #"{"error_msg":"Token expired."}"#),
  ])
  func `a proxy gets a 403 for everyone else`(_ caller: Caller, _ body: String) async throws {
    try await World.with { world async throws in
      let answer = try await world.call(.get, verification, as: caller)
      #expect(answer.status == 403)
      #expect(answer.text == body)
      #expect(answer.headers["X-Dtable-Uuid"] == nil)
    }
  }

  // MARK: Revocation

  @Test func `anyone who has a token may end it, and no other one ends`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      let (token, sibling) = (try await world.baseToken(of: secret), try await world.baseToken(of: secret))
      for _ in 1...2 {
        let answer = try await world.call(.post, revocation, as: .nobody, ["token": token])
        #expect(answer.status == 200)
        #expect(answer.text == #"{"success":true}"#)
      }
      #expect(try await !isActive(token, world))
      #expect(try await world.knock(token) == 403)
      #expect(try await world.call(.get, verification, authorization: "Token \(token)").status == 403)
      #expect(try await isActive(sibling, world))
      #expect(try await world.knock(sibling) == 200)
      #expect(try await world.exchange(secret).status == 200)
    }
  }

  @Test func `a person's and a visitor's token may be ended, too`() async throws {
    try await World.with { world async throws in
      let path = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"
      let visitor = try #require(try await world.call(.get, path)["access_token"] as? String)
      for token in [visitor, try #require(world.credentials[.personalBaseToken])] {
        #expect(try await world.knock(token) == 200)
        #expect(try await world.call(.post, revocation, as: .nobody, ["token": token]).status == 200)
        #expect(try await world.knock(token) == 403)
      }
    }
  }

  @Test func `an invalid token gets the same response, and nothing is stored`() async throws {
    try await World.with { world async throws in
      var tokens = ["x", "a.b.c"]
      for caller in [Caller.expiredBaseToken, .unsignedBaseToken, .temporaryToken, .apiTokenReader, .groupOwner] {
        tokens.append(try #require(world.credentials[caller]))
      }
      let before = try await world.database.fingerprint()
      for token in tokens {
        let answer = try await world.call(.post, revocation, as: .nobody, ["token": token])
        #expect(answer.status == 200)
        #expect(answer.text == #"{"success":true}"#)
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `the record of a revoked token is deleted a week after its expiry`() async throws {
    try await World.with { world async throws in
      let token = try await world.baseToken(of: try await world.makeAPIToken())
      #expect(try await world.call(.post, revocation, as: .nobody, ["token": token]).status == 200)
      _ = try await world.onLoop { try? await Retention($0).deleteOld() }
      #expect(try await world.database.count("revoked_base_token") == 1)
      #expect(try await !world.database.dump().contains(token))
      for (age, count) in [("6 days", 1), ("7 days", 0)] {
        try await world.database.execute("update revoked_base_token set expires_at = now() - interval '\(age)'")
        _ = try await world.onLoop { try? await Retention($0).deleteOld() }
        #expect(try await world.database.count("revoked_base_token") == count)
      }
    }
  }

  // MARK: Keys

  @Test func `secrets are not published`() async throws {
    try await World.with { world async throws in
      let answer = try await world.call(.get, "/.well-known/jwks.json")
      #expect(answer.text == #"{"keys":[]}"#)
      #expect(answer.headers["Cache-Control"] == "public, max-age=15")
    }
  }
}
