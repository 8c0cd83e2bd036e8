internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let teamLeftBehindRoutes = Table(.teamLeftBehind, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/left-behind/", "teamGetLeftBehind", as: TeamAdmin.self, showLeftBehind),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/users/{user_id}/left-behind/", "teamEndLeftBehind", as: TeamAdmin.self, endLeftBehind),
])
