import API
import Access
import Crypto
import Foundation
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let base = "/api/v2.1/workspace/9/dtable/Projects/"
private let user = "/api/v2.1/org/1/admin/users/\(Example.member)/"

/// A change that ends a person's access.
struct Ending: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Whether it also ends the account token that is used throughout.
  var endsAccountToken = true
  let happen: @Sendable (World) async throws -> Void

  static let all = [
    Ending(testDescription: "a team admin's reset of the password") {
      try await $0.expect(.put, user + "set-password/", as: .teamAdmin)
    },
    Ending(testDescription: "a system administrator's reset of the password") {
      try await $0.expect(.put, "/api/v2.1/admin/users/\(Example.member)/reset-password/", as: .systemAdmin)
    },
    Ending(testDescription: "the own change of the password") {
      try await $0.expect(
        .put, "/api/v2.1/user/password/", as: .groupMember,
        ["old_password": World.password, "new_password": "another fine password"])
    },
    Ending(testDescription: "the end of all other account tokens", endsAccountToken: false) {
      try await $0.expect(
        .delete, "/api/v2.1/user/account-tokens/", as: .groupMember, ["password": World.password])
    },
    Ending(testDescription: "a team admin's end of the sessions") {
      try await $0.expect(.delete, user + "sessions/", as: .teamAdmin)
    },
    Ending(testDescription: "a system administrator's end of the sessions") {
      try await $0.expect(.delete, "/api/v2.1/admin/users/\(Example.member)/sessions/", as: .systemAdmin)
    },
    Ending(testDescription: "the end of the sessions at the machine") { world in
      let passwords = world.app.passwords
      try await world.database.db.onLoop {
        try await LocalAdministration($0, passwords, leaked: LeakedPasswords()).endSessions(of: "Member@ours.example")
      }
    },
    Ending(testDescription: "a second factor that is confirmed", endsAccountToken: false) {
      let path = "/api/v2.1/user/two-factor-auth/"
      let enrolment = try await $0.call(.post, path, as: .groupMember, ["password": World.password])
      let code = $0.oneTimePassword(of: try #require(enrolment["secret"] as? String))
      try await $0.expect(.put, path, as: .groupMember, ["code": code])
    },
    Ending(testDescription: "a team admin's reset of the second factor") {
      try await $0.database.execute("update account set totp_sealed = 'x', totp_confirmed_at = now() where id = 3")
      try await $0.expect(.delete, user + "two-factor-auth/", as: .teamAdmin)
    },
    Ending(testDescription: "a system administrator's reset of the second factor") {
      try await $0.expect(.delete, "/api2/two-factor-auth/\(Example.member)/", as: .systemAdmin)
    },
    Ending(testDescription: "a second factor that is forced", endsAccountToken: false) {
      try await $0.expect(.put, user + "two-factor-auth/", as: .teamAdmin, ["force_2fa": "true"])
    },
    Ending(testDescription: "a second factor that is forced, and is not any more", endsAccountToken: false) {
      try await $0.expect(.put, user + "two-factor-auth/", as: .teamAdmin, ["force_2fa": "true"])
      try await $0.expect(.put, user + "two-factor-auth/", as: .teamAdmin, ["force_2fa": "false"])
    },
    Ending(testDescription: "a team that forces second factors, and does not any more", endsAccountToken: false) {
      try await $0.database.execute("update team set forces_2fa = true where id = 1")
      try await $0.database.execute("update team set forces_2fa = false where id = 1")
    },
    Ending(testDescription: "deactivation") { try await $0.expect(.put, user, as: .teamAdmin, ["is_active": "false"]) },
    Ending(testDescription: "deactivation and activation") {
      try await $0.expect(.put, user, as: .teamAdmin, ["is_active": "false"])
      try await $0.expect(.put, user, as: .teamAdmin, ["is_active": "true"])
    },
    Ending(testDescription: "deletion") { try await $0.expect(.delete, user, as: .teamAdmin) },
    Ending(testDescription: "leaving the team and coming back", endsAccountToken: false) {
      try await $0.database.execute("update account set team_id = 2 where id = 3")
      try await $0.database.execute("update account set team_id = 1 where id = 3")
    },
  ]
}

extension World {
  /// Makes a call that must succeed.
  fileprivate func expect(
    _ method: HTTP.Method, _ path: String, as caller: Caller, _ fields: [String: String] = [:]
  ) async throws {
    let answer = try await call(method, path, as: caller, fields)
    #expect((200...201).contains(answer.status), "\(path): \(answer.text)")
  }

  fileprivate func token(_ path: String, _ member: String, _ credential: String) async throws -> String {
    let answer = try await call(.get, base + path, authorization: "Token \(credential)")
    return try #require(answer[member] as? String, "\(answer.text)")
  }
}

@Suite struct Endings {
  @Test(arguments: Ending.all)
  func `every change that ends a person's access ends the tokens made from a sign-in`(_ ending: Ending) async throws {
    try await World.with { world async throws in
      let mine = try #require(world.credentials[.groupMember])
      let token = try await world.token("access-token/", "access_token", mine)
      let temporary = try await world.token("temp-api-token/", "api_token", mine)
      let exchanged = try await world.baseToken(of: temporary)
      let program = try await world.makeAPIToken()
      let ofProgram = try await world.baseToken(of: program)
      for good in [token, exchanged] { #expect(try await world.knock(good) == 200) }

      try await ending.happen(world)

      for ended in [token, exchanged] {
        #expect(try await world.knock(ended) == 403)
        let verdict = try await world.call(
          .post, "/api/v2.1/base-tokens/verify/", as: .groupOwner, ["token": ended])
        #expect(verdict.text == #"{"active":false}"#)
      }
      let refused = try await world.exchange(temporary)
      #expect(refused.status == 403)
      #expect(refused["error_msg"] as? String == "Permission denied.")
      let ping = try await world.call(.get, "/api2/auth/ping/", as: .groupMember)
      #expect((ping.status == 401) == ending.endsAccountToken, "\(ping.text)")
      // Programs keep their access.
      #expect(try await world.exchange(program).status == 200)
      #expect(try await world.knock(ofProgram) == 200)
    }
  }

  @Test func `tokens without a generation count as those of an unchanged account`() async throws {
    try await World.with { world async throws in
      let (token, temporary) = (world.credentials[.personalBaseToken], world.credentials[.temporaryToken])
      #expect(try await world.knock(#require(token)) == 200)
      #expect(try await world.exchange(#require(temporary)).status == 200)
      try await world.expect(.put, user + "set-password/", as: .teamAdmin)
      #expect(try await world.knock(#require(token)) == 403)
      #expect(try await world.exchange(#require(temporary)).status == 403)
    }
  }

  @Test func `enrolling or removing a second factor requires new base tokens`() async throws {
    try await World.with { world async throws in
      let mine = try #require(world.credentials[.groupMember])
      for change in ["totp_confirmed_at = now()", "totp_confirmed_at = null"] {
        let token = try await world.token("access-token/", "access_token", mine)
        try await world.database.execute("update account set \(change) where id = 3")
        #expect(try await world.knock(token) == 403)
      }
    }
  }

  @Test func `a team that requires second factors does not affect those who have one`() async throws {
    try await World.with { world async throws in
      try await world.database.execute("update account set totp_confirmed_at = now() where id = 3")
      let mine = try #require(world.credentials[.groupMember])
      let token = try await world.token("access-token/", "access_token", mine)
      try await world.database.execute("update team set forces_2fa = true where id = 1")
      #expect(try await world.knock(token) == 200)
    }
  }

  @Test func `an account token ends with everything made from it, and nothing else`() async throws {
    try await World.with { world async throws in
      let first = try #require(world.credentials[.groupMember])
      let made = try await world.call(.post, "/api/v2.1/user/account-tokens/", as: .groupMember)
      let (second, id) = (try #require(made["token"] as? String), try #require(made["id"] as? Int))
      var kept: [String] = []
      var ended: [String] = []
      for path in [("access-token/", "access_token"), ("temp-api-token/", "api_token")] {
        kept.append(try await world.token(path.0, path.1, first))
        ended.append(try await world.token(path.0, path.1, second))
      }
      let exchanged = try await world.baseToken(of: ended[1])
      try await world.expect(
        .delete, "/api/v2.1/user/account-tokens/\(id)/", as: .groupMember, ["password": World.password])
      for token in [ended[0], exchanged] { #expect(try await world.knock(token) == 403) }
      #expect(try await world.exchange(ended[1]).status == 403)
      #expect(try await world.knock(kept[0]) == 200)
      #expect(try await world.exchange(kept[1]).status == 200)
      // The same when it expires.
      try await world.database.execute("update account_token set expires_at = now() where account_id = 3")
      #expect(try await world.knock(kept[0]) == 403)
      #expect(try await world.exchange(kept[1]).status == 403)
    }
  }

  @Test func `one person's sign-in is not another's`() async throws {
    try await World.with { world async throws in
      for (owner, status) in [(Int64(3), 200), (1, 403)] {
        let found = try await world.database.db.onLoop {
          try await $0.row("select id from account_token where account_id = \(owner)") as ID<AccountToken>?
        }
        let signIn = SignInClaims(accountToken: try #require(found).value, generation: "1.0")
        let token = world.app.signer.sign(
          .person(
            expiry: world.app.now().seconds + 60, dtableUUID: World.projects, username: Example.member,
            permission: "rw", accountID: 3, signIn: signIn))
        #expect(try await world.knock(token) == status)
      }
    }
  }
}

@Suite struct Restrictions {
  private static let foreign = "203.0.113.9"

  @Test func `networks apply to existing base tokens`() async throws {
    try await World.with { world async throws in
      let token = try await world.baseToken(of: try await world.makeAPIToken())
      try await world.expect(
        .put, World.apiTokens + "app/", as: .groupOwner, ["allowed_networks": "203.0.113.0/24"])
      for (address, status) in [("127.0.0.1", 403), (Self.foreign, 200)] {
        for path in [World.gateway, "/api/v2.1/base-tokens/verify/"] {
          let answer = try await world.call(.get, path, authorization: "Token \(token)", address: address)
          #expect(answer.status == status, "\(path) from \(address)")
          if status == 403 {
            #expect(
              answer["error_msg"] as? String
                == "The API token may not be used from this address: see its allowed_networks.")
          }
        }
      }
      // Anyone may end it, from everywhere.
      try await world.expect(.post, "/api/v2.1/base-tokens/revoke/", as: .nobody, ["token": token])
      #expect(
        try await world.call(.get, World.gateway, authorization: "Token \(token)", address: Self.foreign).status == 403)
    }
  }

  @Test(arguments: [
    (nil, false), ("203.0.113.9", true), ("::ffff:203.0.113.9", true), ("203.0.114.9", false), ("", false),
  ])
  func `a verifier says from which address a token was used`(_ address: String?, _ isActive: Bool) async throws {
    try await World.with { world async throws in
      let token = try await world.baseToken(of: try await world.makeAPIToken())
      try await world.expect(
        .put, World.apiTokens + "app/", as: .groupOwner, ["allowed_networks": "203.0.113.0/24"])
      let fields = ["token": token].merging(address.map { ["address": $0] } ?? [:]) { $1 }
      let answer = try await world.call(.post, "/api/v2.1/base-tokens/verify/", as: .groupMember, fields)
      #expect(answer["active"] as? Bool == isActive)
    }
  }

  @Test func `an invalid address is refused`() async throws {
    try await World.with { world async throws in
      let token = try #require(world.credentials[.baseToken])
      let answer = try await world.call(
        .post, "/api/v2.1/base-tokens/verify/", as: .groupMember, ["token": token, "address": "here"])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "address invalid.")
    }
  }

  @Test func `a policy on the lifetime of base tokens applies to everyone's existing ones`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let link = try await world.call(
        .get, "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/", as: .nobody)
      let tokens = [
        try await world.baseToken(of: try await world.makeAPIToken()),
        try await world.token("access-token/", "access_token", try #require(world.credentials[.groupMember])),
        try #require(link["access_token"] as? String),
      ]
      world.clock.advance(by: 60)
      let policy = "/api/v2.1/org/1/admin/token-policy/"
      try await world.expect(.put, policy, as: .teamAdmin, ["max_base_token_minutes": "2"])
      for token in tokens { #expect(try await world.knock(token) == 200) }
      try await world.expect(.put, policy, as: .teamAdmin, ["max_base_token_minutes": "1"])
      for token in tokens {
        let answer = try await world.call(.get, World.gateway, authorization: "Token \(token)")
        #expect(answer.status == 403)
        #expect(answer["error_msg"] as? String == "Token expired.")
      }
    }
  }
}
