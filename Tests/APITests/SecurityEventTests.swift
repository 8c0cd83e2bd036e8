import API
import Access
import Crypto
import Domain
import Foundation
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let factor = "/api/v2.1/user/two-factor-auth/"
private let password = "/api/v2.1/user/password/"
private let ping = "/api2/auth/ping/"
private let links = "/api/v2.1/workspace/9/dtable/Projects/external-links/"
private let member = "member@ours.example"

extension Answer {
  /// The event of the only line about security, its reason, account and credential without its number, with commas.
  fileprivate var event: String? {
    guard security.count == 1, let line = security.first,
      let fields = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
    else { return security.isEmpty ? nil : "\(security)" }
    let credential = (fields["credential"] as? String)?.split(separator: " ").first.map(String.init)
    return [
      fields["event"] as? String, fields["reason"] as? String, (fields["account"] as? Int).map { "\($0)" }, credential,
    ].compactMap(\.self).joined(separator: ",")
  }

  fileprivate func field(_ name: String) -> String? {
    let fields = (security.first?.utf8).flatMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
    return fields?[name].map { "\($0)" }
  }
}

/// What the log says about security. That each refusal has one line, other requests none, and no line any text of the
/// caller's, is checked for every request of every test: see `SecurityWatch`.
@Suite struct SecurityEvents {
  /// Enrols the member; returns the secret in base32, and the recovery codes.
  private static func enrol(_ world: World) async throws -> (secret: String, codes: [String]) {
    let secret = try #require(
      try await world.call(.post, factor, as: .groupMember, ["password": World.password])["secret"] as? String)
    let code = world.oneTimePassword(of: secret)
    let wrong = try await world.call(.put, factor, as: .groupMember, ["code": code == "000000" ? "000001" : "000000"])
    #expect(wrong.event == "code_wrong,3,account_token")
    let confirmed = try await world.call(.put, factor, as: .groupMember, ["code": code])
    #expect(confirmed.event == nil)
    return (secret, try #require(confirmed["recovery_codes"] as? [String]))
  }

  @Test func `a sign-in says by which factor, and for which account`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      #expect(try await world.signIn(member).event == "signed_in,password,3,account_token")
      let (secret, codes) = try await Self.enrol(world)
      #expect(try await world.signIn(member).event == "sign_in_failed,code_missing,3")
      #expect(try await world.signIn(member, code: "no code").event == "sign_in_failed,code_wrong,3")
      world.clock.advance(by: 30)
      let code = world.oneTimePassword(of: secret)
      #expect(try await world.signIn(member, code: code).event == "signed_in,code,3,account_token")
      #expect(try await world.signIn(member, code: codes[0]).event == "signed_in,recovery_code,3,account_token")
    }
  }

  @Test func `a failed sign-in says why, which the caller does not learn`() async throws {
    try await World.with(setting: { $0.firstPasswordHours = 24 }) { world async throws in
      let failures = [
        try await world.signIn("nobody@ours.example"), try await world.signIn("gone@ours.example"),
        try await world.signIn(member, password: "not the password"), try await world.signIn(member, password: ""),
      ]
      #expect(
        failures.map(\.event) == [
          "sign_in_failed,unknown_person", "sign_in_failed,deactivated,8", "sign_in_failed,wrong_password,3",
          "sign_in_failed,malformed",
        ])
      #expect(Set(failures.map(\.text)).count == 1)
      try await world.database.execute(
        "update account set password_given_at = now() - interval '25 hours' where id = 1")
      #expect(try await world.signIn("owner@ours.example").event == "sign_in_failed,password_expired,1")
    }
  }

  @Test func `guesses that are throttled are told as failed sign-ins`() async throws {
    try await World.with { world async throws in
      for (name, account) in [(member, ",3"), ("nobody@ours.example", "")] {
        var answer = try await world.signIn(name, password: "not the password")
        for _ in 1...20 where answer.status == 400 {
          answer = try await world.signIn(name, password: "not the password")
        }
        #expect(answer.status == 429)
        #expect(answer.event == "sign_in_failed,throttled\(account)")
      }
    }
  }

  @Test func `a wrong old password, and guesses at it`() async throws {
    try await World.with { world async throws in
      let fields = ["old_password": "not the password", "new_password": "another password"]
      var answer = try await world.call(.put, password, as: .groupMember, fields)
      #expect(answer.event == "proof_failed,wrong_password,3,account_token")
      #expect(
        try await world.call(.delete, factor, as: .groupMember, ["password": "not the password"]).event
          == "proof_failed,wrong_password,3,account_token")
      for _ in 1...20 where answer.status == 400 {
        answer = try await world.call(.put, password, as: .groupMember, fields)
      }
      #expect(answer.event == "proof_failed,throttled,3,account_token")
    }
  }

  @Test func `a link's password, missing or wrong`() async throws {
    try await World.with { world async throws in
      let made = try await world.call(.post, links, as: .groupAdmin, ["password": "open sesame"])
      let opening = "/api/v2.1/external-link-tokens/\(try #require(made["token"] as? String))/access-token/"
      let missing = try await world.call(.get, opening)
      #expect(missing.event == "refused,link_password_missing,link")
      let wrong = try await world.call(.get, opening, headers: [.linkPassword: "close sesame"])
      #expect(wrong.event == "link_password_wrong,link")
      #expect(wrong.field("route") == "/api/v2.1/external-link-tokens/{external_link_token}/access-token/")
      #expect(try await world.call(.get, opening, headers: [.linkPassword: "open sesame"]).event == nil)
    }
  }

  @Test func `refusals say who was refused, and why`() async throws {
    try await World.with { world async throws in
      let gateway = World.gateway
      let expected: [(Caller, String, String)] = [
        (.nobody, ping, "refused,no_credentials"), (.forger, ping, "refused,bad_account_token"),
        (.deactivated, ping, "refused,bad_account_token"),
        (.unenrolled, ping, "refused,second_factor_due,14,account_token"),
        (.outsider, World.apiTokens, "refused,not_allowed,4,account_token"),
        (.groupMember, "/api/v2.1/admin/users/", "refused,not_administrator,3,account_token"),
        (.forger, World.exchange, "refused,bad_api_token"),
        (.revokedAPIToken, World.exchange, "refused,bad_api_token,api_token"),
        (.forger, gateway, "refused,bad_base_token"), (.orphanedBaseToken, gateway, "refused,bad_base_token,api_token"),
        (.otherBaseToken, gateway, "refused,bad_base_token,3"),
        (.expiredBaseToken, gateway, "refused,expired_base_token"),
      ]
      for (caller, path, event) in expected {
        #expect(try await world.call(.get, path, as: caller).event == event, "\(caller)")
      }
      try await world.database.execute("update api_token set networks = '{192.0.2.0/24}' where app_name = 'reader'")
      let foreign = try await world.call(.get, World.exchange, as: .apiTokenReader)
      #expect(foreign.event == "refused,foreign_network,api_token")
      try await world.database.execute("update api_token set expires_at = now() where app_name = 'writer'")
      let expired = try await world.call(.get, World.exchange, as: .apiTokenWriter)
      #expect(expired.event == "refused,expired_api_token,api_token")
      #expect(expired.field("status") == "403" && expired.field("method") == "GET")
    }
  }

  @Test func `what is not there, or not for the asker, is a refusal with the asker`() async throws {
    try await World.with { world async throws in
      let theirs = "/api/v2.1/user-common-info/\(Example.foreigner)/"
      let expected: [(Caller, String, String)] = [
        (.foreigner, "/api/v2.1/groups/1/", "refused,not_found,5,account_token"),
        (.groupMember, "/api/v2.1/groups/999/", "refused,not_found,3,account_token"),
        (.groupMember, theirs, "refused,not_found,3,account_token"),
        (.teamAdmin, "/api/v2.1/org/1/admin/users/\(Example.foreigner)/", "refused,not_found,9,account_token"),
        (.nobody, "/api/v2.1/external-link-tokens/nowhere/access-token/", "refused,not_found"),
      ]
      for (caller, path, event) in expected {
        let answer = try await world.call(.get, path, as: caller)
        #expect(answer.status == 404, "\(path): \(answer.text)")
        #expect(answer.event == event, "\(path)")
        #expect(answer.field("status") == "404", "\(path)")
      }
      #expect(try await world.call(.get, "/api/v2.1/nowhere/", as: .groupMember).event == nil)
    }
  }

  @Test func `a rate limit says whose it is, and an unknown path has no route`() async throws {
    var limits = AppSettings.Limits()
    (limits.account, limits.address) = (AppSettings.Limit(perMinute: 1), AppSettings.Limit(perMinute: 3))
    try await World.with(limits: limits) { world async throws in
      world.clock.stop()
      #expect(try await world.call(.get, ping, as: .groupMember).event == nil)
      #expect(try await world.call(.get, ping, as: .groupMember).event == "refused,rate_limit,3,account_token")
      #expect(try await world.call(.get, "/nowhere/secret-path/").event == nil)
      let limited = try await world.call(.get, "/nowhere/secret-path/")
      #expect(limited.event == "refused,rate_limit")
      #expect(limited.field("route") == "<null>")
    }
  }

  @Test func `rules of a team that change are told, with who has changed them`() async throws {
    try await World.with { world async throws in
      let policy = try await world.call(
        .put, "/api/v2.1/org/1/admin/token-policy/", as: .teamAdmin, ["require_expiry": "true"])
      #expect(policy.event == "settings_changed,token_policy,9,account_token", "\(policy.text)")
      #expect(policy.field("target") == "team 1")
      let team = try await world.call(
        .put, "/api/v2.1/admin/organizations/1/", as: .systemAdmin, ["role": "org_default"])
      #expect(team.event == "settings_changed,team,7,account_token", "\(team.text)")
    }
  }

  @Test func `keys that come, sign and go are told`() throws {
    let vault = try Vault(masterKey: "a master key of at least thirty-two bytes")
    let (old, new) = (SigningKey.generate(.edDSA), SigningKey.generate(.edDSA))
    let before = TokenSigner(signing: old, vault: vault)
    let between = TokenSigner(signing: old, accepted: [old, new], vault: vault)
    let after = TokenSigner(signing: new, vault: vault)
    #expect(between.changes(since: before) == [.keysChanged(.added, key: new.id)])
    #expect(after.changes(since: between) == [.keysChanged(.signs, key: new.id), .keysChanged(.ended, key: old.id)])
    #expect(after.changes(since: after).isEmpty)
  }

  @Test func `another master key is told, and the same one with others beside it is not`() throws {
    let old = try Vault(masterKey: "a master key of at least thirty-two bytes")
    let new = try Vault(masterKey: "another master key of more than thirty-two bytes")
    let seals = [SecurityEvent.keysChanged(.seals, key: "master")]
    #expect(VaultRing(new).changes(since: VaultRing(old)) == seals)
    #expect(VaultRing(new, and: [old]).changes(since: VaultRing(old, and: [new])) == seals)
    #expect(VaultRing(old, and: [new]).changes(since: VaultRing(old)).isEmpty)
  }
}
