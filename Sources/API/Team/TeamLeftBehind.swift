internal import Access
internal import Domain
internal import HTTP
internal import Postgres

// swift-format-ignore
let teamLeftBehindRoutes = Table(.teamLeftBehind, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/left-behind/", "teamGetLeftBehind", as: TeamAdmin.self, showLeftBehind),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/users/{user_id}/left-behind/", "teamEndLeftBehind", as: TeamAdmin.self, endLeftBehind),
])

// MARK: Operations

/// In bases and groups of the team.
private func showLeftBehind(
  to admin: TeamAdmin, _ user: PageOfPerson, _ app: App
) async throws -> LeftBehindList {
  try await app.leftBehind(by: user, admin.reach)
}

private func endLeftBehind(by admin: TeamAdmin, _ user: NamedPerson, _ app: App) async throws -> EndedLeftBehind {
  EndedLeftBehind(ended: try await app.endLeftBehind(by: user.named, admin.reach, caller: admin.caller))
}
