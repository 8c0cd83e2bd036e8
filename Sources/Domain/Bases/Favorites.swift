package import Access
package import Postgres

/// A person's favourite bases.
package struct Favorites: Sendable {
  private let app: App
  private let caller: SignedIn

  /// Works on the caller's favourites.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// A page of the favourites. A base that the caller may not open any more is left out, and comes back if they may
  /// again.
  package func list(_ page: Page) async throws(PostgresError) -> [MarkedBase] { try await list(page.limit) }

  func list(_ limit: SQL) async throws(PostgresError) -> [MarkedBase] {
    try await app.db.rows(
      """
      select \(BaseRecord.columns), true as is_favorite, \(BaseRecord.isAdministered(by: caller.account)) as is_administered
      from favorite
      join base on base.id = favorite.base_id and base.deleted_at is null
      join base_permission as own on own.base_id = base.id and own.account_id = \(caller.account)
      \(BaseRecord.people)
      where favorite.account_id = \(caller.account)
      order by favorite.added_at, base.id
      \(limit)
      """)
  }

  /// Adds a base that the caller has proved a right to. Adding it again changes nothing.
  package func add(_ base: ID<Base>) async throws {
    try await app.change(by: caller) {
      try await $0.run(
        """
        insert into favorite (account_id, base_id) values (\(caller.account), \(base))
        on conflict (account_id, base_id) do nothing
        """)
    }
  }

  /// Removes a base, if it is a favourite.
  package func remove(_ base: BaseUUID) async throws {
    try await app.change(by: caller) {
      try await $0.run(
        """
        delete from favorite using base
        where favorite.account_id = \(caller.account) and base.id = favorite.base_id and base.uuid = \(base)::uuid
        """)
    }
  }
}

/// A base, whether it is a favourite, and whether the person administers its workspace.
package struct MarkedBase: RowDecodable, Sendable {
  package let base: BaseRecord
  package let isFavorite: Bool
  package let isAdministered: Bool

  package init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    isFavorite = try row["is_favorite"]
    isAdministered = try row["is_administered"]
  }
}
