import Access
import HTTP
import Postgres
import TestSupport
import Testing

@testable import API
@testable import Domain

/// How people without a team come into one.
@Suite struct Joining {
  private static let accept = "/api/v2.1/user/team-invitations/1/accept/"
  private static let invitations = "/api/v2.1/org/1/admin/invitations/"
  private static let put = "/api/v2.1/admin/organizations/1/users/\(Example.single)/"

  /// A base of "single" with all that belongs to it, a group of theirs alone that has the name of one of the team's,
  /// and one shared with someone else.
  private static let belongings = """
    update account set is_team_admin = true where id = 6;
    insert into base (workspace_id, name, creator_id, modifier_id) values (6, 'Diary', 6, 6);
    insert into api_token (base_id, app_name, hash, hint, permission, created_by)
    select max(id), 'app', sha256('secret'), 'abcd', 'rw', 6 from base;
    insert into base_link (kind, base_id, handle, hash, permission, created_by)
    select 'external', max(id), repeat('7', 20), sha256('link'), 'r', 6 from base;
    insert into user_share (base_id, account_id, permission, created_by) select max(id), 7, 'r', 6 from base;
    insert into user_group (id, name) overriding system value values (105, 'Empty'), (106, 'Friends');
    insert into group_member (group_id, account_id, role)
    values (105, 6, 'owner'), (106, 6, 'owner'), (106, 7, 'member');
    insert into workspace (group_id) values (105), (106);
    insert into base (workspace_id, name, creator_id, modifier_id)
    select id, 'Of ' || group_id, 6, 6 from workspace where group_id >= 105 order by id;
    """

  @Test(arguments: [Caller.single, .systemAdmin])
  func `everything that is a person's own moves with them`(_ caller: Caller) async throws {
    try await World.with { world in
      try await world.database.execute(Self.belongings)
      let path = caller == .single ? Self.accept : Self.put
      let answer = try await world.call(.post, path, as: caller)
      #expect(answer.status == 200, "\(answer.text)")
      let account = try await world.call(.get, "/api2/account/info/", as: .single)
      #expect(account["org_id"] as? Int == 1)
      #expect(account["is_org_staff"] as? Int == 0, "an admin of another team")
      for row in [
        "workspace where account_id = 6", "base where name = 'Diary'", "api_token where app_name = 'app'",
        "base_link where handle = repeat('7', 20)", "user_share where created_by = 6",
        "user_group where id = 105 and name = 'Empty 2'", "base where name = 'Of 105'",
      ] {
        let moved = try await world.database.count("\(row) and team_id = 1")
        #expect(moved == 1, "\(row)")
      }
      let left = try await world.database.count("user_group where id = 106 and team_id is null and name = 'Friends'")
      #expect(left == 1)
      let others = try await world.database.count("base where name = 'Of 106' and team_id is null")
      #expect(others == 1)
      let invitations = try await world.database.count("team_invitation where account_id = 6")
      #expect(invitations == 0)
      let actor = try #require(caller.account)
      let entries = try await world.database.count(
        "audit_log where chain = 1 and operation = 'team_user_add' and target_id = 6 and actor_id = \(actor)")
      #expect(entries == 1)
      let bases = try await world.call(.get, "/api/v2.1/org/1/admin/dtables/?per_page=100", as: .teamAdmin)
      #expect(bases.text.contains("Diary") && bases.text.contains("Of 105") && !bases.text.contains("Of 106"))
    }
  }

  @Test func `a group moves when its last member does`() async throws {
    try await World.with { world in
      try await world.database.execute(Self.belongings)
      _ = try await world.call(.post, Self.put, as: .systemAdmin)
      let root = "/api/v2.1/admin/organizations/1/users/\(Example.systemAdmin)/"
      let answer = try await world.call(.post, root, as: .systemAdmin)
      #expect(answer.status == 200)
      for row in ["user_group where id = 106", "base where name = 'Of 106'"] {
        let moved = try await world.database.count("\(row) and team_id = 1")
        #expect(moved == 1, "\(row)")
      }
    }
  }

  @Test func `a person who is in a team, deactivated or deleted is not put into one`() async throws {
    try await World.with { world async throws in
      func take(_ user: String) async throws -> Int {
        try await world.call(.post, "/api/v2.1/admin/organizations/1/users/\(user)/", as: .systemAdmin).status
      }
      #expect(try await take("00000000000000000000000000000005@auth.local") == 400)
      #expect(try await take(Example.member) == 400)
      try await world.database.execute("update account set is_active = false where id = 6")
      #expect(try await take(Example.single) == 400)
      try await world.database.execute("update account set deleted_at = now() where id = 6")
      #expect(try await take(Example.single) == 404)
      let elsewhere = try await world.call(
        .post, "/api/v2.1/admin/organizations/99/users/\(Example.systemAdmin)/", as: .systemAdmin)
      #expect(elsewhere.status == 404)
    }
  }

  @Test(arguments: [
    "update team_invitation set expires_at = now()", "delete from team_invitation",
    "update team_invitation set account_id = 7 where team_id = 1",
  ])
  func `an expired invitation, or another person's, lets nobody in`(_ event: String) async throws {
    try await World.with { world async throws in
      try await world.database.execute(event)
      let answer = try await world.call(.post, Self.accept, as: .single)
      #expect(answer.status == 404 && answer["error_msg"] as? String == "Invitation 1 not found.")
      let teamless = try await world.database.count("account where id = 6 and team_id is null")
      #expect(teamless == 1)
    }
  }

  @Test func `a full team takes in nobody, and nothing of theirs`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(Self.belongings)
      try await world.database.execute("update team set member_quota = 1 where id = 1")
      for (path, caller) in [(Self.accept, Caller.single), (Self.put, .systemAdmin)] {
        let answer = try await world.call(.post, path, as: caller)
        #expect(answer.status == 403 && answer["error_msg"] as? String == "The number of users exceeds the limit.")
      }
      let moved = try await world.database.count("base where name = 'Diary' and team_id is not null")
      #expect(moved == 0)
    }
  }

  /// Everything that a person without a team can make in what is theirs. The team's policy would not cover what stayed
  /// outside.
  @Test(arguments: [
    ("/api/v2.1/dtables/", ["name": "B"]),
    ("/api/v2.1/workspace/6/dtable/Diary/api-tokens/", ["app_name": "t", "permission": "r"]),
    ("/api/v2.1/workspace/6/dtable/Diary/external-links/", [:]),
    ("/api/v2.1/workspace/6/dtable/Diary/share/", ["email": Example.systemAdmin, "permission": "r"]),
    ("/api/v2.1/dtable-copy/", ["src_workspace_id": "6", "name": "Diary", "dst_workspace_id": "6"]),
    ("/api/v2.1/groups/", ["name": "G"]),
    ("/api/v2.1/groups/105/members/", ["email": Example.systemAdmin]),
  ])
  func `what a person makes while moving into a team moves along, and nobody else does`(
    _ path: String, _ fields: [String: String]
  ) async throws {
    try await World.with { world async throws in
      try await world.database.execute(Self.belongings)
      let answer = try await world.database.db.onLoop { database in
        try await database.transaction { transaction in
          #expect(try await transaction.put(ID(6), into: ID(1)))
          let answer = Task { try await world.call(.post, path, as: .single, fields) }
          let waits = try await poll {
            try await world.database.count(
              "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
          }
          #expect(waits)
          return answer
        }
      }
      let status = try await answer.value.status
      #expect(status < 500)
      for astray in [
        "base join workspace on workspace.id = workspace_id where base.team_id is distinct from workspace.team_id",
        "api_token as part join base on base.id = base_id where part.team_id is distinct from base.team_id",
        "base_link as part join base on base.id = base_id where part.team_id is distinct from base.team_id",
        "user_share as part join base on base.id = base_id where part.team_id is distinct from base.team_id",
        "workspace join account on account.id = account_id where workspace.team_id is distinct from account.team_id",
        """
        group_member join user_group on user_group.id = group_id join account on account.id = account_id
        where user_group.team_id <> coalesce(account.team_id, 0)
        """,
        "user_group where team_id is null and name = 'G'",
      ] {
        #expect(try await world.database.count(astray) == 0, "\(astray)")
      }
    }
  }

  /// An address that people set themselves proves nothing.
  @Test func `a self-set address brings nobody into a team`() async throws {
    try await World.with { world async throws in
      let claim = try await world.call(
        .put, "/api/v2.1/user/contact-email/", as: .single, ["new_contact_email": "ceo@new.example"])
      #expect(claim.status == 200, "\(claim.text)")
      let team = ["org_name": "New", "admin_email": "ceo@new.example"]
      let made = try await world.call(.post, "/api/v2.1/admin/organizations/", as: .systemAdmin, team)
      #expect(made.status == 400 && made["error_msg"] as? String == "User already exists.")
      let invited = try await world.call(.post, Self.invitations, as: .teamAdmin, ["email": "ceo@new.example"])
      #expect(invited.status == 404)
      // Once an administrator has set it, it counts.
      let path = "/api/v2.1/admin/users/\(Example.single)/"
      for address in ["other@new.example", "ceo@new.example"] {
        let answer = try await world.call(.put, path, as: .systemAdmin, ["contact_email": address])
        #expect(answer.status == 200, "\(answer.text)")
      }
      let again = try await world.call(.post, "/api/v2.1/admin/organizations/", as: .systemAdmin, team)
      #expect(again.status == 200, "\(again.text)")
      #expect(try await world.database.count("account where id = 6 and team_id is not null and is_team_admin") == 1)
    }
  }

  /// An address set by a team's admin makes nobody the admin of another team.
  @Test func `an address set by one team makes nobody the admin of another`() async throws {
    try await World.with { world async throws in
      let made = try await world.call(
        .post, "/api/v2.1/org/1/admin/users/", as: .teamAdmin,
        ["email": "cto@corp.example", "password": "a new password"])
      #expect(made.status == 200, "\(made.text)")
      try await world.database.execute("update account set team_id = null where email = 'cto@corp.example'")
      let team = ["org_name": "Corp", "admin_email": "cto@corp.example"]
      let refused = try await world.call(.post, "/api/v2.1/admin/organizations/", as: .systemAdmin, team)
      #expect(refused.status == 400 && refused["error_msg"] as? String == "User already exists.")
      let invited = try await world.call(.post, Self.invitations, as: .teamAdmin, ["email": "cto@corp.example"])
      #expect(invited.status == 200)
    }
  }

  @Test func `someone who joins a group while it moves into a team keeps it out`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(Self.belongings)
      let answer = try await world.database.db.onLoop { database in
        try await database.transaction { transaction in
          try await transaction.run("select from user_group where id = 105 for share")
          let answer = Task { try await world.call(.post, Self.put, as: .systemAdmin) }
          let waits = try await poll {
            try await world.database.count(
              "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
          }
          #expect(waits)
          try await transaction.run("insert into group_member (group_id, account_id, role) values (105, 7, 'member')")
          return answer
        }
      }
      #expect(try await answer.value.status == 200)
      #expect(try await world.database.count("user_group where id = 105 and team_id is null") == 1)
    }
  }

  @Test func `an invitation withdrawn during its acceptance lets nobody in`() async throws {
    try await World.with { world async throws in
      let answer = try await world.database.db.onLoop { database in
        try await database.transaction { transaction in
          try await transaction.run("delete from team_invitation where id = 1")
          let answer = Task { try await world.call(.post, Self.accept, as: .single) }
          let waits = try await poll {
            try await world.database.count(
              "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
          }
          #expect(waits)
          return answer
        }
      }
      #expect(try await answer.value.status == 404)
      #expect(try await world.database.count("account where id = 6 and team_id is null") == 1)
    }
  }

  @Test func `expired invitations take no place on a page`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(
        """
        insert into account (uid, email, name)
        select lpad(n::text, 32, '9'), 'n' || n || '@many.example', 'n' || n from generate_series(1, 30) as n;
        insert into team_invitation (team_id, account_id, created_by, expires_at)
        select 1, id, 9, case when id % 2 = 0 then now() else now() + interval '1 day' end
        from account where email like '%@many.example' order by id;
        """)
      let page = try await world.call(.get, Self.invitations + "?per_page=16", as: .teamAdmin)
      #expect(page["count"] as? Int == 16)
      #expect((page["invitation_list"] as? [Any])?.count == 16)
    }
  }

  @Test func `an invitation is for people with an account and no team, and visible to both sides`() async throws {
    try await World.with { world async throws in
      for email in ["member@ours.example", "canary@theirs.example", "nobody@example.com", "gone@ours.example"] {
        #expect(try await world.call(.post, Self.invitations, as: .teamAdmin, ["email": email]).status == 404)
      }
      #expect(try await world.call(.post, Self.invitations, as: .teamAdmin, ["email": "no address"]).status == 400)
      let again = try await world.call(.post, Self.invitations, as: .teamAdmin, ["email": "SINGLE@example.com"])
      // The team learns who it is when it is accepted.
      #expect(again["id"] as? Int == 1 && again["email"] as? String == "" && again["name"] as? String == "")
      let listed = try await world.call(.get, Self.invitations, as: .teamAdmin)
      #expect(listed["count"] as? Int == 1 && listed.text.contains("single@example.com"))
      let own = try await world.call(.get, "/api/v2.1/user/team-invitations/", as: .single)
      #expect(own.text.contains(#""org_name":"ours""#) && !own.text.contains("canary"))
      #expect(try await world.call(.delete, Self.invitations + "1/", as: .teamAdmin).status == 200)
      #expect(try await world.call(.get, Self.invitations, as: .teamAdmin)["count"] as? Int == 0)
      let entries = try await world.database.count(
        "audit_log where operation like 'team_invitation_%' and actor_id = 9")
      #expect(entries == 2)
    }
  }

  // MARK: After a team's end

  @Test(arguments: ["another long password", nil])
  func `a deleted team's admin starts a new team with the same address`(_ password: String?) async throws {
    try await World.with { world async throws in
      let teams = "/api/v2.1/admin/organizations/"
      #expect(try await world.call(.delete, teams + "1/", as: .systemAdmin).status == 200)
      var fields = ["org_name": "again", "admin_email": "Boss@ours.example"]
      fields["password"] = password
      let made = try await world.call(.post, teams, as: .systemAdmin, fields)
      #expect(made.status == 200 && made["creator_contact_email"] as? String == "boss@ours.example", "\(made.text)")
      #expect(made["new_password"] == nil, "a password that nobody has")
      let token = try await world.signIn("boss@ours.example", password: password ?? World.password)["token"] as? String
      let account = try await world.call(.get, "/api2/account/info/", authorization: "Token \(try #require(token))")
      #expect(account["is_org_staff"] as? Int == 1 && account["org_id"] as? Int == made["org_id"] as? Int)
      // A given password ends what was proved by the old one.
      let old = try await world.call(.get, "/api2/auth/ping/", as: .teamAdmin).status
      #expect(old == (password == nil ? 200 : 401))
      for taken in ["boss@ours.example", "canary@theirs.example"] {
        let refused = try await world.call(.post, teams, as: .systemAdmin, ["org_name": "x", "admin_email": taken])
        #expect(refused.status == 400 && refused["error_msg"] as? String == "User already exists.")
      }
      let left = try await world.database.count("team where name = 'x'")
      #expect(left == 0)
    }
  }

  // MARK: Passwords

  @Test(arguments: ["teamAddUser", "systemAddNewUser", "systemAddTeamUser", "systemAddTeam", "systemImportUsers"])
  func `a person added without a password gets one, which is shown once`(_ operation: String) async throws {
    try await World.with { world async throws in
      let example = Example(route: try #require(routes.first { $0.operation == operation }))
      let caller: Caller = operation.hasPrefix("team") ? .teamAdmin : .systemAdmin
      let answer =
        operation == "systemImportUsers"
        ? try await world.importUsers("email\nnew@example.com\n", as: caller)
        : try await world.call(.post, example.path, as: caller, example.fields.filter { $0.key != "password" })
      #expect(answer.status == 200, "\(answer.text)")
      let shown = (answer["success"] as? [[String: Any]])?.first?["new_password"] ?? answer["new_password"]
      let password = try #require(shown as? String)
      #expect(try await world.signIn("new@example.com", password: password).status == 200)
      let list = try await world.call(.get, "/api/v2.1/admin/users/?per_page=100", as: .systemAdmin)
      #expect(list.text.contains("new@example.com") && !list.text.contains("new_password"))
    }
  }

  @Test func `a given password is not shown`() async throws {
    try await World.with { world in
      let example = Example(route: try #require(routes.first { $0.operation == "teamAddUser" }))
      let answer = try await world.call(.post, example.path, as: .teamAdmin, example.fields)
      #expect(answer.status == 200 && answer["new_password"] == nil)
    }
  }

  // MARK: Groups

  @Test(arguments: ["updateGroup", "teamUpdateGroup", "systemTransferGroup"], [Example.member, Example.outsider])
  func `the transfer of a group is one entry, whoever gets it`(_ operation: String, _ heir: String) async throws {
    try await World.with { world in
      let example = Example(route: try #require(routes.first { $0.operation == operation }))
      let (caller, field): (Caller, String) =
        switch operation {
        case "updateGroup": (.groupOwner, "owner")
        case "teamUpdateGroup": (.teamAdmin, "new_owner")
        default: (.systemAdmin, "new_owner")
        }
      let before = try await world.database.count("audit_log")
      #expect(try await world.call(.put, example.path, as: caller, [field: heir]).status == 200)
      let after = try await world.database.count("audit_log")
      #expect(after == before + 1)
      let owner = "00000000000000000000000000000001@auth.local"
      let entries = try await world.database.count(
        """
        audit_log where operation = 'group_transfer' and was ->> 'owner' = '\(owner)' and became ->> 'owner' = '\(heir)'
          and detail ->> 'owner' = '\(heir)'
        """)
      #expect(entries == 1)
    }
  }

  // MARK: People without a team

  @Test func `people find only those with whom they share a group or a base`() async throws {
    try await World.with { world in
      func find(_ user: String, _ caller: Caller) async throws -> Answer {
        try await world.call(.get, "/api/v2.1/user-common-info/\(user)/", as: caller)
      }
      #expect(try await find(Example.systemAdmin, .single).status == 404)
      try await world.database.execute(Self.belongings)
      #expect(try await find(Example.systemAdmin, .single)["contact_email"] as? String == "root@example.com")
      #expect(try await find(Example.single, .systemAdmin)["contact_email"] as? String == "single@example.com")
      #expect(try await find(Example.member, .single).status == 404)
      try await world.database.execute("delete from group_member where group_id = 106 and account_id = 7")
      // The base that is shared with one of them remains.
      #expect(try await find(Example.single, .systemAdmin).status == 200)
      try await world.database.execute("update base set deleted_at = now() where name = 'Diary'")
      #expect(try await find(Example.single, .systemAdmin).status == 404)
      // A guest of another team sees only names; the team sees everything.
      let seen = try await find(Example.member, .invitedForeigner)
      #expect(seen["name"] as? String == "Max Member" && seen["contact_email"] as? String == "")
      let guest = "00000000000000000000000000000012@auth.local"
      #expect(try await find(guest, .groupMember)["contact_email"] as? String == "guest@theirs.example")
      let list = try await world.call(
        .post, "/api/v2.1/user-list/", as: .invitedForeigner, ["user_id_list": Example.member])
      #expect(list.text.contains("Max Member") && !list.text.contains("member@ours.example"))
    }
  }
}
