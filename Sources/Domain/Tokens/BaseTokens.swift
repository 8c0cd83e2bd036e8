package import Access
package import Crypto
internal import Postgres

/// The issued base tokens. The database knows only those that were revoked before they expired.
package struct BaseTokens: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// Revokes a token by its ID (`jti`); revoking it again changes nothing. The audit log records who had it.
  package func revoke(_ claims: BaseTokenClaims, named id: String) async throws {
    try await app.change(by: nil) {
      try await $0.run(
        """
        insert into revoked_base_token (jti, expires_at, base_uuid, holder)
        values (\(id), to_timestamp(\(claims.expiry)::double precision), \(BaseUUID(claims.dtableUUID))::uuid,
                jsonb_build_object(
                  'jti', \(id)::text, 'app_name', \(claims.appName ?? "")::text, 'username', \(claims.username)::text,
                  'permission', \(claims.permission)::text))
        on conflict (jti) do nothing
        """)
    }
  }
}
