import Access
import Crypto
import HTTP
import Postgres
import TestSupport
import Testing

/// What nobody may choose as a password, whoever sets it, for a person or for a link.
@Suite struct PasswordRules {
  private static let guessed = "password invalid: it is easy to guess. Choose another one."
  private static let leaked = "password invalid: it is on a list of leaked passwords. Choose another one."
  private static let links = "/api/v2.1/workspace/9/dtable/Projects/external-links/"
  private static let person = "/api/v2.1/admin/users/\(Example.member)/"

  private func change(_ password: String, _ world: World) async throws -> Answer {
    try await world.call(
      .put, "/api/v2.1/user/password/", as: .groupMember, ["old_password": World.password, "new_password": password])
  }

  // MARK: Names

  /// Of a person with the name Max Member, the address member@ours.example and a login ID, in the team "ours".
  @Test(arguments: [
    "Max Member", "maxmember", "max.member", "Member2024!", "2024Member", "member@ours.example",
    "MEMBER-1", "me-mb-er", "E7741209", "Ours!2024", "Basekeeper", "basekeeper2024", "SeaTable", "!seatable!",
  ])
  func `what a person, the team and the product are called is refused, with a few signs, too`(
    _ password: String
  ) async throws {
    try await World.with { world async throws in
      try await world.database.execute("update account set login_id = 'e7741209' where id = 3")
      try await world.database.execute("update team set name = 'Ours' where id = 1")
      let own = try await change(password, world)
      #expect(own.status == 400)
      #expect(own["error_msg"] as? String == "new_" + Self.guessed)
      // An administrator knows the names, too.
      let set = try await world.call(.put, Self.person, as: .systemAdmin, ["password": password])
      #expect(set.status == 400)
      #expect(set["error_msg"] as? String == Self.guessed)
      #expect(try await world.signIn("member@ours.example").status == 200)
    }
  }

  @Test(arguments: [
    "Max, member of nothing", "member-8201953", "a basekeeper of mine", "Maxmember's", "19283746501928",
  ])
  func `a password that only contains a name is taken`(_ password: String) async throws {
    try await World.with { world async throws in
      #expect(try await change(password, world).status == 200)
      #expect(try await world.signIn("member@ours.example", password: password).status == 200)
    }
  }

  @Test(arguments: [
    (["password": "Nelly.New1", "name": "Nelly New"], "name"),
    (["password": "newname 1", "contact_email": "newname@ours.example"], "contact_email"),
    (["password": "NW-55012", "login_id": "nw-55012"], "login_id"),
  ])
  func `what a person is to be called counts with what they are called`(
    _ fields: [String: String], _ field: String
  ) async throws {
    try await World.with { world async throws in
      let answer = try await world.call(.put, Self.person, as: .systemAdmin, fields)
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == Self.guessed)
      let others = fields.filter { $0.key != field }
      #expect(try await world.call(.put, Self.person, as: .systemAdmin, others).status == 200)
    }
  }

  @Test func `who makes or imports people gives none of their names, nor the team's`() async throws {
    try await World.with { world async throws in
      try await world.database.execute("update team set name = 'Harbour Works' where id = 1")
      for (path, caller) in [
        ("/api/v2.1/org/1/admin/users/", Caller.teamAdmin), ("/api/v2.1/admin/organizations/1/users/", .systemAdmin),
      ] {
        for password in ["Nora_New99", "HarbourWorks", "works-2024"] {
          let fields = ["email": "nn@ours.example", "name": "Nora New", "password": password]
          let answer = try await world.call(.post, path, as: caller, fields)
          #expect(answer["error_msg"] as? String == Self.guessed, "\(path) \(password)")
        }
      }
      let team = ["org_name": "Harbour Works", "admin_email": "nn@new.example", "password": "harbourworks"]
      let made = try await world.call(.post, "/api/v2.1/admin/organizations/", as: .systemAdmin, team)
      #expect(made["error_msg"] as? String == Self.guessed)
      let imported = try await world.importUsers(
        """
        email,password,name,login_id
        first@example.com,Fanny1234,Fanny First,
        second@example.com,se-77120033,Second,se-77120033

        """, as: .systemAdmin)
      let failed = try #require(imported["failed"] as? [[String: String]])
      #expect(failed.map { $0["error_msg"] } == [Self.guessed, Self.guessed])
    }
  }

  // MARK: Leaked ones

  @Test(arguments: [World.leakedPassword, World.leakedPassword.uppercased()])
  func `what the operator knows to have leaked is refused, whoever sets it`(_ password: String) async throws {
    try await World.with { world async throws in
      let own = try await change(password, world)
      #expect(own.status == 400)
      #expect(own["error_msg"] as? String == "new_" + Self.leaked)
      let before = try await world.database.fingerprint()
      let answers = [
        try await world.call(.put, Self.person, as: .systemAdmin, ["password": password]),
        try await world.call(
          .post, "/api/v2.1/org/1/admin/users/", as: .teamAdmin, ["email": "nn@ours.example", "password": password]),
        try await world.call(.post, Self.links, as: .groupAdmin, ["password": password]),
        try await world.call(
          .put, "/api/v2.1/org/1/admin/invite-links/\(World.inviteLink)/", as: .teamAdmin, ["password": password]),
      ]
      for answer in answers {
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == Self.leaked)
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  // MARK: Links

  @Test(arguments: [
    ("123456", "it must have at least 8 characters."), ("sesame!", "it must have at least 8 characters."),
    ("12345678", "it is easy to guess. Choose another one."), ("PassWord1", "it is easy to guess. Choose another one."),
    ("basekeeper1", "it is easy to guess. Choose another one."),
    ("Ours2024!", "it is easy to guess. Choose another one."),
  ])
  func `a link's password is judged as a person's`(_ password: String, _ reason: String) async throws {
    try await World.with { world async throws in
      try await world.database.execute("update team set name = 'Ours' where id = 1")
      let invitation = ["workspace_id": "9", "table_name": "Projects", "permission": "r", "password": password]
      for answer in [
        try await world.call(.post, Self.links, as: .groupAdmin, ["password": password]),
        try await world.call(.post, "/api/v2.1/dtables/invite-links/", as: .groupAdmin, invitation),
        try await world.call(
          .put, "/api/v2.1/org/1/admin/invite-links/\(World.inviteLink)/", as: .teamAdmin, ["password": password]),
      ] {
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == "password invalid: \(reason)")
      }
    }
  }

  @Test func `a link's password of before still opens it`() async throws {
    try await World.with { world async throws in
      let hash = try await world.app.passwords.hash("123456")
      try await world.database.db.onLoop {
        try await $0.run("update base_link set password_hash = \(hash) where kind = 'external'")
      }
      let path = "/api/v2.1/external-link-tokens/\(World.externalLink)/access-token/"
      #expect(try await world.call(.get, path, headers: [.linkPassword: "123456"]).status == 200)
      #expect(try await world.call(.get, path, headers: [.linkPassword: "1234567"]).status == 403)
    }
  }
}
