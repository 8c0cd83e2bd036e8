import Access
import HTTP
import TestSupport
import Testing

/// People who were removed stay out, whatever links they have kept, until someone lets them in again.
@Suite struct TakenOut {
  private static let base = "/api/v2.1/workspace/9/dtable/Projects/"
  private static let guests = base + "invite-link-guests/"
  private static let invitations = "/api/v2.1/dtables/invite-links/"
  private static let members = "/api/v2.1/groups/1/members/"
  private static let guest = Example.guest
  private static let outsider = Example.outsider
  private static let member = Example.member
  private static let barredGuest =
    #"{"error_msg":"You were removed from this base: ask someone to share it with you."}"#
  private static let barredMember =
    #"{"error_msg":"You were removed from this group: ask one of its admins to add you."}"#

  private static func accept(_ link: String, _ world: World, as caller: Caller) async throws -> Answer {
    try await world.call(.post, invitations + link + "/accept/", as: caller)
  }

  private static func join(_ link: String, _ world: World, as caller: Caller) async throws -> Answer {
    try await world.call(.post, "/api/v2.1/groups/invite-links/\(link)/accept/", as: caller)
  }

  /// A new invite link to the base.
  private static func invitation(_ world: World) async throws -> String {
    let answer = try await world.call(
      .post, invitations, as: .groupAdmin, ["workspace_id": "9", "table_name": "Projects", "permission": "r"])
    return try #require(answer["token"] as? String)
  }

  private static func opens(_ world: World, as caller: Caller) async throws -> Bool {
    try await world.call(.get, base + "access-token/", as: caller).status == 200
  }

  private static func listed(_ world: World) async throws -> [String] {
    let answer = try await world.call(.get, guests, as: .groupAdmin)
    let list = try #require(answer["guest_list"] as? [[String: Any]])
    #expect(answer["count"] as? Int == list.count)
    return list.map { "\($0["name"] ?? "?"), \($0["permission"] ?? "?"), \($0["invite_link"] ?? "?")" }
  }

  @Test func `a base's admins see its guests, with the link that they accepted`() async throws {
    try await World.with { world async throws in
      #expect(try await Self.accept(World.inviteLink, world, as: .outsider).status == 200)
      let first = "Gus Guest, rw, \(World.acceptedLink.prefix(20))"
      let second = "Otto Outsider, r, \(World.inviteLink.prefix(20))"
      #expect(try await Self.listed(world) == [first, second])
      let page = try await world.call(.get, Self.guests + "?page=2&per_page=1", as: .groupOwner)
      #expect((page["guest_list"] as? [[String: Any]])?.map { $0["email"] as? String } == [Self.outsider])
      #expect(page["count"] as? Int == 2)
      // Guests without access now are not among them.
      let setting = ["enable_external_user_access_invite_link": "false"]
      #expect(try await world.call(.put, "/api/v2.1/org/admin/settings/", as: .teamAdmin, setting).status == 200)
      #expect(try await Self.listed(world) == [second])
    }
  }

  @Test(arguments: [
    (Caller.groupAdmin, "/api/v2.1/workspace/9/dtable/Projects/invite-link-guests/"),
    (.teamAdmin, "/api/v2.1/org/1/admin/dtables/\(World.projects)/invite-link-guests/"),
  ])
  func `a removed guest comes back only by a new link`(
    _ caller: Caller, _ path: String
  ) async throws {
    try await World.with { world async throws in
      let opened = try await world.call(.get, Self.base + "access-token/", as: .invitedForeigner)
      let baseToken = "Token \(try #require(opened["access_token"] as? String))"
      #expect(try await Self.accept(World.inviteLink, world, as: .outsider).status == 200)
      #expect(try await world.call(.delete, path + Self.guest + "/", as: caller).status == 200)

      #expect(try await !Self.opens(world, as: .invitedForeigner))
      let metadata = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
      #expect(try await world.call(.get, metadata, authorization: baseToken).status == 403)
      for link in [World.acceptedLink, World.inviteLink] {
        let refused = try await Self.accept(link, world, as: .invitedForeigner)
        #expect(refused.status == 403)
        #expect(refused.text == Self.barredGuest)
      }
      #expect(try await Self.listed(world) == ["Otto Outsider, r, \(World.inviteLink.prefix(20))"])
      let log = try await world.call(.get, "/api/v2.1/org/1/admin/admin-logs/?per_page=1", as: .teamAdmin)
      let entry = try #require((log["logs"] as? [[String: Any]])?.first)
      #expect(entry["operation"] as? String == "base_invite_link_remove")
      #expect((entry["detail"] as? [String: Any])?["user"] as? String == Self.guest)
      #expect(entry["before"] as? [String: String] == ["permission": "rw"])

      let again = try await world.call(.delete, path + Self.guest + "/", as: caller)
      #expect(again.status == 404)
      #expect(again.text == #"{"error_msg":"User \#(Self.guest) not found."}"#)
      // Other people's links stay valid.
      #expect(try await Self.accept(World.acceptedLink, world, as: .foreigner).status == 200)
      #expect(try await Self.accept(Self.invitation(world), world, as: .invitedForeigner).status == 200)
      #expect(try await Self.opens(world, as: .invitedForeigner))
    }
  }

  @Test func `a person whose share was ended comes back by no invite link until it is shared again`()
    async throws
  {
    try await World.with { world async throws in
      let reader = ["email": "00000000000000000000000000000011@auth.local"]
      #expect(try await Self.accept(World.inviteLink, world, as: .sharedReader).status == 200)
      #expect(try await world.call(.delete, Self.base + "share/", as: .groupAdmin, reader).status == 200)
      #expect(try await !Self.opens(world, as: .sharedReader))
      #expect(try await Self.accept(World.acceptedLink, world, as: .sharedReader).text == Self.barredGuest)
      let again = reader.merging(["permission": "r"]) { $1 }
      #expect(try await world.call(.post, Self.base + "share/", as: .groupAdmin, again).status == 201)
      #expect(try await Self.accept(World.acceptedLink, world, as: .sharedReader).status == 200)
    }
  }

  @Test func `a person who ended their own share may come back by a link`() async throws {
    try await World.with { world async throws in
      let own = ["email": "00000000000000000000000000000011@auth.local"]
      #expect(try await world.call(.delete, Self.base + "share/", as: .sharedReader, own).status == 200)
      #expect(try await !Self.opens(world, as: .sharedReader))
      #expect(try await Self.accept(World.inviteLink, world, as: .sharedReader).status == 200)
    }
  }

  @Test(arguments: [
    (Caller.groupAdmin, "/api/v2.1/groups/1/members/"), (.teamAdmin, "/api/v2.1/org/1/admin/groups/1/members/"),
  ])
  func `a removed member comes back neither by the group's links nor by those of its bases`(
    _ caller: Caller, _ path: String
  ) async throws {
    try await World.with { world async throws in
      // They have another way into the group's base, which is not shown as long as they are a member.
      #expect(try await Self.accept(World.inviteLink, world, as: .groupMember).status == 200)
      #expect(try await world.call(.delete, path + Self.member + "/", as: caller).status == 200)
      #expect(try await !Self.opens(world, as: .groupMember))
      #expect(try await Self.join(World.groupLink, world, as: .groupMember).text == Self.barredMember)
      #expect(try await Self.accept(World.acceptedLink, world, as: .groupMember).text == Self.barredGuest)
      #expect(try await world.call(.get, Self.members, as: .groupMember).status == 403)
      // Other people do.
      #expect(try await Self.join(World.groupLink, world, as: .outsider).status == 200)

      #expect(try await world.call(.post, Self.members, as: .groupOwner, ["email": Self.member]).status == 201)
      #expect(try await Self.opens(world, as: .groupMember))
      #expect(try await world.database.count("barred_member") == 0)
      #expect(try await world.database.count("barred_guest") == 0)
      #expect(try await Self.join(World.groupLink, world, as: .groupMember).status == 200)
    }
  }

  @Test func `a member who left may come back by a link, and a removed one only by a new link`()
    async throws
  {
    try await World.with { world async throws in
      #expect(try await world.call(.delete, Self.members + Self.member + "/", as: .groupMember).status == 200)
      #expect(try await Self.join(World.groupLink, world, as: .groupMember).status == 200)
      #expect(try await world.call(.delete, Self.members + Self.member + "/", as: .groupOwner).status == 200)
      #expect(try await Self.join(World.groupLink, world, as: .groupMember).status == 403)
      let links = "/api/v2.1/groups/1/invite-links/"
      let new = try await world.call(.post, links, as: .groupOwner)["token"] as? String
      #expect(try await Self.join(try #require(new), world, as: .groupMember).status == 200)
    }
  }

  /// Whichever comes first, they are out afterwards.
  @Test func `a person who accepts a link while being removed is out, a hundred times`() async throws {
    try await World.with(connections: 16) { world async throws in
      for _ in 1...50 {
        async let removed = world.call(.delete, Self.guests + Self.guest + "/", as: .groupAdmin)
        async let first = Self.accept(World.acceptedLink, world, as: .invitedForeigner)
        async let second = Self.accept(World.inviteLink, world, as: .invitedForeigner)
        let (out, statuses) = (try await removed, [try await first.status, try await second.status])
        #expect(out.status == 200)
        #expect(statuses.allSatisfy { [200, 403, 404].contains($0) }, "\(statuses)")
        #expect(try await world.database.count("invite_link_guest where account_id = 12") == 0)
        try await world.database.execute(
          "delete from barred_guest; insert into invite_link_guest (link_id, account_id) values (2, 12)")

        async let expelled = world.call(.delete, Self.members + Self.member + "/", as: .groupOwner)
        async let joined = Self.join(World.groupLink, world, as: .groupMember)
        let (gone, back) = (try await expelled.status, try await joined.status)
        #expect(gone == 200)
        #expect([200, 403, 404].contains(back), "\(back)")
        #expect(try await world.database.count("group_member where group_id = 1 and account_id = 3") == 0)
        try await world.database.execute(
          "insert into group_member (group_id, account_id, role) values (1, 3, 'member')")
      }
    }
  }
}
