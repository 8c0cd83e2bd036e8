package import Access
internal import Ground
package import Postgres

/// The trash of workspaces, for their owners and for the admins of their groups.
package struct Trash: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the deleted bases of the caller's personal workspace, the last deleted first, and how many there are.
  package func list(of caller: SignedIn, _ page: Page) async throws(PostgresError) -> (
    bases: [BaseRecord], count: Int64
  ) {
    let owned: SQL = "workspace.account_id = \(caller.account)"
    let count = try await app.db.count(
      """
      select count(*) from base join workspace on workspace.id = base.workspace_id and \(owned)
      where base.deleted_at is not null
      """)
    return (try await list(where: owned, page), count)
  }

  /// A page of the deleted bases of a group's workspace, the last deleted first.
  package func list(of group: ID<Group>, _ page: Page) async throws(PostgresError) -> [BaseRecord] {
    try await list(where: "workspace.group_id = \(group)", page)
  }

  private func list(where owned: SQL, _ page: Page) async throws(PostgresError) -> [BaseRecord] {
    try await app.db.rows(
      """
      select \(BaseRecord.columns)
      from base
      join workspace on workspace.id = base.workspace_id and \(owned)
      \(BaseRecord.people)
      where base.deleted_at is not null
      order by base.deleted_at desc, base.id desc
      \(page.limit)
      """)
  }

  /// Permanently deletes the bases in the trash of the caller's personal workspace, with their tokens.
  package func clear(of caller: SignedIn) async throws {
    try await app.change(by: caller, statementTime: .seconds(120)) {
      try await $0.run(
        """
        delete from base using workspace
        where workspace.id = base.workspace_id and workspace.account_id = \(caller.account)
          and base.deleted_at is not null
        """)
    }
  }

  /// Restores a base into its owner's personal workspace; fails if a live base has taken its name meanwhile.
  package func restore(by owner: TrashOwner, named: String) async throws {
    try await restore(
      "base.id = \(owner.base)", where: "workspace.account_id = \(owner.caller.account)", named, by: owner.caller)
  }

  /// The same in a group's workspace.
  package func restore(_ named: String, by admin: GroupAdmin) async throws {
    guard let uuid = BaseUUID(named) else { throw Refusal.notFound(.base(named)) }
    try await restore(
      "base.uuid = \(uuid)::uuid", where: "workspace.group_id = \(admin.group)", named, by: admin.caller)
  }

  private func restore(_ condition: SQL, where owned: SQL, _ named: String, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update base set deleted_at = null
        from workspace
        where workspace.id = base.workspace_id and \(owned) and \(condition) and base.deleted_at is not null
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.base(named)) }
  }

  /// Permanently deletes the bases that have been in the trash for more than `days` days, in batches, until all are
  /// gone or the task is cancelled. Returns how many were deleted.
  package func clearOld(afterDays days: Int) async throws -> Int {
    var total = 0
    while true {
      let count = try await app.change(by: nil) {
        try await $0.run(
          """
          delete from base
          where id in (
            select id from base where deleted_at < now() - make_interval(days => \(days))
            order by deleted_at limit 100 for update skip locked
          )
          """)
      }
      total += count
      if count == 0 || Task.isCancelled { return total }
    }
  }
}
