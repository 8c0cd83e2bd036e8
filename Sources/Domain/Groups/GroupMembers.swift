package import Access
package import Postgres

/// The people in groups, for whoever has proved their right to the group.
package struct GroupMembers: Sendable {
  private let app: App

  /// Those of an app's database.
  package init(_ app: App) { self.app = app }

  /// A page of a group's people, or of its owner and admins alone.
  package func list(
    of group: ID<Group>, onlyAdmins: Bool = false, _ page: Page
  ) async throws(PostgresError) -> [GroupMemberRecord] {
    try await list(of: group, where: onlyAdmins ? "member.role <> 'member'" : "true", page.limit)
  }

  /// Those of a group whom a part of the name, of the address or of the user id finds.
  package func search(_ text: String, in group: ID<Group>) async throws(PostgresError) -> [GroupMemberRecord] {
    try await list(of: group, where: PublicPerson.isFound(by: text), "limit 50")
  }

  private func list(
    of group: ID<Group>, where condition: SQL, _ limit: SQL
  ) async throws(PostgresError) -> [GroupMemberRecord] {
    try await app.db.rows(
      """
      select \(GroupMemberRecord.columns)
      from group_member as member
      join account on account.id = member.account_id and account.deleted_at is null
      where member.group_id = \(group) and \(condition)
      order by account.id
      \(limit)
      """)
  }

  /// Puts people of the group's team into the group; gives for each what became of it.
  package func add(
    _ users: [String], to group: ID<Group>, by caller: SignedIn
  ) async throws -> [(user: String, addition: MemberAddition)] {
    try await app.change(by: caller) {
      var additions: [(user: String, addition: MemberAddition)] = []
      for user in users { additions.append((user, try await $0.addMember(user, to: group))) }
      return additions
    }
  }

  /// Puts one person of the group's team into the group.
  package func add(_ user: String, to group: ID<Group>, by caller: SignedIn) async throws -> GroupMemberRecord {
    try await app.change(by: caller) { try await $0.addMember(user, to: group).member(named: user) }
  }

  /// Makes somebody an admin of the group, or one no longer.
  package func setRole(_ role: Role, of user: String, in group: ID<Group>, by caller: SignedIn) async throws {
    try await touch(user, of: group, by: caller) {
      try await $0.run("update group_member set role = \(role) where group_id = \(group) and account_id = \($1)")
    }
  }

  /// Takes somebody out of the group.
  package func remove(_ user: String, from group: ID<Group>, by caller: SignedIn) async throws {
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
    try await app.change(by: caller, endsOwnAccess: person == caller.user) {
      try await $0.holdAccess(
        of: """
          uid = \(person) and exists (
            select from group_member where group_id = \(group) and account_id = account.id)
          """)
      let found: FoundMembership? = try await $0.row(
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
package enum MemberAddition: Sendable {
  case made(GroupMemberRecord)
  /// Nobody of the group's team is called so.
  case unknown
  case isMember(GroupMemberRecord)

  /// The one who was put into it.
  ///
  /// - Throws: Why nobody was.
  package func member(named user: String) throws -> GroupMemberRecord {
    switch self {
    case .made(let member): return member
    case .unknown: throw Refusal.notFound(.user(user))
    case .isMember(let member): throw DomainError.refused("User \(member.person.name) is already a group member.")
    }
  }
}

extension Transaction {
  /// Puts a person of the group's team into the group, as a member; by a link where they come by themselves.
  func addMember(
    _ user: String, to group: ID<Group>, by link: Int64? = nil
  ) async throws(PostgresError) -> MemberAddition {
    let made: GroupMemberRecord? = try await row(
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
      select \(GroupMemberRecord.columns) from member join account on account.id = member.account_id
      """)
    if let made { return .made(made) }
    let present: GroupMemberRecord? = try await row(
      """
      select \(GroupMemberRecord.columns)
      from group_member as member
      join account on account.id = member.account_id and account.deleted_at is null
      where member.group_id = \(group) and account.uid = \(UserID(wire: user))
      """)
    return present.map(MemberAddition.isMember) ?? .unknown
  }
}

private struct FoundMembership: RowDecodable {
  let account: ID<Account>
  let role: Role

  init(_ row: Row) throws(PostgresError) {
    account = try row["account_id"]
    role = try row["role"]
  }
}
