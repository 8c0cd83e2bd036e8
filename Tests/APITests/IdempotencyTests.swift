import API
import Access
import Crypto
import Domain
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@Suite struct Idempotency {
  private static let key = "7d3f4bd0-5a0f-4a43-9c5e-0d6a0f3c1b2a"

  private static func call(
    _ world: World, _ path: String, as caller: Caller, _ fields: [String: String], key: String = key
  ) async throws -> Answer {
    try await world.call(.post, path, as: caller, fields, headers: [.idempotencyKey: key])
  }

  private static let newToken = ["app_name": "once", "permission": "rw"]

  @Test func `a repeated request gets the first response, with its secret`() async throws {
    try await World.with { world async throws in
      let first = try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken)
      #expect(first.status == 201)
      #expect(first.headers["Idempotency-Replayed"] == nil)
      let secret = try #require(first["api_token"] as? String)
      #expect(Secret(token: secret) != nil)
      let log = try await world.database.count("audit_log")
      for _ in 1...3 {
        let again = try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken)
        #expect(again.status == 201)
        #expect(again.text == first.text)
        #expect(again.headers["Idempotency-Replayed"] == "true")
        #expect(again.headers["Content-Type"] == first.headers["Content-Type"])
      }
      #expect(try await world.database.count("api_token where app_name = 'once'") == 1)
      #expect(try await world.database.count("audit_log") == log)
      #expect(try await world.exchange(secret).status == 200)
    }
  }

  @Test func `an idempotent change is in the audit log as always`() async throws {
    try await World.with { world async throws in
      _ = try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken)
      #expect(
        try await world.database.count(
          """
          audit_log where operation = 'api_token_create' and actor_id = 1 and address = '127.0.0.1'
            and request_id = 'test' and detail ->> 'name' = 'once'
          """) == 1)
    }
  }

  @Test func `nothing of the response can be read from the database`() async throws {
    try await World.with { world async throws in
      let first = try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken)
      let secret = try #require(first["api_token"] as? String)
      let dump = try await world.database.dump()
      #expect(try await world.database.count("idempotent_answer where sealed is not null") == 1)
      for text in [secret, hexadecimal(Array(secret.utf8)), Self.key, hexadecimal(Array(Self.key.utf8))] {
        #expect(!dump.contains(text))
      }
      #expect(!dump.contains(hexadecimal(Array("\"app_name\":\"once\"".utf8))))
    }
  }

  @Test func `another request with the same key is refused`() async throws {
    try await World.with { world async throws in
      #expect(try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken).status == 201)
      for (path, fields) in [
        (World.apiTokens, ["app_name": "twice", "permission": "rw"]),
        (World.apiTokens, ["app_name": "once", "permission": "r"]), (World.apiTokens + "?x=1", Self.newToken),
        (World.apiTokens + "reader/rotate/", Self.newToken), ("/api/v2.1/groups/", ["name": "once"]),
      ] {
        let answer = try await Self.call(world, path, as: .groupOwner, fields)
        #expect(answer.status == 422, "\(path)")
        #expect(answer.text == #"{"error_msg":"This Idempotency-Key belongs to another request: send a new one."}"#)
      }
      #expect(try await world.database.count("api_token where app_name = 'twice'") == 0)
      #expect(try await world.database.count("retired_secret") == 0)
    }
  }

  @Test func `a repeated multipart body may have another boundary`() async throws {
    try await World.with { world async throws in
      func add(_ boundary: String, _ address: String) async throws -> Answer {
        let body =
          "--\(boundary)\r\nContent-Disposition: form-data; name=file; filename=f\r\n\r\nemail\r\n\(address)"
          + "\r\n--\(boundary)--\r\n"
        return try await world.send(
          .post, "/api/v2.1/admin/import-users/", as: .systemAdmin, type: "multipart/form-data; boundary=\(boundary)",
          body: Array(body.utf8), headers: [.idempotencyKey: "the-key-of-an-import"])
      }
      let first = try await add("abcdef", "new@ours.example")
      #expect(first.status == 200 && first.text.contains("new_password"), "\(first.text)")
      let again = try await add("123456", "new@ours.example")
      #expect(again.text == first.text)
      #expect(try await add("123456", "newer@ours.example").status == 422)
    }
  }

  @Test func `the same key on another base is another request`() async throws {
    try await World.with { world async throws in
      let made = try await world.call(
        .post, "/api/v2.1/dtables/", as: .groupOwner, ["name": "Second", "workspace_id": "9"])
      #expect(made.status == 201)
      #expect(try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken).status == 201)
      let other = World.apiTokens.replacing("Projects", with: "Second")
      #expect(try await Self.call(world, other, as: .groupOwner, Self.newToken).status == 422)
    }
  }

  @Test func `the same key from another caller is another key`() async throws {
    try await World.with { world async throws in
      let fields = ["name": "My group"]
      let first = try await Self.call(world, "/api/v2.1/groups/", as: .groupOwner, fields)
      let second = try await Self.call(world, "/api/v2.1/groups/", as: .foreigner, fields)
      #expect((first.status, second.status) == (201, 201))
      #expect(second.headers["Idempotency-Replayed"] == nil)
      #expect(first.text != second.text)
      let secret = try await world.makeAPIToken()
      let rotations = "/api/v2.1/dtable/app-api-token/rotate/"
      let rotated = try await world.call(
        .post, rotations, authorization: "Token \(secret)", headers: [.idempotencyKey: Self.key])
      #expect(rotated.status == 200)
      #expect(rotated.headers["Idempotency-Replayed"] == nil)
    }
  }

  @Test func `a program that missed its new secret asks again with the old one`() async throws {
    try await World.with { world async throws in
      let secret = try await world.makeAPIToken()
      func rotate() async throws -> Answer {
        try await world.call(
          .post, "/api/v2.1/dtable/app-api-token/rotate/", authorization: "Token \(secret)", ["grace": "1h"],
          headers: [.idempotencyKey: Self.key])
      }
      let (first, again) = (try await rotate(), try await rotate())
      #expect((first.status, again.status) == (200, 200))
      #expect(first.text == again.text)
      #expect(try await world.database.count("api_token where generation = 2") == 1)
      let new = try #require(again["api_token"] as? String)
      #expect(try await world.exchange(new).status == 200)
    }
  }

  private static let ended =
    #"{"error_msg":"What this Idempotency-Key created has been ended or changed since, so its secret is not shown "#
    + #"again. To create another, send a new Idempotency-Key."}"#
  private static let externalLinks = "/api/v2.1/workspace/9/dtable/Projects/external-links/"

  /// Every operation whose response has a secret, and what ends that: a request or a script.
  @Test(
    arguments: [
      (World.apiTokens, newToken, .call(.delete, World.apiTokens + "once/")),
      (World.apiTokens, newToken, .call(.post, World.apiTokens + "once/rotate/", ["grace": "1h"])),
      (World.apiTokens, newToken, .script("delete from api_token where app_name = 'once'")),
      (World.apiTokens + "reader/rotate/", [:], .call(.post, World.apiTokens + "reader/rotate/")),
      (World.apiTokens + "reader/rotate/", [:], .call(.delete, World.apiTokens + "reader/")),
      (externalLinks, [:], .script("delete from base_link where id > 5")),
      (externalLinks, ["token": "chosen-name"], .call(.delete, externalLinks + "chosen-name/")),
      (
        "/api/v2.1/dtables/invite-links/", ["table_name": "Projects", "workspace_id": "9", "permission": "r"],
        .script("delete from base_link where id > 5")
      ),
      ("/api/v2.1/groups/3/invite-links/", [:], .script("delete from group_link where group_id = 3")),
      (
        "/api/v2.1/user/account-tokens/", [:],
        .call(.delete, "/api/v2.1/user/account-tokens/", ["password": World.password])
      ),
    ] as [(String, [String: String], End)])
  func `a secret that has ended is never shown again`(
    _ path: String, _ fields: [String: String], _ end: End
  ) async throws {
    try await World.with { world async throws in
      let first = try await Self.call(world, path, as: .groupOwner, fields)
      #expect((200...201).contains(first.status), "\(first.text)")
      let again = try await Self.call(world, path, as: .groupOwner, fields)
      #expect(again.text == first.text)
      switch end {
      case .script(let script): try await world.database.execute(script)
      case .call(let method, let path, let fields):
        let answer = try await world.call(method, path, as: .groupOwner, fields)
        #expect(answer.status == 200, "\(answer.text)")
      }
      let late = try await Self.call(world, path, as: .groupOwner, fields)
      #expect(late.status == 409)
      #expect(late.text == Self.ended)
      #expect(late.headers["Retry-After"] == nil)
      // It is not stored any more, not even sealed; and a new key creates something new.
      #expect(try await world.database.count("idempotent_answer where sealed is not null") == 0)
      #expect(try await Self.call(world, path, as: .groupOwner, ["x": "y"]).status == 422)
    }
  }

  @Test func `a generated password is shown until it is changed`() async throws {
    try await World.with { world async throws in
      let path = "/api/v2.1/org/1/admin/users/"
      let fields = ["email": "new@ours.example"]
      let first = try await Self.call(world, path, as: .teamAdmin, fields)
      #expect(first["new_password"] is String)
      #expect(try await Self.call(world, path, as: .teamAdmin, fields).text == first.text)
      let person = try #require(first["email"] as? String)
      let reset = try await world.call(.put, "\(path)\(person)/set-password/", as: .teamAdmin)
      #expect(reset.status == 200)
      let late = try await Self.call(world, path, as: .teamAdmin, fields)
      #expect(late.status == 409)
      #expect(late.text == Self.ended)
    }
  }

  /// How a secret ends.
  enum End: Sendable {
    case call(HTTP.Method, String, [String: String] = [:])
    case script(String)
  }

  @Test func `a change that ends no secret keeps the response`() async throws {
    try await World.with { world async throws in
      let first = try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken)
      _ = try await world.exchange(try #require(first["api_token"] as? String))
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      for fields in [["permission": "r"], ["note": "x"], ["allowed_networks": "::1"], ["expire_days": "5"]] {
        #expect(try await world.call(.put, World.apiTokens + "once/", as: .groupOwner, fields).status == 200)
      }
      #expect(try await world.call(.delete, World.apiTokens + "writer/", as: .groupOwner).status == 200)
      #expect(try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken).text == first.text)
    }
  }

  @Test func `a caller who has lost access does not get the earlier response`() async throws {
    try await World.with { world async throws in
      #expect(try await Self.call(world, World.apiTokens, as: .groupAdmin, Self.newToken).status == 201)
      try await world.database.execute("update group_member set role = 'member' where account_id = 2")
      let again = try await Self.call(world, World.apiTokens, as: .groupAdmin, Self.newToken)
      #expect(again.status == 403)
      #expect(again.text == #"{"error_msg":"Permission denied."}"#)
    }
  }

  /// Every creating operation, and where it shows how often it was done.
  @Test(
    arguments: [
      (World.apiTokens, Caller.groupOwner, newToken, "api_token where app_name = 'once'"),
      (World.apiTokens + "reader/rotate/", .groupOwner, ["grace": "1h"], "retired_secret"),
      ("/api/v2.1/groups/", .groupOwner, ["name": "Once"], "user_group where name = 'Once'"),
      ("/api/v2.1/dtables/", .groupOwner, ["name": "Once", "workspace_id": "9"], "base where name = 'Once'"),
      (
        "/api/v2.1/dtable-copy/", .groupOwner,
        ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"], "base where name = 'Projects (1)'"
      ),
      (
        "/api/v2.1/workspace/9/dtable/Projects/share/", .groupOwner,
        ["email": "00000000000000000000000000000004@auth.local", "permission": "r"], "user_share where account_id = 4"
      ),
      (
        "/api/v2.1/workspace/9/dtable/Projects/group-shares/", .groupOwner, ["group_id": "3", "permission": "r"],
        "group_share where group_id = 3"
      ),
      (
        "/api/v2.1/workspace/9/dtable/Projects/external-links/", .groupOwner, ["expire_days": "30"],
        "base_link where kind = 'external' and base_id = 1 and id > 5"
      ),
      (
        "/api/v2.1/dtables/invite-links/", .groupOwner,
        ["table_name": "Projects", "workspace_id": "9", "permission": "r"],
        "base_link where kind = 'invite' and base_id = 1 and id > 5"
      ),
      ("/api/v2.1/groups/3/invite-links/", .groupOwner, [:], "group_link where group_id = 3"),
      ("/api/v2.1/user/account-tokens/", .groupMember, ["name": "once"], "account_token where name = 'once'"),
      (
        "/api/v2.1/org/1/admin/users/", .teamAdmin, ["email": "once@ours.example", "password": "a new password"],
        "account where email = 'once@ours.example'"
      ),
      (
        "/api/v2.1/org/1/admin/users/", .teamAdmin, ["email": "once@ours.example"],
        "account where email = 'once@ours.example'"
      ),
      (
        "/api/v2.1/admin/organizations/1/users/", .systemAdmin, ["email": "once@ours.example"],
        "account where email = 'once@ours.example'"
      ),
      (
        "/api/v2.1/admin/users/", .systemAdmin, ["email": "once@ours.example"],
        "account where email = 'once@ours.example'"
      ),
      (
        "/api/v2.1/admin/organizations/", .systemAdmin, ["org_name": "Once", "admin_email": "once@ours.example"],
        "team where name = 'Once'"
      ),
      (
        "/api/v2.1/admin/organizations/", .systemAdmin,
        ["org_name": "Once", "admin_email": "once@ours.example", "password": "a new password"],
        "team where name = 'Once'"
      ),
    ] as [(String, Caller, [String: String], String)])
  func `of fifty simultaneous requests one is performed, and all get its response`(
    _ path: String, _ caller: Caller, _ fields: [String: String], _ made: String
  ) async throws {
    try await World.with(connections: 16) { world async throws in
      let answers = try await world.fifty { _ in try await Self.call(world, path, as: caller, fields) }
      #expect(
        answers.allSatisfy { (200...201).contains($0.status) }, "\(answers.first { $0.status > 201 }?.text ?? "")")
      #expect(Set(answers.map(\.text)).count == 1)
      #expect(answers.filter { $0.headers["Idempotency-Replayed"] == nil }.count == 1)
      #expect(try await world.database.count(made) == 1)
      let again = try await Self.call(world, path, as: caller, fields)
      #expect(again.text == answers.first?.text)
      #expect(again.headers["Idempotency-Replayed"] == "true")
      // A response with a credential must declare it, or it would be sent again after that has ended.
      let isSecret = ["api_token", "token", "new_password"].contains { again[$0] is String }
      #expect(try await world.database.count("answer_secret") == (isSecret ? 1 : 0))
    }
  }

  @Test func `a repeated copy does not take another number`() async throws {
    try await World.with { world async throws in
      let copy = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
      func names(_ key: String) async throws -> String? {
        try await Self.call(world, "/api/v2.1/dtable-copy/", as: .groupOwner, copy, key: key)["dtable", "name"]
          as? String
      }
      let keys = ["the-first-of-two-keys", "the-second-of-two-keys"]
      var found: [String?] = []
      for key in keys + keys { found.append(try await names(key)) }
      #expect(found == ["Projects (1)", "Projects (2)", "Projects (1)", "Projects (2)"])
    }
  }

  @Test func `simultaneous copies with different keys get different names`() async throws {
    try await World.with(connections: 16) { world async throws in
      let copy = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
      let names = try await withThrowingTaskGroup(of: String?.self) { group in
        for number in 1...4 {
          group.addTask {
            let key = "copy-number-\(number)-of-four"
            return try await Self.call(world, "/api/v2.1/dtable-copy/", as: .groupOwner, copy, key: key)[
              "dtable", "name"] as? String
          }
        }
        return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
      }
      #expect(names == Set((1...4).map { "Projects (\($0))" }))
    }
  }

  @Test func `a refused request is not stored, and can be sent again`() async throws {
    try await World.with { world async throws in
      let fields = ["app_name": "reader", "permission": "rw"]
      let refused = try await Self.call(world, World.apiTokens, as: .groupOwner, fields)
      #expect(refused.status == 400)
      #expect(refused["error_msg"] as? String == "app_name already exists.")
      let invalid = try await Self.call(world, World.apiTokens, as: .groupOwner, ["app_name": "once"])
      #expect(invalid.status == 400)
      #expect(try await world.database.count("idempotent_answer") == 0)
      #expect(try await world.call(.delete, World.apiTokens + "reader/", as: .groupOwner).status == 200)
      let made = try await Self.call(world, World.apiTokens, as: .groupOwner, fields)
      #expect(made.status == 201)
      #expect(made.headers["Idempotency-Replayed"] == nil)
    }
  }

  @Test(arguments: [
    "", "short", String(repeating: "x", count: 15), String(repeating: "x", count: 256), "has a blank inside of it",
    "ümlauts-are-not-visible-ascii", "a-control-\u{7}-character",
  ])
  func `an invalid key is refused`(_ key: String) async throws {
    try await World.with { world async throws in
      let before = try await world.database.fingerprint()
      let answer = try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken, key: key)
      #expect(answer.status == 400)
      #expect(
        answer["error_msg"] as? String
          == "Idempotency-Key invalid: it must have 16 to 255 visible characters, such as a UUID.")
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test(arguments: [16, 255])
  func `a key may be short or long`(_ count: Int) async throws {
    try await World.with { world async throws in
      let key = String(repeating: "~", count: count)
      for _ in 1...2 {
        #expect(try await Self.call(world, World.apiTokens, as: .groupOwner, Self.newToken, key: key).status == 201)
      }
    }
  }

  @Test func `a response is kept for a day`() async throws {
    try await World.with { world async throws in
      func age(_ interval: String) async throws {
        try await world.database.execute("update idempotent_answer set created_at = now() - interval '\(interval)'")
      }
      let groups = "/api/v2.1/groups/"
      #expect(try await Self.call(world, groups, as: .groupOwner, ["name": "First"]).status == 201)
      try await age("23 hours 50 minutes")
      _ = try await world.onLoop { try? await Retention($0).deleteOld() }
      let kept = try await Self.call(world, groups, as: .groupOwner, ["name": "First"])
      #expect(kept.headers["Idempotency-Replayed"] == "true")
      // Then the key is free, even before the clean-up.
      try await age("24 hours")
      let other = try await Self.call(world, groups, as: .groupOwner, ["name": "Second"])
      #expect(other.status == 201)
      #expect(other.headers["Idempotency-Replayed"] == nil)
      #expect(try await world.database.count("user_group where name in ('First', 'Second')") == 2)
      try await age("25 hours")
      _ = try await world.onLoop { try? await Retention($0).deleteOld() }
      #expect(try await world.database.count("idempotent_answer") == 0)
    }
  }

  @Test func `a key has no effect on operations that create nothing`() async throws {
    try await World.with { world async throws in
      let path = World.apiTokens + "reader/"
      let key: [Headers.HeaderName: String] = [.idempotencyKey: "short"]
      #expect(try await world.call(.get, World.apiTokens, as: .groupOwner, headers: key).status == 200)
      #expect(try await world.call(.put, path, as: .groupOwner, ["permission": "rw"], headers: key).status == 200)
      #expect(try await world.call(.delete, path, as: .groupOwner, headers: key).status == 200)
      #expect(try await world.database.count("idempotent_answer") == 0)
    }
  }

  /// Each of them sets a password. A debug build ends if a password is hashed while its request has a connection to
  /// itself.
  @Test(arguments: [
    ("/api/v2.1/workspace/9/dtable/Projects/external-links/", Caller.groupOwner, ["password": "open sesame"]),
    (
      "/api/v2.1/dtables/invite-links/", .groupOwner,
      ["workspace_id": "9", "table_name": "Projects", "permission": "r", "password": "open sesame"]
    ),
    ("/api/v2.1/org/1/admin/users/", .teamAdmin, ["email": "new@ours.example", "password": "correct battery"]),
    ("/api/v2.1/admin/users/", .systemAdmin, ["email": "new@ours.example", "password": "correct battery"]),
    (
      "/api/v2.1/admin/organizations/1/users/", .systemAdmin,
      ["email": "new@ours.example", "password": "correct battery"]
    ),
    (
      "/api/v2.1/admin/organizations/", .systemAdmin,
      ["org_name": "new", "admin_email": "new@ours.example", "password": "correct battery"]
    ),
  ])
  func `a password is hashed before its request has a connection to itself`(
    _ path: String, _ caller: Caller, _ fields: [String: String]
  ) async throws {
    try await World.with(connections: 1) { world async throws in
      let first = try await Self.call(world, path, as: caller, fields)
      #expect((200...201).contains(first.status), "\(first.text)")
      let again = try await Self.call(world, path, as: caller, fields)
      #expect(again.text == first.text)
      #expect(again.headers["Idempotency-Replayed"] == "true")
    }
  }
}
