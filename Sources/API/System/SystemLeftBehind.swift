internal import Access
internal import Domain
internal import HTTP
internal import Postgres

// swift-format-ignore
let systemLeftBehindRoutes = Table(.systemLeftBehind, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/left-behind/", "systemGetLeftBehind", as: SystemAdmin.self, showLeftBehind),
  Route(.delete, "/api/v2.1/admin/users/{user_id}/left-behind/", "systemEndLeftBehind", as: SystemAdmin.self, endLeftBehind),
])

// MARK: Operations

/// In the bases and groups of all teams, and of none.
private func showLeftBehind(
  to admin: SystemAdmin, _ user: PageOfPerson, _ app: App
) async throws -> LeftBehindList {
  try await app.leftBehind(by: user, admin.reach)
}

private func endLeftBehind(by admin: SystemAdmin, _ user: NamedPerson, _ app: App) async throws -> EndedLeftBehind {
  EndedLeftBehind(ended: try await app.endLeftBehind(by: user.named, admin.reach, caller: admin.caller))
}
