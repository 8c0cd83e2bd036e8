import API
import Domain
import HTTP
import TestSupport
import Testing

/// The database decides between simultaneous requests.
@Suite struct Races {
  private static let people = "/api/v2.1/org/1/admin/users/"
  private static let boss = "00000000000000000000000000000009@auth.local"
  private static let vice = "00000000000000000000000000000010@auth.local"

  /// Sends fifty requests at once, over 16 connections to the database, and counts the answers by status.
  private static func fifty(
    in world: World, _ request: @escaping @Sendable (Int) async throws -> Answer
  ) async throws -> [Int: Int] {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...50 { group.addTask { try await request(number).status } }
      var counts: [Int: Int] = [:]
      for try await status in group { counts[status, default: 0] += 1 }
      return counts
    }
  }

  @Test func `one name of an API token`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { _ in
        try await world.call(
          .post, "/api/v2.1/workspace/9/dtable/Projects/api-tokens/", as: .groupOwner,
          ["app_name": "the one", "permission": "r"])
      }
      #expect(counts == [201: 1, 400: 49])
      #expect(try await world.database.count("api_token where app_name = 'the one'") == 1)
    }
  }

  @Test func `one name of a base`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { _ in
        try await world.call(.post, "/api/v2.1/dtables/", as: .groupOwner, ["name": "The one", "workspace_id": "9"])
      }
      #expect(counts == [201: 1, 400: 49])
    }
  }

  @Test func `one e-mail address, in any case`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { number in
        let address = number.isMultiple(of: 2) ? "one@ours.example" : "ONE@ours.example"
        return try await world.call(
          .post, Self.people, as: .teamAdmin, ["email": address, "password": "long enough"])
      }
      #expect(counts == [200: 1, 400: 49])
      #expect(try await world.database.count("account where lower(email) = 'one@ours.example'") == 1)
    }
  }

  @Test func `a team's member quota`() async throws {
    try await World.with(connections: 16) { world in
      let members = try await world.database.count("account where team_id = 1 and is_active")
      try await world.database.execute("update team set member_quota = \(members + 5) where id = 1")
      let counts = try await Self.fifty(in: world) { number in
        try await world.call(
          .post, Self.people, as: .teamAdmin, ["email": "new\(number)@ours.example", "password": "long enough"])
      }
      #expect(counts == [200: 5, 403: 45])
      #expect(try await world.database.count("account where team_id = 1 and is_active") == members + 5)
      // A deactivated person does not count, and may find their place taken.
      let member = Self.people + Example.member + "/"
      #expect(try await world.call(.put, member, as: .teamAdmin, ["is_active": "false"]).status == 200)
      let last = ["email": "last@ours.example", "password": "long enough"]
      #expect(try await world.call(.post, Self.people, as: .teamAdmin, last).status == 200)
      #expect(try await world.call(.put, member, as: .teamAdmin, ["is_active": "true"]).status == 403)
    }
  }

  @Test func `a team's member quota, by people who come back`() async throws {
    try await World.with(connections: 16) { world in
      try await world.database.execute(
        """
        insert into account (team_id, email, name, is_active, uid)
        select 1, 'back' || n || '@ours.example', 'Back', false, lpad(n::text, 32, 'a') from generate_series(11, 60) n
        """)
      let members = try await world.database.count("account where team_id = 1 and is_active")
      try await world.database.execute("update team set member_quota = \(members + 5) where id = 1")
      let counts = try await Self.fifty(in: world) { number in
        let user = String(repeating: "a", count: 30) + "\(number + 10)@auth.local"
        return try await world.call(.put, Self.people + user + "/", as: .teamAdmin, ["is_active": "true"])
      }
      #expect(counts == [200: 5, 403: 45])
      #expect(try await world.database.count("account where team_id = 1 and is_active") == members + 5)
    }
  }

  /// Every way to stop being an active admin.
  private static let ways: [@Sendable (World, String) async throws -> Answer] = [
    { try await $0.call(.put, "/api/v2.1/admin/organizations/1/users/\($1)/", as: .systemAdmin, ["is_admin": "0"]) },
    { try await $0.call(.put, "/api/v2.1/admin/users/\($1)/", as: .systemAdmin, ["is_active": "false"]) },
    { try await $0.call(.delete, "/api/v2.1/admin/users/\($1)/", as: .systemAdmin) },
    { try await $0.call(.delete, "/api/v2.1/admin/organizations/1/users/\($1)/", as: .systemAdmin) },
  ]

  @Test func `the last admin of a team`() async throws {
    try await World.with(connections: 16) { world in
      _ = try await Self.fifty(in: world) { number in
        try await Self.ways[number / 2 % Self.ways.count](world, number.isMultiple(of: 2) ? Self.boss : Self.vice)
      }
      #expect(
        try await world.database.count(
          "account where team_id = 1 and is_team_admin and is_active and deleted_at is null") == 1)
    }
  }

  @Test func `two admins who demote each other, fifty times`() async throws {
    try await World.with(connections: 16) { world in
      for _ in 1...50 {
        async let first = world.call(.put, Self.people + Self.vice + "/", as: .teamAdmin, ["is_staff": "false"])
        async let second = world.call(.put, Self.people + Self.boss + "/", as: .teamAdminInGroup, ["is_staff": "false"])
        let statuses = [try await first.status, try await second.status].sorted()
        // The other one is the last admin, or was demoted before they were authorised.
        #expect(statuses == [200, 400] || statuses == [200, 403])
        #expect(try await world.database.count("account where team_id = 1 and is_team_admin") == 1)
        try await world.database.execute("update account set is_team_admin = true where id in (9, 10)")
      }
    }
  }

  @Test func `two system administrators who end each other, fifty times`() async throws {
    try await World.with(connections: 16) { world in
      let users = "/api/v2.1/admin/users/"
      let single = "00000000000000000000000000000006@auth.local"
      let active = "account where is_system_admin and is_active and deleted_at is null"
      for round in 1...50 {
        try await world.database.execute(
          "update account set is_system_admin = true, is_active = true where id in (6, 7)")
        let change = round.isMultiple(of: 2) ? ["is_staff": "false"] : ["role": "x", "is_staff": "0"]
        async let first = world.call(.put, users + Example.systemAdmin + "/", as: .single, change)
        async let second = world.call(.put, users + single + "/", as: .systemAdmin, change)
        let statuses = [try await first.status, try await second.status].sorted()
        #expect(statuses == [200, 400] || statuses == [200, 403])
        #expect(try await world.database.count(active) == 1)
      }
    }
  }

  @Test func `fifty folders with one name, which all get different names`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { _ in
        try await world.call(.post, "/api/v2.1/workspace/9/folders/", as: .groupOwner, ["name": "The one"])
      }
      #expect(counts == [200: 50])
      #expect(try await world.database.count("folder where name = 'The one'") == 1)
      #expect(try await world.database.count("folder where name ~ '^The one( [(][0-9]+[)])?$'") == 50)
    }
  }

  @Test func `fifty copies of a base into one workspace`() async throws {
    try await World.with(connections: 16) { world in
      let fields = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
      let counts = try await Self.fifty(in: world) { _ in
        try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupOwner, fields)
      }
      // A request that finds the free names taken again and again is asked to come back.
      #expect(Set(counts.keys).isSubset(of: [200, 429]), "\(counts)")
      let copies = try await world.database.count("base where name like 'Projects (%)' and deleted_at is null")
      #expect(copies == counts[200])
    }
  }

  @Test func `fifty bases restored with one name`() async throws {
    try await World.with(connections: 16) { world in
      try await world.database.execute(
        """
        insert into base (id, workspace_id, team_id, name, creator_id, modifier_id, deleted_at)
        overriding system value
        select 100 + n, 3, 1, 'The one', 3, 3, now() from generate_series(1, 50) n
        """)
      let counts = try await Self.fifty(in: world) { number in
        try await world.call(.put, "/api/v2.1/trash-dtables/\(100 + number)/", as: .groupMember)
      }
      #expect(counts == [200: 1, 400: 49])
      #expect(try await world.database.count("base where name = 'The one' and deleted_at is null") == 1)
    }
  }

  @Test func `a base restored fifty times, while another is created with its name`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { number in
        number.isMultiple(of: 2)
          ? try await world.call(.put, "/api/v2.1/trash-dtables/4/", as: .groupMember)
          : try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, ["name": "Old notes"])
      }
      #expect((counts[200] ?? 0) + (counts[201] ?? 0) == 1, "\(counts)")
      #expect(Set(counts.keys).isSubset(of: [200, 201, 400, 404]), "\(counts)")
      #expect(try await world.database.count("base where name = 'Old notes' and deleted_at is null") == 1)
    }
  }

  @Test func `fifty transfers of a group`() async throws {
    try await World.with(connections: 16) { world in
      let owners = [Example.groupAdmin, Example.member, Example.outsider, Self.boss, Self.vice]
      let counts = try await Self.fifty(in: world) { number in
        let owner = owners[number % owners.count]
        return number.isMultiple(of: 2)
          ? try await world.call(.put, "/api/v2.1/groups/1/", as: .groupOwner, ["owner": owner])
          : try await world.call(.put, "/api/v2.1/org/1/admin/groups/1/", as: .teamAdmin, ["new_owner": owner])
      }
      #expect((counts[200] ?? 0) >= 1, "\(counts)")
      // The new owner may own it already, and the caller may not own it any more.
      #expect(Set(counts.keys).isSubset(of: [200, 400, 403, 404]), "\(counts)")
      #expect(try await world.database.count("group_member where group_id = 1 and role = 'owner'") == 1)
      let before = "group_member where group_id = 1 and account_id = 1 and role in ('owner', 'admin')"
      #expect(try await world.database.count(before) == 1)
    }
  }

  @Test func `a group that its owner transfers to fifty people at once, of whom one gets it`() async throws {
    try await World.with(connections: 16) { world in
      let owners = [Example.groupAdmin, Example.member, Example.outsider, Self.boss, Self.vice]
      for _ in 1...3 {
        let counts = try await Self.fifty(in: world) { number in
          try await world.call(.put, "/api/v2.1/groups/1/", as: .groupOwner, ["owner": owners[number % owners.count]])
        }
        #expect(counts[200] == 1, "\(counts)")
        #expect(Set(counts.keys).isSubset(of: [200, 400, 403, 404]), "\(counts)")
        #expect(try await world.database.count("group_member where group_id = 1 and role = 'owner'") == 1)
        try await world.database.execute(
          """
          update group_member set role = 'admin' where group_id = 1;
          update group_member set role = 'owner' where group_id = 1 and account_id = 1;
          """)
      }
    }
  }

  @Test func `a group transferred to people who are leaving it`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { number in
        number.isMultiple(of: 2)
          ? try await world.call(.put, "/api/v2.1/groups/1/", as: .groupOwner, ["owner": Example.member])
          : try await world.call(.delete, "/api/v2.1/groups/1/members/\(Example.member)/", as: .groupMember)
      }
      #expect(Set(counts.keys).isSubset(of: [200, 400, 403, 404]), "\(counts)")
      #expect(try await world.database.count("group_member where group_id = 1 and role = 'owner'") == 1)
    }
  }

  @Test func `fifty shares with one person, and with one group`() async throws {
    try await World.with(connections: 16) { world in
      let base = "/api/v2.1/workspace/9/dtable/Projects/"
      let withPerson = try await Self.fifty(in: world) { number in
        let permission = number.isMultiple(of: 2) ? "r" : "rw"
        return try await world.call(
          .post, base + "share/", as: .groupOwner, ["email": Example.outsider, "permission": permission])
      }
      #expect(withPerson == [201: 1, 400: 49])
      #expect(try await world.database.count("user_share where account_id = 4") == 1)
      let withGroup = try await Self.fifty(in: world) { _ in
        try await world.call(.post, base + "group-shares/", as: .groupAdmin, ["group_id": "3", "permission": "r"])
      }
      #expect(withGroup == [200: 1, 400: 49])
      #expect(try await world.database.count("group_share where group_id = 3") == 1)
    }
  }

  @Test func `fifty links with one custom token`() async throws {
    try await World.with(connections: 16) { world in
      let counts = try await Self.fifty(in: world) { _ in
        try await world.call(
          .post, "/api/v2.1/workspace/9/dtable/Projects/external-links/", as: .groupOwner, ["token": "the-only-one"])
      }
      #expect(counts == [200: 1, 400: 49])
      #expect(try await world.database.count("base_link where handle = 'the-only-one'") == 1)
    }
  }

  @Test func `an invite link accepted fifty times, and ended meanwhile`() async throws {
    try await World.with(connections: 16) { world in
      let link = "/api/v2.1/dtables/invite-links/\(World.inviteLink)/"
      let first = try await Self.fifty(in: world) { _ in try await world.call(.post, link + "accept/", as: .outsider) }
      #expect(first == [200: 50])
      #expect(try await world.database.count("invite_link_guest where account_id = 4") == 1)
      let second = try await Self.fifty(in: world) { number in
        number == 25
          ? try await world.call(.delete, link, as: .groupOwner)
          : try await world.call(.post, link + "accept/", as: .single)
      }
      // An ended link counts as a wrong guess, and too many of those are throttled.
      #expect(Set(second.keys).isSubset(of: [200, 404, 429]), "\(second)")
      #expect(try await world.database.count("invite_link_guest where account_id in (4, 6)") == 0)
    }
  }

  @Test func `old bases in the trash are deleted once, however many jobs do it`() async throws {
    try await World.with { world in
      try await world.database.execute("update base set deleted_at = now() - interval '31 days' where id = 2")
      let cleared = try await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 1...8 { group.addTask { try await world.onLoop { try? await Trash($0).clearOld(afterDays: 30) } } }
        return try await group.reduce(into: []) { $0.append($1 ?? -1) }
      }
      #expect(cleared.sorted() == [0, 0, 0, 0, 0, 0, 0, 1])
      #expect(try await world.database.count("base where id = 2") == 0)
      #expect(try await world.database.count("base where team_id = 1 and deleted_at is not null") == 1)
    }
  }
}
