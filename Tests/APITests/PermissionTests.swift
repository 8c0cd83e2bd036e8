import Access
import Crypto
import Foundation
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

/// What the service lets everyone do in every base of random worlds, asked in every way there is, compared with the
/// model in `RandomWorld`.
///
/// BASEKEEPER_TEST_CASES asks for more cases, BASEKEEPER_TEST_SEED repeats a failed run.
@Suite struct Permissions {
  private static let fewest = 20_000

  @Test func `in random worlds, everyone may do what the model says, whichever way they ask`() async throws {
    let wanted = max(Self.fewest, Int(variable("BASEKEEPER_TEST_CASES") ?? "") ?? 0)
    var seed = UInt64(variable("BASEKEEPER_TEST_SEED") ?? "") ?? UInt64.random(in: 0...UInt64.max)
    var sum = Comparison()
    while sum.cases < wanted {
      let found = try await comparison(seed: seed)
      guard found.differences.isEmpty else {
        let some = found.differences.prefix(20).joined(separator: "\n")
        Issue.record("BASEKEEPER_TEST_SEED=\(seed): \(found.differences.count) differences\n\(some)")
        return
      }
      sum.add(found)
      seed &+= 1
    }
    #expect(sum.cases >= Self.fewest)
    #expect(Set(sum.byPermission.keys) == ["rw", "r", "none"])
    #expect(sum.byPermission.values.allSatisfy { $0 >= sum.cases / 25 }, "\(sum.byPermission)")
    #expect(sum.byWay.count == Way.allCases.count)
  }

  private func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

  private func comparison(seed: UInt64) async throws -> Comparison {
    var sum = Comparison()
    try await World.with { world in
      let random = RandomWorld(seed: seed)
      try await world.database.execute(random.script)
      let asking = Asking(world: world, random: random)
      try await withThrowingTaskGroup(of: Comparison.self) { group in
        for person in random.people { group.addTask { try await asking.compare(person) } }
        for base in random.bases { group.addTask { try await asking.compareCollaborators(of: base) } }
        group.addTask { try await asking.compareExternalLinks() }
        for try await comparison in group { sum.add(comparison) }
      }
    }
    return sum
  }
}

/// A way to ask what a person may do in a base.
private enum Way: String, CaseIterable {
  case accessToken = "access-token"
  case temporaryToken = "temp-api-token"
  case earlierTemporaryToken = "temp-api-token of before"
  case earlierBaseToken = "base token of before"
  case workspaces = "workspaces, table_list"
  case workspacesShared = "workspaces, shared_table_list"
  case workspacesGroups = "workspaces, group_shared_dtables"
  case workspacesStarred = "workspaces, starred"
  case shared = "dtables/shared"
  case groupShared = "dtables/group-shared"
  case search = "items-search"
  case starred = "starred-dtables"
  case collaborators = "related-users"
  case externalLink = "external-link-tokens"
}

/// How many answers were compared, and which differed from the model.
private struct Comparison: Sendable {
  var cases = 0
  var byPermission: [String: Int] = [:]
  var byWay: [Way: Int] = [:]
  var differences: [String] = []

  /// Compares the answer by one way with the expected one; `permission` is what the model allows.
  mutating func compare(_ way: Way, _ case: String, _ permission: String, _ answer: String, _ expected: String) {
    cases += 1
    byPermission[permission, default: 0] += 1
    byWay[way, default: 0] += 1
    if answer != expected { differences.append("\(`case`) by \(way.rawValue): \(answer), not \(expected)") }
  }

  mutating func add(_ other: Comparison) {
    cases += other.cases
    byPermission.merge(other.byPermission, uniquingKeysWith: +)
    byWay.merge(other.byWay, uniquingKeysWith: +)
    differences += other.differences
  }
}

/// Asks the service, and compares its answers with the model.
private struct Asking: Sendable {
  let world: World
  let random: RandomWorld

  /// Asks as one person about every base.
  func compare(_ person: RandomWorld.Person) async throws -> Comparison {
    var comparison = Comparison()
    for base in random.bases {
      let permission = random.permission(of: person, in: base)
      let answers = [
        (Way.accessToken, try await accessToken(person, base), allowed(permission, person, base)),
        (.temporaryToken, try await temporaryToken(person, base), allowed(permission, person, base)),
        (.earlierTemporaryToken, try await earlierTemporaryToken(person, base), permission),
        (.earlierBaseToken, try await earlierBaseToken(person, base), permission),
      ]
      for (way, answer, expected) in answers {
        comparison.compare(way, "person \(person.id), base \(base.id)", permission, answer, expected)
      }
    }
    for (way, answers) in try await lists(person) {
      for base in random.bases {
        comparison.compare(
          way, "person \(person.id), base \(base.id)", random.permission(of: person, in: base),
          answers[base.uuid] ?? "none", entry(way, person, base))
      }
      let others = Set(answers.keys).subtracting(random.bases.map(\.uuid))
      if !others.isEmpty { comparison.differences.append("person \(person.id) by \(way.rawValue): \(others)") }
    }
    return comparison
  }

  // MARK: One base

  /// The expected status if a person may not open a base. It says no more than they may know: of the base only if they
  /// are in its workspace, and of the workspace only if it is their team's.
  private func allowed(_ permission: String, _ person: RandomWorld.Person, _ base: RandomWorld.Base) -> String {
    guard permission == "none" else { return permission }
    guard person.state == .live else { return "401" }
    let isKnown = person.team != nil && person.team == base.team
    return isKnown && !random.ways(of: person, into: base).isHome ? "403" : "404"
  }

  private func path(_ base: RandomWorld.Base, _ rest: String) -> String {
    "/api/v2.1/workspace/\(base.home.workspace)/dtable/\(base.name)/\(rest)/"
  }

  private func get(_ path: String, _ token: String) async throws -> Answer {
    try await world.call(.get, path, authorization: "Token \(token)")
  }

  /// The permission in a base token, or the status without one.
  private func permission(_ answer: Answer, _ base: RandomWorld.Base) -> String {
    guard answer.status == 200, let token = answer["access_token"] as? String else { return "\(answer.status)" }
    guard let claims = try? world.app.signer.verify(token, at: world.app.now().seconds) else { return "a bad token" }
    return claims.dtableUUID == base.uuid ? claims.permission : "another base"
  }

  private func accessToken(_ person: RandomWorld.Person, _ base: RandomWorld.Base) async throws -> String {
    permission(try await get(path(base, "access-token"), person.token.clear), base)
  }

  private func temporaryToken(_ person: RandomWorld.Person, _ base: RandomWorld.Base) async throws -> String {
    let answer = try await get(path(base, "temp-api-token"), person.token.clear)
    guard answer.status == 200, let token = answer["api_token"] as? String else { return "\(answer.status)" }
    return permission(try await get("/api/v2.1/dtable/app-access-token/", token), base)
  }

  /// Asks with a token that the person may have got while they still had access.
  private func earlierTemporaryToken(_ person: RandomWorld.Person, _ base: RandomWorld.Base) async throws -> String {
    let token = world.app.signer.sign(
      TemporaryTokenClaims(username: person.user, dtableUUID: base.uuid, expiry: world.app.now().seconds + 3600))
    let answer = permission(try await get("/api/v2.1/dtable/app-access-token/", token), base)
    let isTrashed = base.isTrashed && person.state == .live && random.ways(of: person, into: base).permission != nil
    return answer == (isTrashed ? "404" : "403") ? "none" : answer
  }

  /// The highest permission with which an earlier base token is still accepted.
  private func earlierBaseToken(_ person: RandomWorld.Person, _ base: RandomWorld.Base) async throws -> String {
    for permission in ["rw", "r"] {
      let token = world.app.signer.sign(
        .person(
          expiry: world.app.now().seconds + 3600, dtableUUID: base.uuid, username: person.user, permission: permission,
          accountID: Int64(person.id)))
      let answer = try await get("/api-gateway/api/v2/dtables/\(base.uuid)/metadata/", token)
      if answer.status == 200 { return permission }
      guard answer.status == (base.isTrashed ? 404 : 403) else { return "\(answer.status)" }
    }
    return "none"
  }

  // MARK: Lists

  /// What each list shows of every base, by its UUID; an entry that is repeated appears twice.
  private func lists(_ person: RandomWorld.Person) async throws -> [Way: [String: String]] {
    let token = person.token.clear
    let workspaces = try await get("/api/v2.1/workspaces/", token)
    let entries = workspaces["workspace_list"] as? [[String: Any]] ?? []
    var lists: [Way: [String: String]] = [
      .workspaces: [:], .workspacesShared: [:], .workspacesGroups: [:], .workspacesStarred: [:], .groupShared: [:],
    ]
    for workspace in entries {
      let home: Way = workspace["type"] as? String == "starred" ? .workspacesStarred : .workspaces
      note(workspace["table_list"], in: &lists[home]) { _ in "listed" }
      note(workspace["shared_table_list"], in: &lists[.workspacesShared]) { "\($0["permission"] ?? "?")" }
      note(workspace["group_shared_dtables"], in: &lists[.workspacesGroups]) {
        "\(workspace["group_id"] ?? "?"): \($0["permission"] ?? "?"), "
      }
    }
    let groupShared = try await get("/api/v2.1/dtables/group-shared/", token)
    let byGroup = groupShared["group_shared_dtables"] as? [String: Any] ?? [:]
    for (group, bases) in byGroup.sorted(by: { $0.key < $1.key }) {
      note(bases, in: &lists[.groupShared]) { "\(group): \($0["permission"] ?? "?"), " }
    }
    let shared = try await get("/api/v2.1/dtables/shared/", token)
    note(shared["table_list"], in: &lists[.shared]) { "\($0["permission"] ?? "?")" }
    let found = try await get("/api/v2.1/dtable/items-search/?query_str=e", token)
    note(found["results"], in: &lists[.search]) { "\($0["type"] ?? "?")" }
    let starred = try await get("/api/v2.1/starred-dtables/", token)
    note(starred["user_starred_dtable_list"], in: &lists[.starred]) { _ in "listed" }
    return lists
  }

  private func note(_ bases: Any?, in list: inout [String: String]?, _ entry: ([String: Any]) -> String) {
    var noted = list ?? [:]
    for base in bases as? [[String: Any]] ?? [] { noted[base["uuid"] as? String ?? "?", default: ""] += entry(base) }
    list = noted
  }

  /// What a list should show of a base.
  private func entry(_ way: Way, _ person: RandomWorld.Person, _ base: RandomWorld.Base) -> String {
    let permission = random.permission(of: person, in: base)
    guard permission != "none" else { return "none" }
    let ways = random.ways(of: person, into: base)
    switch way {
    case .workspaces: return ways.isHome ? "listed" : "none"
    case .workspacesShared, .shared: return ways.direct.isEmpty ? "none" : permission
    case .workspacesGroups, .groupShared:
      return ways.groups.isEmpty ? "none" : ways.groups.keys.sorted().map { "\($0): \(permission), " }.joined()
    case .search:
      let isPersonal = base.home == .person(person.id)
      return isPersonal ? "personal" : ways.isHome ? "group" : "shared"
    default: return "listed"
    }
  }

  // MARK: Everybody

  /// Asks, as a person with access, who else may open a base.
  func compareCollaborators(of base: RandomWorld.Base) async throws -> Comparison {
    var comparison = Comparison()
    let permissions = random.people.map { random.permission(of: $0, in: base) }
    guard let asker = zip(random.people, permissions).first(where: { $1 != "none" })?.0 else { return comparison }
    let answer = try await get(path(base, "related-users"), asker.token.clear)
    let list = (answer["user_list"] as? [[String: Any]] ?? []).map { $0["email"] as? String ?? "?" }
    for (person, permission) in zip(random.people, permissions) {
      comparison.compare(
        .collaborators, "person \(person.id), base \(base.id)", permission,
        "\(list.count { $0 == person.user })", permission == "none" ? "0" : "1")
    }
    let others = Set(list).subtracting(random.people.map(\.user))
    if !others.isEmpty { comparison.differences.append("base \(base.id) by related-users: \(others)") }
    return comparison
  }

  /// Anyone may read by an external link, but not write, as long as the link lives and the team allows it.
  func compareExternalLinks() async throws -> Comparison {
    var comparison = Comparison()
    for link in random.externalLinks {
      guard let base = random.bases.first(where: { $0.id == link.base }) else { continue }
      let answer = try await world.call(.get, "/api/v2.1/external-link-tokens/\(link.token)/access-token/")
      let isAllowed = random.teams.allSatisfy { $0.id != base.team || $0.letsAnybodyRead }
      let permission = isAllowed && link.isLive && !base.isTrashed ? "r" : "none"
      comparison.compare(
        .externalLink, "anybody, link \(link.id)", permission, self.permission(answer, base),
        !isAllowed || !link.isLive ? "403" : base.isTrashed ? "404" : "r")
    }
    return comparison
  }
}
