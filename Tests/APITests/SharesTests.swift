import Crypto
import HTTP
import TestSupport
import Testing

private let share = "/api/v2.1/workspace/9/dtable/Projects/share/"
private let groupShares = "/api/v2.1/workspace/9/dtable/Projects/group-shares/"
private let accessToken = "/api/v2.1/workspace/9/dtable/Projects/access-token/"
private let metadata = "/api-gateway/api/v2/dtables/\(World.projects)/metadata/"
private let foreigner = "00000000000000000000000000000005@auth.local"
private let reader = "00000000000000000000000000000011@auth.local"

/// The names of the bases in a list.
private func names(_ list: Any?) -> [String] {
  (list as? [[String: Any]] ?? []).map { $0["name"] as? String ?? "?" }
}

@Suite struct UserShares {
  @Test(arguments: Encoding.allCases, ["r", "rw"])
  func `a person finds a shared base, and opens it with the permission of the share`(
    _ encoding: Encoding, _ permission: String
  ) async throws {
    try await World.with { world in
      #expect(try await world.call(.get, accessToken, as: .outsider).status == 403)
      let fields = ["email": Example.outsider, "permission": permission]
      let made = try await world.call(.post, share, as: .groupAdmin, fields, encoding)
      #expect(made.status == 201)
      #expect(made.text == #"{"success":true}"#)

      let list = try await world.call(.get, "/api/v2.1/dtables/shared/", as: .outsider)
      let base = try #require((list["table_list"] as? [[String: Any]])?.first)
      #expect(base["uuid"] as? String == World.projects)
      #expect(base["permission"] as? String == permission)
      #expect(base["from_user"] as? String == Example.groupAdmin)
      #expect(base["from_user_name"] as? String == "Ada Admin")
      #expect(base["starred"] as? Bool == false)
      let answer = try await world.call(.get, accessToken, as: .outsider)
      #expect(try world.claims(answer).permission == permission)

      let workspaces = try await world.call(.get, "/api/v2.1/workspaces/", as: .outsider)
      let entries = try #require(workspaces["workspace_list"] as? [[String: Any]])
      #expect(names(entries[1]["shared_table_list"]) == ["Projects"])
    }
  }

  @Test func `only a base's admins see with whom it is shared`() async throws {
    try await World.with { world in
      let list = try await world.call(.get, share, as: .groupOwner)
      let users = try #require(list["user_list"] as? [[String: Any]])
      #expect(users.map { $0["email"] as? String } == [reader, Example.gone])
      #expect(users[0]["name"] as? String == "Rosa Reader")
      #expect(users[0]["permission"] as? String == "r")
      for caller in [Caller.groupMember, .sharedReader, .sharedGroupMember] {
        #expect(try await world.call(.get, share, as: caller).status == 403)
      }
    }
  }

  @Test func `a base is shared with a person only once, and only within one's team`() async throws {
    try await World.with { world in
      let before = try await world.database.count("user_share")
      let again = try await world.call(.post, share, as: .groupOwner, ["email": reader, "permission": "rw"])
      #expect(again.status == 400)
      #expect(again["error_msg"] as? String == "The base is already shared with them.")
      let own = "00000000000000000000000000000001@auth.local"
      #expect(try await world.call(.post, share, as: .groupOwner, ["email": own, "permission": "r"]).status == 400)
      for stranger in [foreigner, Example.systemAdmin, "00000000000000000000000000000099@auth.local", "nonsense"] {
        let answer = try await world.call(.post, share, as: .groupOwner, ["email": stranger, "permission": "r"])
        #expect(answer.status == 404)
        #expect(answer["error_msg"] as? String == "User \(stranger) not found.")
      }
      for bad in [["email": Example.outsider], ["permission": "r"], ["email": Example.outsider, "permission": "w"]] {
        #expect(try await world.call(.post, share, as: .groupOwner, bad).status == 400)
      }
      #expect(try await world.database.count("user_share") == before)
    }
  }

  @Test func `a base cannot be shared with a deactivated person, whose own shares wait for them`() async throws {
    try await World.with { world in
      try await world.database.execute("update account set is_active = false where id = 4")
      let fields = ["email": Example.outsider, "permission": "r"]
      #expect(try await world.call(.post, share, as: .groupOwner, fields).status == 404)
      try await world.database.execute("update account set is_active = false where id = 11")
      #expect(try await world.call(.get, accessToken, as: .sharedReader).status == 401)
      try await world.database.execute("update account set is_active = true where id = 11")
      #expect(try await world.call(.get, accessToken, as: .sharedReader).status == 200)
    }
  }

  @Test func `a share's new permission holds at once, also for issued tokens`() async throws {
    try await World.with { world in
      let raised = ["email": reader, "permission": "rw"]
      #expect(try await world.call(.put, share, as: .groupAdmin, raised).status == 200)
      let answer = try await world.call(.get, accessToken, as: .sharedReader)
      #expect(try world.claims(answer).permission == "rw")
      let token = try #require(answer["access_token"] as? String)
      #expect(try await world.call(.get, metadata, authorization: "Token \(token)").status == 200)
      #expect(try await world.call(.put, share, as: .groupAdmin, ["email": reader, "permission": "r"]).status == 200)
      #expect(try await world.call(.get, metadata, authorization: "Token \(token)").status == 403)
      let none = try await world.call(.put, share, as: .groupAdmin, ["email": Example.outsider, "permission": "r"])
      #expect(none.status == 404)
    }
  }

  @Test(arguments: [Caller.groupOwner, .groupAdmin, .sharedReader])
  func `the base's admins end a share, and so does its recipient`(_ caller: Caller) async throws {
    try await World.with { world in
      let token = try #require(
        try await world.call(.get, accessToken, as: .sharedReader)["access_token"] as? String)
      #expect(try await world.call(.delete, share, as: caller, ["email": reader]).status == 200)
      #expect(try await world.call(.get, accessToken, as: .sharedReader).status == 403)
      #expect(try await world.call(.get, metadata, authorization: "Token \(token)").status == 403)
      #expect(try await world.call(.delete, share, as: .groupOwner, ["email": reader]).status == 404)
    }
  }

  @Test func `others cannot end a share, and guests cannot share the base`() async throws {
    try await World.with { world async throws in
      for caller in [Caller.groupMember, .sharedGroupMember, .outsider, .teamAdmin] {
        #expect(try await world.call(.delete, share + "?email=\(reader)", as: caller).status == 403)
      }
      for caller in [Caller.foreigner, .invitedForeigner] {
        let status = try await world.call(.delete, share, as: caller, ["email": reader]).status
        #expect([403, 404].contains(status))
      }
      let fields = ["email": Example.outsider, "permission": "r"]
      for caller in [Caller.sharedReader, .sharedGroupMember, .groupMember] {
        #expect(try await world.call(.post, share, as: caller, fields).status == 403)
      }
      #expect(try await world.database.count("user_share where base_id = 1") == 2)
    }
  }

  @Test func `a share goes with the base into the trash and comes back with it`() async throws {
    try await World.with { world async throws in
      let base = "/api/v2.1/workspace/9/dtable/"
      #expect(try await world.call(.delete, base, as: .groupOwner, ["name": "Projects"]).status == 200)
      let list = try await world.call(.get, "/api/v2.1/dtables/shared/", as: .sharedReader)
      #expect(list.text == #"{"table_list":[]}"#)
      let restored = try await world.call(.put, "/api/v2.1/groups/1/trash-dtables/\(World.projects)/", as: .groupAdmin)
      #expect(restored.status == 200)
      #expect(try await world.call(.get, accessToken, as: .sharedReader).status == 200)
    }
  }

  @Test func `a share gives no access to a person who has moved to another team`() async throws {
    try await World.with { world async throws in
      try await world.database.execute("update account set team_id = 2 where id = 11")
      #expect(try await world.call(.get, accessToken, as: .sharedReader).status == 404)
      let list = try await world.call(.get, "/api/v2.1/dtables/shared/", as: .sharedReader)
      #expect(list.text == #"{"table_list":[]}"#)
    }
  }

  @Test func `shares are in the audit log`() async throws {
    try await World.with { world async throws in
      let fields = ["email": Example.outsider, "permission": "r"]
      #expect(try await world.call(.post, share, as: .groupOwner, fields).status == 201)
      #expect(
        try await world.call(.put, share, as: .groupOwner, fields.merging(["permission": "rw"]) { $1 }).status == 200)
      #expect(try await world.call(.delete, share, as: .groupOwner, ["email": Example.outsider]).status == 200)
      for operation in ["base_share_create", "base_share_update", "base_share_delete"] {
        let entry = """
          audit_log where operation = '\(operation)' and actor_id = 1 and target_id = 1
            and detail ->> 'user' = '\(Example.outsider)'
          """
        #expect(try await world.database.count(entry) == 1, "\(operation)")
      }
    }
  }
}

@Suite struct GroupShares {
  @Test func `a base is shared with a group, whose members find it under the group and open it`() async throws {
    try await World.with { world in
      let fields = ["group_id": "3", "permission": "r"]
      let made = try await world.call(.post, groupShares, as: .groupAdmin, fields, .json)
      #expect(made.status == 200)
      #expect(made["dtable_group_share", "group_id"] as? String == "3")
      #expect(made["dtable_group_share", "group_name"] as? String == "Empty")
      #expect(made["dtable_group_share", "permission"] as? String == "r")
      let list = try await world.call(.get, groupShares, as: .groupOwner)
      let shares = try #require(list["dtable_group_share_list"] as? [[String: Any]])
      #expect(shares.map { $0["group_id"] as? Int } == [4, 3])

      let shared = try await world.call(.get, "/api/v2.1/dtables/group-shared/", as: .sharedGroupMember)
      let bases = try #require(shared["group_shared_dtables", "4"] as? [[String: Any]])
      #expect(names(bases) == ["Projects"])
      #expect(bases[0]["permission"] as? String == "rw")
      let workspaces = try await world.call(.get, "/api/v2.1/workspaces/", as: .sharedGroupMember)
      let entries = try #require(workspaces["workspace_list"] as? [[String: Any]])
      #expect(entries.first { $0["group_id"] as? Int == 4 }.map { names($0["group_shared_dtables"]) } == ["Projects"])
      let answer = try await world.call(.get, accessToken, as: .sharedGroupMember)
      #expect(try world.claims(answer).permission == "rw")
    }
  }

  @Test func `joining the group gives access to the base, and leaving it takes that away`() async throws {
    try await World.with { world in
      #expect(try await world.call(.get, accessToken, as: .outsider).status == 403)
      let members = "/api/v2.1/groups/4/members/"
      #expect(try await world.call(.post, members, as: .sharedGroupMember, ["email": Example.outsider]).status == 201)
      let answer = try await world.call(.get, accessToken, as: .outsider)
      let token = try #require(answer["access_token"] as? String)
      #expect(try world.claims(answer).permission == "rw")
      #expect(try await world.call(.delete, members + Example.outsider + "/", as: .outsider).status == 200)
      #expect(try await world.call(.get, accessToken, as: .outsider).status == 403)
      #expect(try await world.call(.get, metadata, authorization: "Token \(token)").status == 403)
    }
  }

  @Test func `a base is shared with a group once, but not with its own or another team's`() async throws {
    try await World.with { world in
      let again = try await world.call(.post, groupShares, as: .groupOwner, ["group_id": "4", "permission": "r"])
      #expect(again.status == 400)
      #expect(again["error_msg"] as? String == "The base is already shared with them.")
      for group in ["1", "2", "99"] {
        let answer = try await world.call(.post, groupShares, as: .groupOwner, ["group_id": group, "permission": "r"])
        #expect(answer.status == 404)
        #expect(answer["error_msg"] as? String == "Group \(group) not found.")
      }
      for bad in [["group_id": "3"], ["group_id": "x", "permission": "r"], ["group_id": "3", "permission": "x"]] {
        #expect(try await world.call(.post, groupShares, as: .groupOwner, bad).status == 400)
      }
      #expect(try await world.database.count("group_share where team_id = 1") == 1)
    }
  }

  @Test func `the highest permission of several ways counts, whichever way ends`() async throws {
    try await World.with { world in
      let person = "00000000000000000000000000000013@auth.local"
      #expect(try await world.call(.post, share, as: .groupOwner, ["email": person, "permission": "r"]).status == 201)
      let both = try await world.call(.get, accessToken, as: .sharedGroupMember)
      #expect(try world.claims(both).permission == "rw")
      let shared = try await world.call(.get, "/api/v2.1/dtables/shared/", as: .sharedGroupMember)
      #expect((shared["table_list"] as? [[String: Any]])?.first?["permission"] as? String == "rw")
      #expect(try await world.call(.put, groupShares + "4/", as: .groupAdmin, ["permission": "r"]).status == 200)
      let less = try await world.call(.get, accessToken, as: .sharedGroupMember)
      #expect(try world.claims(less).permission == "r")
      #expect(try await world.call(.delete, groupShares + "4/", as: .groupAdmin).status == 200)
      #expect(try await world.call(.delete, groupShares + "4/", as: .groupAdmin).status == 404)
      #expect(try await world.call(.put, groupShares + "4/", as: .groupAdmin, ["permission": "r"]).status == 404)
      let last = try await world.call(.get, accessToken, as: .sharedGroupMember)
      #expect(try world.claims(last).permission == "r")
    }
  }

  @Test func `a group's share ends with the group`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.delete, "/api/v2.1/groups/4/", as: .sharedGroupMember).status == 200)
      #expect(try await world.call(.get, accessToken, as: .sharedGroupMember).status == 403)
      #expect(try await world.database.count("group_share where team_id = 1") == 0)
    }
  }

  @Test func `members and guests share nothing with groups`() async throws {
    try await World.with { world async throws in
      for caller in [Caller.groupMember, .sharedReader, .sharedGroupMember] {
        let fields = ["group_id": "3", "permission": "r"]
        #expect(try await world.call(.post, groupShares, as: caller, fields).status == 403)
        #expect(try await world.call(.delete, groupShares + "4/", as: caller).status == 403)
      }
      #expect(try await world.database.count("group_share where team_id = 1") == 1)
    }
  }
}

/// A base in the workspace of a person without a team.
@Suite struct SharesWithoutTeam {
  private static let base = """
    insert into base (uuid, workspace_id, name, creator_id, modifier_id)
    values ('60000000-0000-4000-8000-000000000001', 6, 'Alone', 6, 6)
    """

  @Test func `people without a team share with each other, and with nobody in one`() async throws {
    try await World.with { world in
      try await world.database.execute(Self.base)
      let path = "/api/v2.1/workspace/6/dtable/Alone/share/"
      let other = ["email": Example.systemAdmin, "permission": "r"]
      #expect(try await world.call(.post, path, as: .single, other).status == 201)
      #expect(try await world.call(.post, path, as: .single, ["email": foreigner, "permission": "r"]).status == 404)
      let token = try await world.call(.get, "/api/v2.1/workspace/6/dtable/Alone/access-token/", as: .systemAdmin)
      #expect(try world.claims(token).permission == "r")
    }
  }

  @Test func `people without a team share only with their own groups`() async throws {
    try await World.with { world in
      try await world.database.execute(Self.base)
      try await world.database.execute(
        """
        insert into user_group (id, name) overriding system value values (50, 'Own'), (51, 'Of others');
        insert into group_member (group_id, account_id, role) values
          (50, 6, 'member'), (50, 7, 'owner'), (51, 7, 'owner');
        insert into workspace (group_id) values (50), (51)
        """)
      let path = "/api/v2.1/workspace/6/dtable/Alone/group-shares/"
      for (group, status) in [("50", 200), ("51", 404), ("1", 404)] {
        let answer = try await world.call(.post, path, as: .single, ["group_id": group, "permission": "r"])
        #expect(answer.status == status)
      }
      let token = try await world.call(.get, "/api/v2.1/workspace/6/dtable/Alone/access-token/", as: .systemAdmin)
      #expect(try world.claims(token).permission == "r")
    }
  }
}
