package import Access
package import Postgres

/// The shares of bases with people, for callers who have proved their right to the base.
package struct UserShares: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of a base's shares.
  package func list(of base: ID<Base>, _ page: Page) async throws(PostgresError) -> [UserShare] {
    try await list(where: "share.base_id = \(base)", page)
  }

  /// A page of the shares within an administrator's reach.
  package func list(_ reach: Reach, _ page: Page) async throws(PostgresError) -> [UserShare] {
    try await list(where: "\(reach.holds("share"))", page)
  }

  /// A page of the shares for which a condition on `share` holds.
  func list(where condition: SQL, _ page: Page) async throws(PostgresError) -> [UserShare] {
    try await app.db.rows(
      """
      select \(UserShare.columns)
      from (select * from user_share as share where \(condition) order by share.id \(page.limit)) as share
      join base on base.id = share.base_id
      join account on account.id = share.account_id and account.deleted_at is null
      order by share.id
      """)
  }

  /// Shares a base with a person of its team.
  package func share(
    _ base: ID<Base>, with user: String, _ permission: Permission, by caller: SignedIn
  ) async throws {
    guard UserID(wire: user) != caller.user else { throw DomainError.refused("You cannot share a base with yourself.") }
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        insert into user_share (base_id, team_id, account_id, permission, created_by)
        select base.id, base.team_id, account.id, \(permission), \(caller.account)
        from base
        join live_account as account on account.team_id is not distinct from base.team_id
        where base.id = \(base) and base.deleted_at is null and account.uid = \(UserID(wire: user))
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.user(user)) }
  }

  /// Changes what a share allows.
  package func change(
    _ base: ID<Base>, with user: String, to permission: Permission, by caller: SignedIn
  ) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run(
        """
        update user_share set permission = \(permission)
        where base_id = \(base) and account_id = (select id from account where uid = \(UserID(wire: user)))
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.share(user)) }
  }

  /// Ends the share of a base with a person. Unless they end it themselves, they can accept none of its existing invite
  /// links any more.
  package func end(_ base: ID<Base>, with user: String, by caller: SignedIn) async throws {
    try await app.change(by: caller) {
      let count = try await $0.run(
        """
        delete from user_share
        where base_id = \(base) and account_id = (select id from account where uid = \(UserID(wire: user)))
        """)
      guard count == 1 else { throw Refusal.notFound(.share(user)) }
      if UserID(wire: user) != caller.user { try await $0.bar(user, from: base) }
    }
  }
}

/// A person with whom a base is shared. All lists have this form.
package struct UserShare: RowDecodable, Sendable {
  package let id: Int64
  package let base: BaseUUID
  package let baseName: String
  package let person: PublicPerson
  package let permission: Permission

  /// The columns that `init(_ row:)` reads, from `share`, its `account` and its `base`.
  static let columns: SQL =
    "share.id, base.uuid::text as base_uuid, base.name as base_name, \(PublicPerson.columns), share.permission"

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    base = try row["base_uuid"]
    baseName = try row["base_name"]
    person = try PublicPerson(row)
    permission = try row["permission"]
  }
}
