internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let favoriteRoutes = Table(.favorites, [
  Route(.get,    "/api/v2.1/starred-dtables/",     "listFavorites",    as: SignedIn.self, listFavorites),
  Route(.post,   "/api/v2.1/starred-dtables/",     "favoriteBase",     as: BaseUser.self, of: \.base, addFavorite),
  Route(.delete, "/api/v2.1/starred-dtables/",     "unfavoriteBase",   as: SignedIn.self, removeFavorite),
  Route(.get,    "/api/v2.1/dtable/items-search/", "searchBaseOrApps", as: SignedIn.self, searchBases),
])

// MARK: Wire

private struct Favorite: Input {
  let base: BaseReference
  init(_ parts: Parts) throws { base = .uuid(try parts.body().text("dtable_uuid", 1...36)) }
}

private struct FormerFavorite: Input {
  let base: BaseUUID

  init(_ parts: Parts) throws {
    base = try parsed("dtable_uuid", BaseUUID(try parts.bodyOrQuery().text("dtable_uuid", 1...36)))
  }
}

private struct ItemSearch: Input {
  let text: String
  let kind: Kind?

  enum Kind: String {
    case base, app
  }

  init(_ parts: Parts) throws {
    let query = try parts.query()
    text = try query.text("query_str", 1...255)
    kind = try query.optionalChoice("query_type")
  }
}

/// A base that was found, and where it lies for the caller.
private struct FoundBase: RowDecodable, JSONEncodable {
  let base: BaseRecord
  let kind: String
  let groupName: String
  let isFavorite: Bool

  init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    kind = try row["kind"]
    groupName = try row["group_name"]
    isFavorite = try row["is_favorite"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("group_name", groupName)
      $0.add("type", kind)
      $0.add("starred", isFavorite)
    }
  }
}

/// A base with the mark of a favourite.
struct MarkedBase: RowDecodable, JSONEncodable {
  let base: BaseRecord
  let isFavorite: Bool

  init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    isFavorite = try row["is_favorite"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("starred", isFavorite)
    }
  }
}

// MARK: Operations

private func listFavorites(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> NamedList<MarkedBase> {
  NamedList("user_starred_dtable_list", try await app.favorites(of: caller, page.limit))
}

extension App {
  /// A favourite that its owner may not open any more is not shown; it comes back with the right to it.
  func favorites(of caller: SignedIn, _ page: SQL) async throws(PostgresError) -> [MarkedBase] {
    try await db.rows(
      """
      select \(BaseRecord.columns), true as is_favorite
      from favorite
      join base on base.id = favorite.base_id and base.deleted_at is null
      join base_permission as own on own.base_id = base.id and own.account_id = \(caller.account)
      \(BaseRecord.people)
      where favorite.account_id = \(caller.account)
      order by favorite.added_at, base.id
      \(page)
      """)
  }
}

private func addFavorite(by user: BaseUser, _: Favorite, _ app: App) async throws -> Success {
  try await app.change(by: user.caller) {
    try await $0.run(
      """
      insert into favorite (account_id, base_id) values (\(user.caller.account), \(user.base))
      on conflict (account_id, base_id) do nothing
      """)
  }
  return Success()
}

private func removeFavorite(by caller: SignedIn, _ favorite: FormerFavorite, _ app: App) async throws -> Success {
  try await app.change(by: caller) {
    try await $0.run(
      """
      delete from favorite using base
      where favorite.account_id = \(caller.account) and base.id = favorite.base_id and base.uuid = \(favorite.base)::uuid
      """)
  }
  return Success()
}

/// Among all that the caller may open. There are no apps.
private func searchBases(by caller: SignedIn, _ search: ItemSearch, _ app: App) async throws -> NamedList<FoundBase> {
  guard search.kind != .app else { return NamedList("results", []) }
  return NamedList(
    "results",
    try await app.db.rows(
      """
      select \(BaseRecord.columns), favorite.base_id is not null as is_favorite,
             case when workspace.account_id = own.account_id then 'personal'
                  when member.group_id is not null then 'group' else 'shared' end as kind,
             case when workspace.account_id = own.account_id then 'personal'
                  when member.group_id is not null then user_group.name else 'shared' end as group_name
      from base_permission as own
      join base on base.id = own.base_id and base.deleted_at is null and base.name ilike \(containing(search.text))
      join workspace on workspace.id = base.workspace_id
      left join group_member as member
        on member.group_id = workspace.group_id and member.account_id = own.account_id
      left join user_group on user_group.id = member.group_id
      left join favorite on favorite.base_id = base.id and favorite.account_id = own.account_id
      \(BaseRecord.people)
      where own.account_id = \(caller.account)
      order by base.id
      limit 100
      """))
}
