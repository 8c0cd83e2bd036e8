internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let userShareRoutes = Table(.userShares, [
  Route(.get,    "/api/v2.1/dtables/shared/",                                  "listMyShares",    as: SignedIn.self,  listOwn),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "listUserShares",  as: BaseAdmin.self, listShares),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "createUserShare", as: BaseAdmin.self, share),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "updateUserShare", as: BaseAdmin.self, changeShare),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/share/", "deleteUserShare", as: BaseAdminOrSelf.self, of: \.user, endShare),
])

// MARK: Wire

private struct NewUserShare: Input {
  let user: String
  let permission: Permission

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (user, permission) = (try fields.text("email", 1...255), try fields.choice("permission"))
  }
}

private struct FormerUserShare: Input {
  let user: String
  init(_ parts: Parts) throws { user = try parts.bodyOrQuery().text("email", 1...255) }
}

extension UserShare: JSONEncodable {
  package func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("permission", permission.rawValue)
    object.add("share_id", id)
    object.add("dtable_uuid", base)
    object.add("dtable_name", baseName)
  }
}

// MARK: Operations

private func listOwn(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> NamedList<SharedBase> {
  NamedList("table_list", try await SharedBases(app, with: caller.account).list(page.page))
}

private func listShares(of admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<UserShare> {
  NamedList("user_list", try await UserShares(app).list(of: admin.base, page.page))
}

private func share(by admin: BaseAdmin, _ new: NewUserShare, _ app: App) async throws -> Created<Success> {
  try await UserShares(app).share(admin.base, with: new.user, new.permission, by: admin.caller)
  return Created(Success())
}

private func changeShare(by admin: BaseAdmin, _ change: NewUserShare, _ app: App) async throws -> Success {
  try await UserShares(app).change(admin.base, with: change.user, to: change.permission, by: admin.caller)
  return Success()
}

private func endShare(by ender: BaseAdminOrSelf, _ share: FormerUserShare, _ app: App) async throws -> Success {
  try await UserShares(app).end(ender.base, with: share.user, by: ender.caller)
  return Success()
}
