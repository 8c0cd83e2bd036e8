import Crypto
import TestSupport

/// Random numbers that the same seed gives again: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// True in so many of a hundred cases.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 1...100, using: &self) <= percent }
}

/// Teams, people, groups, bases and ways into them at random: also such as the service would refuse to make, and such as
/// time has made wrong. All numbers begin at 101, so that nothing meets what a `World` has already.
struct RandomWorld: Sendable {
  struct Team: Sendable {
    let id: Int
    let letsOutsidersIn: Bool
    let letsAnybodyRead: Bool
  }

  struct Person: Sendable {
    enum State: String, CaseIterable { case live, deactivated, deleted }

    let id: Int
    let team: Int?
    /// The team of his workspace: another than his own where he has moved.
    let workspaceTeam: Int?
    let state: State
    let isTeamAdmin: Bool
    let token = Secret.generate()

    var digits: String { String(repeating: "0", count: 29) + "\(id)" }
    var user: String { digits + "@auth.local" }
  }

  struct Group: Sendable {
    let id: Int
    let team: Int?
    let roles: [Int: String]
  }

  enum Home: Sendable, Equatable {
    case person(Int), group(Int)

    /// The workspace's number.
    var workspace: Int {
      switch self {
      case .person(let id): 1000 + id
      case .group(let id): 2000 + id
      }
    }
  }

  struct Base: Sendable {
    let id: Int
    let home: Home
    let team: Int?
    let isTrashed: Bool

    var name: String { "base-\(id)" }
    var uuid: String { "30000000-0000-4000-8000-000000000\(id)" }
  }

  struct Share: Sendable {
    let base: Int
    /// A person or a group.
    let with: Int
    let permission: String
  }

  struct Link: Sendable {
    enum End: String, CaseIterable {
      case never = "null"
      case later = "now() + interval '1 hour'"
      case past = "now() - interval '1 minute'"
    }

    let id: Int
    let base: Int
    let permission: String
    let end: End
    let guests: [Int]

    var isLive: Bool { end != .past }
    var handle: String { String(repeating: "c", count: 17) + "\(id)" }
    var token: String { handle + String(repeating: "d", count: 32) }
  }

  let teams: [Team]
  let people: [Person]
  let groups: [Group]
  let bases: [Base]
  let userShares: [Share]
  let groupShares: [Share]
  let invitations: [Link]
  let externalLinks: [Link]

  /// Whatever the seed says.
  init(seed: UInt64) {
    var draw = Draw(seed: seed)
    teams = (101...103).map { Team(id: $0, letsOutsidersIn: draw.chance(50), letsAnybodyRead: draw.chance(50)) }
    let people = (101...112).map { draw.person($0) }
    let groups = (101...105).map { draw.group($0, of: people) }
    bases = (101...114).map { draw.base($0, of: people, or: groups) }
    userShares = bases.flatMap { base in
      draw.some(0...8, of: people).map { Share(base: base.id, with: $0.id, permission: draw.permission()) }
    }
    groupShares = bases.flatMap { base in
      draw.some(0...3, of: groups).map { Share(base: base.id, with: $0.id, permission: draw.permission()) }
    }
    invitations = (101...120).map { draw.link($0, permission: draw.permission(), guests: draw.some(0...7, of: people)) }
    externalLinks = (201...208).map { draw.link($0, permission: "r", guests: []) }
    (self.people, self.groups) = (people, groups)
  }
}

extension RandomWorld {
  /// Draws each kind of thing at random.
  private struct Draw {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func chance(_ percent: Int) -> Bool { random.chance(percent) }

    mutating func some<Element>(_ count: ClosedRange<Int>, of all: [Element]) -> ArraySlice<Element> {
      all.shuffled(using: &random).prefix(Int.random(in: count, using: &random))
    }

    mutating func permission() -> String { chance(30) ? "rw" : "r" }

    private mutating func team() -> Int? {
      let teams: [Int?] = [101, 101, 101, 101, 102, 102, 103, nil, nil]
      return teams[Int.random(in: teams.indices, using: &random)]
    }

    mutating func person(_ id: Int) -> Person {
      let team = team()
      return Person(
        id: id, team: team, workspaceTeam: chance(85) ? team : self.team(),
        state: chance(85) ? .live : chance(50) ? .deactivated : .deleted, isTeamAdmin: team != nil && chance(25))
    }

    mutating func group(_ id: Int, of people: [Person]) -> Group {
      let team = team()
      // Some joined the group before they moved to another team.
      let members = some(1...7, of: people).filter { chance(25) || $0.team == team }
      let roles = members.enumerated().map { ($1.id, $0 == 0 ? "owner" : chance(30) ? "admin" : "member") }
      return Group(id: id, team: team, roles: Dictionary(uniqueKeysWithValues: roles))
    }

    mutating func base(_ id: Int, of people: [Person], or groups: [Group]) -> Base {
      if chance(50) {
        let owner = people[Int.random(in: people.indices, using: &random)]
        return Base(id: id, home: .person(owner.id), team: owner.workspaceTeam, isTrashed: chance(15))
      }
      let group = groups[Int.random(in: groups.indices, using: &random)]
      return Base(id: id, home: .group(group.id), team: group.team, isTrashed: chance(15))
    }

    mutating func link(_ id: Int, permission: String, guests: ArraySlice<Person>) -> Link {
      let ends = Link.End.allCases
      return Link(
        id: id, base: Int.random(in: 101...114, using: &random), permission: permission,
        end: ends[Int.random(in: ends.indices, using: &random)], guests: guests.map(\.id))
    }
  }
}

// MARK: The model

extension RandomWorld {
  /// How somebody comes into a base, whoever he is now and wherever the base lies.
  struct Ways {
    /// It lies in his own workspace or one of his groups'.
    var isHome = false
    /// From shares with himself, and from links that he has accepted.
    var direct: [String] = []
    /// From shares with his groups, by the group.
    var groups: [Int: String] = [:]

    /// The highest: "rw" is behind "r" in the alphabet, too.
    var permission: String? { ((isHome ? ["rw"] : []) + direct + groups.values).max() }
  }

  /// What the documentation says of permissions, said once more: nothing here asks the database.
  func ways(of person: Person, into base: Base) -> Ways {
    var ways = Ways()
    let isOfTheTeam = person.team == base.team
    let own = groups.filter { $0.roles[person.id] != nil }
    ways.isHome = base.home == .person(person.id) || own.contains { base.home == .group($0.id) }
    for share in userShares where share.base == base.id && share.with == person.id && isOfTheTeam {
      ways.direct.append(share.permission)
    }
    let letsOutsidersIn = base.team == nil || teams.contains { $0.id == base.team && $0.letsOutsidersIn }
    for link in invitations where link.base == base.id && link.guests.contains(person.id) && link.isLive {
      if isOfTheTeam || letsOutsidersIn { ways.direct.append(link.permission) }
    }
    for share in groupShares where share.base == base.id {
      let isOwn = own.contains { $0.id == share.with && $0.team == base.team }
      if isOwn { ways.groups[share.with] = share.permission }
    }
    return ways
  }

  /// What somebody may do in a base now: `rw`, `r` or `none`.
  func permission(of person: Person, in base: Base) -> String {
    guard person.state == .live, !base.isTrashed else { return "none" }
    return ways(of: person, into: base).permission ?? "none"
  }
}

// MARK: The database

extension RandomWorld {
  /// Statements that make all of it, and make every base everybody's favourite.
  var script: String {
    func rows<Row>(_ rows: [Row], _ values: (Row) -> String) -> String {
      rows.map { "(\(values($0)))" }.joined(separator: ",\n")
    }
    func id(_ number: Int?) -> String { number.map(String.init) ?? "null" }
    let links = invitations.map { ("invite", $0) } + externalLinks.map { ("external", $0) }
    let guests = invitations.flatMap { link in link.guests.map { (link.id, $0) } }
    let members = groups.flatMap { group in group.roles.map { (group.id, $0.key, $0.value) } }
    // Without triggers, which would put right what the service refuses to make.
    return """
      set session_replication_role = replica;
      insert into team (id, name, allows_external_links) overriding system value values
      \(rows(teams) { "\($0.id), 'Team \($0.id)', \($0.letsOutsidersIn)" });
      insert into account (id, uid, team_id, email, name, is_team_admin, is_active, deleted_at)
      overriding system value values
      \(rows(people) {
        """
        \($0.id), '\($0.digits)', \(id($0.team)), 'p\($0.id)@example.com', 'Person \($0.id)', \($0.isTeamAdmin),
        \($0.state == .live), case when \($0.state == .deleted) then now() end
        """
      });
      insert into account_token (account_id, hash) values
      \(rows(people) { "\($0.id), '\\x\($0.token.hash.hex)'" });
      insert into user_group (id, team_id, name) overriding system value values
      \(rows(groups) { "\($0.id), \(id($0.team)), 'Group \($0.id)'" });
      insert into workspace (id, team_id, account_id) overriding system value values
      \(rows(people) { "\(Home.person($0.id).workspace), \(id($0.workspaceTeam)), \($0.id)" });
      insert into workspace (id, team_id, group_id) overriding system value values
      \(rows(groups) { "\(Home.group($0.id).workspace), \(id($0.team)), \($0.id)" });
      insert into base (id, uuid, workspace_id, team_id, name, creator_id, modifier_id, deleted_at)
      overriding system value values
      \(rows(bases) {
        """
        \($0.id), '\($0.uuid)', \($0.home.workspace), \(id($0.team)), '\($0.name)', 101, 102,
        case when \($0.isTrashed) then now() end
        """
      });
      insert into base_link (id, kind, base_id, team_id, handle, hash, permission, expires_at, created_by)
      overriding system value
      select link.id, link.kind, link.base_id, base.team_id, link.handle, sha256(link.token::bytea), link.permission,
             link.expires_at, 103
      from (values
        \(rows(links) {
          """
          \($1.id), '\($0)', \($1.base), '\($1.handle)', '\($1.token)', '\($1.permission)',
          (\($1.end.rawValue))::timestamptz
          """
        })
      ) as link (id, kind, base_id, handle, token, permission, expires_at)
      join base on base.id = link.base_id;
      insert into favorite (account_id, base_id)
      select account.id, base.id from account, base where account.id > 100 and base.id > 100;
      \(insert("group_member (group_id, account_id, role)", rows(members) { "\($0), \($1), '\($2)'" }))
      \(insert("user_share (base_id, team_id, account_id, permission, created_by)", shareRows(userShares)))
      \(insert("group_share (base_id, team_id, group_id, permission, created_by)", shareRows(groupShares)))
      \(insert("invite_link_guest (link_id, account_id)", rows(guests) { "\($0), \($1)" }))
      -- Last of all: where it is forbidden, no link is made.
      update team set allows_public_links = false
      where id = any('{\(teams.filter { !$0.letsAnybodyRead }.map { "\($0.id)" }.joined(separator: ","))}');
      """
  }

  private func shareRows(_ shares: [Share]) -> String {
    shares.map { share in
      let team = bases.first { $0.id == share.base }?.team
      return "(\(share.base), \(team.map(String.init) ?? "null"), \(share.with), '\(share.permission)', 104)"
    }.joined(separator: ",\n")
  }

  private func insert(_ target: String, _ rows: String) -> String {
    rows.isEmpty ? "" : "insert into \(target) values \(rows);"
  }
}
