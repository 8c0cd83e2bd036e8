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

@Suite struct InviteLinks {
  private static let links = "/api/v2.1/dtables/invite-links/"
  private static let listing = "/api/v2.1/dtables/invite-links/?workspace_id=9&table_name=Projects"

  private static func make(_ world: World, _ fields: [String: String] = [:]) async throws -> String {
    let all = ["workspace_id": "9", "table_name": "Projects", "permission": "rw"].merging(fields) { $1 }
    let answer = try await world.call(.post, links, as: .groupAdmin, all)
    #expect(answer.status == 200)
    return try #require(answer["token"] as? String)
  }

  private static func accept(
    _ world: World, _ token: String, as caller: Caller, _ fields: [String: String] = [:]
  ) async throws -> Answer {
    try await world.call(.post, links + token + "/accept/", as: caller, fields)
  }

  private static func open(_ world: World, as caller: Caller) async throws -> Answer {
    try await world.call(.get, base + "access-token/", as: caller)
  }

  @Test(arguments: [Caller.outsider, .foreigner, .single, .systemAdmin], ["r", "rw"])
  func `accepting a link gives the link's permission in the base`(
    _ caller: Caller, _ permission: String
  ) async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["permission": permission])
      #expect(token.count == 52)
      #expect(try await Self.open(world, as: caller).status != 200)
      let accepted = try await Self.accept(world, token, as: caller)
      #expect(accepted.status == 200)
      #expect(accepted["dtable", "uuid"] as? String == World.projects)
      #expect(accepted["dtable", "permission"] as? String == permission)
      #expect(try await world.claims(Self.open(world, as: caller)).permission == permission)
      let list = try await world.call(.get, "/api/v2.1/dtables/shared/", as: caller)
      #expect((list["table_list"] as? [[String: Any]])?.map { $0["uuid"] as? String } == [World.projects])
      #expect(try await Self.accept(world, token, as: caller).status == 200)
      #expect(try await world.database.count("invite_link_guest where account_id = \(caller.account ?? 0)") == 1)
    }
  }

  @Test func `a guest of another team sees the collaborators, but no address except their own`()
    async throws
  {
    try await World.with { world async throws in
      let baseToken = try #require(try await Self.open(world, as: .invitedForeigner)["access_token"] as? String)
      let own = try await world.call(.get, base + "related-users/", as: .invitedForeigner)
      let gateway = try await world.call(
        .get, "/api-gateway/api/v2/dtables/\(World.projects)/related-users/", authorization: "Token \(baseToken)")
      for list in [own, gateway] {
        let people = try #require(list["user_list"] as? [[String: String]])
        #expect(people.contains { $0["name"] == "Olga Owner" && $0["contact_email"] == "" })
        #expect(people.filter { $0["contact_email"] != "" }.map { $0["name"] } == ["Gus Guest"])
      }
      // A guest of the team knows its people anyway, and so does a guest with another way in.
      #expect(try await Self.accept(world, World.inviteLink, as: .outsider).status == 200)
      for caller in [Caller.outsider, .groupMember, .sharedReader, .sharedGroupMember] {
        let list = try await world.call(.get, base + "related-users/", as: caller)
        #expect(list.text.contains("owner@ours.example"))
        #expect(list.text.contains("guest@theirs.example"))
      }
    }
  }

  @Test func `people who must not get in cannot accept a link`() async throws {
    try await World.with { world async throws in
      let before = try await world.database.count("invite_link_guest")
      #expect(try await Self.accept(world, World.inviteLink, as: .nobody).status == 403)
      #expect(try await Self.accept(world, World.inviteLink, as: .deactivated).status == 401)
      for token in [String(World.inviteLink.prefix(20)), String(repeating: "0", count: 52), "x", World.groupLink] {
        let answer = try await Self.accept(world, token, as: .outsider)
        #expect(answer.status == 404)
        #expect(answer.text == #"{"error_msg":"Link not found."}"#)
      }
      let after = try await world.database.count("invite_link_guest")
      #expect(after == before)
    }
  }

  @Test func `a link's secret is shown once, and stored only as a hash`() async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["password": "a password to look for"])
      _ = try await Self.accept(world, token, as: .outsider, ["password": "a password to look for"])
      let own = try await world.call(.get, Self.listing, as: .groupOwner)
      let team = try await world.call(.get, "/api/v2.1/org/1/admin/invite-links/", as: .teamAdmin)
      for list in [own, team] {
        #expect(list.status == 200)
        #expect(list.text.contains(#""token":"\#(token.prefix(20))""#))
        #expect(list.text.contains("/\(token.prefix(20))\(String(repeating: "*", count: 32))/"))
        #expect(!list.text.contains(token.suffix(32)))
      }
      let dump = try await world.database.dump()
      #expect(!dump.contains(token.suffix(32)))
      #expect(!dump.contains("a password to look for"))
    }
  }

  @Test func `an ended link lets nobody in, and its guests lose access`() async throws {
    try await World.with { world in
      let token = try await Self.make(world)
      #expect(try await Self.accept(world, token, as: .foreigner).status == 200)
      let opened = try await Self.open(world, as: .foreigner)
      let baseToken = try #require(opened["access_token"] as? String)
      try await world.database.execute(
        "update base_link set expires_at = now() - interval '1 second' where handle = '\(token.prefix(20))'")
      let late = try await Self.accept(world, token, as: .outsider)
      #expect(late.status == 403)
      #expect(late["error_msg"] as? String == "The link has expired.")
      #expect(try await Self.open(world, as: .foreigner).status == 404)
      #expect(try await world.call(.get, metadata, authorization: "Token \(baseToken)").status == 403)
    }
  }

  @Test func `only the base's admins delete a link, and its guests go with it`() async throws {
    try await World.with { world async throws in
      let path = Self.links + World.acceptedLink.prefix(20) + "/"
      for caller in [Caller.groupMember, .sharedReader, .invitedForeigner, .foreigner, .outsider, .teamAdmin] {
        #expect(try await world.call(.delete, path, as: caller).status == 404)
      }
      #expect(try await Self.open(world, as: .invitedForeigner).status == 200)
      #expect(try await world.call(.delete, path, as: .groupAdmin).status == 200)
      #expect(try await Self.open(world, as: .invitedForeigner).status == 404)
      #expect(try await world.call(.delete, path, as: .groupAdmin).status == 404)
    }
  }

  @Test func `a team that admits no outsiders shuts them out at once, but not its own people`() async throws {
    try await World.with { world in
      #expect(try await Self.accept(world, World.acceptedLink, as: .outsider).status == 200)
      #expect(try await Self.open(world, as: .invitedForeigner).status == 200)
      let settings = "/api/v2.1/org/admin/settings/"
      let setting = "enable_external_user_access_invite_link"
      #expect(try await world.call(.put, settings, as: .teamAdmin, [setting: "false"]).status == 200)
      #expect(try await Self.open(world, as: .invitedForeigner).status == 404)
      #expect(try await Self.open(world, as: .outsider).status == 200)
      for caller in [Caller.foreigner, .single] {
        let refused = try await Self.accept(world, World.acceptedLink, as: caller)
        #expect(refused.status == 403)
      }
      #expect(try await Self.accept(world, World.acceptedLink, as: .sharedReader).status == 200)
      #expect(try await world.call(.put, settings, as: .teamAdmin, [setting: "true"]).status == 200)
      #expect(try await Self.open(world, as: .invitedForeigner).status == 200)
    }
  }

  @Test func `a team admin changes the permission of a link for all who have accepted it`() async throws {
    try await World.with { world in
      let path = "/api/v2.1/org/1/admin/invite-links/\(World.acceptedLink.prefix(20))/"
      #expect(try await world.claims(Self.open(world, as: .invitedForeigner)).permission == "rw")
      let changed = try await world.call(.put, path, as: .teamAdmin, ["permission": "r", "expire_days": "5"])
      #expect(changed["permission"] as? String == "r")
      #expect(changed["expire_date"] as? String != "")
      #expect(try await world.claims(Self.open(world, as: .invitedForeigner)).permission == "r")
      let unlimited = try await world.call(.put, path, as: .teamAdmin, ["expire_days": "0"])
      #expect(unlimited["permission"] as? String == "r")
      #expect(unlimited["expire_date"] as? String == "")
      let foreign = "/api/v2.1/org/1/admin/invite-links/\(String(repeating: "9", count: 20))/"
      #expect(try await world.call(.put, foreign, as: .teamAdmin, ["permission": "r"]).status == 404)
    }
  }

  @Test func `a link with a password requires it, and guesses are throttled`() async throws {
    try await World.with { world in
      let token = try await Self.make(world, ["password": "open sesame"])
      #expect(try await Self.accept(world, token, as: .outsider).status == 403)
      var answer = try await Self.accept(world, token, as: .outsider, ["password": "guess"])
      for number in 2...20 where answer.status == 403 {
        answer = try await Self.accept(world, token, as: .foreigner, ["password": "guess \(number)"])
        #expect(number > 5 || answer.status == 403)
      }
      #expect(answer.status == 429)
      #expect(answer.headers["Retry-After"] != nil)
      try await world.database.execute("update failed_attempt set next_at = now() where next_at > now()")
      #expect(try await Self.accept(world, token, as: .outsider, ["password": "open sesame"]).status == 200)
    }
  }

  @Test func `the admins of a base create its links, and every required field is checked`() async throws {
    try await World.with { world in
      let fields = ["workspace_id": "9", "table_name": "Projects", "permission": "r"]
      for (caller, status) in [(Caller.groupMember, 403), (.sharedReader, 403), (.outsider, 403), (.foreigner, 404)] {
        #expect(try await world.call(.post, Self.links, as: caller, fields).status == status)
        #expect(try await world.call(.get, Self.listing, as: caller).status == status)
      }
      for name in fields.keys {
        let incomplete = fields.filter { $0.key != name }
        #expect(try await world.call(.post, Self.links, as: .groupAdmin, incomplete).status == 400)
      }
      let list = try await world.call(.get, Self.listing, as: .groupAdmin)
      let links = try #require(list["invite_link_list"] as? [[String: Any]])
      #expect(links.map { $0["permission"] as? String } == ["rw", "r"])
      #expect(!list.text.contains(World.inviteLink))
    }
  }
}

@Suite struct GroupLinks {
  private static let links = "/api/v2.1/groups/1/invite-links/"

  private static func accept(_ world: World, _ token: String, as caller: Caller) async throws -> Answer {
    try await world.call(.post, "/api/v2.1/groups/invite-links/\(token)/accept/", as: caller)
  }

  @Test func `accepting a group's link makes a member, who may open its bases`() async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.links, as: .groupAdmin, ["expire_days": "7"])
      #expect(made.status == 200)
      let token = try #require(made["token"] as? String)
      #expect(made["link"] as? String == "\(World.publicURL)/groups/links/\(token)/")
      let member = try await Self.accept(world, token, as: .outsider)
      #expect(member.status == 200)
      #expect(member["role"] as? String == "Member")
      #expect(member["group_id"] as? Int == 1)
      let opened = try await world.call(.get, base + "access-token/", as: .outsider)
      #expect(try world.claims(opened).permission == "rw")
      let list = try await world.call(.get, Self.links, as: .groupOwner)
      #expect(list.text.contains(#""token":"\#(token.prefix(20))""#))
      #expect(!list.text.contains(token.suffix(32)))
      #expect(try await !world.database.dump().contains(token.suffix(32)))
    }
  }

  @Test(arguments: [(Caller.groupOwner, "Owner"), (.groupAdmin, "Admin"), (.groupMember, "Member")])
  func `an existing member keeps their role`(_ caller: Caller, _ role: String) async throws {
    try await World.with { world in
      let answer = try await Self.accept(world, World.groupLink, as: caller)
      #expect(answer.status == 200)
      #expect(answer["role"] as? String == role)
    }
  }

  @Test func `another team's link looks as if it did not exist`() async throws {
    try await World.with { world in
      let before = try await world.database.count("group_member")
      for caller in [Caller.foreigner, .single] {
        let foreign = try await Self.accept(world, World.groupLink, as: caller)
        let missing = try await Self.accept(world, String(repeating: "0", count: 52), as: caller)
        #expect(foreign.status == 404)
        #expect(foreign.text == missing.text)
      }
      #expect(try await Self.accept(world, String(World.groupLink.prefix(20)), as: .outsider).status == 404)
      #expect(try await world.database.count("group_member") == before)
    }
  }

  @Test func `an expired or deleted link lets nobody in, but those who came in by it stay`() async throws {
    try await World.with { world in
      #expect(try await Self.accept(world, World.groupLink, as: .outsider).status == 200)
      try await world.database.execute(
        "update group_link set expires_at = now() - interval '1 second' where group_id = 1")
      #expect(try await Self.accept(world, World.groupLink, as: .sharedReader).status == 403)
      let path = Self.links + World.groupLink.prefix(20) + "/"
      #expect(try await world.call(.delete, path, as: .groupMember).status == 403)
      #expect(try await world.call(.delete, path, as: .groupAdmin).status == 200)
      #expect(try await world.call(.delete, path, as: .groupAdmin).status == 404)
      #expect(try await Self.accept(world, World.groupLink, as: .sharedReader).status == 404)
      #expect(try await world.call(.get, base + "access-token/", as: .outsider).status == 200)
      // The other group's.
      #expect(try await world.call(.delete, Self.links + World.salesLink + "/", as: .groupAdmin).status == 404)
    }
  }
}
