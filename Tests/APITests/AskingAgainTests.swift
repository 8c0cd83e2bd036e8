import API
import Access
import HTTP
import TestSupport
import Testing

private let tokens = "/api/v2.1/user/account-tokens/"
private let address = "/api/v2.1/user/contact-email/"
private let factor = "/api/v2.1/user/two-factor-auth/"
private let policy = "/api/v2.1/org/1/admin/token-policy/"
private let ping = "/api2/auth/ping/"
private let member = "member@ours.example"

/// What asks for the password again, and for a code of whoever has a second factor.
@Suite struct AskingAgain {
  /// Something dear that somebody does for themselves.
  struct Deed: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let method: HTTP.Method
    let path: @Sendable (World) async throws -> String
    var fields: [String: String] = [:]

    static let all = [
      Deed(testDescription: "ending all other tokens", method: .delete, path: { _ in tokens }),
      Deed(
        testDescription: "ending another token", method: .delete,
        path: { world async throws in
          let made = try await world.call(.post, tokens, as: .groupMember)
          return tokens + "\(try #require(made["id"] as? Int))/"
        }),
      Deed(
        testDescription: "changing the address", method: .put, path: { _ in address },
        fields: ["new_contact_email": "new@ours.example"]),
    ]

    func call(_ world: World, _ path: String, _ proof: [String: String] = [:], code: String? = nil) async throws
      -> Answer
    {
      try await world.call(
        method, path, as: .groupMember, fields.merging(proof) { $1 },
        headers: code.map { [.oneTimePassword: $0] } ?? [:])
    }
  }

  private func withPolicy(_ body: (World) async throws -> Void) async throws {
    try await World.with { world async throws in
      let set = try await world.call(.put, policy, as: .teamAdmin, ["confirm_email_change": "true"])
      #expect(set["confirm_email_change"] as? Bool == true, "\(set.text)")
      try await body(world)
    }
  }

  @Test(arguments: Deed.all)
  func `without the password, or with a wrong one, nothing happens`(_ deed: Deed) async throws {
    try await withPolicy { world async throws in
      let path = try await deed.path(world)
      let before = try await world.database.fingerprint()
      let without = try await deed.call(world, path)
      #expect(without.status == 400)
      #expect(without["error_msg"] as? String == "password invalid.")
      #expect(try await world.database.fingerprint() == before)
      let wrong = try await deed.call(world, path, ["password": "not the password"])
      #expect(wrong.status == 400)
      #expect(wrong["error_msg"] as? String == "The password is wrong.")
      try await world.database.execute("delete from failed_attempt")
      #expect(try await world.database.fingerprint() == before)
      let right = try await deed.call(world, path, ["password": World.password])
      #expect(right.status == 200, "\(right.text)")
      #expect(try await world.database.fingerprint() != before)
    }
  }

  @Test(arguments: Deed.all)
  func `whoever has a second factor gives a code as well`(_ deed: Deed) async throws {
    try await withPolicy { world async throws in
      world.clock.stop()
      let enrolment = try await world.call(.post, factor, as: .groupMember, ["password": World.password])
      let secret = try #require(enrolment["secret"] as? String)
      let first = world.oneTimePassword(of: secret)
      #expect(try await world.call(.put, factor, as: .groupMember, ["code": first]).status == 200)
      let path = try await deed.path(world)
      let missing = try await deed.call(world, path, ["password": World.password])
      #expect(missing.text == #"{"non_field_errors":["Two factor auth token is missing."]}"#)
      #expect(missing.headers["X-SEAFILE-OTP"] == "required")
      let taken = try await deed.call(world, path, ["password": World.password], code: first)
      #expect(taken.text == #"{"non_field_errors":["Two factor auth token is invalid."]}"#)
      world.clock.advance(by: 30)
      let next = world.oneTimePassword(of: secret)
      let done = try await deed.call(world, path, ["password": World.password], code: next)
      #expect(done.status == 200, "\(done.text)")
    }
  }

  @Test func `the token that is shown is ended without the password`() async throws {
    try await World.with { world async throws in
      let answer = try await world.signIn(member)
      let token = "Token \(try #require(answer["token"] as? String))"
      let listed = try await world.call(.get, tokens, authorization: token)
      let list = try #require(listed["account_tokens"] as? [[String: Any]])
      let id = try #require(list.first { $0["is_current"] as? Bool == true }?["id"] as? Int)
      #expect(try await world.call(.delete, tokens + "\(id)/", authorization: token).status == 200)
      #expect(try await world.call(.get, ping, authorization: token).status == 401)
    }
  }

  @Test func `an address is changed without it where nobody wants it`() async throws {
    try await World.with { world async throws in
      for caller in [Caller.groupMember, .single] {
        let fields = ["new_contact_email": "\(caller)@new.example"]
        #expect(try await world.call(.put, address, as: caller, fields).status == 200)
      }
      let wrong = try await world.call(
        .put, address, as: .groupMember, ["new_contact_email": "x@new.example", "password": "not the password"])
      #expect(wrong.status == 400)
    }
  }

  @Test func `the operator wants it of everybody, a team of its own people`() async throws {
    let change = ["new_contact_email": "new@new.example"]
    try await World.with(setting: { $0.confirmsEmailChange = true }) { world async throws in
      for caller in [Caller.groupMember, .single, .foreigner, .systemAdmin] {
        #expect(try await world.call(.put, address, as: caller, change).status == 400, "\(caller)")
      }
    }
    try await withPolicy { world async throws in
      for caller in [Caller.groupMember, .teamAdmin] {
        #expect(try await world.call(.put, address, as: caller, change).status == 400, "\(caller)")
      }
      #expect(try await world.call(.put, address, as: .foreigner, change).status == 200)
    }
  }

  @Test func `a factor that is confirmed ends what was signed in without it`() async throws {
    try await World.with { world async throws in
      world.clock.stop()
      let answer = try await world.signIn(member)
      let before = try #require(answer["token"] as? String)
      let enrolment = try await world.call(.post, factor, as: .groupMember, ["password": World.password])
      let code = world.oneTimePassword(of: try #require(enrolment["secret"] as? String))
      #expect(try await world.call(.get, ping, authorization: "Token \(before)").status == 200)
      #expect(try await world.call(.put, factor, as: .groupMember, ["code": code]).status == 200)
      #expect(try await world.call(.get, ping, authorization: "Token \(before)").status == 401)
      #expect(try await world.call(.get, ping, as: .groupMember).status == 200)
      #expect(try await world.call(.get, ping, as: .groupAdmin).status == 200)
    }
  }

  @Test(arguments: [
    (Caller.teamAdmin, "/api/v2.1/org/1/admin/users/\(Example.member)/sessions/"),
    (.systemAdmin, "/api/v2.1/admin/users/\(Example.member)/sessions/"),
  ])
  func `an administrator ends one person's sessions, who signs in as before`(_ admin: Caller, _ path: String)
    async throws
  {
    try await World.with { world async throws in
      #expect(try await world.call(.delete, path, as: admin).text == #"{"success":true}"#)
      #expect(try await world.call(.get, ping, as: .groupMember).status == 401)
      #expect(try await world.call(.get, ping, as: .groupAdmin).status == 200)
      #expect(try await world.signIn(member).status == 200)
      #expect(
        try await world.database.count(
          "audit_log where operation = 'account_token_delete' and target_id = 3 and actor_id in (7, 9)") == 1)
      let unknown = path.replacing(Example.member, with: "00000000000000000000000000000099@auth.local")
      #expect(try await world.call(.delete, unknown, as: admin).status == 404)
      let theirs = path.replacing(Example.member, with: Example.foreigner)
      #expect(try await world.call(.delete, theirs, as: admin).status == (admin == .teamAdmin ? 404 : 200))
    }
  }
}
