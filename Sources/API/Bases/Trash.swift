public import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let trashRoutes = Table(.trash, [
  Route(.get,    "/api/v2.1/trash-dtables/",                               "listTrashedBases",        as: SignedIn.self,   listTrash),
  Route(.delete, "/api/v2.1/trash-dtables/",                               "clearTrash",              as: SignedIn.self,   clearTrash),
  Route(.put,    "/api/v2.1/trash-dtables/{trashed_base_id}/",             "restoreTrashedBase",      as: TrashOwner.self, of: \.named, restore),
  Route(.get,    "/api/v2.1/groups/{group_id}/trash-dtables/",             "listGroupTrashedBases",   as: GroupAdmin.self, listGroupTrash),
  Route(.put,    "/api/v2.1/groups/{group_id}/trash-dtables/{base_uuid}/", "restoreGroupTrashedBase", as: GroupAdmin.self, restoreInGroup),
])

// MARK: Wire

private struct TrashedBase: PathInput {
  static let variable = "trashed_base_id"
  let named: String
  init(_ segment: String) { named = segment }
}

private struct TrashedGroupBase: PathInput {
  static let variable = "base_uuid"
  let named: String
  init(_ segment: String) { named = segment }
}

// MARK: Operations

private func listTrash(of caller: SignedIn, _ page: Page, _ app: App) async throws -> NamedList<BaseRecord> {
  let mine: SQL = """
    from base
    join workspace on workspace.id = base.workspace_id and workspace.account_id = \(caller.account)
    """
  let count = try await app.db.count("select count(*) \(mine) where base.deleted_at is not null")
  let bases: [BaseRecord] = try await app.db.rows(
    """
    select \(BaseRecord.columns) \(mine) \(BaseRecord.people)
    where base.deleted_at is not null
    order by base.deleted_at desc, base.id desc
    \(page.limit)
    """)
  return NamedList("trash_dtable_list", bases, count: ("count", count))
}

/// For good: their tokens go with them.
private func clearTrash(of caller: SignedIn, _: NoInput, _ app: App) async throws -> Success {
  try await app.change(by: caller, statementTime: .seconds(120)) {
    try await $0.run(
      """
      delete from base using workspace
      where workspace.id = base.workspace_id and workspace.account_id = \(caller.account)
        and base.deleted_at is not null
      """)
  }
  return Success()
}

/// Back to where it was; refused where a live base has taken the name meanwhile.
private func restore(by owner: TrashOwner, _ base: TrashedBase, _ app: App) async throws -> Success {
  let count = try await app.change(by: owner.caller) {
    try await $0.run(
      """
      update base set deleted_at = null
      from workspace
      where workspace.id = base.workspace_id and workspace.account_id = \(owner.caller.account)
        and base.id = \(owner.base) and base.deleted_at is not null
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.base(base.named)) }
  return Success()
}

extension App {
  /// Deletes for good what has been in the trash for longer than so many days, some at a time until all of it is gone, or
  /// the task is cancelled; says how many bases that were.
  public func clearOldTrash(afterDays days: Int) async throws -> Int {
    var total = 0
    while true {
      let count = try await change(by: nil) {
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

private func listGroupTrash(by admin: GroupAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<BaseRecord> {
  let bases: [BaseRecord] = try await app.db.rows(
    """
    select \(BaseRecord.columns)
    from base
    join workspace on workspace.id = base.workspace_id and workspace.group_id = \(admin.group)
    \(BaseRecord.people)
    where base.deleted_at is not null
    order by base.deleted_at desc, base.id desc
    \(page.limit)
    """)
  return NamedList("trash_dtable_list", bases)
}

private func restoreInGroup(by admin: GroupAdmin, _ base: TrashedGroupBase, _ app: App) async throws -> Success {
  guard let uuid = BaseUUID(base.named) else { throw Refusal.notFound(.base(base.named)) }
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update base set deleted_at = null
      from workspace
      where workspace.id = base.workspace_id and workspace.group_id = \(admin.group)
        and base.uuid = \(uuid)::uuid and base.deleted_at is not null
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.base(base.named)) }
  return Success()
}
