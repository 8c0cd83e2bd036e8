import API
import HTTP
import Postgres
import TestSupport
import Testing

/// A rule also holds if the data that it depends on change while a request is under way.
@Suite struct Meanwhile {
  /// Answers a request while a row is locked; changes something as soon as a statement waits for it, and releases the
  /// lock.
  private static func answer(
    in world: World, holding row: SQL, _ change: SQL, _ request: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    try await answer(in: world, after: "select from \(row) for no key update", change, request)
  }

  /// The same after a statement that locks anything.
  private static func answer(
    in world: World, after lock: SQL, _ change: SQL, _ request: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let answer = try await world.database.db.onLoop { database in
      try await database.transaction { transaction in
        try await transaction.run(lock)
        let answer = Task { try await request() }
        let waits = try await poll {
          try await world.database.count(
            "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
        }
        #expect(waits)
        try await transaction.run(change)
        return answer
      }
    }
    return try await answer.value
  }

  @Test(arguments: [
    "update account set password_hash = 'another' where id = 3",
    "update account set totp_sealed = '\\x00', totp_confirmed_at = now() where id = 3",
    "update account set is_active = false where id = 3",
  ])
  func `a sign-in fails if what it has proved changes meanwhile`(_ change: SQL) async throws {
    try await World.with { world async throws in
      let before = try await world.database.count("account_token where account_id = 3")
      let answer = try await Self.answer(in: world, holding: "account where id = 3", change) {
        try await world.signIn("member@ours.example")
      }
      #expect(answer.status == 400)
      #expect(try await world.database.count("account_token where account_id = 3") == before)
    }
  }

  private static let makings: [(path: String, fields: [String: String], made: String)] = [
    ("/api/v2.1/user/account-tokens/", ["name": "late"], "account_token where name = 'late'"),
    (World.apiTokens, ["app_name": "late", "permission": "r"], "api_token where app_name = 'late'"),
    (
      "/api/v2.1/workspace/9/dtable/Projects/external-links/", ["password": "correct horse battery"],
      "base_link where id > 5"
    ),
    ("/api/v2.1/dtables/", ["name": "late"], "base where name = 'late'"),
    ("/api/v2.1/groups/", ["name": "late"], "user_group where name = 'late'"),
  ]

  @Test(arguments: [
    "with gone as (delete from account_token where account_id = 1) update account set password_hash = 'x' where id = 1",
    "update account set is_active = false where id = 1",
    "update account set deleted_at = now(), is_active = false where id = 1",
  ])
  func `a caller who loses access before writing writes nothing`(_ end: SQL) async throws {
    for making in Self.makings {
      try await World.with { world async throws in
        let before = try await world.database.count(making.made)
        let answer = try await Self.answer(in: world, after: "select hold_access(1, true)", end) {
          try await world.call(.post, making.path, as: .groupOwner, making.fields)
        }
        #expect(answer.status == 401, "\(making.path): \(answer.text)")
        #expect(try await world.database.count(making.made) == before, "\(making.path)")
      }
    }
  }

  @Test(
    arguments: [
      ("/api/v2.1/groups/1/invite-links/", [:], "group_link where id > 3"),
      (World.apiTokens, ["app_name": "late", "permission": "r"], "api_token where app_name = 'late'"),
      ("/api/v2.1/workspace/9/dtable/Projects/external-links/", [:], "base_link where id > 5"),
      (
        "/api/v2.1/workspace/9/dtable/Projects/share/", ["email": Example.outsider, "permission": "r"],
        "user_share where account_id = 4"
      ),
    ] as [(String, [String: String], String)])
  func `a removed member gives nobody access to the group any more`(
    _ path: String, _ fields: [String: String], _ made: String
  ) async throws {
    try await World.with { world async throws in
      let answer = try await Self.answer(
        in: world, after: "select hold_access(2, true)",
        "delete from group_member where group_id = 1 and account_id = 2"
      ) { try await world.call(.post, path, as: .groupAdmin, fields) }
      #expect(answer.status == 403, "\(answer.text)")
      #expect(try await world.database.count(made) == 0)
    }
  }

  @Test func `ending a person's access waits for their writes, and covers them, too`() async throws {
    try await World.with { world async throws in
      let answer = try await world.database.db.onLoop { database in
        try await database.transaction { transaction in
          try await transaction.run("select hold_caller(1, null, null, false)")
          let answer = Task {
            try await world.call(
              .put, "/api/v2.1/org/1/admin/users/00000000000000000000000000000001@auth.local/set-password/",
              as: .teamAdmin)
          }
          let waits = try await poll {
            try await world.database.count(
              "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
          }
          #expect(waits)
          try await transaction.run(
            "insert into account_token (account_id, hash, name) values (1, sha256('x'), 'late')")
          return answer
        }
      }
      #expect(try await answer.value.status == 200)
      #expect(try await world.database.count("account_token where account_id = 1") == 0)
    }
  }

  @Test func `a removed member is out once their running write is done`() async throws {
    try await World.with { world async throws in
      let answer = try await Self.answer(
        in: world, after: "select hold_caller(2, null, null, false)",
        """
        insert into group_link (group_id, handle, hash, created_by) values (1, repeat('7', 20), sha256('late'), 2)
        """
      ) {
        try await world.call(.delete, "/api/v2.1/groups/1/members/\(Example.groupAdmin)/", as: .groupOwner)
      }
      #expect(answer.status == 200)
      // A link made at the last moment does not let them in again either.
      let barred = try await world.database.count(
        "barred_member join group_link on group_link.id = link_id where hash = sha256('late') and account_id = 2")
      #expect(barred == 1)
    }
  }

  /// However much they write, even to their own row, and whatever is done to them at the same moment.
  @Test func `someone who keeps writing loses access all the same, without a server error`() async throws {
    try await World.with(connections: 16) { world async throws in
      let person = "/api/v2.1/org/1/admin/users/00000000000000000000000000000001@auth.local/"
      let answers = try await world.fifty { number in
        switch number {
        case 20: try await world.call(.put, person + "set-password/", as: .teamAdmin)
        case 30: try await world.call(.put, person, as: .teamAdmin, ["is_active": "false"])
        case _ where number % 2 == 0:
          try await world.call(.put, "/api/v2.1/user/", as: .groupOwner, ["name": "Name \(number)"])
        default: try await world.call(.post, "/api/v2.1/groups/", as: .groupOwner, ["name": "Group \(number)"])
        }
      }
      #expect(answers.allSatisfy { [200, 201, 401].contains($0.status) }, "\(answers.map(\.status))")
      #expect(try await world.database.count("account where id = 1 and not is_active") == 1)
    }
  }

  @Test func `a deleted person neither joins a group nor gets it`() async throws {
    try await World.with { world async throws in
      let gone: SQL = "update account set deleted_at = now(), is_active = false where id = 4"
      let back = "update account set deleted_at = null, is_active = true where id = 4"
      func statusWhileDeleted(_ request: @escaping @Sendable () async throws -> Answer) async throws -> Int {
        let answer = try await Self.answer(in: world, holding: "account where id = 4", gone, request)
        #expect(try await world.database.count("group_member where group_id = 1 and account_id = 4") == 0)
        try await world.database.execute(back)
        return answer.status
      }
      let added = try await statusWhileDeleted {
        try await world.call(.post, "/api/v2.1/groups/1/members/", as: .groupOwner, ["email": Example.outsider])
      }
      #expect(added == 404)
      let transferred = try await statusWhileDeleted {
        try await world.call(.put, "/api/v2.1/groups/1/", as: .groupOwner, ["owner": Example.outsider])
      }
      #expect(transferred == 404)
      let accepted = try await statusWhileDeleted {
        try await world.call(.post, "/api/v2.1/groups/invite-links/\(World.groupLink)/accept/", as: .outsider)
      }
      #expect(accepted == 401)
    }
  }

  @Test func `nobody joins a group by a link that is being ended`() async throws {
    try await World.with { world async throws in
      let answer = try await Self.answer(
        in: world, holding: "group_link where group_id = 1", "delete from group_link where group_id = 1"
      ) {
        try await world.call(.post, "/api/v2.1/groups/invite-links/\(World.groupLink)/accept/", as: .outsider)
      }
      #expect(answer.status == 404)
      #expect(try await world.database.count("group_member where group_id = 1 and account_id = 4") == 0)
    }
  }

  @Test(arguments: [("POST", "forever"), ("PUT", "mine")])
  func `no token is made or changed under a former policy`(_ method: String, _ name: String) async throws {
    try await World.with { world async throws in
      _ = try await world.makeAPIToken("mine", "r")
      let tokens = "/api/v2.1/workspace/9/dtable/Projects/api-tokens/"
      let answer = try await Self.answer(
        in: world, holding: "team where id = 1",
        "update team set requires_token_expiry = true where id = 1"
      ) {
        method == "POST"
          ? try await world.call(.post, tokens, as: .groupOwner, ["app_name": name, "permission": "rw"])
          : try await world.call(.put, tokens + name + "/", as: .groupOwner, ["permission": "rw"])
      }
      #expect(answer.status == 400)
      #expect(
        (answer["error_msg"] as? String)?.contains("requires every API token to expire") == true, "\(answer.text)")
      let written = "api_token where app_name in ('forever', 'mine') and permission = 'rw'"
      #expect(try await world.database.count(written) == 0)
    }
  }
}
