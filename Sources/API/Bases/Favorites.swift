internal import Access
package import Domain
package import Ground
internal import HTTP

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
  let kind: ItemKind?

  enum ItemKind: String {
    case base, app
  }

  init(_ parts: Parts) throws {
    let query = try parts.query()
    text = try query.text("query_str", 1...255)
    kind = try query.optionalChoice("query_type")
  }
}

extension FoundBase: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("group_name", groupName)
      $0.add("type", kind)
      $0.add("starred", isFavorite)
      $0.add("may_administer", isAdministered)
    }
  }
}

extension MarkedBase: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("starred", isFavorite)
      $0.add("may_administer", isAdministered)
    }
  }
}

// MARK: Operations

private func listFavorites(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> NamedList<MarkedBase> {
  NamedList("user_starred_dtable_list", try await Favorites(app, of: caller).list(page.page))
}

private func addFavorite(by user: BaseUser, _: Favorite, _ app: App) async throws -> Success {
  try await Favorites(app, of: user.caller).add(user.base)
  return Success()
}

private func removeFavorite(by caller: SignedIn, _ favorite: FormerFavorite, _ app: App) async throws -> Success {
  try await Favorites(app, of: caller).remove(favorite.base)
  return Success()
}

/// Searches all bases that the caller may open. There are no apps.
private func searchBases(by caller: SignedIn, _ search: ItemSearch, _ app: App) async throws -> NamedList<FoundBase> {
  NamedList("results", search.kind == .app ? [] : try await AccessibleBases(app, to: caller).search(search.text))
}
