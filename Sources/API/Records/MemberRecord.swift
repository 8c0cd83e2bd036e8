internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// A person in a group. One form for all lists.
struct MemberRecord: RowDecodable, Output, JSONEncodable {
  let group: ID<Group>
  let person: PublicPerson
  let loginID: String
  let role: Role

  /// What `init(_ row:)` reads, from `member` and its `account`.
  static let columns: SQL = """
    member.group_id, \(PublicPerson.columns), coalesce(account.login_id, '') as login_id, member.role
    """

  init(_ row: Row) throws(PostgresError) {
    group = try row["group_id"]
    person = try PublicPerson(row)
    loginID = try row["login_id"]
    role = try row["role"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      write(to: &$0)
      $0.add("is_admin", role.administers)
    }
  }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("group_id", group)
    object.add("login_id", loginID)
    object.add("role", role.wire)
  }
}

extension Role {
  /// `Owner`, `Admin` or `Member`.
  var wire: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

// MARK: Operations, for whoever has proved his right to the group

extension App {
  /// The group's people for whom a condition on `member` and `account` holds.
  func members(of group: ID<Group>, where condition: SQL = "true", _ page: SQL) async throws(PostgresError)
    -> [MemberRecord]
  {
    try await db.rows(
      """
      select \(MemberRecord.columns)
      from group_member as member
      join account on account.id = member.account_id and account.deleted_at is null
      where member.group_id = \(group) and \(condition)
      order by account.id
      \(page)
      """)
  }

  /// Puts people of the group's team into the group; says of each whether that worked.
  func add(_ users: [String], to group: ID<Group>, by caller: SignedIn) async throws -> Outcomes<MemberRecord> {
    try await change(by: caller) {
      var outcomes = Outcomes<MemberRecord>()
      for user in users {
        switch try await $0.add(user, to: group) {
        case .made(let member): outcomes.success.append(member)
        case .unknown: outcomes.fail(user, "User \(user) not found.")
        case .isMember(let member): outcomes.fail(user, "User \(member.person.name) is already a group member.")
        }
      }
      return outcomes
    }
  }

  /// Puts one person of the group's team into the group.
  func add(_ user: String, to group: ID<Group>, by caller: SignedIn) async throws -> MemberRecord {
    try await change(by: caller) {
      switch try await $0.add(user, to: group) {
      case .made(let member): return member
      case .unknown: throw Refusal.notFound(.user(user))
      case .isMember(let member): throw DomainError.refused("User \(member.person.name) is already a group member.")
      }
    }
  }

  /// Makes somebody an admin of the group, or one no longer.
  func change(_ user: String, of group: ID<Group>, to role: Role, by caller: SignedIn) async throws {
    try await touch(user, of: group, by: caller) {
      try await $0.run("update group_member set role = \(role) where group_id = \(group) and account_id = \($1)")
    }
  }

  /// Takes somebody out of the group.
  func remove(_ user: String, from group: ID<Group>, by caller: SignedIn) async throws {
    try await touch(user, of: group, by: caller) {
      try await $0.run("delete from group_member where group_id = \(group) and account_id = \($1)")
    }
  }

  /// Changes a membership, when what its person is writing by it is written; the owner's is changed only by giving the group
  /// to somebody else.
  private func touch(
    _ user: String, of group: ID<Group>, by caller: SignedIn, _ body: (Transaction, ID<Account>) async throws -> Void
  ) async throws {
    let person = UserID(wire: user)
    try await change(by: caller, endsOwnAccess: person == caller.user) {
      try await $0.holdAccess(
        of: """
          uid = \(person) and exists (
            select from group_member where group_id = \(group) and account_id = account.id)
          """)
      let found: Membership? = try await $0.row(
        """
        select member.account_id, member.role
        from group_member as member
        join account on account.id = member.account_id and account.deleted_at is null
        where member.group_id = \(group) and account.uid = \(person)
        for update of member
        """)
      guard let found else { throw Refusal.notFound(.user(user)) }
      guard found.role != .owner else {
        throw DomainError.refused("The owner of a group cannot be removed or demoted: transfer the group first.")
      }
      try await body($0, found.account)
    }
  }
}

/// What became of putting somebody into a group.
enum Addition: Sendable {
  case made(MemberRecord)
  /// Nobody of the group's team is called so.
  case unknown
  case isMember(MemberRecord)
}

extension Transaction {
  /// Puts a person of the group's team into the group, as a member; by a link where they come by themselves.
  func add(_ user: String, to group: ID<Group>, by link: Int64? = nil) async throws(PostgresError) -> Addition {
    let made: MemberRecord? = try await row(
      """
      with member as (
        insert into group_member (group_id, account_id, role, link_id)
        select user_group.id, account.id, 'member', \(link)
        from user_group
        join account on account.team_id is not distinct from user_group.team_id and account.deleted_at is null
        where user_group.id = \(group) and account.uid = \(UserID(wire: user))
        for share of account
        on conflict (group_id, account_id) do nothing
        returning group_id, account_id, role
      )
      select \(MemberRecord.columns) from member join account on account.id = member.account_id
      """)
    if let made { return .made(made) }
    let present: MemberRecord? = try await row(
      """
      select \(MemberRecord.columns)
      from group_member as member
      join account on account.id = member.account_id and account.deleted_at is null
      where member.group_id = \(group) and account.uid = \(UserID(wire: user))
      """)
    return present.map(Addition.isMember) ?? .unknown
  }
}

private struct Membership: RowDecodable {
  let account: ID<Account>
  let role: Role

  init(_ row: Row) throws(PostgresError) {
    account = try row["account_id"]
    role = try row["role"]
  }
}
