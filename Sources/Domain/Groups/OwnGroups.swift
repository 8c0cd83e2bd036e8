package import Access
package import Postgres

/// A person's own groups, and the groups that they may share with.
package struct OwnGroups: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's groups.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// A page of the groups that the caller is in, in the caller's order.
  package func list(_ page: Page) async throws(PostgresError) -> [GroupRecord] {
    try await app.db.rows(
      """
      select \(GroupRecord.columns)
      from group_member as own
      join user_group on user_group.id = own.group_id
      where own.account_id = \(caller.account)
      order by own.position, user_group.id
      \(page.limit)
      """)
  }

  /// A page of the groups that the caller may share with.
  package func shareable(_ page: Page) async throws(PostgresError) -> [GroupRecord] {
    try await app.db.rows(
      """
      select \(GroupRecord.columns) from user_group where \(caller.shareableGroups)
      order by user_group.id \(page.limit)
      """)
  }

  /// The first 50 groups that the caller may share with and that have `text` in their names.
  package func searchShareable(_ text: String) async throws(PostgresError) -> [GroupRecord] {
    try await app.db.rows(
      """
      select \(GroupRecord.columns) from user_group
      where \(caller.shareableGroups) and user_group.name ilike \(containing(text))
      order by user_group.id
      limit 50
      """)
  }

  /// A group that was proved to be one of the caller's.
  package func show(_ group: ID<Group>) async throws -> GroupRecord {
    let found: GroupRecord? = try await app.db.row(
      "select \(GroupRecord.columns) from user_group where id = \(group)")
    guard let found else { throw Refusal.notFound(.group(String(group.value))) }
    return found
  }

  /// Makes a group that the caller owns.
  package func make(_ name: GroupName) async throws -> GroupRecord {
    let made = try await app.change(by: caller) {
      guard let made = try await $0.insertGroup(name, owner: caller.account) else { throw Refusal.badAccountToken }
      return made
    }
    return try await show(made)
  }

  /// Moves one of the caller's groups before another one; nil moves it to the end. The order is the caller's own: all
  /// their groups are numbered anew.
  package func move(_ group: ID<Group>, before anchor: ID<Group>?) async throws {
    try await app.change(by: caller) { transaction in
      var groups: [ID<Group>] = try await transaction.rows(
        """
        select group_id as id from group_member where account_id = \(caller.account)
        order by position, group_id for update
        """)
      guard let from = groups.firstIndex(of: group) else { throw Refusal.notFound(.group(String(group.value))) }
      groups.remove(at: from)
      if let anchor {
        guard let to = groups.firstIndex(of: anchor) else { throw Refusal.notFound(.group(String(anchor.value))) }
        groups.insert(group, at: to)
      } else {
        groups.append(group)
      }
      try await transaction.run(
        """
        update group_member set position = place.number
        from unnest(\(groups.map(\.value))::bigint[]) with ordinality as place (group_id, number)
        where group_member.group_id = place.group_id and group_member.account_id = \(caller.account)
        """)
    }
  }
}

extension SignedIn {
  /// A condition on `user_group`, true for the groups that the caller may share a base with: all of their team, or only
  /// their own groups if they have no team.
  var shareableGroups: SQL {
    """
    (user_group.team_id = \(team) or user_group.team_id is null and exists (
      select from group_member as own where own.group_id = user_group.id and own.account_id = \(account)))
    """
  }
}
