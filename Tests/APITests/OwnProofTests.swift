import API
import Access
import Crypto
import HTTP
import Postgres
import TestSupport
import Testing

private let factor = "/api/v2.1/user/two-factor-auth/"
private let password = "/api/v2.1/user/password/"
private let missing = #"{"non_field_errors":["Two factor auth token is missing."]}"#
private let wrong = #"{"non_field_errors":["Two factor auth token is invalid."]}"#
private let teamAdmin = "00000000000000000000000000000009@auth.local"
private let member = "member@ours.example"

/// That a token alone, or another way to the same end, does not replace the proof of who somebody is.
@Suite struct OwnProofs {
  // MARK: Enrolling

  @Test func `a second factor is enrolled for the password alone`() async throws {
    try await World.with { world async throws in
      let before = try await world.database.fingerprint()
      let without = try await world.call(.post, factor, as: .groupMember)
      #expect(without.status == 400)
      #expect(without["error_msg"] as? String == "password invalid.")
      var answer = try await world.call(.post, factor, as: .groupMember, ["password": "not the password"])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "The password is wrong.")
      for _ in 1...20 where answer.status == 400 {
        answer = try await world.call(.post, factor, as: .groupMember, ["password": "not the password"])
      }
      #expect(answer.status == 429)
      try await world.database.execute("delete from failed_attempt")
      #expect(try await world.database.fingerprint() == before)
      _ = try await TwoFactors.enrol(world)
    }
  }

  // MARK: One's own password

  @Test func `whoever has a second factor changes their password with a code as well`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, codes) = try await TwoFactors.enrol(world)
      func change(_ new: String, code: String?) async throws -> Answer {
        try await world.call(
          .put, password, as: .groupMember, ["old_password": World.password, "new_password": new],
          headers: code.map { [.oneTimePassword: $0] } ?? [:])
      }
      let without = try await change("another password", code: nil)
      #expect(without.text == missing)
      #expect(without.headers["X-SEAFILE-OTP"] == "required")
      #expect(try await change("another password", code: "no code").text == wrong)
      // A new password that cannot be set uses up no code.
      #expect(try await change("short", code: codes[0]).status == 400)
      #expect(try await change(World.password, code: codes[0]).status == 400)
      #expect(try await world.signIn(member, code: TwoFactors.nextCode(secret, world)).status == 200)
      #expect(try await change("another password", code: codes[0]).status == 200)
      let anew = try await world.signIn(member, code: codes[1], password: "another password")
      #expect(anew.status == 200)
    }
  }

  @Test func `guessing at the code with the right password gets slow, whatever the new one is`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      _ = try await TwoFactors.enrol(world)
      var statuses: [Int] = []
      for number in 1...10 {
        // Such a new password must not make that forgotten.
        let new = number.isMultiple(of: 2) ? "short" : "another password"
        let answer = try await world.call(
          .put, password, as: .groupMember, ["old_password": World.password, "new_password": new],
          headers: [.oneTimePassword: "no code \(number)"])
        statuses.append(answer.status)
        _ = try await world.signIn(member, code: "no code \(number)")
      }
      #expect(statuses.first == 400)
      #expect(statuses.contains(429))
    }
  }

  // MARK: Administrators

  /// Something that an administrator does to their own account by an operation for other people's.
  struct Detour: Sendable, CustomTestStringConvertible {
    let caller: Caller
    let method: HTTP.Method
    let path: String
    var fields: [String: String] = [:]
    var testDescription: String { "\(method) \(path) \(fields.keys)" }

    static let all = [
      Detour(caller: .teamAdmin, method: .put, path: "/api/v2.1/org/1/admin/users/\(teamAdmin)/set-password/"),
      Detour(
        caller: .teamAdmin, method: .put, path: "/api/v2.1/org/1/admin/users/\(teamAdmin)/",
        fields: ["contact_email": "other@ours.example"]),
      Detour(caller: .teamAdmin, method: .delete, path: "/api/v2.1/org/1/admin/users/\(teamAdmin)/two-factor-auth/"),
      Detour(
        caller: .systemAdmin, method: .put, path: "/api/v2.1/admin/users/\(Example.systemAdmin)/reset-password/"),
      Detour(
        caller: .systemAdmin, method: .put, path: "/api/v2.1/admin/users/\(Example.systemAdmin)/",
        fields: ["password": "another password"]),
      Detour(
        caller: .systemAdmin, method: .put, path: "/api/v2.1/admin/users/\(Example.systemAdmin)/",
        fields: ["contact_email": "other@example.com"]),
      Detour(caller: .systemAdmin, method: .delete, path: "/api2/two-factor-auth/\(Example.systemAdmin)/"),
    ]
  }

  @Test(arguments: Detour.all)
  func `an administrator with a second factor does not get around it`(_ detour: Detour) async throws {
    try await World.with { world async throws in
      world.clock.stop()
      _ = try await TwoFactors.enrol(world, as: detour.caller)
      let before = try await world.database.fingerprint()
      let refused = try await world.call(detour.method, detour.path, as: detour.caller, detour.fields)
      #expect(refused.status == 403)
      #expect((refused["error_msg"] as? String)?.hasPrefix("This is your own account") == true, "\(refused.text)")
      #expect(try await world.database.fingerprint() == before)
      // Of others, they do it as before.
      let others = detour.path.replacing(teamAdmin, with: Example.member)
        .replacing(Example.systemAdmin, with: Example.member)
      #expect(try await world.call(detour.method, others, as: detour.caller, detour.fields).status == 200)
    }
  }

  @Test(arguments: Detour.all)
  func `an administrator without one does it as in SeaTable`(_ detour: Detour) async throws {
    try await World.with { world async throws in
      let answer = try await world.call(detour.method, detour.path, as: detour.caller, detour.fields)
      #expect(answer.status == 200 || detour.method == .delete, "\(answer.text)")
    }
  }

  @Test func `an administrator with a second factor does not get around it as the admin of a new team`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      _ = try await TwoFactors.enrol(world, as: .systemAdmin)
      let before = try await world.database.fingerprint()
      let answer = try await world.call(
        .post, "/api/v2.1/admin/organizations/", as: .systemAdmin,
        ["org_name": "Mine", "admin_email": "root@example.com", "password": "another password"])
      #expect(answer.status == 403)
      #expect((answer["error_msg"] as? String)?.hasPrefix("This is your own account") == true, "\(answer.text)")
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `whoever sends what they are called already changes nothing, and is not refused`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      _ = try await TwoFactors.enrol(world, as: .systemAdmin)
      let path = "/api/v2.1/admin/users/\(Example.systemAdmin)/"
      let fields = ["contact_email": "root@example.com", "name": "New name"]
      let answer = try await world.call(.put, path, as: .systemAdmin, fields)
      #expect(answer.status == 200, "\(answer.text)")
    }
  }

  @Test func `where the operator wants the password for another address, administrators do not get around it`()
    async throws
  {
    try await World.with(setting: { $0.confirmsEmailChange = true }) { world async throws in
      for detour in Detour.all where detour.fields["contact_email"] != nil {
        let answer = try await world.call(detour.method, detour.path, as: detour.caller, detour.fields)
        #expect(answer.status == 403, "\(answer.text)")
      }
    }
  }

  // MARK: Resets

  /// Who resets the password of the member.
  enum Resetter: CaseIterable { case teamAdmin, systemAdmin, machine }

  @Test(arguments: Resetter.allCases)
  func `a password that is reset leaves the second factor`(_ resetter: Resetter) async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await TwoFactors.enrol(world)
      let new: String
      switch resetter {
      case .teamAdmin:
        let path = "/api/v2.1/org/1/admin/users/\(Example.member)/set-password/"
        new = try #require(try await world.call(.put, path, as: .teamAdmin)["new_password"] as? String)
      case .systemAdmin:
        let path = "/api/v2.1/admin/users/\(Example.member)/reset-password/"
        new = try #require(try await world.call(.put, path, as: .systemAdmin)["new_password"] as? String)
      case .machine: new = try await Self.reset(member, to: nil, world)
      }
      #expect(try await world.signIn(member, password: new).text == missing)
      let code = TwoFactors.nextCode(secret, world)
      #expect(try await world.signIn(member, code: code, password: new).status == 200)
    }
  }

  @Test func `a password from the machine is judged and kept as one from a request`() async throws {
    try await World.with { world async throws in
      // Four letters, each with an accent of its own.
      await #expect(throws: LocalAdministration.LocalRefusal.self) {
        _ = try await Self.reset(member, to: "e\u{301}o\u{302}u\u{300}a\u{30a}", world)
      }
      _ = try await Self.reset(member, to: "cafe\u{301} at noon", world)
      for typed in ["caf\u{e9} at noon", "cafe\u{301} at noon"] {
        #expect(try await world.signIn(member, password: typed).status == 200)
      }
    }
  }

  private static func reset(_ email: String, to new: String?, _ world: World) async throws -> String {
    let passwords = world.app.passwords
    return try await world.database.db.onLoop {
      try await LocalAdministration($0, passwords, leaked: LeakedPasswords()).resetPassword(of: email, to: new)
    }
  }
}

/// That fields which an operation does not know reach no column.
@Suite struct MassAssignment {
  private static let foreign = [
    "is_staff": "true", "is_active": "false", "is_system_admin": "true", "is_team_admin": "true", "is_org_admin": "1",
    "is_admin": "true", "role": "owner", "admin_role": "default_admin", "owner": Example.outsider,
    "group_owner": Example.outsider, "creator": Example.outsider, "org_id": "2", "team_id": "2", "account_id": "1",
    "id": "1", "uid": Example.outsider, "password": "taken over by me", "password_hash": "x", "login_id": "taken",
    "quota_total": "1", "force_2fa": "true", "forces_2fa": "true", "generation": "7", "unit": "x", "id_in_org": "x",
    "workspace_id": "1", "created_at": "2001-01-01", "deleted_at": "2001-01-01", "app_name": "x",
  ]

  @Test(
    arguments: [
      // What the operation knows, and what of the other fields it may change.
      (Caller.groupMember, "/api/v2.1/user/", ["name": "New name"], []),
      (.groupOwner, "/api/v2.1/groups/1/", ["name": "Renamed"], ["owner"]),
      (
        .teamAdmin, "/api/v2.1/org/1/admin/users/\(Example.member)/", ["name": "New name"],
        ["is_staff", "is_active", "quota_total", "id_in_org"]
      ),
      (
        .systemAdmin, "/api/v2.1/admin/organizations/1/users/\(Example.member)/", ["name": "New name"],
        ["is_admin", "active", "quota_total", "id_in_org"]
      ),
    ] as [(Caller, String, [String: String], [String])])
  func `fields that an operation does not know change nothing`(
    _ caller: Caller, _ path: String, _ known: [String: String], _ allowed: [String]
  ) async throws {
    try await World.with { world async throws in
      let others = Self.foreign.filter { !allowed.contains($0.key) }
      let start = try await Self.state(world)
      #expect(try await world.call(.put, path, as: caller, known).status == 200)
      let plain = try await Self.state(world)
      #expect(plain != start)
      // By another name and back: a group refuses the name that it has.
      let answer = try await world.call(.put, path, as: caller, others.merging(["name": "Other name"]) { $1 })
      #expect(answer.status == 200, "\(answer.text)")
      #expect(try await world.call(.put, path, as: caller, known).status == 200)
      #expect(try await Self.state(world) == plain)
    }
  }

  @Test func `people and groups that are made have what the operation gives them, and no more`() async throws {
    try await World.with { world async throws in
      let others = Self.foreign.filter {
        !["is_staff", "is_active", "password", "quota_total", "id_in_org"].contains($0.key)
      }
      let person = ["email": "new@example.com", "password": "a new password", "name": "New"]
      let added = try await world.call(
        .post, "/api/v2.1/org/1/admin/users/", as: .teamAdmin, person.merging(others) { known, _ in known })
      #expect(added.status == 200, "\(added.text)")
      #expect(
        try await world.database.count(
          """
          account where email = 'new@example.com' and team_id = 1 and not is_system_admin and not is_team_admin
            and is_active and login_id is null and not forces_2fa and deleted_at is null
          """) == 1)
      let made = try await world.call(
        .post, "/api/v2.1/groups/", as: .groupMember, ["name": "New group"].merging(others) { known, _ in known })
      #expect((200...201).contains(made.status), "\(made.text)")
      #expect(
        try await world.database.count(
          """
          user_group join group_member on group_id = user_group.id
          where user_group.name = 'New group' and user_group.team_id = 1 and account_id = 3 and role = 'owner'
          """) == 1)
    }
  }

  /// All people and groups with their members, as text.
  private static func state(_ world: World) async throws -> String {
    let found: Snapshot? = try await world.database.db.onLoop {
      try await $0.row(
        """
        select (select string_agg(to_jsonb(account)::text, ' ' order by id) from account) || ' '
          || (select string_agg(to_jsonb(user_group)::text, ' ' order by id) from user_group) || ' '
          || (select string_agg(to_jsonb(group_member)::text, ' ' order by group_id, account_id) from group_member)
          as state
        """)
    }
    return try #require(found).state
  }

  private struct Snapshot: RowDecodable {
    let state: String
    init(_ row: Row) throws(PostgresError) { state = try row["state"] }
  }
}
