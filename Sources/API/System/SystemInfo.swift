internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let systemInfoRoutes = Table(.systemInfo, [
  Route(.get, "/api/v2.1/admin/sysinfo/", "systemGetSystemInformation", as: SystemAdmin.self, showSystem, from: .standby)
])

// MARK: Wire

/// What there is. There is no dtable-server, so what SeaTable says of it is empty; nothing is limited by a licence, which
/// SeaTable's clients read as one that never ends and is enough for everybody.
private struct SystemInfo: RowDecodable, Overview, JSONEncodable {
  let users: Int64
  let activeUsers: Int64
  let groups: Int64
  let teams: Int64
  let bases: Int64

  init(_ row: Row) throws(PostgresError) {
    users = try row["users"]
    activeUsers = try row["active_users"]
    groups = try row["groups"]
    teams = try row["teams"]
    bases = try row["bases"]
  }

  func write(to json: inout JSONWriter) {
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

private func showSystem(to _: SystemAdmin, _: NoInput, _ app: App) async throws -> SystemInfo {
  let info: SystemInfo? = try await app.db.row(
    """
    select (select count(*) from account where deleted_at is null) as users,
           (select count(*) from account where is_active and deleted_at is null) as active_users,
           (select count(*) from user_group) as groups,
           (select count(*) from team) as teams,
           (select count(*) from base where deleted_at is null) as bases
    """)
  guard let info else { throw PostgresError.unexpected("no counts") }
  return info
}
