internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let teamLeftBehindRoutes = Table(.teamLeftBehind, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/left-behind/", "teamGetLeftBehind", as: TeamAdmin.self, showLeftBehind),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/users/{user_id}/left-behind/", "teamEndLeftBehind", as: TeamAdmin.self, endLeftBehind),
])

// MARK: Operations

/// In bases and groups of the team.
private func showLeftBehind(to admin: TeamAdmin, _ user: PageOfPerson, _ app: App) async throws -> LeftBehindList {
  try await LeftBehind(app, admin.reach).list(by: user.named, user.page)
}

private func endLeftBehind(by admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> EndedLeftBehind {
  EndedLeftBehind(ended: try await LeftBehind(app, admin.reach).end(by: user.named, caller: admin.caller))
}
