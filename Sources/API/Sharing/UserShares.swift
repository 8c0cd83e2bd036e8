internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let userShareRoutes = Table(.userShares, [
  Route(.get,    "/api/v2.1/dtables/shared/",                                  "listMyShares",    as: SignedIn.self,  listOwn),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "listUserShares",  as: BaseAdmin.self, listShares),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "createUserShare", as: BaseAdmin.self, share),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "updateUserShare", as: BaseAdmin.self, changeShare),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "deleteUserShare", as: BaseAdminOrSelf.self, of: \.user, endShare),
])

// MARK: Wire

private struct Share: Input {
  let user: String
  let permission: Permission

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (user, permission) = (try fields.text("email", 1...255), try fields.choice("permission"))
  }
}

private struct FormerShare: Input {
  let user: String
  init(_ parts: Parts) throws { user = try parts.bodyOrQuery().text("email", 1...255) }
}

/// Somebody with whom a base is shared. One form for all lists.
struct UserShare: RowDecodable, JSONEncodable {
  let id: Int64
  let base: BaseUUID
  let person: PublicPerson
  let permission: Permission

  /// What `init(_ row:)` reads, from `share`, its `account` and its `base`.
  static let columns: SQL = "share.id, base.uuid::text as base_uuid, \(PublicPerson.columns), share.permission"

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    base = try row["base_uuid"]
    person = try PublicPerson(row)
    permission = try row["permission"]
  }

  func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("permission", permission.rawValue)
    object.add("share_id", id)
    object.add("dtable_uuid", base)
  }
}

// MARK: Operations

private func listOwn(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> NamedList<SharedBase> {
  NamedList("table_list", try await app.basesShared(with: caller.account, page: page.limit))
}

private func listShares(of admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<UserShare> {
  NamedList("user_list", try await app.userShares("share.base_id = \(admin.base)", page.limit))
}

/// With somebody of the base's team.
private func share(by admin: BaseAdmin, _ new: Share, _ app: App) async throws -> Created<Success> {
  guard UserID(wire: new.user) != admin.caller.user else {
    throw DomainError.refused("You cannot share a base with yourself.")
  }
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      insert into user_share (base_id, team_id, account_id, permission, created_by)
      select base.id, base.team_id, account.id, \(new.permission), \(admin.caller.account)
      from base
      join live_account as account on account.team_id is not distinct from base.team_id
      where base.id = \(admin.base) and base.deleted_at is null and account.uid = \(UserID(wire: new.user))
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.user(new.user)) }
  return Created(Success())
}

private func changeShare(by admin: BaseAdmin, _ change: Share, _ app: App) async throws -> Success {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update user_share set permission = \(change.permission)
      where base_id = \(admin.base)
        and account_id = (select id from account where uid = \(UserID(wire: change.user)))
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.share(change.user)) }
  return Success()
}

private func endShare(by ender: BaseAdminOrSelf, _ share: FormerShare, _ app: App) async throws -> Success {
  try await app.endShare(of: ender.base, withUser: share.user, by: ender.caller)
  return Success()
}

extension App {
  /// The shares for whose rows of `share` a condition holds.
  func userShares(_ condition: SQL, _ page: SQL) async throws(PostgresError) -> [UserShare] {
    try await db.rows(
      """
      select \(UserShare.columns)
      from (select * from user_share as share where \(condition) order by share.id \(page)) as share
      join base on base.id = share.base_id
      join account on account.id = share.account_id and account.deleted_at is null
      order by share.id
      """)
  }

  /// Takes a base away from somebody with whom it is shared. If they have not done it themselves, no invite link that
  /// is there lets them in again.
  func endShare(of base: ID<Base>, withUser user: String, by caller: SignedIn) async throws {
    try await change(by: caller) {
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
