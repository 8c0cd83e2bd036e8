import Access
import HTTP
import Postgres
import TestSupport
import Testing

/// What somebody leaves behind is counted, shown and ended.
@Suite struct LeavingPeople {
  private static let owner = "00000000000000000000000000000001@auth.local"
  private static let users = "/api/v2.1/org/1/admin/users/"
  private static let left = users + owner + "/left-behind/"
  private static let above = "/api/v2.1/admin/users/\(owner)/left-behind/"
  private static let base = "/api/v2.1/workspace/9/dtable/Projects/"
  private static let exchange = "/api/v2.1/dtable/app-access-token/"
  private static let visit = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"
  private static let metadata = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"

  /// Two API tokens, an external link, two invite links, a group's, two shares with people, one with a group, a session.
  private static let everything = [
    "api_tokens": 2, "external_links": 1, "invite_links": 2, "group_invite_links": 1, "user_shares": 2,
    "group_shares": 1, "accepted_invite_links": 0, "account_tokens": 1, "count": 10,
  ]

  /// A link of the owner's to another team's base, and one to that base that he has accepted.
  private static func settleAbroad(_ world: World) async throws {
    try await world.database.execute(
      """
      insert into base_link (kind, base_id, team_id, handle, hash, permission, created_by) values
        ('external', 5, 2, 'canary-link', sha256('canary'), 'r', 1);
      insert into invite_link_guest (link_id, account_id) values (5, 1);
      """)
  }

  @Test func `a team admin sees what somebody has left in the team, and a system administrator all of it`()
    async throws
  {
    try await World.with { world async throws in
      try await Self.settleAbroad(world)
      let seen = try await world.call(.get, Self.left, as: .teamAdmin)
      #expect(seen["left_behind"] as? [String: Int] == Self.everything)
      #expect(seen["name"] as? String == "Olga Owner")
      #expect(!seen.text.contains("canary"))
      for name in Self.everything.keys where name != "account_tokens" && name != "count" {
        #expect((seen[name] as? [[String: Any]])?.count == Self.everything[name], "\(name)")
      }
      #expect(try await world.call(.get, Self.above, as: .systemAdmin)["left_behind", "count"] as? Int == 12)
      let page = try await world.call(.get, Self.left + "?page=2&per_page=1", as: .teamAdmin)
      #expect((page["api_tokens"] as? [[String: Any]])?.map { $0["app_name"] as? String } == ["writer"])
      #expect((page["external_links"] as? [[String: Any]])?.isEmpty == true)
    }
  }

  @Test func `one call ends all of it, what was made from it too, and nobody else's`() async throws {
    try await World.with { world async throws in
      try await Self.settleAbroad(world)
      let exchanged = try await world.call(.get, Self.exchange, as: .apiTokenReader)
      let visited = try await world.call(.get, Self.visit)
      let baseTokens = [exchanged, visited].map { "Token \($0["access_token"] as? String ?? "none")" }
      let other = try await world.call(
        .post, Self.base + "api-tokens/", as: .groupAdmin, ["app_name": "other", "permission": "r"])
      let before = try await world.database.count("audit_log")

      let ended = try await world.call(.delete, Self.left, as: .teamAdmin)
      #expect(ended.status == 200)
      #expect(ended["ended"] as? [String: Int] == Self.everything)
      // An entry for each; who has come by one of the links is in the link's.
      #expect(try await world.database.count("audit_log") == before + 10)
      #expect(try await world.call(.get, Self.left, as: .teamAdmin)["left_behind", "count"] as? Int == 0)
      #expect(try await world.call(.delete, Self.left, as: .teamAdmin)["ended", "count"] as? Int == 0)

      try await Self.expectAllEnded(world, baseTokens)
      let secret = try #require(other["api_token"] as? String)
      #expect(try await world.call(.get, Self.exchange, authorization: "Token \(secret)").status == 200)
      #expect(try await world.call(.get, Self.base + "access-token/", as: .groupMember).status == 200)
      #expect(try await world.database.count("base_link where team_id = 2") == 3)
      #expect(try await world.call(.delete, Self.above, as: .systemAdmin)["ended", "count"] as? Int == 2)
      #expect(try await world.database.count("base_link where team_id = 2") == 2)
    }
  }

  /// Nothing that the owner made lets anybody in any more, and the owner's session has ended.
  private static func expectAllEnded(_ world: World, _ baseTokens: [String]) async throws {
    for caller in [Caller.apiTokenReader, .apiTokenWriter] {
      #expect(try await world.call(.get, exchange, as: caller).status == 403)
    }
    for token in baseTokens {
      #expect(try await world.call(.get, Self.metadata, authorization: token).status == 403)
    }
    #expect(try await world.call(.get, visit).status == 404)
    for caller in [Caller.sharedReader, .sharedGroupMember, .invitedForeigner] {
      #expect(try await world.call(.get, base + "access-token/", as: caller).status != 200)
    }
    let joining = "/api/v2.1/groups/invite-links/\(World.groupLink)/accept/"
    #expect(try await world.call(.post, joining, as: .outsider).status == 404)
    #expect(try await world.call(.get, base + "access-token/", as: .groupOwner).status == 401)
  }

  @Test(arguments: [
    (Caller.teamAdmin, "/api/v2.1/org/1/admin/users/", "is_active"),
    (.systemAdmin, "/api/v2.1/admin/users/", "is_active"),
    (.systemAdmin, "/api/v2.1/admin/organizations/1/users/", "active"),
  ])
  func `who deactivates or deletes somebody is told what they have left behind, and ends it afterwards`(
    _ caller: Caller, _ users: String, _ field: String
  ) async throws {
    // Their account tokens are ended in any case.
    let rest = Self.everything.merging(["account_tokens": 0, "count": 9]) { $1 }
    try await World.with { world async throws in
      let person = users + Self.owner + "/"
      let renamed = try await world.call(.put, person, as: caller, ["name": "Olga"])
      #expect(renamed["left_behind"] == nil)
      let deactivated = try await world.call(.put, person, as: caller, [field: "false"])
      #expect(deactivated["left_behind"] as? [String: Int] == rest)
      #expect(try await world.call(.put, person, as: caller, [field: "true"])["left_behind"] == nil)

      let deleted = try await world.call(.delete, person, as: caller)
      #expect(deleted["success"] as? Bool == true)
      #expect(deleted["left_behind"] as? [String: Int] == rest)
      #expect(try await world.call(.get, Self.exchange, as: .apiTokenReader).status == 200)
      let place = caller == .teamAdmin ? Self.left : Self.above
      #expect(try await world.call(.get, place, as: caller)["left_behind"] as? [String: Int] == rest)
      #expect(try await world.call(.delete, place, as: caller)["ended"] as? [String: Int] == rest)
      #expect(try await world.call(.get, Self.exchange, as: .apiTokenReader).status == 403)
    }
  }
}

/// Who gets into the bases of a team that is deleted.
@Suite struct DeletedTeams {
  private static let base = "/api/v2.1/workspace/9/dtable/Projects/"
  private static let metadata = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
  private static let exchange = "/api/v2.1/dtable/app-access-token/"
  private static let visit = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"

  private static let deletions: [@Sendable (World) async throws -> Answer] = [
    { try await $0.call(.delete, "/api/v2.1/org/admin/", as: .teamAdmin) },
    { try await $0.call(.delete, "/api/v2.1/admin/organizations/1/", as: .systemAdmin) },
  ]

  /// A base token of each kind, by whom it was minted for.
  private static func baseTokens(_ world: World) async throws -> [String: String] {
    var tokens: [String: String] = [:]
    for caller in [Caller.groupMember, .sharedReader, .invitedForeigner] {
      let answer = try await world.call(.get, base + "access-token/", as: caller)
      tokens["\(caller)"] = try #require(answer["access_token"] as? String)
    }
    for (name, path, caller) in [("program", exchange, Caller.apiTokenWriter), ("visitor", visit, .nobody)] {
      tokens[name] = try #require(try await world.call(.get, path, as: caller)["access_token"] as? String)
    }
    return tokens
  }

  @Test(arguments: [0, 1])
  func `owners of workspaces and members of groups, and nobody else by anything`(_ way: Int) async throws {
    try await World.with { world async throws in
      let tokens = try await Self.baseTokens(world)
      #expect(try await Self.deletions[way](world).status == 200)

      var opening: Set<Caller> = []
      for caller in Caller.allCases where caller.account != nil {
        let answer = try await world.call(.get, Self.base + "access-token/", as: caller)
        if answer.status == 200 { opening.insert(caller) }
      }
      #expect(opening == [.groupOwner, .groupAdmin, .groupMember, .teamAdminInGroup])
      for caller in [Caller.apiTokenReader, .apiTokenWriter] {
        #expect(try await world.call(.get, Self.exchange, as: caller).status == 403)
      }
      // What was made with a sign-in in the team ends with it; members of the group make it anew.
      #expect(try await world.call(.get, Self.exchange, as: .temporaryToken).status == 403)
      #expect(try await world.call(.get, Self.visit).status == 404)
      for (name, token) in tokens {
        let answer = try await world.call(.get, Self.metadata, authorization: "Token \(token)")
        #expect(answer.status == 403, "\(name)")
      }
      for (path, caller) in [
        ("groups/invite-links/\(World.groupLink)", Caller.single),
        ("groups/invite-links/\(World.salesLink)", .outsider),
        ("dtables/invite-links/\(World.acceptedLink)", .sharedReader),
        ("dtables/invite-links/\(World.inviteLink)", .outsider),
      ] {
        #expect(try await world.call(.post, "/api/v2.1/\(path)/accept/", as: caller).status == 404)
      }
      // Another team's go on, and nothing of this one is left for a system administrator to look for.
      #expect(try await world.database.count("base_link") == 2)
      let left = "/api/v2.1/admin/users/00000000000000000000000000000001@auth.local/left-behind/"
      let counts = try await world.call(.get, left, as: .systemAdmin)["left_behind"] as? [String: Int]
      #expect(counts?["count"] == counts?["account_tokens"])
    }
  }

  private static let lateWays: [SQL] = [
    """
    insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
    values (1, 1, 'late', sha256('late'), 'late', 'rw', 1)
    """,
    """
    insert into base_link (kind, base_id, team_id, handle, permission, created_by)
    values ('external', 1, 1, 'late', 'r', 1)
    """,
    "insert into user_share (base_id, team_id, account_id, permission, created_by) values (1, 1, 4, 'rw', 1)",
    "insert into group_link (group_id, handle, hash, created_by) values (1, 'late', sha256('late'), 1)",
  ]

  @Test(arguments: lateWays)
  func `what is made while the team is deleted ends with it`(_ statement: SQL) async throws {
    try await World.with { world async throws in
      let deletion = try await world.database.db.onLoop { database in
        try await database.transaction { transaction in
          try await transaction.run(statement)
          let deletion = Task { try await Self.deletions[0](world) }
          let waits = try await poll {
            try await world.database.count(
              "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
          }
          #expect(waits)
          return deletion
        }
      }
      #expect(try await deletion.value.status == 200)
      #expect(try await world.database.count("api_token where app_name = 'late' and revoked_at is null") == 0)
      #expect(try await world.database.count("base_link where handle = 'late'") == 0)
      #expect(try await world.database.count("user_share where account_id = 4") == 0)
      #expect(try await world.database.count("group_link where handle = 'late'") == 0)
    }
  }
}
