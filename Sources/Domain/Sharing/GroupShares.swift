package import Access
package import Postgres

/// The shares of bases with groups, for callers who have proved their right to the base.
package struct GroupShares: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of a base's shares.
  package func list(of base: ID<Base>, _ page: Page) async throws(PostgresError) -> [GroupShare] {
    try await list(where: "share.base_id = \(base)", page)
  }

  /// A page of the shares within an administrator's reach.
  package func list(_ reach: Reach, _ page: Page) async throws(PostgresError) -> [GroupShare] {
    try await list(where: "\(reach.holds("share"))", page)
  }

  /// A page of the shares for which a condition on `share` holds.
  func list(where condition: SQL, _ page: Page) async throws(PostgresError) -> [GroupShare] {
    try await app.db.rows(
      """
      select \(GroupShare.columns)
      from (select * from group_share as share where \(condition) order by share.id \(page.limit)) as share
      join base on base.id = share.base_id
      join user_group on user_group.id = share.group_id
      order by share.id
      """)
  }

  /// Shares a base with another group of its team.
  package func share(
    _ base: ID<Base>, with group: ID<Group>, _ permission: Permission, by caller: SignedIn
  ) async throws -> GroupShare {
    let made: GroupShare? = try await app.change(by: caller) {
      try await $0.row(
        """
        with share as (
          insert into group_share (base_id, team_id, group_id, permission, created_by)
          select base.id, base.team_id, user_group.id, \(permission), \(caller.account)
          from base
          join workspace on workspace.id = base.workspace_id
          join user_group on user_group.team_id is not distinct from base.team_id
            and user_group.id is distinct from workspace.group_id
          where base.id = \(base) and base.deleted_at is null and user_group.id = \(group)
            and \(caller.shareableGroups)
          returning *
        )
        select \(GroupShare.columns)
        from share
        join base on base.id = share.base_id
        join user_group on user_group.id = share.group_id
        """)
    }
    guard let made else { throw Refusal.notFound(.group(String(group.value))) }
    return made
  }

  /// Changes what a share allows.
  package func change(
    _ base: ID<Base>, with group: String, to permission: Permission, by caller: SignedIn
  ) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update group_share set permission = \(permission)
        where base_id = \(base) and group_id = \(ID<Group>(text: group))
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.share(group)) }
  }

  /// Ends the share of a base with a group.
  package func end(_ base: ID<Base>, with group: String, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run("delete from group_share where base_id = \(base) and group_id = \(ID<Group>(text: group))")
    }
    guard count == 1 else { throw Refusal.notFound(.share(group)) }
  }
}

/// A group with which a base is shared. All lists have this form.
package struct GroupShare: RowDecodable, Sendable {
  package let id: Int64
  package let base: BaseUUID
  package let baseName: String
  package let group: ID<Group>
  package let groupName: String
  package let permission: Permission

  /// The columns that `init(_ row:)` reads, from `share`, its `user_group` and its `base`.
  static let columns: SQL =
    """
    share.id, base.uuid::text as base_uuid, base.name as base_name, share.group_id, user_group.name as group_name,
    share.permission
    """

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    base = try row["base_uuid"]
    baseName = try row["base_name"]
    group = try row["group_id"]
    groupName = try row["group_name"]
    permission = try row["permission"]
  }
}
