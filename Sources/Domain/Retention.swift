package import Access
internal import Postgres

/// Deletes what is kept only for some time.
package struct Retention: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// Deletes what has been kept long enough: responses for idempotent requests, revoked base tokens that have expired,
  /// invitations that nobody accepted, secrets that were rotated out, master keys that were replaced.
  package func deleteOld() async throws {
    for old: SQL in [
      "idempotent_answer where created_at < now() - interval '1 day'",
      // Each copy of the service judges expiry by its own clock, which may be late.
      "revoked_base_token where expires_at < now() - interval '7 days'",
      "team_invitation where expires_at < now() - interval '30 days'",
      "retired_secret where valid_until < now() - interval '90 days'",
    ] {
      try await app.keep(.retention, "delete from \(old)")
    }
    try await app.keep(
      .retention,
      """
      update installation set former_master_keys = null, former_master_keys_until = null
      where former_master_keys_until <= now()
      """)
  }
}
