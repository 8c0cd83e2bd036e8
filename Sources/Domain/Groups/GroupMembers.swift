package import Access
package import Postgres

/// The members of groups, for callers who have proved their right to the group.
package struct GroupMembers: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of a group's members, or only of its owner and admins.
  package func list(
    of group: ID<Group>, onlyAdmins: Bool = false, _ page: Page
  ) async throws(PostgresError) -> [GroupMemberRecord] {
    try await list(of: group, where: onlyAdmins ? "member.role <> 'member'" : "true", page.limit)
  }

  /// The first 50 members of a group with `text` in their name, address or user ID.
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

  /// Adds people of the group's team to the group. Returns the outcome for each.
  package func add(
    _ users: [String], to group: ID<Group>, by caller: SignedIn
  ) async throws -> [(user: String, addition: MemberAddition)] {
    try await app.change(by: caller) {
      var additions: [(user: String, addition: MemberAddition)] = []
      for user in users { additions.append((user, try await $0.addMember(user, to: group))) }
      return additions
    }
  }

  /// Adds one person of the group's team to the group. Throws if they are unknown or already a member.
  package func add(_ user: String, to group: ID<Group>, by caller: SignedIn) async throws -> GroupMemberRecord {
    try await app.change(by: caller) { try await $0.addMember(user, to: group).member(named: user) }
  }

  /// Makes a member an admin of the group, or an admin a member.
  package func setRole(_ role: Role, of user: String, in group: ID<Group>, by caller: SignedIn) async throws {
    try await touch(user, of: group, by: caller) {
      try await $0.run("update group_member set role = \(role) where group_id = \(group) and account_id = \($1)")
    }
  }

  /// Removes a member from the group.
  package func remove(_ user: String, from group: ID<Group>, by caller: SignedIn) async throws {
    try await touch(user, of: group, by: caller) {
      try await $0.run("delete from group_member where group_id = \(group) and account_id = \($1)")
    }
  }

  /// Changes a membership once the person's writes that are under way are done. The owner's membership changes only if
  /// the group is transferred.
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

/// The outcome of adding a person to a group.
package enum MemberAddition: Sendable {
  case made(GroupMemberRecord)
  /// There is no such person in the group's team.
  case unknown
  case isMember(GroupMemberRecord)

  /// The member who was added.
  ///
  /// - Throws: The reason why nobody was added.
  package func member(named user: String) throws -> GroupMemberRecord {
    switch self {
    case .made(let member): return member
    case .unknown: throw Refusal.notFound(.user(user))
    case .isMember(let member): throw DomainError.refused("User \(member.person.name) is already a group member.")
    }
  }
}

extension Transaction {
  /// Adds a person of the group's team to the group, with the role of a member. `link` is the invite link that they
  /// accepted, if any.
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
