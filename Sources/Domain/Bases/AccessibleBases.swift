package import Access
package import Postgres

/// All bases that a person may open, for whatever reason.
package struct AccessibleBases: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the bases that the caller may open.
  package init(_ app: App, to caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// The first 100 bases with `text` in their names.
  package func search(_ text: String) async throws(PostgresError) -> [FoundBase] {
    try await app.db.rows(
      """
      select \(BaseRecord.columns), favorite.base_id is not null as is_favorite,
             \(BaseRecord.isAdministered(by: caller.account)) as is_administered,
             case when workspace.account_id = own.account_id then 'personal'
                  when member.group_id is not null then 'group' else 'shared' end as kind,
             case when workspace.account_id = own.account_id then 'personal'
                  when member.group_id is not null then user_group.name else 'shared' end as group_name
      from base_permission as own
      join base on base.id = own.base_id and base.deleted_at is null and base.name ilike \(containing(text))
      join workspace on workspace.id = base.workspace_id
      left join group_member as member
        on member.group_id = workspace.group_id and member.account_id = own.account_id
      left join user_group on user_group.id = member.group_id
      left join favorite on favorite.base_id = base.id and favorite.account_id = own.account_id
      \(BaseRecord.people)
      where own.account_id = \(caller.account)
      order by base.id
      limit 100
      """)
  }
}

/// A base in the results of a search, and where the caller finds it.
package struct FoundBase: RowDecodable, Sendable {
  package let base: BaseRecord
  /// `personal`, `group` or `shared`.
  package let kind: String
  package let groupName: String
  package let isFavorite: Bool
  package let isAdministered: Bool

  package init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    kind = try row["kind"]
    groupName = try row["group_name"]
    isFavorite = try row["is_favorite"]
    isAdministered = try row["is_administered"]
  }
}
