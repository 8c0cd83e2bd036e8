import HTTP
import TestSupport
import Testing

@Suite struct Folders {
  private static let folders = "/api/v2.1/workspace/9/folders/"
  private static let moving = "/api/v2.1/workspace/9/folder-item-moving/"

  private static func move(_ from: String, _ to: String, _ base: String = World.projects) -> [String: String] {
    ["item_type": "dtable", "item_id": base, "from": from, "to": to]
  }

  /// The folders of the group's workspace and the folder of its base, as a member sees them.
  private static func look(_ world: World) async throws -> (folders: [String], place: Int?) {
    let answer = try await world.call(.get, "/api/v2.1/workspaces/", as: .groupMember)
    let list = answer["workspace_list"] as? [[String: Any]] ?? []
    let workspace = list.first { $0["id"] as? Int == World.groupWorkspace }
    let bases = workspace?["table_list"] as? [[String: Any]]
    return (
      (workspace?["folders"] as? [[String: Any]] ?? []).map { $0["name"] as? String ?? "?" },
      bases?.first?["folder_id"] as? Int
    )
  }

  @Test(arguments: Encoding.allCases)
  func `the owner and the admins create, rename and delete folders`(_ encoding: Encoding) async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.folders, as: .groupAdmin, ["name": "Akten 2026 🗂"], encoding)
      #expect(made.status == 200)
      #expect(made["folder", "name"] as? String == "Akten 2026 🗂")
      #expect(made["folder", "workspace_id"] as? String == "9")
      let id = try #require(made["folder", "id"] as? Int)
      let renamed = try await world.call(.put, Self.folders + "\(id)/", as: .groupOwner, ["name": "Files"], encoding)
      #expect(renamed.status == 200)
      #expect(renamed["folder", "name"] as? String == "Files")
      #expect(renamed["folder", "workspace_id"] as? Int == 9)
      #expect(try await Self.look(world).folders == ["Drawer", "Files"])
      #expect(try await world.call(.delete, Self.folders + "\(id)/", as: .groupAdmin).status == 200)
      #expect(try await world.call(.delete, Self.folders + "\(id)/", as: .groupAdmin).status == 404)
      #expect(try await Self.look(world).folders == ["Drawer"])
    }
  }

  @Test func `members see folders, but cannot change them`() async throws {
    try await World.with { world in
      for (caller, status) in [(Caller.groupMember, 403), (.sharedReader, 403), (.outsider, 403), (.foreigner, 404)] {
        #expect(try await world.call(.post, Self.folders, as: caller, ["name": "x"]).status == status)
        #expect(try await world.call(.put, Self.folders + "1/", as: caller, ["name": "x"]).status == status)
        #expect(try await world.call(.delete, Self.folders + "1/", as: caller).status == status)
        #expect(try await world.call(.post, Self.moving, as: caller, Self.move("/", "1")).status == status)
      }
      let (folders, place) = try await Self.look(world)
      #expect(folders == ["Drawer"])
      #expect(place == nil)
    }
  }

  @Test func `a folder with a taken name gets a number`() async throws {
    try await World.with { world in
      for name in ["Drawer (1)", "Drawer (2)"] {
        let made = try await world.call(.post, Self.folders, as: .groupAdmin, ["name": "Drawer"])
        #expect(made["folder", "name"] as? String == name)
      }
      let long = String(repeating: "x", count: 255)
      for name in [long, String(repeating: "x", count: 251) + " (1)"] {
        let made = try await world.call(.post, Self.folders, as: .groupAdmin, ["name": long])
        #expect(made["folder", "name"] as? String == name)
      }
    }
  }

  @Test func `a folder is not renamed to a taken name, but may keep its own`() async throws {
    try await World.with { world in
      #expect(try await world.call(.post, Self.folders, as: .groupAdmin, ["name": "Other"]).status == 200)
      let taken = try await world.call(.put, Self.folders + "1/", as: .groupAdmin, ["name": "Other"])
      #expect(taken.status == 400)
      #expect(try await Self.look(world).folders == ["Drawer", "Other"])
      #expect(try await world.call(.put, Self.folders + "1/", as: .groupAdmin, ["name": "Drawer"]).status == 200)
    }
  }

  @Test(arguments: ["", " ", " a", "a ", "a/b", "a\\b", "a\nb", "a\u{202e}b", String(repeating: "x", count: 256)])
  func `an invalid name is refused`(_ name: String) async throws {
    try await World.with { world in
      for (method, path) in [(Method.post, Self.folders), (.put, Self.folders + "1/")] {
        let answer = try await world.call(method, path, as: .groupAdmin, ["name": name])
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == "name invalid.")
      }
    }
  }

  @Test func `a base moves into a folder, into another one, and out again`() async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.folders, as: .groupAdmin, ["name": "Other"])
      let other = try #require(made["folder", "id"] as? Int)
      for (from, to, place) in [("/", "1", 1), ("1", "\(other)", other), ("\(other)", "/", nil)] as [(_, _, Int?)] {
        #expect(try await world.call(.post, Self.moving, as: .groupAdmin, Self.move(from, to), .json).status == 200)
        #expect(try await Self.look(world).place == place)
      }
    }
  }

  @Test func `a base is moved only from its present folder, and within its workspace`() async throws {
    try await World.with { world in
      try await world.database.execute(
        "insert into folder (workspace_id, name) values (3, 'Own'), (10, 'canary folder')")
      let notHere = Self.move("1", "/")
      #expect(try await world.call(.post, Self.moving, as: .groupAdmin, notHere).status == 404)
      for folder in ["2", "3", "99"] {
        #expect(try await world.call(.post, Self.moving, as: .groupAdmin, Self.move("/", folder)).status == 404)
      }
      for base in [
        "10000000-0000-4000-8000-000000000003", "20000000-0000-4000-8000-000000000001", World.oldProjects,
      ] {
        #expect(try await world.call(.post, Self.moving, as: .groupAdmin, Self.move("/", "1", base)).status == 404)
      }
      for bad in [Self.move("", "1"), Self.move("/", "x"), Self.move("/", "1", "x"), Self.move("/", "0"), [:]] {
        #expect(try await world.call(.post, Self.moving, as: .groupAdmin, bad).status == 400)
      }
      let view = Self.move("/", "1").merging(["item_type": "view"]) { $1 }
      #expect(try await world.call(.post, Self.moving, as: .groupAdmin, view).status == 400)
      #expect(try await world.database.count("base where folder_id is not null") == 0)
    }
  }

  @Test func `a folder of another workspace looks as if it did not exist`() async throws {
    try await World.with { world in
      try await world.database.execute("insert into folder (workspace_id, name) values (10, 'canary folder')")
      for folder in ["2", "99", "x"] {
        let renamed = try await world.call(.put, Self.folders + "\(folder)/", as: .groupAdmin, ["name": "x"])
        #expect(renamed.status == 404)
        #expect(renamed["error_msg"] as? String == "Folder \(folder) not found.")
        #expect(try await world.call(.delete, Self.folders + "\(folder)/", as: .groupAdmin).status == 404)
      }
    }
  }

  @Test func `the bases of a deleted folder stay, including those in the trash`() async throws {
    try await World.with { world in
      try await world.database.execute("update base set folder_id = 1 where workspace_id = 9")
      #expect(try await world.call(.delete, Self.folders + "1/", as: .groupAdmin).status == 200)
      #expect(try await world.database.count("base where workspace_id = 9 and folder_id is null") == 2)
      let restored = try await world.call(
        .put, "/api/v2.1/groups/1/trash-dtables/\(World.oldProjects)/", as: .groupAdmin)
      #expect(restored.status == 200)
    }
  }

  @Test func `a base is created only in a folder of its workspace`() async throws {
    try await World.with { world in
      let fields = ["name": "Inside", "workspace_id": "9", "folder_id": "1"]
      let made = try await world.call(.post, "/api/v2.1/dtables/", as: .groupAdmin, fields)
      #expect(made["table", "folder_id"] as? Int == 1)
      let elsewhere = try await world.call(
        .post, "/api/v2.1/dtables/", as: .groupMember, ["name": "Outside", "folder_id": "1"])
      #expect(elsewhere.status == 404)
      #expect(elsewhere["error_msg"] as? String == "Folder not found.")
    }
  }

  @Test func `a group without bases is deleted with its folders`() async throws {
    try await World.with { world in
      try await world.database.execute(
        "insert into folder (workspace_id, name) select id, 'In it' from workspace where group_id = 3")
      #expect(try await world.call(.delete, "/api/v2.1/groups/3/", as: .groupOwner).status == 200)
      #expect(try await world.database.count("folder where name = 'In it'") == 0)
    }
  }

  @Test func `folders are in the audit log`() async throws {
    try await World.with { world in
      let made = try await world.call(.post, Self.folders, as: .groupAdmin, ["name": "New"])
      let id = try #require(made["folder", "id"] as? Int)
      _ = try await world.call(.put, Self.folders + "\(id)/", as: .groupAdmin, ["name": "Newer"])
      _ = try await world.call(.delete, Self.folders + "\(id)/", as: .groupAdmin)
      for operation in ["folder_create", "folder_rename", "folder_delete"] {
        let entry = "audit_log where operation = '\(operation)' and actor_id = 2 and target_id = \(id)"
        #expect(try await world.database.count(entry) == 1, "\(operation)")
      }
      let moved = try await world.call(.post, Self.moving, as: .groupAdmin, Self.move("/", "1"))
      #expect(moved.status == 200)
      #expect(try await world.database.count("audit_log where became ->> 'folder_id' = '1' and actor_id = 2") == 1)
    }
  }
}
