import Foundation
import HTTP
import TestSupport
import Testing

@Suite struct Bases {
  @Test(
    arguments: [
      [:], ["workspace_id": "3"], ["workspace_id": ""], ["owner": "00000000000000000000000000000003@auth.local"],
    ] as [[String: String]])
  func `a base is created in the caller's own workspace, however that is named`(_ place: [String: String]) async throws
  {
    try await World.with { world in
      let fields = ["name": "CRM & Sales (1)", "icon": "icon-research", "color": "#E91E63"].merging(place) { $1 }
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, fields, .multipart)
      #expect(made.status == 201)
      #expect(made["table", "workspace_id"] as? Int == 3)
      #expect(made["table", "name"] as? String == "CRM & Sales (1)")
      #expect(made["table", "icon"] as? String == "icon-research")
      #expect(made["table", "color"] as? String == "#E91E63")
      #expect(made["table", "text_color"] is NSNull)
      #expect(made["table", "creator"] as? String == "Max Member")
      #expect((made["table", "uuid"] as? String)?.count == 36)
    }
  }

  @Test(arguments: [["workspace_id": "9"], ["owner": "1@seafile_group"]] as [[String: String]])
  func `only the owner and the admins of a group create its bases`(_ place: [String: String]) async throws {
    try await World.with { world in
      let fields = place.merging(["name": "Plan"]) { $1 }
      #expect(try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, fields).status == 403)
      #expect(try await world.call(.post, "/api/v2.1/dtables/", as: .outsider, fields).status == 403)
      #expect(try await world.call(.post, "/api/v2.1/dtables/", as: .foreigner, fields).status == 404)
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .groupAdmin, fields, .json)
      #expect(made["table", "workspace_id"] as? Int == World.groupWorkspace)
    }
  }

  @Test func `another team's group looks as if it did not exist`() async throws {
    try await World.with { world in
      let path = "/api/v2.1/dtables/"
      let foreign = try await world.call(.post, path, as: .groupOwner, ["name": "x", "owner": "2@seafile_group"])
      let missing = try await world.call(.post, path, as: .groupOwner, ["name": "x", "owner": "8@seafile_group"])
      #expect(foreign.status == 404)
      #expect(missing.status == 404)
      #expect(foreign.text == missing.text.replacing("8", with: "2"))
      let own = ["name": "x", "owner": "00000000000000000000000000000002@auth.local"]
      #expect(try await world.call(.post, path, as: .groupOwner, own).status == 403)
    }
  }

  @Test(arguments: ["", " ", " a", "a ", "a/b", "a\\b", "a\nb", "a\u{202e}b", String(repeating: "x", count: 256)])
  func `an invalid name is refused`(_ name: String) async throws {
    try await World.with { world in
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, ["name": name])
      #expect(made.status == 400)
      #expect(made["error_msg"] as? String == "name invalid.")
      let renamed = try await world.call(
        .put, "/api/v2.1/workspace/3/dtable/", as: .groupMember, ["name": "Notes", "new_name": name], .json)
      #expect(renamed.status == (name.isEmpty ? 200 : 400))
    }
  }

  @Test(arguments: ["a", "100%", "a+b", "Ünïcödé", "名前", "🦊", "family 👨‍👩‍👧", String(repeating: "x", count: 255)])
  func `a valid name is found in a path`(_ name: String) async throws {
    try await World.with { world in
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, ["name": name])
      #expect(made.status == 201)
      let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      let path = "/api/v2.1/workspace/3/dtable/\(escaped)/access-token/"
      #expect(try await world.call(.get, path, as: .groupMember).status == 200)
    }
  }

  @Test func `of fifty simultaneous requests for a base's name, one gets it`() async throws {
    try await World.with { world in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<50 {
          group.addTask { try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, ["name": "race"]).status }
        }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(statuses == [201: 1, 400: 49])
    }
  }

  @Test func `a renamed base keeps its UUID and tokens, and must exist`() async throws {
    try await World.with { world in
      let path = "/api/v2.1/workspace/9/dtable/"
      let renamed = try await world.call(.put, path, as: .groupAdmin, ["name": "Projects", "new_name": "Plans"])
      #expect(renamed["table", "name"] as? String == "Plans")
      #expect(renamed["table", "uuid"] as? String == World.projects)
      #expect(renamed["table", "modifier"] as? String == "Ada Admin")
      let exchange = try await world.call(.get, "/api/v2.1/dtable/app-access-token/", as: .apiTokenReader)
      #expect(exchange["dtable_name"] as? String == "Plans")
      let again = try await world.call(.put, path, as: .groupAdmin, ["name": "Projects", "new_name": "x"])
      #expect(again.status == 404)
      #expect(again["error_msg"] as? String == "dtable Projects not found.")
    }
  }

  @Test func `a copy has its own UUID and no tokens, and avoids a taken name`() async throws {
    try await World.with { world in
      let fields = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "3"]
      let first = try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupMember, fields)
      #expect(first.status == 200)
      #expect(first["dtable", "name"] as? String == "Projects")
      #expect(first["dtable", "uuid"] as? String != World.projects)
      let second = try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupMember, fields, .json)
      #expect(second["dtable", "name"] as? String == "Projects (1)")
      let tokens = try await world.call(.get, "/api/v2.1/workspace/3/dtable/Projects/api-tokens/", as: .groupMember)
      #expect(tokens.text == #"{"api_tokens":[]}"#)
      let intoGroup = fields.merging(["dst_workspace_id": "9"]) { $1 }
      #expect(try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupMember, intoGroup).status == 403)
      #expect(try await world.call(.post, "/api/v2.1/dtable-copy/", as: .outsider, fields).status == 403)
    }
  }

  @Test func `deleting takes the name from the body or the query`() async throws {
    try await World.with { world async throws in
      let path = "/api/v2.1/workspace/3/dtable/"
      #expect(try await world.call(.delete, path + "?name=Notes", as: .groupMember).status == 200)
      #expect(try await world.call(.delete, path, as: .groupMember, ["name": "Notes"], .json).status == 404)
      #expect(try await world.call(.delete, path, as: .groupMember).status == 400)
      #expect(try await world.database.count("base where workspace_id = 3 and deleted_at is not null") == 2)
    }
  }
}

@Suite struct Workspaces {
  @Test func `the list has one's own workspace and those of one's groups, with their bases`() async throws {
    try await World.with { world in
      let answer = try await world.call(.get, "/api/v2.1/workspaces/", as: .groupMember)
      let list = try #require(answer["workspace_list"] as? [[String: Any]])
      #expect(list.map { $0["type"] as? String } == ["starred", "shared", "personal", "group"])
      #expect(list[0]["id"] as? String == "")
      #expect((list[2]["table_list"] as? [[String: Any]])?.map { $0["name"] as? String } == ["Notes"])
      #expect(list[3]["id"] as? Int == World.groupWorkspace)
      #expect(list[3]["group_id"] as? Int == 1)
      #expect(list[3]["group_owner"] as? String == "00000000000000000000000000000001@auth.local")
      #expect(list[3]["group_member_count"] as? Int == 5)
      #expect((list[3]["group_admins"] as? [String])?.count == 3)
      #expect((list[3]["table_list"] as? [[String: Any]])?.map { $0["name"] as? String } == ["Projects"])
      let short = try await world.call(.get, "/api/v2.1/workspaces/?detail=false", as: .groupMember)
      #expect(!short.text.contains("table_list"))
      #expect(try await world.call(.get, "/api/v2.1/workspaces/?detail=maybe", as: .groupMember).status == 400)
    }
  }

  @Test func `every list of bases says which of them the caller administers`() async throws {
    try await World.with { world async throws in
      // What every list says of "Projects"; a list in which it is not is not asked.
      func marks(_ caller: Caller) async throws -> Set<Bool> {
        _ = try await world.call(.post, "/api/v2.1/starred-dtables/", as: caller, ["dtable_uuid": World.projects])
        var marks: Set<Bool> = []
        let lists = ["workspaces/", "starred-dtables/", "dtable/items-search/?query_str=Projects", "dtables/shared/"]
        for path in lists {
          let answer = try await world.call(.get, "/api/v2.1/" + path, as: caller)
          note(answer.json, in: &marks)
        }
        return marks
      }
      #expect(try await marks(.groupOwner) == [true])
      #expect(try await marks(.groupAdmin) == [true])
      #expect(try await marks(.groupMember) == [false])
      #expect(try await marks(.sharedReader) == [false])
    }
  }

  private func note(_ value: Any?, in marks: inout Set<Bool>) {
    if let entries = value as? [Any] { for entry in entries { note(entry, in: &marks) } }
    guard let object = value as? [String: Any] else { return }
    if object["uuid"] as? String == World.projects, let mark = object["may_administer"] as? Bool { marks.insert(mark) }
    for entry in object.values { note(entry, in: &marks) }
  }

  @Test func `only bases that the caller administers are listed for administration`() async throws {
    try await World.with { world in
      let member = try await world.call(.get, "/api/v2.1/user-admin-dtables/", as: .groupMember)
      #expect((member["personal"] as? [Any])?.count == 1)
      #expect((member["groups"] as? [Any])?.count == 0)
      let admin = try await world.call(.get, "/api/v2.1/user-admin-dtables/", as: .groupAdmin)
      let groups = try #require(admin["groups"] as? [[String: Any]])
      #expect(groups.map { $0["group_name"] as? String } == ["Marketing"])
    }
  }
}

@Suite struct TrashTests {
  @Test func `the trash is listed by pages, the latest first`() async throws {
    try await World.with { world in
      for name in ["one", "two"] {
        #expect(try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, ["name": name]).status == 201)
        #expect(
          try await world.call(.delete, "/api/v2.1/workspace/3/dtable/", as: .groupMember, ["name": name]).status == 200
        )
      }
      let page = try await world.call(.get, "/api/v2.1/trash-dtables/?page=1&per_page=2", as: .groupMember)
      #expect(page["count"] as? Int == 3)
      let list = try #require(page["trash_dtable_list"] as? [[String: Any]])
      #expect(list.map { $0["name"] as? String } == ["two", "one"])
      #expect(list[0]["deleted"] as? Bool == true)
      let next = try await world.call(.get, "/api/v2.1/trash-dtables/?page=2&per_page=2", as: .groupMember)
      #expect((next["trash_dtable_list"] as? [Any])?.count == 1)
      for bad in ["page=0", "page=x", "per_page=0", "per_page=1001", "page=-1"] {
        #expect(try await world.call(.get, "/api/v2.1/trash-dtables/?\(bad)", as: .groupMember).status == 400)
      }
    }
  }

  @Test func `a base is restored, but not into a name that is taken`() async throws {
    try await World.with { world in
      #expect(try await world.call(.post, "/api/v2.1/dtables/", as: .groupMember, ["name": "Old notes"]).status == 201)
      let refused = try await world.call(.put, "/api/v2.1/trash-dtables/4/", as: .groupMember)
      #expect(refused.status == 400)
      let rename = ["name": "Old notes", "new_name": "New notes"]
      #expect(try await world.call(.put, "/api/v2.1/workspace/3/dtable/", as: .groupMember, rename).status == 200)
      #expect(try await world.call(.put, "/api/v2.1/trash-dtables/4/", as: .groupMember).status == 200)
      #expect(try await world.call(.put, "/api/v2.1/trash-dtables/4/", as: .groupMember).status == 404)
    }
  }

  @Test func `clearing the trash permanently deletes one's own bases only`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.delete, "/api/v2.1/trash-dtables/", as: .groupMember).status == 200)
      #expect(try await world.database.count("base where workspace_id = 3") == 1)
      #expect(try await world.database.count("base where team_id = 1 and deleted_at is not null") == 1)
    }
  }

  @Test func `only a group's admins see its trash, which has only its bases`() async throws {
    try await World.with { world in
      let list = try await world.call(.get, "/api/v2.1/groups/1/trash-dtables/", as: .groupAdmin)
      let bases = try #require(list["trash_dtable_list"] as? [[String: Any]])
      #expect(bases.map { $0["uuid"] as? String } == [World.oldProjects])
      for uuid in ["10000000-0000-4000-8000-000000000004", "20000000-0000-4000-8000-000000000002", "nonsense"] {
        #expect(try await world.call(.put, "/api/v2.1/groups/1/trash-dtables/\(uuid)/", as: .groupAdmin).status == 404)
      }
    }
  }
}
