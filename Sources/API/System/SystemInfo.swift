internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let systemInfoRoutes = Table(.systemInfo, [
  Route(.get, "/api/v2.1/admin/sysinfo/", "systemGetSystemInformation", as: SystemAdmin.self, showSystem, from: .standby)
])

// MARK: Wire

/// There is no dtable-server, so SeaTable's fields about it are empty. No licence limits anything; SeaTable's clients
/// read these values as a licence that never expires and covers everyone.
extension InstallationCounts: Overview, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("version", contractVersion)
      $0.add("users_count", users)
      $0.add("active_users_count", activeUsers)
      $0.add("groups_count", groups)
      $0.add("org_count", teams)
      $0.add("dtables_count", bases)
      $0.add("multi_tenancy_enabled", true)
      $0.add("is_pro", true)
      $0.add("with_license", true)
      $0.add("license_expiration", "9999-12-31")
      $0.add("license_mode", "life-time")
      $0.add("license_maxusers", Int64(Int32.max))
      $0.add("license_to", "Basekeeper")
      $0.add("dtable_server_info", [String]())
      $0.add("dtable_server_info_in_etcd", [String]())
      $0.add("archived_base_count", 0)
      $0.add("archived_row_count", 0)
      $0.add("archived_base_storage", 0)
    }
  }
}

// MARK: Operations

private func showSystem(to _: SystemAdmin, _: NoInput, _ app: App) async throws -> InstallationCounts {
  try await Statistics(app).counts()
}
