import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let base = "/api/v2.1/workspace/9/dtable/Projects/"
private let metadata = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"

/// The path that opens an external link.
private func opening(_ token: String) -> String { "/api/v2.1/external-link-tokens/\(token)/access-token/" }

@Suite struct ExternalLinks {
  private static let links = base + "external-links/"

  /// Makes a link and returns its token.
  private static func make(_ world: World, _ fields: [String: String] = ["expire_days": "0"]) async throws -> String {
    let answer = try await world.call(.post, links, as: .groupAdmin, fields)
    #expect(answer.status == 200)
    return try #require(answer["token"] as? String)
  }

  /// The base's links, as lists show them.
  private static func list(_ world: World) async throws -> [[String: Any]] {
    try await world.onLoop { await $0.lastUse.write(at: nil) }
    return try #require(try await world.call(.get, links, as: .groupAdmin)["links"] as? [[String: Any]])
  }

  @Test(arguments: Encoding.allCases)
  func `anyone may read by a link, but not write, as long as it exists`(_ encoding: Encoding) async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.links, as: .groupAdmin, ["expire_days": "30"], encoding)
      #expect(made["permission"] as? String == "read-only")
      #expect(made["is_custom"] as? Bool == false)
      #expect(made["is_protected"] as? Bool == false)
      #expect(made["is_expired"] as? Bool == false)
      #expect(made["view_cnt"] as? Int == 0)
      #expect(made["creator"] as? String == Example.groupAdmin)
      #expect(made["from_base_uuid"] as? String == World.projects)
      let token = try #require(made["token"] as? String)
      #expect(token.count == 52)
      #expect(made["url"] as? String == "\(World.publicURL)/dtable/external-links/\(token)/")

      for caller in [Caller.nobody, .malformed, .forger, .foreigner, .deactivated, .groupOwner] {
        let answer = try await world.call(.get, opening(token), as: caller)
        #expect(try world.claims(answer).permission == "r")
        #expect(try world.claims(answer).username.isEmpty)
      }
      let opened = try await world.call(.post, opening(token))
      let baseToken = try #require(opened["access_token"] as? String)
      #expect(opened["dtable_name"] as? String == "Projects")
      #expect(try await world.call(.get, metadata, authorization: "Token \(baseToken)").status == 200)
      #expect(try await Self.list(world).last?["view_cnt"] as? Int == 7)

      #expect(try await world.call(.delete, Self.links + token.prefix(20) + "/", as: .groupOwner).status == 200)
      #expect(try await world.call(.get, opening(token)).status == 404)
      #expect(try await world.call(.get, metadata, authorization: "Token \(baseToken)").status == 403)
    }
  }

  @Test func `a link's secret is shown once, and stored only as a hash`() async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["password": "a password to look for"])
      let handle = String(token.prefix(20))
      let team = try await world.call(.get, "/api/v2.1/org/1/admin/external-links/", as: .teamAdmin)
      let installation = try await world.call(.get, "/api/v2.1/admin/external-links/", as: .systemAdmin)
      let own = try await world.call(.get, Self.links, as: .groupOwner)
      for list in [team, installation, own] {
        #expect(list.status == 200)
        #expect(list.text.contains(#""\#(handle)""#))
        #expect(list.text.contains("/\(handle)\(String(repeating: "*", count: 32))/"))
        #expect(!list.text.contains(token.suffix(32)))
      }
      #expect(try await world.call(.get, opening(handle)).status == 404)
      let dump = try await world.database.dump()
      #expect(dump.contains(handle))
      #expect(!dump.contains(token.suffix(32)))
      #expect(!dump.contains("a password to look for"))
      #expect(try dump.contains(#require(LinkToken(token)).secret.hash.hex))
    }
  }

  @Test func `a secret that was shown is in no later response and in no audit log`() async throws {
    try await World.with { world in
      let token = try await Self.make(world)
      #expect(try await world.call(.delete, Self.links + token + "/", as: .groupAdmin).status == 200)
      let log = try await world.call(.get, "/api/v2.1/org/1/admin/admin-logs/?per_page=10", as: .teamAdmin)
      #expect(log.text.contains("base_external_link_create"))
      #expect(log.text.contains("base_external_link_delete"))
      #expect(log.text.contains(token.prefix(20)))
      #expect(!log.text.contains(token.suffix(32)))
      #expect(try await !world.database.dump().contains(token.suffix(32)))
    }
  }

  @Test func `an expired link ends, and its tokens with it`() async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["expire_days": "1"])
      let opened = try await world.call(.get, opening(token) + "?exp=3d")
      let end = try world.claims(opened).expiry
      let now = world.app.now().seconds
      #expect((now..<now + 86_401).contains(end))
      let baseToken = try #require(opened["access_token"] as? String)
      try await world.database.execute(
        "update base_link set expires_at = now() - interval '1 second' where handle = '\(token.prefix(20))'")
      let late = try await world.call(.get, opening(token))
      #expect(late.status == 403)
      #expect(late["error_msg"] as? String == "The link has expired.")
      #expect(try await world.call(.get, metadata, authorization: "Token \(baseToken)").status == 403)
      #expect(try await Self.list(world).last?["is_expired"] as? Bool == true)
    }
  }

  @Test(arguments: ["-1", "3651", "x", "1.5"])
  func `an invalid lifetime is refused`(_ days: String) async throws {
    try await World.with { world in
      let answer = try await world.call(.post, Self.links, as: .groupAdmin, ["expire_days": days])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "expire_days invalid.")
    }
  }

  @Test func `a link with a password requires it, in the header or in the body`() async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["password": "open sesame"])
      #expect(try await Self.list(world).last?["is_protected"] as? Bool == true)
      for answer in [
        try await world.call(.get, opening(token)),
        try await world.call(.post, opening(token), ["password": ""]),
        try await world.call(.post, opening(token), ["password": "close sesame"], .json),
        try await world.call(.get, opening(token), headers: [.linkPassword: "close sesame"]),
        try await world.call(.get, opening(token) + "?password=open+sesame"),
      ] {
        #expect(answer.status == 403)
        #expect(answer["error_msg"] as? String == "The link's password is missing or wrong.")
      }
      for answer in [
        try await world.call(.get, opening(token), headers: [.linkPassword: "open sesame"]),
        try await world.call(.post, opening(token), ["password": "open sesame"], .json),
        try await world.call(.post, opening(token), ["password": "open sesame"], .multipart),
      ] {
        #expect(try world.claims(answer).permission == "r")
      }
      #expect(try await Self.list(world).last?["view_cnt"] as? Int == 3)
    }
  }

  @Test func `guesses at a link's password are throttled, but not from elsewhere or at other links`() async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["password": "open sesame"])
      let other = try await Self.make(world, ["password": "open sesame"])
      var answer = try await world.call(.get, opening(token), headers: [.linkPassword: "guess"])
      for number in 2...20 where answer.status == 403 {
        answer = try await world.call(.post, opening(token), ["password": "guess \(number)"])
        #expect(number > 5 || answer.status == 403)
      }
      #expect(answer.status == 429)
      let seconds = try #require(answer.headers["Retry-After"].flatMap { Int($0) })
      #expect((1...900).contains(seconds))
      try await world.holdAttempts()
      #expect(try await world.call(.get, opening(token), headers: [.linkPassword: "open sesame"]).status == 429)
      #expect(try await world.call(.get, opening(token)).status == 403)
      #expect(try await world.call(.get, opening(other), headers: [.linkPassword: "open sesame"]).status == 200)
      let elsewhere = try await world.call(
        .get, opening(token), headers: [.linkPassword: "open sesame"], address: "203.0.113.7")
      #expect(elsewhere.status == 200)
    }
  }

  @Test(arguments: [
    ("1234567", "password invalid: it must have at least 8 characters."),
    ("a", "password invalid: it must have at least 8 characters."),
    (String(repeating: "x", count: 256), "password invalid."),
  ])
  func `a password that cannot be is refused`(_ password: String, _ reason: String) async throws {
    try await World.with { world in
      let answer = try await world.call(.post, Self.links, as: .groupAdmin, ["password": password])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == reason)
    }
  }

  @Test func `a link may have a custom token, which opens it`() async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.links, as: .groupAdmin, ["token": "Price-list_2026"])
      #expect(made["token"] as? String == "Price-list_2026")
      #expect(made["is_custom"] as? Bool == true)
      #expect(made["url"] as? String == "\(World.publicURL)/dtable/external-links/custom/Price-list_2026/")
      #expect(try await world.claims(world.call(.get, opening("Price-list_2026"))).permission == "r")
      #expect(try await world.call(.get, opening("price-list_2026")).status == 404)
      let listed = try await Self.list(world).last
      #expect(listed?["url"] as? String == made["url"] as? String)
      #expect(try await world.call(.delete, Self.links + "Price-list_2026/", as: .groupAdmin).status == 200)
      #expect(try await world.call(.get, opening("Price-list_2026")).status == 404)
      #expect(try await Self.make(world, ["token": "Price-list_2026"]) == "Price-list_2026")
    }
  }

  @Test func `a custom token is unique in the installation`() async throws {
    try await World.with { world in
      _ = try await Self.make(world, ["token": "our-prices"])
      try await world.database.execute("update base_link set base_id = 5, team_id = 2 where handle = 'our-prices'")
      let again = try await world.call(.post, Self.links, as: .groupAdmin, ["token": "our-prices"])
      #expect(again.status == 400)
      #expect(again["error_msg"] as? String == "token already exists.")
    }
  }

  @Test(arguments: [
    "two words", "with/slash", "Preisübersicht", "with.dot", "with%2Fslash", "🦊🦊🦊🦊", String(repeating: "x", count: 101),
    // A handle, and a whole token.
    String(repeating: "0", count: 20), String(repeating: "e", count: 52), String(World.externalLink.prefix(20)),
  ])
  func `a custom token that is invalid or looks like one with a secret is refused`(_ name: String) async throws {
    try await World.with { world in
      let before = try await world.database.count("base_link")
      let answer = try await world.call(.post, Self.links, as: .groupAdmin, ["token": name])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "token invalid.")
      #expect(try await world.database.count("base_link") == before)
    }
  }

  @Test(arguments: ["a", "1234567", "prices"])
  func `a custom token that is easy to guess is refused`(_ name: String) async throws {
    try await World.with { world async throws in
      let answer = try await world.call(.post, Self.links, as: .groupAdmin, ["token": name])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "token invalid: it must have at least 8 characters.")
      #expect(try await Self.make(world, ["token": name + "12345678".dropFirst(name.count)]).count == 8)
    }
  }

  @Test func `guesses at links are throttled, and the right secret opens a link all the same`() async throws {
    try await World.with { world async throws in
      let secret = try await Self.make(world)
      let named = try await Self.make(world, ["token": "our-prices"])
      var statuses: [Int] = []
      for number in 1...40 {
        let guess = number % 2 == 0 ? "guess-\(number)" : String(repeating: "a", count: 50) + "\(number + 10)"
        statuses.append(try await world.call(number % 3 == 0 ? .head : .get, opening(guess)).status)
      }
      #expect(statuses.prefix(20) == [Int](repeating: 404, count: 20)[...])
      #expect(statuses.count { $0 == 404 } < 25)
      #expect(Set(statuses) == [404, 429])
      try await world.database.execute(
        "update failed_attempt set next_at = now() + interval '1 minute' where next_at > last_at")
      #expect(try await world.call(.get, opening(named)).status == 429)
      #expect(try await world.call(.get, opening(named), address: "203.0.113.7").status == 200)
      #expect(try await world.call(.get, opening(secret)).status == 200)
      let rows = try await world.database.count("failed_attempt")
      for number in 1...10 { #expect(try await world.call(.get, opening("guess-\(number)")).status == 429) }
      #expect(try await world.database.count("failed_attempt") == rows)
      // Sign-ins are counted separately.
      let signedIn = try await world.call(
        .post, "/api2/auth-token/", ["username": "member@ours.example", "password": World.password])
      #expect(signedIn.status == 200)
    }
  }

  @Test func `a visit writes nothing at once, and HEAD is not a visit`() async throws {
    try await World.with { world async throws in
      let token = try await Self.make(world)
      let count = "base_link where handle = '\(token.prefix(20))' and view_count ="
      for _ in 1...5 { #expect(try await world.call(.get, opening(token)).status == 200) }
      for _ in 1...3 { #expect(try await world.call(.head, opening(token)).status == 200) }
      #expect(try await world.database.count("\(count) 0") == 1)
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      #expect(try await world.database.count("\(count) 5") == 1)
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      #expect(try await world.database.count("\(count) 5") == 1)
    }
  }

  @Test func `links belong to their base, and only its admins see them`() async throws {
    try await World.with { world async throws in
      for caller in [Caller.groupMember, .sharedReader, .sharedGroupMember, .outsider, .teamAdmin] {
        #expect(try await world.call(.get, Self.links, as: caller).status == 403)
        #expect(try await world.call(.post, Self.links, as: caller, ["expire_days": "1"]).status == 403)
        #expect(try await world.call(.delete, Self.links + World.externalLink + "/", as: caller).status == 403)
      }
      // Another team's link, an invite link, and one that does not exist.
      for link in [String(repeating: "f", count: 20), World.inviteLink, "none"] {
        #expect(try await world.call(.delete, Self.links + link + "/", as: .groupOwner).status == 404)
      }
      #expect(try await world.database.count("base_link") == 5)
    }
  }

  @Test func `a team that closes external links ends existing ones at once, and makes no more`()
    async throws
  {
    try await World.with { world in
      let settings = "/api/v2.1/org/admin/settings/"
      let setting = "enable_external_links"
      #expect(try await world.call(.get, settings, as: .teamAdmin)[setting] as? Bool == true)
      let opened = try await world.call(.get, opening(World.externalLink))
      let baseToken = "Token \(try #require(opened["access_token"] as? String))"
      let guarded = try await Self.make(world, ["password": "open sesame"])
      let closed = try await world.call(.put, settings, as: .teamAdmin, [setting: "false"])
      #expect(closed[setting] as? Bool == false)
      #expect(closed["enable_external_user_access_invite_link"] as? Bool == true)

      #expect(try await world.call(.get, metadata, authorization: baseToken).status == 403)
      for refused in [
        try await world.call(.get, opening(World.externalLink)),
        try await world.call(.post, opening(guarded), ["password": "open sesame"]),
        try await world.call(.post, opening(guarded), ["password": "a guess"]),
        try await world.call(.post, Self.links, as: .groupAdmin, ["expire_days": "1"]),
      ] {
        #expect(refused.status == 403)
        #expect(refused.text == #"{"error_msg":"The team of this base has closed its external links."}"#)
      }
      #expect(try await world.database.count("failed_attempt") == 0)
      // What people may do with their own accounts, and other teams' links, are not affected.
      let accepting = "/api/v2.1/dtables/invite-links/\(World.inviteLink)/accept/"
      #expect(try await world.call(.post, accepting, as: .foreigner).status == 200)
      #expect(try await world.call(.get, opening(String(repeating: "f", count: 52))).status == 200)

      #expect(try await world.call(.put, settings, as: .teamAdmin, [setting: "true"]).status == 200)
      #expect(try await world.call(.get, metadata, authorization: baseToken).status == 200)
      #expect(try await world.call(.get, opening(World.externalLink)).status == 200)
    }
  }

  @Test func `visitors by an external link see no people, wherever their base token is used`()
    async throws
  {
    try await World.with { world async throws in
      let opened = try await world.call(.get, opening(World.externalLink))
      let names = ["Olga", "Ada", "Max", "Vito", "Rosa", "Gus", "example"]
      var answers = [opened]
      for route in routes where ["base-token", "base-reader"].contains(route.principal) {
        let answer = try await world.call(Example(route: route), as: .visitingBaseToken)
        #expect(answer.status == 200, "\(route.operation): \(answer.text)")
        if route.operation.hasPrefix("listCollaborators") {
          #expect(answer.text == #"{"user_list":[],"app_user_list":[]}"#)
        }
        answers.append(answer)
      }
      for answer in answers {
        let text = answer.text.replacing(World.publicURL, with: "") + "\(answer.headers["X-Username"] ?? "")"
        #expect(names.allSatisfy { !text.contains($0) }, "\(text)")
        // Rows say who made them, but only by keys.
        #expect(!text.contains("@auth.local") || text.contains(#""_creator":"one@auth.local""#), "\(text)")
      }
      #expect(answers.count >= 5)
    }
  }

  @Test func `an invite link does not work as an external one, nor the reverse`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.get, opening(World.inviteLink)).status == 404)
      let accepting = "/api/v2.1/dtables/invite-links/\(World.externalLink)/accept/"
      #expect(try await world.call(.post, accepting, as: .outsider).status == 404)
    }
  }

  @Test func `a link to a base in the trash says so, and works again after the base is restored`() async throws {
    try await World.with { world in
      let removal = try await world.call(
        .delete, "/api/v2.1/workspace/9/dtable/", as: .groupOwner, ["name": "Projects"])
      #expect(removal.status == 200)
      #expect(try await world.call(.get, opening(World.externalLink)).status == 404)
      let restored = try await world.call(.put, "/api/v2.1/groups/1/trash-dtables/\(World.projects)/", as: .groupAdmin)
      #expect(restored.status == 200)
      #expect(try await world.call(.get, opening(World.externalLink)).status == 200)
    }
  }
}
