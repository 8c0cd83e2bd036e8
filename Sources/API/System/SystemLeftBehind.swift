internal import Access
internal import Domain
internal import HTTP

// swift-format-ignore
let systemLeftBehindRoutes = Table(.systemLeftBehind, [
  Route(.get,    "/api/v2.1/admin/users/{user_id}/left-behind/", "systemGetLeftBehind", as: SystemAdmin.self, showLeftBehind),
  Route(.delete, "/api/v2.1/admin/users/{user_id}/left-behind/", "systemEndLeftBehind", as: SystemAdmin.self, endLeftBehind),
])
