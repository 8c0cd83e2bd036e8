package import Access
package import Crypto
internal import Postgres

/// The base tokens that were issued, of which the database knows those that were ended before their time.
package struct BaseTokens: Sendable {
  private let app: App

  /// Those of an app's database.
  package init(_ app: App) { self.app = app }

  /// Ends a token that has a name (`jti`); once more changes nothing. The audit log says who had it.
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
