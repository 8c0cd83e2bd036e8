import API
import Domain
import HTTP
import TestSupport
import Testing

/// Addresses, login IDs and user IDs: each belongs to one person.
@Suite struct SignInNames {
  private static let address = "/api/v2.1/user/contact-email/"
  private static let outsider = "/api/v2.1/admin/users/\(Example.outsider)/"
  private static let member = "/api/v2.1/admin/users/\(Example.member)/"

  /// The person whom a name signs in, with the password that all people have.
  private static func whoSignsIn(_ name: String, _ world: World) async throws -> String? {
    guard let token = try await world.signIn(name)["token"] as? String else { return nil }
    return try await world.call(.get, "/api2/account/info/", authorization: "Token \(token)")["email"] as? String
  }

  @Test func `nobody can take a name with which another person signs in`() async throws {
    try await World.with { world async throws in
      #expect(try await world.call(.put, Self.member, as: .systemAdmin, ["login_id": "Kim@x.example"]).status == 200)
      for name in [
        Example.member, Example.member.uppercased(), "kim@x.example", "KIM@X.EXAMPLE", "Member@ours.example",
        "anybody@auth.local", "anybody@AUTH.local",
      ] {
        let answer = try await world.call(.put, Self.address, as: .outsider, ["new_contact_email": name])
        #expect(answer.status == 400, "\(name): \(answer.text)")
        let given = try await world.call(.put, Self.outsider, as: .systemAdmin, ["contact_email": name])
        #expect(given.status == 400, "\(name): \(given.text)")
        let login = try await world.call(.put, Self.outsider, as: .systemAdmin, ["login_id": name])
        #expect(login.status == 400, "\(name): \(login.text)")
        let person = ["email": name, "password": "a new password"]
        #expect(try await world.call(.post, "/api/v2.1/admin/users/", as: .systemAdmin, person).status == 400)
      }
      for name in [Example.member, "kim@x.example", "Kim@x.example", "member@ours.example"] {
        #expect(try await Self.whoSignsIn(name, world) == Example.member, "\(name)")
      }
      #expect(try await Self.whoSignsIn("outsider@ours.example", world) == Example.outsider)
      #expect(try await Self.whoSignsIn("anybody@auth.local", world) == nil)
    }
  }

  @Test func `an address may be the same person's login ID`() async throws {
    try await World.with { world async throws in
      let both = ["contact_email": "kim@x.example", "login_id": "Kim@x.example"]
      #expect(try await world.call(.put, Self.member, as: .systemAdmin, both).status == 200)
      #expect(try await world.call(.put, Self.member, as: .systemAdmin, ["contact_email": "k@x.example"]).status == 200)
      #expect(try await Self.whoSignsIn("kim@x.example", world) == Example.member)
      #expect(try await world.call(.put, Self.member, as: .systemAdmin, ["login_id": ""]).status == 200)
      #expect(try await Self.whoSignsIn("kim@x.example", world) == nil)
    }
  }

  @Test func `of simultaneous requests for a name one gets it, as an address or a login ID`() async throws {
    try await World.with { world async throws in
      let answers = try await world.fifty { number in
        number.isMultiple(of: 2)
          ? try await world.call(.put, Self.address, as: .outsider, ["new_contact_email": "race@x.example"])
          : try await world.call(.put, Self.member, as: .systemAdmin, ["login_id": "Race@x.example"])
      }
      let (outsider, member) = try await (
        world.database.count("account where email = 'race@x.example'"),
        world.database.count("account where login_id = 'Race@x.example'")
      )
      #expect(outsider + member == 1)
      #expect(answers.count { $0.status == 200 } == 25)
      #expect(answers.count { $0.status == 400 } == 25)
      let winner = try await Self.whoSignsIn("race@x.example", world)
      #expect(winner == (outsider == 1 ? Example.outsider : Example.member))
    }
  }

  @Test func `a former address is free, and a deleted person's is not`() async throws {
    try await World.with { world async throws in
      let old = ["new_contact_email": "member@ours.example"]
      let new = ["new_contact_email": "max@ours.example"]
      #expect(try await world.call(.put, Self.address, as: .groupMember, new).status == 200)
      #expect(try await world.call(.put, Self.address, as: .outsider, old).status == 200)
      #expect(try await Self.whoSignsIn("member@ours.example", world) == Example.outsider)
      #expect(try await world.call(.delete, Self.outsider, as: .systemAdmin).status == 200)
      #expect(try await world.call(.put, Self.address, as: .groupMember, old).status == 400)
    }
  }

  @Test(arguments: [
    "<kim@example.com>", "a..b@x", "a@-x.com", "a@x-.com", ".a@x.com", "a.@x.com", "a@x..com", "a@x.com.", "a@.com",
    "a@",
    "@x.com", "a@b@x.com", "a b@x.com", "a@x com", "\"a b\"@x.com", "a@[127.0.0.1]", "a@127.0.0.1", "a@x_y.com",
    "a,b@x.com",
    "a;b@x.com", "a(b)@x.com", "a\\b@x.com", "a\u{200b}b@x.com", "a@x\u{ad}y.com", "mailto:a@x.com",
    String(repeating: "a", count: 65) + "@x.com", "a@" + String(repeating: "b", count: 64) + ".com",
  ])
  func `an invalid address is refused`(_ text: String) async throws {
    #expect(EmailAddress(text) == nil)
    try await World.with { world async throws in
      let answer = try await world.call(.put, Self.address, as: .outsider, ["new_contact_email": text])
      #expect(answer.status == 400 && answer["error_msg"] as? String == "new_contact_email invalid.")
    }
  }

  @Test(arguments: [
    "kim@example.com", "kim+news@mail.example.com", "o'neil@x.co", "kim@localhost", "Kim.Lee@X-Y.example",
    "#!$%&*@x.com",
    "用户@例子.广告", "jürgen@müller.example", "a/b@x.com", "1@2x.3y",
  ])
  func `a valid address is accepted`(_ text: String) async throws {
    #expect(EmailAddress(text) != nil)
    try await World.with { world async throws in
      #expect(try await world.call(.put, Self.address, as: .outsider, ["new_contact_email": text]).status == 200)
      #expect(try await Self.whoSignsIn(text, world) == Example.outsider)
    }
  }
}
