import API
import Access
import Crypto
import HTTP
import Postgres
import TestSupport
import Testing

private let tokens = "/api/v2.1/user/account-tokens/"
private let ping = "/api2/auth/ping/"

@Suite struct AccountTokens {
  private func list(_ world: World, authorization: String?) async throws -> [[String: Any]] {
    let answer = try await world.call(.get, tokens, authorization: authorization)
    return try #require(answer["account_tokens"] as? [[String: Any]])
  }

  private func status(_ secret: String, _ world: World) async throws -> Int {
    try await world.call(.get, ping, authorization: "Token \(secret)").status
  }

  private func make(
    _ world: World, as caller: Caller = .groupMember, _ fields: [String: String] = [:]
  ) async throws -> (secret: String, id: Int) {
    let made = try await world.call(.post, tokens, as: caller, fields)
    #expect(made.status == 201, "\(made.text)")
    return (try #require(made["token"] as? String), try #require(made["id"] as? Int))
  }

  @Test func `a token is created with a name and an expiry, and shows its secret once`() async throws {
    try await World.with { world async throws in
      let made = try await world.call(
        .post, tokens, as: .groupMember, ["name": "my laptop", "expire_days": "30"])
      #expect(made.status == 201)
      let secret = try #require(made["token"] as? String)
      #expect(Secret(token: secret) != nil)
      #expect(made["name"] as? String == "my laptop")
      #expect(made["is_current"] as? Bool == false)
      #expect(try await status(secret, world) == 200)
      #expect(
        try await world.database.count(
          "account_token where name = 'my laptop' and expires_at = created_at + interval '30 days'") == 1)
      #expect(try await !world.database.dump().contains(secret))
      #expect(
        try await world.database.count("audit_log where actor_id = 3 and operation = 'account_token_create'") == 1)
      let list = try await world.call(.get, tokens, as: .groupMember)
      #expect(!list.text.contains(secret))
      #expect(list.text.contains("my laptop"))
    }
  }

  @Test func `people see only their own tokens, and which one they use`() async throws {
    try await World.with { world async throws in
      let (secret, id) = try await make(world)
      _ = try await make(world, as: .groupAdmin, ["name": "not mine"])
      let list = try await list(world, authorization: "Token \(secret)")
      #expect(list.count == 2)
      #expect(list.map { $0["is_current"] as? Bool } == [false, true])
      #expect(list.last?["id"] as? Int == id)
      #expect(list.allSatisfy { $0["token"] == nil && $0["name"] as? String != "not mine" })
      let others = try await world.call(.get, tokens, as: .groupMember)
      #expect((others["account_tokens"] as? [[String: Any]])?.map { $0["is_current"] as? Bool } == [true, false])
    }
  }

  @Test func `a token never expires by default`() async throws {
    try await World.with { world async throws in
      let (secret, id) = try await make(world)
      try await world.database.execute(
        "update account_token set created_at = now() - interval '50 years' where id = \(id)")
      #expect(try await status(secret, world) == 200)
      let entry = try await list(world, authorization: "Token \(secret)").last
      #expect(isNull(entry?["expires_at"]))
    }
  }

  @Test func `a token that expires creates none that lasts longer`() async throws {
    try await World.with { world async throws in
      let day = try await world.signIn("member@ours.example", ["name": "day", "expire_days": "1"])
      let authorization = "Token \(try #require(day["token"] as? String))"
      for terms in [["name": "later"], ["name": "later", "expire_days": "30"]] {
        let made = try await world.call(.post, tokens, authorization: authorization, terms)
        #expect(made.status == 201, "\(made.text)")
      }
      let capped = try await world.database.count(
        """
        account_token as late join account_token as day on day.name = 'day' and late.expires_at = day.expires_at
        where late.name = 'later'
        """)
      #expect(capped == 2)
    }
  }

  @Test func `an expired token is refused and not listed`() async throws {
    try await World.with { world async throws in
      let (secret, id) = try await make(world, ["expire_days": "1"])
      #expect(try await status(secret, world) == 200)
      try await world.database.execute("update account_token set expires_at = now() where id = \(id)")
      let refused = try await world.call(.get, ping, authorization: "Token \(secret)")
      #expect(refused.status == 401)
      #expect(refused.text == #"{"detail":"Invalid token"}"#)
      let list = try await world.call(.get, tokens, as: .groupMember)
      #expect((list["account_tokens"] as? [Any])?.count == 1)
    }
  }

  @Test(arguments: [
    ("expire_days", "0"), ("expire_days", "-1"), ("expire_days", "36501"), ("expire_days", "x"),
    ("name", String(repeating: "x", count: 256)), ("name", "a\u{7}b"),
  ])
  func `an invalid name or expiry is refused`(_ field: String, _ value: String) async throws {
    try await World.with { world async throws in
      let before = try await world.database.count("account_token")
      let made = try await world.call(.post, tokens, as: .groupMember, [field: value])
      #expect(made.status == 400)
      #expect(made["error_msg"] as? String == "\(field) invalid.")
      let signedIn = try await world.signIn("member@ours.example", [field: value])
      #expect(signedIn.status == 400)
      #expect(signedIn["error_msg"] as? String == "\(field) invalid.")
      #expect(try await world.database.count("account_token") == before)
    }
  }

  @Test func `a sign-in may set the name and the expiry of its token`() async throws {
    try await World.with { world async throws in
      let answer = try await world.signIn("member@ours.example", ["name": "script", "expire_days": "7"])
      let secret = try #require(answer["token"] as? String)
      let entry = try #require(
        try await list(world, authorization: "Token \(secret)").first { $0["is_current"] as? Bool == true })
      #expect(entry["name"] as? String == "script")
      #expect(
        try await world.database.count(
          "account_token where name = 'script' and expires_at = created_at + interval '7 days'") == 1)
      #expect(try await world.signIn("member@ours.example").status == 200)
      #expect(
        try await world.database.count("account_token where name = '' and expires_at is null and account_id = 3") == 2)
    }
  }

  @Test func `one's own token ends at once, and another person's is not found`() async throws {
    try await World.with { world async throws in
      let (mine, id) = try await make(world, ["name": "lost"])
      let (theirs, other) = try await make(world, as: .groupAdmin)
      for text in ["\(other)", "999999", "x", "-1"] {
        let answer = try await world.call(.delete, tokens + "\(text)/", as: .groupMember)
        #expect(answer.status == 404)
        #expect(answer.text == #"{"error_msg":"account token \#(text) not found."}"#)
      }
      #expect(try await status(theirs, world) == 200)
      let ended = try await world.call(
        .delete, tokens + "\(id)/", as: .groupMember, ["password": World.password])
      #expect(ended.text == #"{"success":true}"#)
      #expect(try await status(mine, world) == 401)
      #expect(try await world.call(.delete, tokens + "\(id)/", as: .groupMember).status == 404)
      #expect(
        try await world.database.count(
          """
          audit_log where actor_id = 3 and operation = 'account_token_delete' and detail ->> 'token_name' = 'lost'
          """) == 1)
    }
  }

  @Test func `all other tokens end at once, and the one in use stays valid`() async throws {
    try await World.with { world async throws in
      let (shown, _) = try await make(world)
      let (lost, _) = try await make(world)
      let (theirs, _) = try await make(world, as: .groupAdmin)
      let answer = try await world.call(
        .delete, tokens, authorization: "Token \(shown)", ["password": World.password])
      #expect(answer.text == #"{"success":true}"#)
      #expect(try await status(shown, world) == 200)
      #expect(try await status(theirs, world) == 200)
      #expect(try await status(lost, world) == 401)
      #expect(try await world.call(.get, ping, as: .groupMember).status == 401)
      #expect(try await list(world, authorization: "Token \(shown)").count == 1)
    }
  }

  @Test func `the list shows when, from where and by which client a token was last used`() async throws {
    try await World.with { world async throws in
      let (secret, id) = try await make(world)
      _ = try await world.call(
        .get, ping, authorization: "Token \(secret)", headers: [.userAgent: "my client"], address: "2001:db8::1")
      try await world.onLoop { await $0.lastUse.write(at: nil) }
      let entries = try #require(
        try await world.call(.get, tokens, as: .groupMember)["account_tokens"] as? [[String: Any]])
      let entry = try #require(entries.first { $0["id"] as? Int == id })
      #expect(entry["last_address"] as? String == "2001:db8::1")
      #expect(entry["last_client"] as? String == "my client")
      #expect(entry["last_access"] is String)
    }
  }
}

@Suite struct Passwords {
  private static let path = "/api/v2.1/user/password/"
  private static let guessed = "invalid: it is easy to guess. Choose another one."

  private func change(_ world: World, _ old: String, _ new: String, as caller: Caller = .groupMember) async throws
    -> Answer
  {
    try await world.call(.put, Self.path, as: caller, ["old_password": old, "new_password": new])
  }

  @Test func `who knows the old password sets another one, gets a new token, and all others end`() async throws {
    try await World.with { world async throws in
      let lost = try #require(try await world.signIn("member@ours.example")["token"] as? String)
      let other = try #require(try await world.signIn("admin@ours.example")["token"] as? String)
      try await world.database.execute(
        "update account_token set name = 'laptop', expires_at = now() + interval '1 day' where id = 3 and account_id = 3"
      )
      let changed = try await change(world, World.password, "another password")
      #expect(changed["success"] as? Bool == true)
      let new = try #require(changed["token"] as? String)
      #expect(try await world.call(.get, ping, authorization: "Token \(new)").status == 200)
      #expect(try await world.call(.get, ping, as: .groupMember).status == 401)
      // In the place of the one that was shown: called the same, and ending when that would have ended.
      #expect(
        try await world.database.count(
          "account_token where account_id = 3 and name = 'laptop' and expires_at < now() + interval '1 day'") == 1)
      #expect(try await world.database.count("account_token where account_id = 3") == 1)
      #expect(try await world.call(.get, ping, authorization: "Token \(lost)").status == 401)
      #expect(try await world.call(.get, ping, authorization: "Token \(other)").status == 200)
      #expect(try await world.signIn("member@ours.example").status == 400)
      #expect(try await world.signIn("member@ours.example", password: "another password").status == 200)
      #expect(try await world.signIn("admin@ours.example").status == 200)
      #expect(
        try await world.database.count("audit_log where actor_id = 3 and operation = 'user_password_set'") == 1)
    }
  }

  @Test func `a wrong old password changes nothing, and guessing at it gets slow`() async throws {
    try await World.with { world async throws in
      let before = try await world.database.count("account_token where account_id = 3")
      var statuses: [Int] = []
      for _ in 1...10 { statuses.append(try await change(world, "not the password", "another password").status) }
      #expect(statuses.first == 400)
      #expect(statuses.contains(429))
      try await world.database.execute("delete from failed_attempt")
      let answer = try await change(world, "not the password", "another password")
      #expect(answer["error_msg"] as? String == "The password is wrong.")
      #expect(try await world.database.count("account_token where account_id = 3") == before)
      #expect(try await world.signIn("member@ours.example").status == 200)
    }
  }

  @Test(arguments: [
    ("", "new_password invalid."), ("1234567", "new_password invalid: it must have at least 8 characters."),
    ("üüüüüüü", "new_password invalid: it must have at least 8 characters."), ("12345678", "new_password \(guessed)"),
    ("PassWord1", "new_password \(guessed)"), ("member@ours.example", "new_password \(guessed)"),
    ("Max Member", "new_password \(guessed)"), ("MAX MEMBER", "new_password \(guessed)"),
    (String(repeating: "x", count: 1025), "new_password invalid."),
    (String(repeating: "ü", count: 513), "new_password invalid."),
  ])
  func `a password that is easy to guess is refused`(_ password: String, _ text: String) async throws {
    try await World.with { world async throws in
      let answer = try await change(world, World.password, password)
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == text)
      #expect(try await world.signIn("member@ours.example").status == 200)
    }
  }

  @Test func `the local part of one's address is refused`() async throws {
    try await World.with { world async throws in
      try await world.database.execute("update account set email = 'maximilian@ours.example' where id = 3")
      #expect(
        try await change(world, World.password, "Maximilian")["error_msg"] as? String == "new_password \(Self.guessed)")
      #expect(try await change(world, World.password, "Maximilian's").status == 200)
    }
  }

  @Test(arguments: ["aaaaaaaaa", "7 blanks", "üüüüüüüü", String(repeating: "ü", count: 512)])
  func `a password has no rules of composition`(_ password: String) async throws {
    try await World.with { world async throws in
      #expect(try await change(world, World.password, password).status == 200)
      #expect(try await world.signIn("member@ours.example", password: password).status == 200)
    }
  }

  /// Every way to get a password from another person.
  @Test(arguments: [
    ("/api/v2.1/org/1/admin/users/", Caller.teamAdmin, "email"), ("/api/v2.1/admin/users/", .systemAdmin, "email"),
    ("/api/v2.1/admin/organizations/1/users/", .systemAdmin, "email"),
    ("/api/v2.1/admin/organizations/", .systemAdmin, "admin_email"),
  ])
  func `no account is created with such a password`(_ path: String, _ caller: Caller, _ email: String) async throws {
    try await World.with { world async throws in
      func make(_ password: String) async throws -> Answer {
        try await world.call(
          .post, path, as: caller,
          [email: "newcomer@ours.example", "password": password, "name": "Nora New", "org_name": "New"])
      }
      let before = try await world.database.fingerprint()
      for password in ["12345678", "PassWord1", "newcomer@ours.example", "NEWCOMER"] {
        let answer = try await make(password)
        #expect(answer.status == 400)
        #expect(answer["error_msg"] as? String == "password \(Self.guessed)", "\(password)")
      }
      let short = try await make("1234567")
      #expect(short["error_msg"] as? String == "password invalid: it must have at least 8 characters.")
      #expect(try await world.database.fingerprint() == before)
      #expect((200...201).contains(try await make("a new password").status))
    }
  }

  @Test func `no account is imported or changed with such a password`() async throws {
    try await World.with { world async throws in
      let answer = try await world.importUsers(
        """
        email,password,name
        first@example.com,12345678,First
        second@example.com,second@example.com,Second
        third@example.com,a new password,Third
        fourth@example.com,1234567,Fourth

        """, as: .systemAdmin)
      let failed = try #require(answer["failed"] as? [[String: String]])
      #expect(
        failed.map { $0["error_msg"] } == [
          "password \(Self.guessed)", "password \(Self.guessed)",
          "password invalid: it must have at least 8 characters.",
        ])
      #expect(try await world.database.count("account where email like '%@example.com' and name = 'Third'") == 1)
      #expect(try await world.database.count("account where name in ('First', 'Second', 'Fourth')") == 0)
      let changed = try await world.call(
        .put, "/api/v2.1/admin/users/\(Example.member)/", as: .systemAdmin, ["password": "12345678"])
      #expect(changed.status == 400)
      #expect(changed["error_msg"] as? String == "password \(Self.guessed)")
    }
  }
}
