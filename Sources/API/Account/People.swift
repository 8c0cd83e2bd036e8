internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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
  let users: [String]

  init(_ parts: Parts) throws {
    users = try parts.body().texts("user_id_list", 0...255)
    guard users.count <= 1000 else { throw FieldsError.invalid("user_id_list") }
  }
}

/// What is looked for, as `q`.
struct ShortSearch: Input {
  let text: String

  init(_ parts: Parts) throws { text = try parts.query().text("q", 1...255) }

  /// As a pattern for `ilike`.
  var pattern: String { containing(text) }

  /// Holds for the rows of `account` that it finds: by a part of the name, the address or the user id.
  var accounts: SQL {
    """
    (account.name ilike \(pattern) or account.email ilike \(pattern) or account.uid || '@auth.local' like \(pattern))
    """
  }
}

private struct PublicTeam: RowDecodable, Output, JSONEncodable {
  let id: ID<Team>
  let name: String
  let created: Timestamp

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    created = try row["created_at"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("org_id", id)
      $0.add("org_name", name)
      $0.add("ctime", created)
    }
  }
}

// MARK: Operations

private func showPerson(to other: Acquaintance, _ person: NamedPerson, _ app: App) async throws -> PublicPerson {
  let found = try await app.people(
    "select \(other.caller.visibleColumns) from account where account.id = \(other.person)")
  guard let found = found.first else { throw Refusal.notFound(.user(person.named)) }
  return found
}

/// Of those whom the caller may know of.
private func listPeople(for caller: SignedIn, _ list: UserList, _ app: App) async throws -> NamedList<PublicPerson> {
  let users = list.users.compactMap(UserID.init(wire:)).map(\.uid)
  return NamedList(
    "user_list",
    try await app.people(
      """
      select \(caller.visibleColumns) from account
      where account.uid = any(\(users)) and \(caller.visiblePeople)
      order by account.id
      """))
}

/// Within the team, by a part of the user id, the name or the address. Who is in no team finds others in none by their
/// whole address alone.
private func searchPeople(by caller: SignedIn, _ search: ShortSearch, _ app: App) async throws -> NamedList<
  PublicPerson
> {
  NamedList(
    "users",
    try await app.people(
      """
      select \(PublicPerson.columns)
      from live_account as account
      where account.team_id = \(caller.team) and \(search.accounts)
        or \(caller.team)::bigint is null and account.team_id is null and lower(account.email) = lower(\(search.text))
      order by account.id
      limit 50
      """))
}

private func showTeam(to member: TeamMember, _: NoInput, _ app: App) async throws -> PublicTeam {
  let team: PublicTeam? = try await app.db.lookup("select id, name, created_at from team where id = \(member.team)")
  guard let team else { throw Refusal.notAllowed }
  return team
}

private func listTeam(to member: TeamMember, _ page: Page, _ app: App) async throws -> NamedList<PublicPerson> {
  let own = member.colleagues
  let count = try await app.db.count("select count(*) from account where \(own) and account.is_active")
  let people = try await app.people(
    """
    select \(PublicPerson.columns) from account
    where \(own) and account.is_active order by account.id \(page.limit)
    """)
  return NamedList("user_list", people, count: ("count", count))
}
