import API
import Access
import HTTP
import Postgres
import TestSupport
import Testing

/// A way to get one more of what is capped.
struct WayToMore: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let cap: Cap
  /// Who asks fifty times.
  var caller = Caller.groupOwner
  /// What is counted, as a condition on rows.
  let counted: String
  /// Whose number is capped.
  var owner: Int64 {
    switch cap {
    case .basesPerGroup, .foldersPerWorkspace: 9
    case .basesPerPerson, .groupsPerPerson: 3
    case .tokensPerBase, .sharesPerBase, .linksPerBase, .linksPerGroup, .linksPerPerson: 1
    }
  }
  /// Makes what fifty requests need.
  var preparation = ""
  let request: @Sendable (World, Caller, Int) async throws -> Answer

  private static let workspace = "/api/v2.1/workspace/9/dtable/Projects/"
  private static let ofGroup = "base where workspace_id = 9 and deleted_at is null"
  private static let ofMember = "base where workspace_id = 3 and deleted_at is null"
  private static let membersGroups = "group_member where account_id = 3 and role = 'owner'"
  private static let shares = """
    (select from user_share where base_id = 1 union all select from group_share where base_id = 1) as share
    """
  private static let ownersLinks = """
    (select from base_link where created_by = 1 union all select from group_link where created_by = 1) as link
    """

  /// Bases in the trash, numbered from 101.
  private static func trash(in workspace: Int) -> String {
    """
    insert into base (id, uuid, workspace_id, team_id, name, creator_id, modifier_id, deleted_at)
    overriding system value
    select 100 + n, ('30000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, \(workspace), 1, 'Trashed ' || n, 3, 3,
           now()
    from generate_series(1, 50) n;
    """
  }

  private static func uuid(_ number: Int) -> String {
    "30000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
  }

  /// Groups of the owner, numbered from 101.
  private static let groups = """
    insert into user_group (id, team_id, name) overriding system value
    select 100 + n, 1, 'Group ' || n from generate_series(1, 50) n;
    insert into workspace (group_id, team_id) select id, 1 from user_group where id > 100;
    insert into group_member (group_id, account_id, role) select id, 1, 'owner' from user_group where id > 100;
    """

  private static let people = """
    insert into account (id, uid, team_id, email, name) overriding system value
    select 100 + n, lpad(n::text, 32, 'a'), 1, 'new' || n || '@ours.example', 'New'
    from generate_series(101, 150) n;
    """

  static let bases: [WayToMore] = [
    WayToMore(testDescription: "a base of a group", cap: .basesPerGroup, counted: ofGroup) {
      try await $0.call(.post, "/api/v2.1/dtables/", as: $1, ["name": "B \($2)", "workspace_id": "9"])
    },
    WayToMore(
      testDescription: "a base of a person", cap: .basesPerPerson, caller: .groupMember, counted: ofMember
    ) {
      try await $0.call(.post, "/api/v2.1/dtables/", as: $1, ["name": "B \($2)", "workspace_id": "3"])
    },
    WayToMore(testDescription: "a copy of a base", cap: .basesPerGroup, counted: ofGroup) { world, caller, _ in
      let fields = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
      return try await world.call(.post, "/api/v2.1/dtable-copy/", as: caller, fields)
    },
    WayToMore(
      testDescription: "from one's trash", cap: .basesPerPerson, caller: .groupMember, counted: ofMember,
      preparation: trash(in: 3)
    ) { try await $0.call(.put, "/api/v2.1/trash-dtables/\(100 + $2)/", as: $1) },
    WayToMore(
      testDescription: "from a group's trash", cap: .basesPerGroup, counted: ofGroup, preparation: trash(in: 9)
    ) { try await $0.call(.put, "/api/v2.1/groups/1/trash-dtables/\(uuid($2))/", as: $1) },
    WayToMore(
      testDescription: "from the trash by a team admin", cap: .basesPerPerson, caller: .teamAdmin, counted: ofMember,
      preparation: trash(in: 3)
    ) { try await $0.call(.put, "/api/v2.1/org/1/admin/trash-dtables/\(uuid($2))/", as: $1) },
    WayToMore(
      testDescription: "from the trash by a system administrator", cap: .basesPerPerson, caller: .systemAdmin,
      counted: ofMember, preparation: trash(in: 3)
    ) { try await $0.call(.put, "/api/v2.1/admin/trash-dtables/\(100 + $2)/", as: $1) },
  ]

  static let groupsOwned: [WayToMore] = [
    WayToMore(
      testDescription: "a group", cap: .groupsPerPerson, caller: .groupMember, counted: membersGroups
    ) { try await $0.call(.post, "/api/v2.1/groups/", as: $1, ["name": "G \($2)"]) },
    WayToMore(
      testDescription: "a group by a team admin", cap: .groupsPerPerson, caller: .teamAdmin, counted: membersGroups
    ) {
      let fields = ["group_name": "G \($2)", "group_owner": Example.member]
      return try await $0.call(.post, "/api/v2.1/org/1/admin/groups/", as: $1, fields)
    },
    WayToMore(
      testDescription: "a group by a system administrator", cap: .groupsPerPerson, caller: .systemAdmin,
      counted: membersGroups
    ) {
      let fields = ["group_name": "G \($2)", "group_owner": Example.member]
      return try await $0.call(.post, "/api/v2.1/admin/groups/", as: $1, fields)
    },
    WayToMore(
      testDescription: "a group that is handed over", cap: .groupsPerPerson, counted: membersGroups, preparation: groups
    ) {
      let fields = ["owner": Example.member, "name": "H \($2)"]
      return try await $0.call(.put, "/api/v2.1/groups/\(100 + $2)/", as: $1, fields)
    },
    WayToMore(
      testDescription: "a group that a member of it gets", cap: .groupsPerPerson, caller: .systemAdmin,
      counted: membersGroups,
      preparation: groups
        + "insert into group_member (group_id, account_id, role) select id, 3, 'member' from user_group where id > 100;"
    ) {
      try await $0.call(.put, "/api/v2.1/admin/groups/\(100 + $2)/", as: $1, ["new_owner": Example.member])
    },
    WayToMore(
      testDescription: "a group that a team admin hands over", cap: .groupsPerPerson, caller: .teamAdmin,
      counted: membersGroups, preparation: groups
    ) {
      let fields = ["new_owner": Example.member]
      return try await $0.call(.put, "/api/v2.1/org/1/admin/groups/\(100 + $2)/", as: $1, fields)
    },
  ]

  static let partsOfBases: [WayToMore] = [
    WayToMore(
      testDescription: "an API token", cap: .tokensPerBase,
      counted: "api_token where base_id = 1 and revoked_at is null"
    ) { try await $0.call(.post, World.apiTokens, as: $1, ["app_name": "app \($2)", "permission": "r"]) },
    WayToMore(
      testDescription: "an API token by a team admin", cap: .tokensPerBase, caller: .teamAdminInGroup,
      counted: "api_token where base_id = 1 and revoked_at is null"
    ) {
      let path = "/api/v2.1/org/1/admin/dtables/\(World.projects)/api-tokens/"
      return try await $0.call(.post, path, as: $1, ["app_name": "app \($2)", "permission": "r"])
    },
    WayToMore(testDescription: "a folder", cap: .foldersPerWorkspace, counted: "folder where workspace_id = 9") {
      try await $0.call(.post, "/api/v2.1/workspace/9/folders/", as: $1, ["name": "F \($2)"])
    },
    WayToMore(
      testDescription: "a share with a person or a group", cap: .sharesPerBase, counted: shares,
      preparation: people + groups
    ) { world, caller, number in
      if number.isMultiple(of: 2) {
        let fields = ["group_id": "\(100 + number)", "permission": "r"]
        return try await world.call(.post, workspace + "group-shares/", as: caller, fields)
      }
      let user = String(repeating: "a", count: 29) + "\(100 + number)@auth.local"
      return try await world.call(.post, workspace + "share/", as: caller, ["email": user, "permission": "r"])
    },
  ]

  static let links: [WayToMore] = [
    WayToMore(testDescription: "a link to a base", cap: .linksPerBase, counted: "base_link where base_id = 1") {
      try await $0.link($2, as: $1)
    },
    WayToMore(testDescription: "a link to a group", cap: .linksPerGroup, counted: "group_link where group_id = 1") {
      try await $0.call(.post, "/api/v2.1/groups/1/invite-links/", as: $1, ["expire_days": "\($2)"])
    },
    WayToMore(testDescription: "a link of a person", cap: .linksPerPerson, counted: ownersLinks) {
      if $2.isMultiple(of: 3) {
        return try await $0.call(.post, "/api/v2.1/groups/1/invite-links/", as: $1, ["expire_days": "\($2)"])
      }
      return try await $0.link($2, as: $1)
    },
  ]
}

extension World {
  /// Makes an external link or an invite link to "Projects".
  fileprivate func link(_ number: Int, as caller: Caller) async throws -> Answer {
    if number.isMultiple(of: 2) {
      let path = "/api/v2.1/workspace/9/dtable/Projects/external-links/"
      return try await call(.post, path, as: caller, ["expire_days": "\(number)"])
    }
    let fields = ["table_name": "Projects", "workspace_id": "9", "permission": "r"]
    return try await call(.post, "/api/v2.1/dtables/invite-links/", as: caller, fields)
  }
}

@Suite struct CapsTests {
  private static let ways = WayToMore.bases + WayToMore.groupsOwned + WayToMore.partsOfBases + WayToMore.links

  @Test func `every kind has a way`() { #expect(Set(Self.ways.map(\.cap)) == Set(Cap.allCases)) }

  @Test(arguments: ways)
  func `of fifty at once, no more get through than there is room for`(_ way: WayToMore) async throws {
    var present = 0
    try await World.with { present = try await $0.database.count(way.counted) }
    let caps = Caps([way.cap: Int64(present + 3)])
    try await World.with(connections: 16, setting: { $0.caps = caps }) { world async throws in
      try await world.database.execute(way.preparation)
      let answers = try await world.fifty { try await way.request(world, way.caller, $0) }
      let refused = answers.filter { $0.status == 403 }
      #expect(answers.count { (200...201).contains($0.status) } == 3, "\(Set(answers.map(\.text)))")
      #expect(refused.count == 47)
      for answer in refused {
        let reason = try #require(answer["error_msg"] as? String)
        #expect(reason.hasSuffix(": delete some first, or ask the operator for more (\(way.cap.setting))."))
      }
      #expect(try await world.database.count(way.counted) == present + 3)
    }
  }

  @Test(arguments: ways)
  func `without a cap, all get through`(_ way: WayToMore) async throws {
    let others = Cap.allCases.filter { $0 != way.cap && ![way.cap, $0].contains(.linksPerPerson) }
    let caps = Caps(Dictionary(uniqueKeysWithValues: others.map { ($0, 1) }))
    try await World.with(connections: 16, setting: { $0.caps = caps }) { world async throws in
      try await world.database.execute(way.preparation)
      let answers = try await world.fifty { try await way.request(world, way.caller, $0) }
      #expect(answers.allSatisfy { (200...201).contains($0.status) }, "\(Set(answers.map(\.text)))")
    }
  }

  @Test func `what is above a cap already goes on working, until there is room for more`() async throws {
    try await World.with(setting: { $0.caps = Caps([.tokensPerBase: 2]) }) { world async throws in
      try await world.database.execute(
        """
        update api_token set revoked_at = now() where base_id = 1;
        insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
        select 1, 1, 'app ' || n, sha256(('secret ' || n)::bytea), 'abcd', 'r', 1 from generate_series(1, 4) n
        """)
      func make(_ name: String) async throws -> Answer {
        try await world.call(.post, World.apiTokens, as: .groupOwner, ["app_name": name, "permission": "r"])
      }
      #expect(try await make("new").status == 403)
      let changed = try await world.call(.put, World.apiTokens + "app%201/", as: .groupOwner, ["permission": "rw"])
      #expect(changed.status == 200)
      let rotated = try await world.rotate("app%201")
      #expect(try await world.exchange(rotated).status == 200)
      for number in 1...2 {
        #expect(try await world.call(.delete, World.apiTokens + "app%20\(number)/", as: .groupOwner).status == 200)
        #expect(try await make("new").status == 403)
      }
      #expect(try await world.call(.delete, World.apiTokens + "app%203/", as: .groupOwner).status == 200)
      #expect(try await make("new").status == 201)
      #expect(try await make("newer").status == 403)
    }
  }

  @Test func `a group passes on when its owner is deleted, however many the next one has`() async throws {
    try await World.with(setting: { $0.caps = Caps([.groupsPerPerson: 1]) }) { world async throws in
      let owned = "group_member where account_id = 2 and role = 'owner'"
      #expect(try await world.call(.post, "/api/v2.1/groups/", as: .groupAdmin, ["name": "Own"]).status == 201)
      #expect(try await world.call(.post, "/api/v2.1/groups/", as: .groupAdmin, ["name": "More"]).status == 403)
      let owner = "/api/v2.1/org/1/admin/users/00000000000000000000000000000001@auth.local/"
      #expect(try await world.call(.delete, owner, as: .teamAdmin).status == 200)
      #expect(try await world.database.count(owned) == 2)
    }
  }

  @Test(arguments: ways)
  func `whoever has to wait for a cap holds up nobody else in the team`(_ way: WayToMore) async throws {
    try await World.with(connections: 8, setting: { $0.caps = Caps([way.cap: 1000]) }) { world async throws in
      try await world.database.execute(way.preparation)
      let answer = try await world.database.db.onLoop { database in
        try await database.transaction { transaction in
          try await transaction.run("select set_config('basekeeper.caps', \(#"{"\#(way.cap.rawValue)": 1000}"#), true)")
          try await transaction.run("select is_full(\(way.cap.rawValue), \(way.owner))")
          let answer = Task { try await way.request(world, way.caller, 2) }
          let waits = try await poll {
            try await world.database.count(
              "pg_stat_activity where datname = current_database() and wait_event = 'advisory'") > 0
          }
          #expect(waits)
          // Whoever takes the lock of the team's log first would wait for the cap with it, perhaps in a circle.
          let other = try await world.call(.post, "/api/v2.1/groups/", as: .sharedGroupMember, ["name": "Other"])
          #expect(other.status == 201)
          return answer
        }
      }
      #expect((200...201).contains(try await answer.value.status))
    }
  }

  @Test func `people bring what they have into a team, however much that is`() async throws {
    let caps = Caps(Dictionary(uniqueKeysWithValues: Cap.allCases.map { ($0, 1) }))
    try await World.with(setting: { $0.caps = caps }) { world async throws in
      try await world.database.execute(
        """
        insert into base (workspace_id, name, creator_id, modifier_id)
        select 6, 'Diary ' || n, 6, 6 from generate_series(1, 3) n;
        insert into user_group (id, name) overriding system value values (105, 'One'), (106, 'Two');
        insert into group_member (group_id, account_id, role) values (105, 6, 'owner'), (106, 6, 'owner');
        insert into workspace (group_id) values (105), (106);
        """)
      #expect(try await world.call(.post, "/api/v2.1/user/team-invitations/1/accept/", as: .single).status == 200)
      #expect(try await world.database.count("base where workspace_id = 6 and team_id = 1") == 3)
      #expect(try await world.database.count("user_group where id > 100 and team_id = 1") == 2)
    }
  }

  @Test func `a refused request may be sent again with its key when there is room`() async throws {
    try await World.with(setting: { $0.caps = Caps([.foldersPerWorkspace: 1]) }) { world async throws in
      func make() async throws -> Int {
        try await world.call(
          .post, "/api/v2.1/workspace/9/folders/", as: .groupOwner, ["name": "Shelf"],
          headers: [.idempotencyKey: "0123456789abcdef"]
        ).status
      }
      #expect(try await make() == 403)
      #expect(try await world.call(.delete, "/api/v2.1/workspace/9/folders/1/", as: .groupOwner).status == 200)
      #expect(try await make() == 200)
      #expect(try await make() == 200)
      #expect(try await world.database.count("folder where workspace_id = 9") == 1)
    }
  }
}
