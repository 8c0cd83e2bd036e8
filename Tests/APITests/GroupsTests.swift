import Foundation
import HTTP
import TestSupport
import Testing

@Suite struct Groups {
  private static let group = "/api/v2.1/groups/1/"
  private static let members = "/api/v2.1/groups/1/members/"

  @Test func `the creator of a group owns it, and finds its workspace`() async throws {
    try await World.with { world in
      let made = try await world.call(.post, "/api/v2.1/groups/", as: .groupMember, ["name": "Team Süd 2.0"], .json)
      #expect(made.status == 201)
      let id = try #require(made["id"] as? Int)
      #expect(made["owner"] as? String == "00000000000000000000000000000003@auth.local")
      #expect(made["admins"] as? [String] == ["00000000000000000000000000000003@auth.local"])
      let list = try await world.call(.get, "/api/v2.1/groups/", as: .groupMember)
      let names = (list.json as? [[String: Any]])?.map { $0["name"] as? String }
      #expect(names == ["Marketing", "Team Süd 2.0"])
      let workspaces = try await world.call(.get, "/api/v2.1/workspaces/", as: .groupMember)
      let entries = try #require(workspaces["workspace_list"] as? [[String: Any]])
      #expect(entries.contains { $0["group_id"] as? Int == id })
    }
  }

  @Test(arguments: ["", "  ", "a/b", "a&b", "a\u{0}b", "🦊", "a\nb"])
  func `an invalid name is refused`(_ name: String) async throws {
    try await World.with { world in
      let answer = try await world.call(.post, "/api/v2.1/groups/", as: .groupMember, ["name": name], .json)
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "name invalid.")
    }
  }

  @Test func `group names are unique in a team, and another team's do not count`() async throws {
    try await World.with { world in
      let taken = try await world.call(.post, "/api/v2.1/groups/", as: .outsider, ["name": "Marketing"])
      #expect(taken.status == 400)
      #expect(taken["error_msg"] as? String == "There is already a group with that name.")
      #expect(try await world.call(.post, "/api/v2.1/groups/", as: .foreigner, ["name": "Marketing"]).status == 201)
      for _ in 1...2 {
        #expect(try await world.call(.post, "/api/v2.1/groups/", as: .single, ["name": "Marketing"]).status == 201)
      }
      #expect(try await world.call(.put, Self.group, as: .groupOwner, ["name": "Sales"]).status == 400)
      let renamed = try await world.call(.put, Self.group, as: .groupOwner, ["name": "Marketing & more"])
      #expect(renamed.status == 400)
      let good = try await world.call(.put, Self.group, as: .groupOwner, ["name": "Marketing and more"])
      #expect(good["name"] as? String == "Marketing and more")
    }
  }

  @Test func `a group is visible to its members, and looks as if it did not exist to other teams`() async throws {
    try await World.with { world in
      let shown = try await world.call(.get, Self.group, as: .groupMember)
      #expect(shown["name"] as? String == "Marketing")
      #expect(shown["owner"] as? String == "00000000000000000000000000000001@auth.local")
      #expect((shown["admins"] as? [String])?.count == 3)
      #expect(try await world.call(.get, Self.group, as: .outsider).status == 403)
      let foreign = try await world.call(.get, Self.group, as: .foreigner)
      let missing = try await world.call(.get, "/api/v2.1/groups/99/", as: .foreigner)
      #expect(foreign.status == 404)
      #expect(foreign.text == missing.text.replacing("99", with: "1"))
    }
  }

  @Test func `its owner transfers a group within its team, and stays as an admin`() async throws {
    try await World.with { world in
      let gift = ["owner": Example.outsider]
      #expect(try await world.call(.put, Self.group, as: .groupAdmin, gift).status == 403)
      for stranger in ["00000000000000000000000000000005@auth.local", Example.gone, "nonsense"] {
        let refused = try await world.call(.put, Self.group, as: .groupOwner, ["owner": stranger])
        #expect(refused.status == 404)
        #expect(refused["error_msg"] as? String == "User \(stranger) not found.")
      }
      let given = try await world.call(.put, Self.group, as: .groupOwner, gift)
      #expect(given["owner"] as? String == Example.outsider)
      #expect(try await world.call(.put, Self.group, as: .groupOwner, gift).status == 403)
      #expect(try await world.call(.put, Self.group, as: .outsider, gift).status == 400)
      #expect(try await world.database.count("group_member where group_id = 1 and role = 'owner'") == 1)
      let former = "group_member where group_id = 1 and account_id = 1 and role = 'admin'"
      #expect(try await world.database.count(former) == 1)
    }
  }

  @Test func `a group with live bases is not deleted, and one with only trash is`() async throws {
    try await World.with { world in
      let refused = try await world.call(.delete, Self.group, as: .groupOwner)
      #expect(refused.status == 400)
      #expect(refused["error_msg"] as? String == "Cannot delete group with bases")
      #expect(try await world.database.count("base where workspace_id = 9") == 2)
      let base = "/api/v2.1/workspace/9/dtable/?name=Projects"
      #expect(try await world.call(.delete, base, as: .groupOwner).status == 200)
      #expect(try await world.call(.delete, Self.group, as: .groupAdmin).status == 403)
      #expect(try await world.call(.delete, Self.group, as: .groupOwner).status == 200)
      #expect(try await world.database.count("base where workspace_id = 9") == 0)
      #expect(try await world.database.count("user_group where id = 1") == 0)
    }
  }

  @Test func `the owner and the admins add people of the team to the group, once`() async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.members, as: .groupAdmin, ["email": Example.outsider])
      #expect(made.status == 201)
      #expect(made["role"] as? String == "Member")
      let again = try await world.call(.post, Self.members, as: .groupAdmin, ["email": Example.outsider])
      #expect(again.status == 400)
      let foreigner = ["email": "00000000000000000000000000000005@auth.local"]
      #expect(try await world.call(.post, Self.members, as: .groupAdmin, foreigner).status == 404)
      #expect(try await world.call(.post, Self.members, as: .groupMember, ["email": Example.outsider]).status == 403)
    }
  }

  @Test func `for each of several people, the response says that they were added, or why not`() async throws {
    try await World.with { world in
      let users = [Example.outsider, Example.member, "00000000000000000000000000000005@auth.local"]
      let answer = try await world.call(
        .post, Self.members + "bulk/", as: .groupAdmin, ["emails": users.joined(separator: ", ")])
      let success = try #require(answer["success"] as? [[String: Any]])
      #expect(success.map { $0["email"] as? String } == [Example.outsider])
      let failed = try #require(answer["failed"] as? [[String: Any]])
      #expect(failed.map { $0["email"] as? String } == [users[1], users[2]])
      #expect(try await world.call(.post, Self.members + "bulk/", as: .groupAdmin, ["emails": " , "]).status == 400)
    }
  }

  @Test func `the owner and the admins change roles, except the owner's`() async throws {
    try await World.with { world in
      let member = Self.members + Example.member + "/"
      let owner = Self.members + "00000000000000000000000000000001@auth.local/"
      #expect(try await world.call(.put, member, as: .groupMember, ["is_admin": "true"]).status == 403)
      #expect(try await world.call(.put, member, as: .groupAdmin, ["is_admin": "true"]).status == 200)
      let admins = try await world.call(.get, Self.members + "?is_admin=true", as: .groupMember)
      #expect((admins.json as? [[String: Any]])?.count == 4)
      #expect(try await world.call(.put, member, as: .groupMember, ["is_admin": "false"]).status == 200)
      #expect(try await world.call(.put, owner, as: .groupAdmin, ["is_admin": "false"]).status == 400)
      #expect(try await world.call(.delete, owner, as: .groupOwner).status == 400)
      let outsider = Self.members + Example.outsider + "/"
      #expect(try await world.call(.put, outsider, as: .groupAdmin, ["is_admin": "1"]).status == 404)
    }
  }

  @Test func `everyone but the owner may leave, and members cannot remove others`() async throws {
    try await World.with { world async throws in
      let admin = Self.members + Example.groupAdmin + "/"
      #expect(try await world.call(.delete, admin, as: .groupMember).status == 403)
      #expect(try await world.call(.delete, admin, as: .groupAdmin).status == 200)
      #expect(try await world.call(.delete, Self.members + Example.member + "/", as: .groupMember).status == 200)
      #expect(try await world.call(.get, Self.group, as: .groupMember).status == 403)
      #expect(try await world.database.count("group_member where group_id = 1") == 3)
    }
  }

  @Test func `people put their groups into their own order`() async throws {
    try await World.with { world in
      try await world.database.execute("insert into group_member (group_id, account_id, role) values (4, 1, 'member')")
      func order(_ caller: Caller) async throws -> [Int?] {
        let list = try await world.call(.get, "/api/v2.1/groups/", as: caller)
        return (list.json as? [[String: Any]] ?? []).map { $0["id"] as? Int }
      }
      let moving = "/api/v2.1/groups/move-group/"
      #expect(try await order(.groupOwner) == [1, 3, 4])
      let toFront = ["group_id": "4", "anchor_group_id": "1"]
      #expect(try await world.call(.put, moving, as: .groupOwner, toFront).status == 200)
      #expect(try await order(.groupOwner) == [4, 1, 3])
      #expect(try await world.call(.put, moving, as: .groupOwner, ["group_id": "4", "to_last": "true"]).status == 200)
      #expect(try await order(.groupOwner) == [1, 3, 4])
      #expect(try await order(.sharedGroupMember) == [4])
      for (group, anchor) in [("2", "1"), ("1", "2"), ("99", "1"), ("1", "1")] {
        let foreign = ["group_id": group, "anchor_group_id": anchor]
        #expect(try await world.call(.put, moving, as: .groupOwner, foreign).status == 404)
      }
    }
  }

  @Test func `groups to share with are those of the team, and are found by a part of the name`() async throws {
    try await World.with { world in
      func names(_ path: String, _ caller: Caller) async throws -> [String?] {
        let list = try await world.call(.get, path, as: caller)
        return (list.json as? [[String: Any]] ?? []).map { $0["name"] as? String }
      }
      let all = try await names("/api/v2.1/shareable-groups/", .outsider)
      #expect(all == ["Marketing", "Empty", "Sales"])
      #expect(try await names("/api/v2.1/shareable-groups/", .single) == [])
      #expect(try await names("/api/v2.1/search-group/?q=MARK", .outsider) == ["Marketing"])
      #expect(try await names("/api/v2.1/search-group/?q=canary", .outsider) == [])
      #expect(try await names("/api/v2.1/search-group/?q=%25", .outsider) == [])
      #expect(try await world.call(.get, "/api/v2.1/search-group/", as: .outsider).status == 400)
    }
  }
}
