import Access
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Crypto

@Suite struct Audit {
  private static let users = "/api/v2.1/org/1/admin/users/"
  private static let tokens = "/api/v2.1/workspace/9/dtable/Projects/api-tokens/"

  @Test func `a change is logged with its actor, address, and the values before and after`() async throws {
    try await World.with { world in
      _ = try await world.call(.put, Self.users + Example.member + "/", as: .teamAdmin, ["name": "Maxine"])
      let log = try await world.call(.get, "/api/v2.1/org/1/admin/admin-logs/?per_page=1", as: .teamAdmin)
      let entry = try #require((log["logs"] as? [[String: Any]])?.first)
      #expect(entry["email"] as? String == "00000000000000000000000000000009@auth.local")
      #expect(entry["operation"] as? String == "user_update")
      #expect(entry["ip"] as? String == "127.0.0.1")
      #expect(entry["request_id"] as? String == "test")
      #expect((entry["detail"] as? [String: Any])?["username"] as? String == Example.member)
      #expect((entry["before"] as? [String: String]) == ["name": "Max Member"])
      #expect((entry["after"] as? [String: String]) == ["name": "Maxine"])
    }
  }

  @Test func `a failed change is not logged`() async throws {
    try await World.with { world in
      let before = try await world.database.count("audit_log")
      let refused = try await world.call(
        .post, Self.tokens, as: .groupOwner, ["app_name": "reader", "permission": "r"])
      #expect(refused.status == 400)
      #expect(try await world.database.count("audit_log") == before)
    }
  }

  @Test func `no secret and no hash of one is in the log`() async throws {
    try await World.with { world in
      let new = ["email": "new@ours.example", "password": "a password to look for"]
      #expect(try await world.call(.post, Self.users, as: .teamAdmin, new).status == 200)
      let made = try await world.call(.post, Self.tokens, as: .groupOwner, ["app_name": "new", "permission": "r"])
      let secret = try #require(made["api_token"] as? String)
      _ = try await world.call(.put, Self.users + Example.member + "/set-password/", as: .teamAdmin)
      #expect(try await world.database.count("audit_log where operation = 'user_password_set'") >= 1)
      for text in ["argon2", "a password to look for", secret, String(secret.dropFirst(4))] {
        #expect(try await world.database.count("audit_log as entry where entry::text like '%\(text)%'") == 0)
      }
      #expect(
        try await world.database.count(
          "audit_log as entry, api_token where entry::text like '%' || encode(api_token.hash, 'hex') || '%'") == 0)
    }
  }

  @Test func `the use of a deleted token is logged once a minute`() async throws {
    try await World.with { world in
      for _ in 1...5 {
        #expect(try await world.call(.get, "/api/v2.1/dtable/app-access-token/", as: .revokedAPIToken).status == 403)
      }
      #expect(try await world.database.count("audit_log where operation = 'api_token_refuse'") == 1)
      try await world.database.execute("update api_token set refused_at = now() - interval '61 seconds' where id = 3")
      _ = try await world.call(.get, "/api/v2.1/dtable/app-access-token/", as: .revokedAPIToken)
      #expect(
        try await world.database.count("audit_log where operation = 'api_token_refuse' and actor_id is null") >= 2)
    }
  }

  @Test func `the deletion of a team is one entry, whatever belonged to it`() async throws {
    try await World.with { world in
      let before = try await world.database.count("audit_log")
      #expect(try await world.call(.delete, "/api/v2.1/admin/organizations/1/", as: .systemAdmin).status == 200)
      #expect(try await world.database.count("audit_log") == before + 1)
      #expect(try await world.database.count("account where team_id = 1") == 0)
      #expect(try await world.database.count("base where team_id = 1") == 0)
      #expect(try await world.database.count("api_token where team_id = 1") == 0)
    }
  }

  @Test(arguments: ["update audit_log set operation = 'x'", "delete from audit_log", "truncate audit_log"])
  func `the database refuses every change of the log`(_ statement: String) async throws {
    try await World.with { world in
      await #expect(throws: PostgresError.self) { try await world.database.execute(statement) }
      let count = try await world.database.count("audit_log")
      #expect(count > 0)
    }
  }

  @Test func `the revocation of a base token is one entry, with its holder`() async throws {
    try await World.with { world in
      let token = try #require(world.credentials[.baseToken])
      for _ in 1...2 {
        let ended = try await world.call(.post, "/api/v2.1/base-tokens/revoke/", as: .nobody, ["token": token])
        #expect(ended.status == 200)
      }
      let path = "/api/v2.1/org/1/admin/admin-logs/?operation_group=base"
      let logs = try #require(try await world.call(.get, path, as: .teamAdmin)["logs"] as? [[String: Any]])
      let entries = logs.filter { $0["operation"] as? String == "base_token_revoke" }
      #expect(entries.count == 1)
      let detail = try #require(entries.first?["detail"] as? [String: Any])
      #expect(detail["name"] as? String == "Projects")
      #expect(detail["app_name"] as? String == "writer")
      #expect(detail["permission"] as? String == "rw")
      #expect(try detail["jti"] as? String == world.claims(token).id)
      #expect(detail["entry"] == nil)
      #expect(entries.first?["ip"] as? String == "127.0.0.1")
    }
  }

  @Test func `entries of every kind that the log can have are found by it`() async throws {
    try await World.with { world in
      let kinds: [Kind] = try await world.database.db.onLoop {
        try await $0.rows(
          """
          select found[1] as kind from pg_constraint, regexp_matches(pg_get_constraintdef(oid), '[a-z]+(?=.::text)', 'g') as found
          where conname = 'audit_log_kind_check'
          """)
      }
      #expect(kinds.count >= 6)
      for kind in kinds {
        let path = "/api/v2.1/org/1/admin/admin-logs/?operation_group=\(kind.name)"
        #expect(try await world.call(.get, path, as: .teamAdmin).status == 200, "\(kind.name)")
      }
    }
  }

  private struct Kind: RowDecodable {
    let name: String
    init(_ row: Row) throws(PostgresError) { name = try row["kind"] }
  }

  // MARK: Verification

  @Test func `an unaltered log verifies, also while it grows`() async throws {
    try await World.with { world in
      async let growing: Void = grow(world)
      for _ in 1...10 { _ = try await verify(world) }
      try await growing
      let heads = try await verify(world)
      #expect(heads.map(\.chain) == [0, 1, 2])
      let count = try await world.database.count("audit_log")
      #expect(heads.reduce(0) { $0 + $1.count } == Int64(count))
    }
  }

  @Test func `entries without an ID verify together with those that have one`() async throws {
    try await World.with { world in
      let now = try await world.database.db.onLoop {
        try await $0.row("select pg_get_functiondef('chain_audit_entry'::regproc) as text", as: Definition.self)
      }
      let text = try #require(now?.text)
      let before = text.replacing("new.detail := new.detail || jsonb_build_object('entry', new.id);", with: "")
      #expect(before != text)
      for definition in [before, text, before] {
        try await world.database.execute(definition)
        try await grow(world, by: 2)
      }
      _ = try await verify(world)
      #expect(try await world.database.count("audit_log where detail ? 'entry'") > 0)
      #expect(try await world.database.count("audit_log where not detail ? 'entry'") == 4)
    }
  }

  private struct Definition: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["text"] }
  }

  private func grow(_ world: World, by count: Int = 20) async throws {
    for _ in 1...count {
      let fields = ["app_name": Secret.generate().clear, "permission": "r"]
      #expect(try await world.call(.post, Self.tokens, as: .groupOwner, fields).status == 201)
    }
  }

  @Test(
    arguments: [
      ("update audit_log set actor_id = 1 where chain = 1 and number = 3", 3, "it was changed"),
      ("update audit_log set became = '{}' where chain = 1 and number = 2", 2, "it was changed"),
      ("update audit_log set id = id + 1000000 where chain = 1 and number = 2", 2, "it was changed"),
      ("update audit_log set detail = detail - 'entry' where chain = 1 and number = 2", 2, "it was changed"),
      ("delete from audit_log where chain = 1 and number = 4", 4, "it is missing"),
      (
        "delete from audit_log where chain = 1 and number = (select max(number) from audit_log where chain = 1)", nil,
        "it is missing"
      ),
      ("delete from audit_log where chain = 1", 1, "it is missing"),
      ("update audit_chain set number = number - 1 where chain = 1", nil, "it comes after the last entry"),
      ("update audit_log set number = number + 1000 where chain = 1 and number = 5", 5, "it is missing"),
      (
        """
        update audit_log set operation = 'x' where chain = 1 and number = 3;
        update audit_log set hash = sha256(previous_hash || convert_to(audit_content(audit_log), 'UTF8'))
        where chain = 1 and number = 3
        """, 4, "it does not follow the entry before it"
      ),
    ] as [(String, Int64?, String)])
  func `the first altered entry is named`(
    _ tampering: String, _ number: Int64?, _ reason: String
  ) async throws {
    try await World.with { world in
      try await world.database.execute("set session_replication_role = replica; \(tampering)")
      let broken = await #expect(throws: AuditTrail.Broken.self) { try await verify(world) }
      #expect(broken?.chain == 1)
      #expect(broken?.reason == reason)
      if let number { #expect(broken?.number == number) }
    }
  }

  private func verify(_ world: World) async throws -> [AuditTrail.Head] {
    try await world.database.db.onLoop { try await AuditTrail.verify($0) }
  }
}
