import API
import Ground
import HTTP
import TestSupport
import Testing

/// What administrators may not do in spite of their rights, and the effects of what they change.
@Suite struct Administration {
  private static let users = "/api/v2.1/org/1/admin/users/"

  /// Every route of team admins that names something, with another team's and with one that does not exist.
  @Test(
    arguments: routes.filter {
      $0.path.contains("{org_id}") && ["team-admin", "team-base-user"].contains($0.principal)
    }.map(Example.init))
  func `what belongs to another team looks as if it did not exist`(_ example: Example) async throws {
    try await World.with { world in
      // An unknown team is refused like another team.
      for team in ["2", "99"] {
        let path = example.path.replacing("/org/1/", with: "/org/\(team)/")
        let answer = try await world.call(example.route.method, path, as: .teamAdminInGroup, example.fields)
        #expect(answer.status == 403)
        #expect(answer.text == #"{"detail":"You do not have permission to perform this action."}"#)
      }
      let foreign = [
        (World.projects, "20000000-0000-4000-8000-000000000001", "99999999-0000-4000-8000-000000000001"),
        (World.oldProjects, "20000000-0000-4000-8000-000000000002", "99999999-0000-4000-8000-000000000002"),
        (Example.member, "00000000000000000000000000000005@auth.local", "99999999999999999999999999999999@auth.local"),
        (
          Example.outsider, "00000000000000000000000000000005@auth.local", "99999999999999999999999999999999@auth.local"
        ),
        ("/groups/1/", "/groups/2/", "/groups/99/"), ("/groups/3/", "/groups/2/", "/groups/99/"),
        ("/invitations/1/", "/invitations/2/", "/invitations/99/"),
      ]
      let before = try await world.database.fingerprint()
      for (own, theirs, nobodys) in foreign where example.path.contains(own) {
        func call(_ other: String) async throws -> Answer {
          let path = example.path.replacing(own, with: other)
          return try await world.call(example.route.method, path, as: .teamAdminInGroup, example.fields)
        }
        let (found, missing) = (try await call(theirs), try await call(nobodys))
        #expect(found.status == 404)
        #expect(missing.status == 404)
        #expect(found.text == missing.text.replacing(nobodys.trimmed, with: theirs.trimmed))
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `people of another team become neither members nor owners of a group`() async throws {
    try await World.with { world in
      let theirs = "00000000000000000000000000000005@auth.local"
      let added = try await world.call(
        .post, "/api/v2.1/org/1/admin/groups/1/members/", as: .teamAdmin, ["email": theirs])
      #expect((added["failed"] as? [[String: String]])?.first?["error_msg"] == "User \(theirs) not found.")
      for (method, path, fields) in [
        (HTTP.Method.put, "/api/v2.1/org/1/admin/groups/1/", ["new_owner": theirs]),
        (.post, "/api/v2.1/org/1/admin/groups/", ["group_name": "New", "group_owner": theirs]),
      ] {
        #expect(try await world.call(method, path, as: .teamAdmin, fields).status == 404)
      }
      let moved = try await world.call(
        .put, "/api/v2.1/admin/groups/1/", as: .systemAdmin, ["new_owner": theirs])
      #expect(moved.status == 404)
      #expect(try await world.database.count("group_member where account_id = 5 and group_id <> 2") == 0)
    }
  }

  /// Anyone who could set the password of a system administrator could become one.
  @Test func `a team admin cannot change a system administrator of the team`() async throws {
    try await World.with { world in
      try await world.database.execute("update account set is_system_admin = true where id = 3")
      let before = try await world.database.fingerprint()
      let member = Self.users + Example.member + "/"
      for (method, path, fields) in [
        (HTTP.Method.put, member + "set-password/", [:]), (.put, member, ["contact_email": "mine@example.com"]),
        (.put, member, ["is_active": "false"]), (.delete, member, [:]),
        (.put, member + "two-factor-auth/", ["force_2fa": "false"]), (.delete, member + "two-factor-auth/", [:]),
        (.delete, member + "left-behind/", [:]), (.delete, member + "sessions/", [:]),
      ] as [(HTTP.Method, String, [String: String])] {
        #expect(try await world.call(method, path, as: .teamAdmin, fields).status == 403, "\(method) \(path)")
      }
      #expect(try await world.database.fingerprint() == before)
      #expect(try await world.call(.get, member, as: .teamAdmin).status == 200)
      let above = "/api/v2.1/admin/organizations/1/users/\(Example.member)/"
      #expect(try await world.call(.put, above, as: .systemAdmin, ["name": "Maxine"]).status == 200)
    }
  }

  @Test func `a deactivated person loses access at once, and their programs keep it`() async throws {
    try await World.with { world in
      let path = Self.users + "00000000000000000000000000000001@auth.local/"
      let answer = try await world.call(.put, path, as: .teamAdmin, ["is_active": "false"])
      #expect(answer.status == 200)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupOwner).status == 401)
      #expect(try await world.database.count("account_token where account_id = 1") == 0)
      let login = ["username": "owner@ours.example", "password": World.password]
      #expect(try await world.call(.post, "/api2/auth-token/", as: .nobody, login).status == 400)
      // The token that they made belongs to the base.
      #expect(try await world.call(.get, "/api/v2.1/dtable/app-access-token/", as: .apiTokenWriter).status == 200)
    }
  }

  @Test func `a deleted person's bases go to the team's trash and their groups to the next in line`() async throws {
    try await World.with { world in
      let owner = Self.users + "00000000000000000000000000000001@auth.local/"
      #expect(try await world.call(.delete, owner, as: .teamAdmin).status == 200)
      #expect(
        try await world.database.count("group_member where group_id = 1 and role = 'owner' and account_id = 2") == 1)
      #expect(try await world.database.count("group_member where account_id = 1") == 0)
      #expect(try await world.call(.delete, Self.users + Example.member + "/", as: .teamAdmin).status == 200)
      #expect(try await world.database.count("base where workspace_id = 3 and deleted_at is null") == 0)
      let trash = try await world.call(.get, "/api/v2.1/org/1/admin/trash-dtables/", as: .teamAdmin)
      #expect(trash["count"] as? Int == 3)
      let people = try await world.call(.get, Self.users, as: .teamAdmin)
      #expect(!people.text.contains("Max Member"))
      let again = ["email": "Member@OURS.example", "password": "long enough"]
      #expect(try await world.call(.post, Self.users, as: .teamAdmin, again).text.contains("User already exists."))
      let token = try await world.call(.get, "/api2/auth/ping/", as: .groupMember)
      #expect(token.status == 401)
    }
  }

  @Test func `a password set by an admin ends all account tokens`() async throws {
    try await World.with { world in
      let answer = try await world.call(
        .put, "/api/v2.1/admin/users/\(Example.member)/", as: .systemAdmin, ["password": "another password"])
      #expect(answer.status == 200)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupMember).status == 401)
      let login = ["username": "member@ours.example", "password": "another password"]
      #expect(try await world.call(.post, "/api2/auth-token/", as: .nobody, login).status == 200)
    }
  }

  @Test func `a group with live bases cannot be deleted, and one with only trash can`() async throws {
    try await World.with { world in
      let group = "/api/v2.1/org/1/admin/groups/1/"
      let refused = try await world.call(.delete, group, as: .teamAdmin)
      #expect(refused.text == #"{"error_msg":"Cannot delete group with bases"}"#)
      #expect(try await world.database.count("base where id = 2") == 1)
      try await world.database.execute("update base set deleted_at = now() where id = 1")
      #expect(try await world.call(.delete, group, as: .teamAdmin).status == 200)
      #expect(try await world.database.count("base where workspace_id = 9") == 0)
      #expect(try await world.database.count("api_token where base_id = 1") == 0)
    }
  }

  @Test func `the count of a team's tokens is right after every change`() async throws {
    try await World.with { world in
      func listed() async throws -> Int? {
        try await world.call(.get, "/api/v2.1/org/1/admin/api-tokens/", as: .teamAdmin)["total_count"] as? Int
      }
      let live = "api_token where team_id = 1 and revoked_at is null"
      #expect(try await listed() == 2)
      let tokens = "/api/v2.1/workspace/9/dtable/Projects/api-tokens/"
      _ = try await world.call(.post, tokens, as: .groupOwner, ["app_name": "third", "permission": "r"])
      #expect(try await listed() == 3)
      _ = try await world.call(.delete, tokens + "reader/", as: .groupOwner)
      #expect(try await listed() == 2)
      #expect(try await world.database.count(live) == 2)
      try await world.database.execute("delete from base where id = 1")
      #expect(try await listed() == 0)
    }
  }

  @Test(arguments: [
    ("", 400), ("a", 400), ("email", 200), ("email,password", 200), ("email;password", 400),
    ("password,email,password", 400),
    ("email,password\n\"open", 400), ("email,password\na\"b,c", 400), ("\u{feff}email,password\r\n", 200),
    ("email\n" + String(repeating: "x\n", count: 1000), 200), ("email\n" + String(repeating: "x\n", count: 1001), 400),
    ("email" + (2...100).map { ",c\($0)" }.joined(), 200), ("email" + (2...101).map { ",c\($0)" }.joined(), 400),
  ])
  func `a file of people is accepted or refused as a whole by its format`(_ file: String, _ status: Int) async throws {
    try await World.with { world in
      let before = try await world.database.count("account")
      #expect(try await world.importUsers(file, as: .systemAdmin).status == status)
      #expect(try await world.database.count("account") == before)
    }
  }

  @Test(arguments: [
    ("users.csv", "email\n", 200), ("USERS.CSV", "email\n", 200), ("users", "email\n", 200), ("", "email\n", 200),
    ("a.b/../users.csv", "email\n", 200), ("users.exe", "email\n", 400), ("users.csv.exe", "email\n", 400),
    ("users.xls", "email\n", 400), ("users.", "email\n", 400), ("users.xlsx", "email\n", 400),
    ("users.csv", "PK\u{3}\u{4}", 400), ("users.exe", "MZ\u{90}\u{0}", 400), ("users.csv", "MZ\u{90}\u{0}", 400),
    (String(repeating: "a", count: 252) + ".csv", "email\n", 400), ("us\u{7}ers.csv", "email\n", 400),
    ("users.\u{301}exe", "email\n", 400), ("users.\u{301}csv", "email\n", 400), ("us\u{301}ers.csv", "email\n", 200),
  ])
  func `a file is refused whose name and contents are not of a kind that is read`(
    _ name: String, _ content: String, _ status: Int
  ) async throws {
    try await World.with { world in
      let answer = try await world.importUsers(content, named: name, as: .systemAdmin)
      #expect(answer.status == status)
      if status == 400 {
        #expect((answer["error_msg"] as? String)?.hasPrefix("file invalid: ") == true, "\(answer.text)")
      }
    }
  }

  @Test(arguments: [
    ("2026-02-29", false), ("2024-02-29", true), ("2026-13-01", false), ("2026-01-31T24:00", false),
    ("2026-01-31T09:30", true), ("2026-01-31T09:30:00Z", true), ("2026-01-31T09:30:00.123+01:00", true),
    ("2026-01-31T09:30:00%2B0100", true), ("2026-01-31T09:30:00+01:00", true), ("2026-01-31 09:30:61", false),
    ("yesterday", false), ("2026-01-31T09:30:00+25:00", false),
  ])
  func `times are accepted in the formats that clients send`(_ time: String, _ isOne: Bool) async throws {
    try await World.with { world in
      let path = "/api/v2.1/org/1/admin/admin-logs/?start=\(time.replacing(" ", with: "%20"))"
      let answer = try await world.call(.get, path, as: .teamAdmin)
      #expect(answer.status == (isOne ? 200 : 400))
    }
  }

  @Test func `pages read from the end are the pages read from the start`() async throws {
    try await World.with { world in
      let tokens = "/api/v2.1/workspace/9/dtable/Projects/api-tokens/"
      for number in 1...9 {
        _ = try await world.call(.post, tokens, as: .groupOwner, ["app_name": "app \(number)", "permission": "r"])
      }
      for order in ["", "&order_by=app_name", "&order_by=last_access&direction=asc", "&query=app&order_by=app_name"] {
        func page(_ number: Int, _ size: Int) async throws -> [String] {
          let path = "/api/v2.1/org/1/admin/api-tokens/?page=\(number)&per_page=\(size)\(order)"
          let list = try await world.call(.get, path, as: .teamAdmin)["api_tokens"] as? [[String: Any]] ?? []
          return list.compactMap { $0["app_name"] as? String }
        }
        let whole = try await page(1, 1000)
        #expect(whole.count == (order.contains("query") ? 9 : 11))
        for size in [1, 2, 3, 4, 7] {
          var pages: [String] = []
          for number in 1...(whole.count / size + 2) { pages += try await page(number, size) }
          #expect(pages == whole, "\(order), \(size) a page")
        }
      }
    }
  }
}

extension String {
  /// Without the slashes around a number.
  fileprivate var trimmed: String { hasPrefix("/") ? String(split(separator: "/")[1]) : self }
}
