import API
import Access
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Crypto

/// No response to one team names what belongs to the other, which is called "canary": see `Authorisation`. Here the
/// same requests show a canary to those who may see it, which proves that that test can fail.
@Suite struct Canaries {
  /// The operations whose response never shows a name of a team, a person or anything of theirs.
  private static let nameless: Set = [
    "getMetrics", "authPing", "getTwoFactor", "getBaseSize", "createTempApiToken", "teamGetTokenPolicy",
    "getTokenPolicy", "getUploadLink", "getCustomUploadLink",
    "teamGetTeamSettings", "systemListAdminUsers", "systemListRegistrationLogs", "systemListEmailLogs",
    "systemListAbuseReports", "systemGetActiveUsersPerDay", "systemGetSystemInformation",
  ]

  /// For `Anyone`, the response is the same for all callers.
  private static let questions = routes.filter {
    $0.method == .get && $0.principal != "anyone" && !nameless.contains($0.operation)
  }

  @Test(arguments: questions.map(Example.init))
  func `every question has a canary in its response to those who may see it`(_ example: Example) async throws {
    try await World.with { world async throws in
      let answer = try await Self.answer(to: example, in: world)
      #expect(answer.status == 200)
      #expect(answer.text.contains("canary"), "\(answer.text)")
    }
  }

  private static func answer(to example: Example, in world: World) async throws -> Answer {
    switch (example.route.principal, example.route.operation) {
    case ("system-admin", _): try await world.call(.get, example.theirs, as: .systemAdmin)
    case ("api-token", _):
      try await world.call(.get, example.theirs, authorization: "Token \(World.theirAPIToken)")
    case ("base-token", _), ("base-reader", _):
      try await world.call(.get, example.theirs, authorization: "Token \(baseToken(in: world))")
    // People do not share with themselves.
    case (_, "listMyShares"), (_, "listMyGroupShares"):
      try await world.call(.get, example.theirs, as: .invitedForeigner)
    // A person in a team is not invited into another.
    case (_, "listTeamInvitations"): try await world.call(.get, example.theirs, as: .systemAdmin)
    case (_, "teamListTokenPolicyViolations"):
      try await violations(example, in: world)
    default: try await world.call(.get, example.theirs, as: .foreigner)
    }
  }

  private static func violations(_ example: Example, in world: World) async throws -> Answer {
    let policy = example.theirs.replacing("violations/", with: "")
    #expect(try await world.call(.put, policy, as: .foreigner, ["require_expiry": "true"]).status == 200)
    return try await world.call(.get, example.theirs, as: .foreigner)
  }

  private static func baseToken(in world: World) -> String {
    world.app.signer.sign(
      .person(
        expiry: world.app.now().seconds + 3600, dtableUUID: World.theirs, username: Example.foreigner,
        permission: "rw", accountID: 5))
  }
}
