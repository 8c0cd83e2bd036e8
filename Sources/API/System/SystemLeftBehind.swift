internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let systemLeftBehindRoutes = Table(.systemLeftBehind, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/left-behind/", "systemGetLeftBehind", as: SystemAdmin.self, showLeftBehind),
  Route(.delete, "/api/v2.1/admin/users/{user_id}/left-behind/", "systemEndLeftBehind", as: SystemAdmin.self, endLeftBehind),
])

// MARK: Operations

/// In the bases and groups of all teams, and of none.
private func showLeftBehind(to admin: SystemAdmin, _ user: PageOfPerson, _ app: App) async throws -> LeftBehindList {
  try await LeftBehind(app, admin.reach).list(by: user.named, user.page)
}

private func endLeftBehind(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> EndedLeftBehind {
  EndedLeftBehind(ended: try await LeftBehind(app, admin.reach).end(by: user.named, caller: admin.caller))
}
