package import Access
internal import Postgres

/// What is kept for some time only.
package struct Retention: Sendable {
  private let app: App

  /// That of an app's database.
  package init(_ app: App) { self.app = app }

  /// Deletes what has been kept for long enough: answers to be repeated, base tokens that were ended and have expired,
  /// invitations that nobody has accepted, secrets that were rotated away.
  package func deleteOld() async throws {
    for old: SQL in [
      "idempotent_answer where created_at < now() - interval '1 day'",
      // Whether it has expired is judged by the clocks of the copies, and one may be late.
      "revoked_base_token where expires_at < now() - interval '7 days'",
      "team_invitation where expires_at < now() - interval '30 days'",
      "retired_secret where valid_until < now() - interval '90 days'",
    ] {
      try await app.keep(.retention, "delete from \(old)")
    }
  }
}
