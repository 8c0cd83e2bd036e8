import API
import Access
import Crypto
import HTTP
import TestSupport
import Testing

/// What a page of another site can make a browser send without a preflight, and what that changes: nothing.
@Suite struct ForeignPages {
  private static let foreign: [[Headers.HeaderName: String]] = [
    [.origin: "https://evil.example"], [.origin: "null"], [.origin: "https://evil.example", .fetchSite: "cross-site"],
  ]

  /// The operations that need no `Authorization` and do something: with a principal that is not in that field, and a
  /// response that is not for everyone.
  private static let open = routes.filter {
    ["anyone", "link-visitor", "upload-link"].contains($0.principal)
      && ($0.method != .get || $0.principal == "link-visitor")
  }

  @Test(arguments: foreign)
  func `no operation without Authorization that does something takes its requests`(
    _ headers: [Headers.HeaderName: String]
  ) async throws {
    #expect(Self.open.count == 5)
    try await World.with { world in
      let before = try await world.database.fingerprint()
      for route in Self.open {
        let path = route.path.replacing("{external_link_token}", with: "readable-name")
          .replacing("{file_link}", with: World.uploadLink)
        let refused = try await world.call(route.method, path, as: .nobody, Self.fields, headers: headers)
        #expect(refused.status == 403, "\(route.operation): \(refused.text)")
        #expect(refused.security.first?.contains("\"foreign_page\"") == true)
        #expect(refused.text.contains("BASEKEEPER_CORS_ORIGINS"))
      }
      #expect(try await world.database.fingerprint() == before)
    }
  }

  private static let fields = [
    "username": "member@ours.example", "password": "not the password", "token": "a.b.c",
  ]

  @Test func `a picture or a link of another site opens no external link, and one that is typed does`() async throws {
    try await World.with { world in
      let links = "/api/v2.1/workspace/9/dtable/Projects/external-links/"
      let made = try await world.call(.post, links, as: .groupAdmin, [:])
      let path = "/api/v2.1/external-link-tokens/\(try #require(made["token"] as? String))/access-token/"
      for place in ["cross-site", "same-site"] {
        #expect(try await world.call(.get, path, headers: [.fetchSite: place]).status == 403)
      }
      for place in ["none", "same-origin"] {
        #expect(try await world.call(.get, path, headers: [.fetchSite: place]).status == 200)
      }
      #expect(try await world.call(.get, path).status == 200)
    }
  }

  @Test func `an allowed page and the service's own sign in, and with a token any origin is the token's`() async throws
  {
    let allowed = try #require(CrossOrigin("https://app.example.com"))
    try await World.with(setting: { $0.crossOrigin = allowed }) { world in
      let login = ["username": "member@ours.example", "password": World.password]
      for origin in ["https://app.example.com", World.publicURL] {
        let answer = try await world.call(.post, "/api2/auth-token/", as: .nobody, login, headers: [.origin: origin])
        #expect(answer.status == 200, "\(origin): \(answer.text)")
      }
      // A page that has a token was given it; its browser has asked before it sends Authorization.
      let answer = try await world.call(
        .get, "/api2/auth/ping/", as: .groupMember, headers: [.origin: "https://evil.example"])
      #expect(answer.status == 200)
    }
  }
}
