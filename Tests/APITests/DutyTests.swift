import API
import Access
import Crypto
import HTTP
import TestSupport
import Testing

private let password = "/api/v2.1/user/password/"
private let factor = "/api/v2.1/user/two-factor-auth/"
private let ping = "/api2/auth/ping/"
private let given = "a given password"
private let new = "new@example.com"
private let member = "member@ours.example"
private let mustChoose =
  #"{"error_msg":"Your password was set by somebody else: choose your own at /api/v2.1/user/password/ first."}"#
private let mustEnrol =
  #"{"error_msg":"Two-factor authentication is required: enrol a second factor at "#
  + #"/api/v2.1/user/two-factor-auth/ first."}"#

extension World {
  fileprivate static func withDuties(_ body: (World) async throws -> Void) async throws {
    try await with(setting: { $0.firstPasswordHours = 24 }, body)
  }

  fileprivate func ping(_ token: String) async throws -> Answer {
    try await call(.get, "/api2/auth/ping/", authorization: "Token \(token)")
  }

  fileprivate func token(of name: String, _ password: String = World.password) async throws -> String {
    let answer = try await signIn(name, password: password)
    return try #require(answer["token"] as? String, "\(answer.text)")
  }
}

@Suite struct FirstPasswords {
  /// Every way in which a person gets a password from somebody else: gives that person's address and the password.
  enum Way: CaseIterable {
    case teamAdminAdds, systemAdminAdds, systemAdminAddsToTeam, newTeam, generated, imported
    case teamAdminResets, systemAdminResets, systemAdminSets, ownReset, machineCreates, machineResets

    /// Gives a person a password; says under which name they sign in, and with which password.
    func give(_ world: World) async throws -> (name: String, password: String) {
      switch self {
      case .teamAdminAdds: try await add(at: "/api/v2.1/org/1/admin/users/", .teamAdmin, world)
      case .systemAdminAdds: try await add(at: "/api/v2.1/admin/users/", .systemAdmin, world)
      case .systemAdminAddsToTeam: try await add(at: "/api/v2.1/admin/organizations/1/users/", .systemAdmin, world)
      case .newTeam: try await add(at: "/api/v2.1/admin/organizations/", .systemAdmin, world)
      case .generated: try await add(at: "/api/v2.1/org/1/admin/users/", .teamAdmin, world, generated: true)
      case .imported: try await add(at: "import", .systemAdmin, world)
      case .teamAdminResets:
        try await reset(member, "/api/v2.1/org/1/admin/users/\(Example.member)/set-password/", .teamAdmin, world)
      case .systemAdminResets:
        try await reset(member, "/api/v2.1/admin/users/\(Example.member)/reset-password/", .systemAdmin, world)
      case .systemAdminSets:
        try await reset(member, "/api/v2.1/admin/users/\(Example.member)/", .systemAdmin, world, to: given)
      case .ownReset:
        try await reset(
          "root@example.com", "/api/v2.1/admin/users/\(Example.systemAdmin)/reset-password/", .systemAdmin, world)
      case .machineCreates:
        (new, try await atTheMachine(world) { try await $0.create(email: new, name: nil, password: given) })
      case .machineResets:
        (member, try await atTheMachine(world) { try await $0.resetPassword(of: member, to: nil) })
      }
    }

    private func add(
      at path: String, _ caller: Caller, _ world: World, generated: Bool = false
    ) async throws -> (name: String, password: String) {
      var fields = ["email": new, "admin_email": new, "name": "Nora", "org_name": "New"]
      if !generated { fields["password"] = given }
      let answer =
        path == "import"
        ? try await world.importUsers("email,password,name\n\(new),\(given),Nora\n", as: caller)
        : try await world.call(.post, path, as: caller, fields)
      #expect((200...201).contains(answer.status), "\(answer.text)")
      return (new, try generated ? #require(answer["new_password"] as? String) : given)
    }

    private func reset(
      _ name: String, _ path: String, _ caller: Caller, _ world: World, to password: String? = nil
    ) async throws -> (name: String, password: String) {
      let answer = try await world.call(.put, path, as: caller, password.map { ["password": $0] } ?? [:])
      #expect(answer.status == 200, "\(answer.text)")
      return (name, try password ?? #require(answer["new_password"] as? String))
    }

    private func atTheMachine(
      _ world: World, _ body: @escaping @Sendable (LocalAdministration) async throws -> String
    ) async throws -> String {
      let passwords = world.app.passwords
      return try await world.database.db.onLoop {
        try await body(LocalAdministration($0, passwords, leaked: LeakedPasswords()))
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `whoever got their password from somebody else changes it, and then goes on`(_ way: Way) async throws {
    try await World.withDuties { world in
      let (name, given) = try await way.give(world)
      let token = try await world.token(of: name, given)
      let refused = try await world.ping(token)
      #expect(refused.status == 403)
      #expect(refused.text == mustChoose)
      let authorization = "Token \(token)"
      let same = try await world.call(
        .put, password, authorization: authorization, ["old_password": given, "new_password": given])
      #expect(same["error_msg"] as? String == "new_password invalid: it is the old one. Choose another one.")
      #expect(try await world.ping(token).text == mustChoose)
      let changed = try await world.call(
        .put, password, authorization: authorization, ["old_password": given, "new_password": "one of my own"])
      #expect(changed.status == 200, "\(changed.text)")
      #expect(try await world.ping(try await world.token(of: name, "one of my own")).status == 200)
    }
  }

  @Test(arguments: Way.allCases)
  func `where the operator asks for nothing, such a password lasts and lets them do everything`(
    _ way: Way
  ) async throws {
    try await World.with { world in
      let (name, given) = try await way.give(world)
      try await world.database.execute(
        "update account set password_given_at = '2020-01-01' where password_given_at > '2020-01-01'")
      #expect(try await world.ping(try await world.token(of: name, given)).status == 200)
    }
  }

  /// The routes that ask who calls, and are not for changing the password.
  private static let asking = routes.filter {
    !["anyone", "metrics-reader", "link-visitor", "base-token", "choosing-password", "upload-link", "download-link"]
      .contains($0.principal)
  }

  @Test(arguments: asking.map(Example.init))
  func `until then each of them is refused by every route, and changes nothing`(_ example: Example) async throws {
    let admitted = try Authorisation.admitted(to: example)
    try await World.withDuties { world in
      try await world.database.execute("update account set password_given_at = now()")
      let before = try await world.database.fingerprint()
      for caller in admitted where caller.account != nil || caller == .temporaryToken {
        let answer = try await world.call(example, as: caller)
        #expect(answer.status == 403, "\(caller): \(answer.text)")
        #expect(answer.text == mustChoose, "\(caller)")
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  @Test func `programs go on, and so does whoever has chosen their own`() async throws {
    try await World.withDuties { world in
      try await world.database.execute("update account set password_given_at = now() where id <> 3")
      #expect(try await world.call(.get, World.exchange, as: .apiTokenReader).status == 200)
      #expect(try await world.call(.get, ping, as: .groupMember).status == 200)
      let changed = try await world.call(
        .put, password, as: .groupMember, ["old_password": World.password, "new_password": "another password"])
      #expect(changed.status == 200)
      #expect(try await world.ping(try await world.token(of: member, "another password")).status == 200)
    }
  }

  @Test func `it lets nobody in after its hours, and says so only to who knows it`() async throws {
    try await World.withDuties { world in
      try await world.database.execute(
        "update account set password_given_at = now() - interval '23 hours' where id = 3")
      let token = try await world.token(of: member)
      try await world.database.execute(
        "update account set password_given_at = now() - interval '24 hours' where id = 3")
      let before = try await world.database.count("login_log where account_id = 3 and not succeeded")
      let expired = try await world.signIn(member)
      #expect(expired.status == 400)
      #expect(
        expired.text == #"{"non_field_errors":["The password has expired: ask an administrator for a new one."]}"#)
      #expect(try await world.database.count("login_log where account_id = 3 and not succeeded") == before + 1)
      let wrong = try await world.signIn(member, password: "not the password")
      #expect(wrong.text == #"{"non_field_errors":["Unable to login with provided credentials."]}"#)
      // Who came in before may still change it, and nothing else.
      #expect(try await world.ping(token).text == mustChoose)
      let changed = try await world.call(
        .put, password, authorization: "Token \(token)",
        ["old_password": World.password, "new_password": "one of my own"])
      #expect(changed.status == 200, "\(changed.text)")
      #expect(try await world.signIn(member, password: "one of my own").status == 200)
    }
  }

  @Test func `who owes a password and a second factor chooses the password first`() async throws {
    try await World.withDuties { world in
      world.clock.stop()
      try await world.database.execute("update account set password_given_at = now(), forces_2fa = true where id = 3")
      let token = "Token \(try await world.token(of: member))"
      for method in [HTTP.Method.get, .post] {
        #expect(try await world.call(method, factor, authorization: token).text == mustChoose)
      }
      let changed = try await world.call(
        .put, password, authorization: token, ["old_password": World.password, "new_password": "one of my own"])
      #expect(changed.status == 200, "\(changed.text)")
      let anew = "Token \(try await world.token(of: member, "one of my own"))"
      #expect(try await world.call(.get, ping, authorization: anew).text == mustEnrol)
      #expect(try await world.call(.put, password, authorization: anew).text == mustEnrol)
      #expect(try await world.call(.post, factor, authorization: anew, ["password": "one of my own"]).status == 200)
    }
  }
}

@Suite struct RequiredSecondFactors {
  /// Whom each setting obliges.
  static let obliged: [(AppSettings.SecondFactorDuty, Set<Caller>)] = [
    (.nobody, []), (.administrators, [.teamAdmin, .teamAdminInGroup, .foreigner, .systemAdmin]),
    (.all, Set(Caller.allCases.filter { $0.account != nil && $0 != .deactivated && $0 != .unenrolled })),
  ]

  @Test(arguments: obliged)
  func `the operator says who must have one`(
    _ duty: AppSettings.SecondFactorDuty, _ obliged: Set<Caller>
  ) async throws {
    try await World.with(setting: { $0.requiredSecondFactors = duty }) { world in
      world.clock.stop()
      for caller in Caller.allCases where caller.account != nil && caller != .deactivated && caller != .unenrolled {
        let answer = try await world.call(.get, ping, as: caller)
        #expect(answer.status == (obliged.contains(caller) ? 403 : 200), "\(caller)")
        if obliged.contains(caller) { #expect(answer.text == mustEnrol) }
        let state = try await world.call(.get, factor, as: caller)
        #expect(state["required"] as? Bool == obliged.contains(caller), "\(caller)")
      }
      #expect(try await world.call(.get, World.exchange, as: .apiTokenReader).status == 200)
      #expect(try await world.call(.get, World.exchange, as: .temporaryToken).status == (duty == .all ? 403 : 200))
      let baseToken = try #require(world.credentials[.personalBaseToken])
      #expect(try await world.knock(baseToken) == (duty == .all ? 403 : 200))
      for caller in obliged.intersection([.teamAdmin, .systemAdmin, .groupMember]) {
        let enrolment = try await world.call(.post, factor, as: caller, ["password": World.password])
        let code = world.oneTimePassword(of: try #require(enrolment["secret"] as? String))
        #expect(try await world.call(.put, factor, as: caller, ["code": code]).status == 200)
        #expect(try await world.call(.get, ping, as: caller).status == 200, "\(caller)")
      }
    }
  }
}
