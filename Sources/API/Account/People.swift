internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let peopleRoutes = Table(.people, [
  Route(.get,  "/api/v2.1/user-common-info/{user_id}/",       "getPublicUserInfo",   as: Acquaintance.self, of: \.named, showPerson),
  Route(.post, "/api/v2.1/user-list/",                        "listPublicUserInfos", as: SignedIn.self,   listPeople, once: false),
  Route(.get,  "/api2/search-user/",                          "searchUser",          as: SignedIn.self,   searchPeople),
  Route(.get,  "/api/v2.1/organizations/{org_id}/",           "getOrganization",     as: TeamMember.self, showTeam),
  Route(.get,  "/api/v2.1/organizations/{org_id}/members/",   "listOrganizationMembers", as: TeamMember.self, listTeam),
])

// MARK: Wire

private struct UserList: Input {
  let users: [UserID]

  init(_ parts: Parts) throws {
    let texts = try parts.body().texts("user_id_list", 0...255)
    guard texts.count <= 1000 else { throw FieldsError.invalid("user_id_list") }
    users = texts.compactMap(UserID.init(wire:))
  }
}

/// The text to search for, in `q`.
struct ShortSearch: Input {
  let text: String
  init(_ parts: Parts) throws { text = try parts.query().text("q", 1...255) }
}

/// Everyone who may open a base.
struct CollaboratorList: Output, JSONEncodable {
  let users: [PublicPerson]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_list", users)
      $0.add("app_user_list", [String]())
    }
  }
}

extension PublicTeam: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
      $0.add("ctime", created)
    }
  }
}

// MARK: Operations

private func showPerson(to other: Acquaintance, _ person: NamedPerson, _ app: App) async throws -> PublicPerson {
  guard let found = try await Acquaintances(app, of: other.caller).show(other.person) else {
    throw Refusal.notFound(.user(person.named))
  }
  return found
}

/// Lists only people whom the caller may see.
private func listPeople(for caller: SignedIn, _ list: UserList, _ app: App) async throws -> NamedList<PublicPerson> {
  NamedList("user_list", try await Acquaintances(app, of: caller).list(among: list.users))
}

private func searchPeople(
  by caller: SignedIn, _ search: ShortSearch, _ app: App
) async throws -> NamedList<PublicPerson> {
  NamedList("users", try await Acquaintances(app, of: caller).search(search.text))
}

private func showTeam(to member: TeamMember, _: NoInput, _ app: App) async throws -> PublicTeam {
  guard let team = try await Teams(app).show(member.team) else { throw Refusal.notAllowed }
  return team
}

private func listTeam(to member: TeamMember, _ page: Page, _ app: App) async throws -> NamedList<PublicPerson> {
  let (people, count) = try await Acquaintances(app, of: member.caller).colleagues(of: member, page)
  return NamedList("user_list", people, count: ("count", count))
}
