import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

private let factor = "/api/v2.1/user/two-factor-auth/"
private let missing = #"{"non_field_errors":["Two factor auth token is missing."]}"#
private let wrong = #"{"non_field_errors":["Two factor auth token is invalid."]}"#
private let mustEnrol =
  #"{"error_msg":"Two-factor authentication is required: enrol a second factor at "#
  + #"/api/v2.1/user/two-factor-auth/ first."}"#

@Suite struct TwoFactors {
  static let address = "member@ours.example"

  /// Enrols a person; returns the secret in base32, and the recovery codes.
  static func enrol(
    _ world: World, as caller: Caller = .groupMember, with token: String? = nil
  ) async throws -> (secret: String, codes: [String]) {
    let authorization = "Token \(try #require(token ?? world.credentials[caller]))"
    let enrolment = try await world.call(.post, factor, authorization: authorization, ["password": World.password])
    #expect(enrolment.status == 200, "\(enrolment.text)")
    let secret = try #require(enrolment["secret"] as? String)
    let code = world.oneTimePassword(of: secret)
    let confirmation = try await world.call(.put, factor, authorization: authorization, ["code": code])
    #expect(confirmation.status == 200, "\(confirmation.text)")
    return (secret, try #require(confirmation["recovery_codes"] as? [String]))
  }

  /// Advances the clock to the next half minute and returns its code.
  static func nextCode(_ secret: String, _ world: World) -> String {
    world.clock.advance(by: 30)
    return world.oneTimePassword(of: secret)
  }

  @Test func `a factor is enrolled with a secret for the phone, and active once it is confirmed`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let none = try await world.call(.get, factor, as: .groupMember)
      #expect(none.text == #"{"enabled":false,"required":false,"recovery_codes_left":0}"#)

      let enrolment = try await world.call(.post, factor, as: .groupMember, ["password": World.password])
      let secret = try #require(enrolment["secret"] as? String)
      #expect(secret.count == 32)
      #expect(
        enrolment["otpauth_url"] as? String
          == "otpauth://totp/Basekeeper:member%40ours.example?secret=\(secret)&issuer=Basekeeper")
      // Until then, it is required nowhere.
      #expect(try await world.call(.get, factor, as: .groupMember)["enabled"] as? Bool == false)
      #expect(try await world.signIn(Self.address).status == 200)

      let code = world.oneTimePassword(of: secret)
      let other = code == "000000" ? "000001" : "000000"
      let refused = try await world.call(.put, factor, as: .groupMember, ["code": other])
      #expect(refused.status == 400)
      #expect(refused["error_msg"] as? String == "code invalid.")
      let confirmed = try await world.call(.put, factor, as: .groupMember, ["code": code])
      #expect(confirmed.status == 200)
      let codes = try #require(confirmed["recovery_codes"] as? [String])
      #expect(Set(codes).count == 10)
      let some = try await world.call(.get, factor, as: .groupMember)
      #expect(some.text == #"{"enabled":true,"required":false,"recovery_codes_left":10}"#)
      #expect(
        try await world.database.count("audit_log where actor_id = 3 and became ->> 'has_2fa' = 'true'") == 1)
    }
  }

  @Test func `beginning again replaces only an unconfirmed factor`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let first = try #require(
        try await world.call(.post, factor, as: .groupMember, ["password": World.password])["secret"] as? String)
      let second = try #require(
        try await world.call(.post, factor, as: .groupMember, ["password": World.password])["secret"] as? String)
      #expect(first != second)
      let former = world.oneTimePassword(of: first)
      #expect(try await world.call(.put, factor, as: .groupMember, ["code": former]).status == 400)
      let code = world.oneTimePassword(of: second)
      #expect(try await world.call(.put, factor, as: .groupMember, ["code": code]).status == 200)

      let again = try await world.call(.post, factor, as: .groupMember, ["password": World.password])
      #expect(again.status == 400)
      #expect(again["error_msg"] as? String == "You already have a second factor: delete it first.")
      let confirmed = try await world.call(.put, factor, as: .groupMember, ["code": code])
      #expect(confirmed.status == 400)
      #expect(
        confirmed["error_msg"] as? String == "There is no second factor to confirm: start with a POST.")
    }
  }

  @Test func `without enrolment, there is nothing to confirm`() async throws {
    try await World.with { world async throws in
      let answer = try await world.call(.put, factor, as: .groupMember, ["code": "123456"])
      #expect(answer.status == 400)
      #expect(answer["error_msg"] as? String == "There is no second factor to confirm: start with a POST.")
    }
  }

  @Test func `sign-in requires the code after the password`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await Self.enrol(world)
      let before = try await world.database.count("account_token where account_id = 3")
      for code in [nil, ""] {
        let answer = try await world.signIn(Self.address, code: code)
        #expect(answer.status == 400)
        #expect(answer.text == missing)
        #expect(answer.headers["X-SEAFILE-OTP"] == "required")
      }
      let code = Self.nextCode(secret, world)
      let other = code == "000000" ? "000001" : "000000"
      for refused in [other, "x", code + "0"] {
        let answer = try await world.signIn(Self.address, code: refused)
        #expect(answer.status == 400)
        #expect(answer.text == wrong)
        #expect(answer.headers["X-SEAFILE-OTP"] == nil)
      }
      #expect(try await world.database.count("account_token where account_id = 3") == before)
      let answer = try await world.signIn(Self.address, code: code)
      #expect(answer.status == 200)
      let token = try #require(answer["token"] as? String)
      #expect(try await world.call(.get, "/api2/auth/ping/", authorization: "Token \(token)").status == 200)
    }
  }

  @Test func `without the password, nobody learns that there is a second factor`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await Self.enrol(world)
      let code = Self.nextCode(secret, world)
      for code in [nil, code] {
        let answer = try await world.signIn(Self.address, code: code, password: "not the password")
        #expect(answer.text == #"{"non_field_errors":["Unable to login with provided credentials."]}"#)
        #expect(answer.headers["X-SEAFILE-OTP"] == nil)
      }
      // The code was not used up.
      #expect(try await world.signIn(Self.address, code: code).status == 200)
    }
  }

  @Test func `a code is accepted only once, including the one of the enrolment`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await Self.enrol(world)
      let first = world.oneTimePassword(of: secret)
      #expect(try await world.signIn(Self.address, code: first).text == wrong)
      let second = Self.nextCode(secret, world)
      #expect(try await world.signIn(Self.address, code: second).status == 200)
      for code in [second, first] { #expect(try await world.signIn(Self.address, code: code).text == wrong) }
      // The code of the previous half minute is still accepted.
      let third = Self.nextCode(secret, world)
      world.clock.advance(by: 30)
      #expect(try await world.signIn(Self.address, code: third).status == 200)
      #expect(try await world.signIn(Self.address, code: third).text == wrong)
      let fourth = Self.nextCode(secret, world)
      world.clock.advance(by: 60)
      #expect(try await world.signIn(Self.address, code: fourth).text == wrong)
    }
  }

  @Test func `the code of a phone whose clock is ahead is accepted, once`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await Self.enrol(world)
      let next = Self.nextCode(secret, world)
      world.clock.advance(by: -30)
      #expect(try await world.signIn(Self.address, code: next).status == 200)
      for seconds in [0.0, 30, 30] {
        world.clock.advance(by: seconds)
        #expect(try await world.signIn(Self.address, code: next).text == wrong)
      }
    }
  }

  @Test func `a code that was accepted by a wrong clock is not accepted again at its time`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await Self.enrol(world)
      world.clock.advance(by: 600)
      let early = world.oneTimePassword(of: secret)
      #expect(try await world.signIn(Self.address, code: early).status == 200)
      // The clock is corrected, and the right codes are accepted.
      world.clock.advance(by: -570)
      #expect(try await world.signIn(Self.address, code: world.oneTimePassword(of: secret)).status == 200)
      world.clock.advance(by: 570)
      #expect(world.oneTimePassword(of: secret) == early)
      #expect(try await world.signIn(Self.address, code: early).text == wrong)
      #expect(try await world.signIn(Self.address, code: Self.nextCode(secret, world)).status == 200)
    }
  }

  @Test func `codes are accepted as they are shown and as they are copied`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let enrolment = try await world.call(.post, factor, as: .groupMember, ["password": World.password])
      let secret = try #require(enrolment["secret"] as? String)
      func spaced(_ code: String) -> String { "\(code.prefix(3)) \(code.suffix(3))" }
      let confirmation = try await world.call(
        .put, factor, as: .groupMember, ["code": spaced(world.oneTimePassword(of: secret))])
      #expect(confirmation.status == 200)
      #expect(try await world.signIn(Self.address, code: spaced(Self.nextCode(secret, world))).status == 200)
      let codes = try #require(confirmation["recovery_codes"] as? [String])
      for code in [codes[0].uppercased(), codes[1].replacing("-", with: " "), codes[2].replacing("-", with: "")] {
        #expect(try await world.signIn(Self.address, code: code).status == 200, "\(code)")
      }
    }
  }

  @Test func `of several simultaneous sign-ins with one code, one succeeds`() async throws {
    try await World.with(connections: 16) { world async throws in
      world.clock.stop()
      let (secret, codes) = try await Self.enrol(world)
      for code in [Self.nextCode(secret, world), codes[0]] {
        let before = try await world.database.count("account_token where account_id = 3")
        let answers = try await world.fifty { _ in try await world.signIn(Self.address, code: code) }
        #expect(answers.filter { $0.status == 200 }.count == 1)
        #expect(try await world.database.count("account_token where account_id = 3") == before + 1)
        try await world.database.execute("delete from failed_attempt")
      }
    }
  }

  @Test func `a recovery code replaces the phone, once`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (_, codes) = try await Self.enrol(world)
      let (_, others) = try await Self.enrol(world, as: .groupAdmin)
      #expect(try await world.signIn(Self.address, code: codes[3]).status == 200)
      #expect(try await world.signIn(Self.address, code: codes[3]).text == wrong)
      #expect(try await world.signIn(Self.address, code: others[3]).text == wrong)
      #expect(try await world.signIn(Self.address, code: codes[4]).status == 200)
      #expect(try await world.call(.get, factor, as: .groupMember)["recovery_codes_left"] as? Int == 8)
      #expect(try await world.call(.get, factor, as: .groupAdmin)["recovery_codes_left"] as? Int == 10)
      let uses = "audit_log where operation = 'recovery_code_use' and actor_id = 3 and target_id = 3 and chain = 1"
      #expect(try await world.database.count(uses) == 2)
      #expect(try await world.database.count(uses + " and detail ->> 'recovery_codes_left' = '8'") == 1)
      #expect(try await world.database.count("audit_log where operation = 'recovery_code_use'") == 2)
    }
  }

  @Test func `guesses at codes are throttled, and are in the login log`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, _) = try await Self.enrol(world)
      let code = Self.nextCode(secret, world)
      let other = code == "000000" ? "000001" : "000000"
      var statuses: [Int] = []
      for _ in 1...10 { statuses.append(try await world.signIn(Self.address, code: other).status) }
      #expect(statuses.first == 400)
      #expect(statuses.contains(429))
      try await world.holdAttempts()
      #expect(try await world.signIn(Self.address, code: code).status == 429)
      #expect(
        try await world.database.count("login_log where account_id = 3 and not succeeded")
          == statuses.filter { $0 == 400 }.count)
    }
  }

  @Test func `neither the secret nor a code can be read from the database`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, codes) = try await Self.enrol(world)
      let dump = try await world.database.dump()
      for text in [secret, Self.hex(ofBase32: secret)] + codes { #expect(!dump.contains(text)) }
    }
  }

  private static func hex(ofBase32 text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let bits = text.compactMap { alphabet.firstIndex(of: $0) }.flatMap { value in
      (0..<5).map { value >> (4 - $0) & 1 }
    }
    return hexadecimal(
      stride(from: 0, to: bits.count - 7, by: 8).map { start in
        bits[start..<start + 8].reduce(0) { $0 << 1 | UInt8($1) }
      })
  }

  // MARK: Duty

  private func expectDuty(of caller: Caller, _ world: World) async throws {
    for (method, path) in [
      (HTTP.Method.get, "/api2/auth/ping/"), (.get, "/api2/account/info/"), (.get, "/api/v2.1/workspaces/"),
      (.post, "/api/v2.1/user/account-tokens/"), (.get, "/api/v2.1/workspace/9/dtable/Projects/access-token/"),
      (.delete, factor),
    ] {
      let answer = try await world.call(method, path, as: caller)
      #expect(answer.status == 403, "\(path)")
      #expect(answer.text == mustEnrol, "\(path)")
    }
    #expect(try await world.call(.get, factor, as: caller)["required"] as? Bool == true)
    _ = try await Self.enrol(world, as: caller)
    #expect(try await world.call(.get, "/api2/auth/ping/", as: caller).status == 200)
  }

  @Test(arguments: [Caller.teamAdmin, .systemAdmin])
  func `people who must have a second factor may do nothing before they have one`(_ admin: Caller) async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let path =
        admin == .teamAdmin
        ? "/api/v2.1/org/1/admin/users/\(Example.member)/two-factor-auth/"
        : "/api/v2.1/admin/users/\(Example.member)/two-factor-auth/"
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupMember).status == 200)
      #expect(try await world.call(.put, path, as: admin, ["force_2fa": "true"]).status == 200)
      try await expectDuty(of: .groupMember, world)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupAdmin).status == 200)
    }
  }

  @Test(arguments: [
    (Caller.teamAdmin, "/api/v2.1/org/1/admin/users/00000000000000000000000000000009@auth.local/two-factor-auth/"),
    (.systemAdmin, "/api/v2.1/admin/users/00000000000000000000000000000007@auth.local/two-factor-auth/"),
  ])
  func `nobody can require a second factor of themselves without having one`(_ admin: Caller, _ path: String)
    async throws
  {
    try await World.with { world async throws in
      #expect(try await world.call(.put, path, as: admin, ["force_2fa": "true"]).status == 400)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: admin).status == 200)
      let account = try #require(admin.account)
      try await world.database.execute("update account set totp_confirmed_at = now() where id = \(account)")
      #expect(try await world.call(.put, path, as: admin, ["force_2fa": "true"]).status == 200)
    }
  }

  @Test func `a team may require it of all its members`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let settings = "/api/v2.1/org/admin/settings/"
      let refused = try await world.call(.put, settings, as: .teamAdmin, ["enable_force_2fa": "true"])
      #expect(refused.status == 400)
      #expect((refused["error_msg"] as? String)?.hasPrefix("First enrol a second factor of your own") == true)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupMember).status == 200)
      try await world.database.execute("update account set totp_confirmed_at = now() where id = 9")
      #expect(try await world.call(.put, settings, as: .teamAdmin, ["enable_force_2fa": "true"]).status == 200)
      try await expectDuty(of: .groupMember, world)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .groupAdmin).text == mustEnrol)
      // The admin who set it is not affected, nor are people of other teams and programs.
      #expect(try await world.call(.get, settings, as: .teamAdmin)["enable_force_2fa"] as? Bool == true)
      for caller in [Caller.foreigner, .single, .systemAdmin] {
        #expect(try await world.call(.get, "/api2/auth/ping/", as: caller).status == 200)
      }
      #expect(try await world.call(.get, World.exchange, as: .apiTokenReader).status == 200)
      // They sign in with their password, to enrol.
      let answer = try await world.signIn("admin@ours.example")
      let token = try #require(answer["token"] as? String)
      #expect(try await world.call(.get, "/api2/auth/ping/", authorization: "Token \(token)").text == mustEnrol)
      #expect(
        try await world.call(.post, factor, authorization: "Token \(token)", ["password": World.password]).status == 200
      )
    }
  }

  // MARK: Removal

  @Test(arguments: [
    (Caller.teamAdmin, "/api/v2.1/org/1/admin/users/\(Example.member)/two-factor-auth/"),
    (.systemAdmin, "/api2/two-factor-auth/\(Example.member)/"),
  ])
  func `an administrator takes it away, and leaves the duty of that person`(_ admin: Caller, _ path: String)
    async throws
  {
    try await World.with { world async throws in
      world.clock.stop()
      try await world.database.execute("update account set forces_2fa = true where id = 3")
      let (_, codes) = try await Self.enrol(world)
      _ = try await Self.enrol(world, as: .groupAdmin)
      #expect(try await world.call(.delete, path, as: admin).status == 200)
      // Sessions that used it have ended.
      #expect(try await world.call(.get, factor, as: .groupMember).status == 401)
      let token = try #require(try await world.signIn(Self.address)["token"] as? String)
      let state = try await world.call(.get, factor, authorization: "Token \(token)")
      #expect(state.text == #"{"enabled":false,"required":true,"recovery_codes_left":0}"#)
      #expect(try await world.call(.get, "/api2/auth/ping/", authorization: "Token \(token)").text == mustEnrol)
      #expect(try await world.database.count("account where id = 3 and totp_sealed is not null") == 0)
      #expect(
        try await world.database.count(
          "audit_log where actor_id is not null and actor_id <> 3 and became ->> 'has_2fa' = 'false'") == 1)
      #expect(try await world.call(.get, factor, as: .groupAdmin)["enabled"] as? Bool == true)
      // The former recovery codes do not come back with a new factor.
      _ = try await Self.enrol(world, with: token)
      #expect(try await world.signIn(Self.address, code: codes[0]).text == wrong)
    }
  }

  @Test func `one takes it away oneself, with the password and a code`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (secret, codes) = try await Self.enrol(world)
      let refused = try await world.call(.delete, factor, as: .groupMember, ["password": "not the password"])
      #expect(refused.status == 400)
      #expect(refused["error_msg"] as? String == "The password is wrong.")
      let without = try await world.call(.delete, factor, as: .groupMember)
      #expect(without.status == 400)
      #expect(without["error_msg"] as? String == "password invalid.")
      #expect(try await world.signIn(Self.address).text == missing)
      func remove(_ code: String?) async throws -> Answer {
        try await world.call(
          .delete, factor, as: .groupMember, ["password": World.password],
          headers: code.map { [.oneTimePassword: $0] } ?? [:])
      }
      let unproved = try await remove(nil)
      #expect(unproved.text == missing)
      #expect(unproved.headers["X-SEAFILE-OTP"] == "required")
      // That of the enrolment was taken.
      #expect(try await remove(world.oneTimePassword(of: secret)).text == wrong)
      #expect(try await world.database.count("account where id = 3 and totp_confirmed_at is not null") == 1)
      #expect(try await remove(Self.nextCode(secret, world)).text == #"{"success":true}"#)
      #expect(try await world.signIn(Self.address).status == 200)
      #expect(try await world.database.count("recovery_code") == 0)
      // A code from paper is one, too.
      #expect(codes.count == 10)
      let (_, others) = try await Self.enrol(world)
      #expect(try await remove(others[0]).status == 200)
    }
  }

  @Test func `guessing at the code of one that is to go gets slow`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      _ = try await Self.enrol(world)
      var statuses: [Int] = []
      for number in 1...10 {
        let answer = try await world.call(
          .delete, factor, as: .groupMember, ["password": World.password],
          headers: [.oneTimePassword: "no code \(number)"])
        statuses.append(answer.status)
      }
      #expect(statuses.first == 400)
      #expect(statuses.contains(429))
      #expect(try await world.database.count("account where id = 3 and totp_confirmed_at is not null") == 1)
    }
  }

  @Test func `people who must have one enrol another before they go on`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let (_, codes) = try await Self.enrol(world, as: .unenrolled)
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .unenrolled).status == 200)
      let removed = try await world.call(
        .delete, factor, as: .unenrolled, ["password": World.password], headers: [.oneTimePassword: codes[0]])
      #expect(removed.status == 200, "\(removed.text)")
      #expect(try await world.call(.get, "/api2/auth/ping/", as: .unenrolled).text == mustEnrol)
    }
  }
}
