internal import Crypto
public import HTTP
internal import Postgres

/// An administrator of the whole installation.
public struct SystemAdmin: Administrator {
  /// `system-admin`
  public static let name = "system-admin"

  /// The caller.
  public let caller: SignedIn

  /// Proves that the caller is a system administrator.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) async throws -> SystemAdmin {
    let hash = try Credential(request).accountToken()
    let found: FoundSystemAdmin? = try await app.db.lookup(
      """
      select \(SignedIn.columns), account.is_system_admin
      from \(SignedIn.live(app))
      where token.hash = \(hash.bytes)
      """)
    guard let found else { throw Refusal.badAccountToken }
    guard found.isAdmin else { throw found.caller.refused(.notAdministrator) }
    return SystemAdmin(caller: found.caller)
  }

  private struct FoundSystemAdmin: RowDecodable {
    let caller: SignedIn
    let isAdmin: Bool

    init(_ row: Row) throws(PostgresError) {
      caller = try SignedIn(row)
      isAdmin = try row["is_system_admin"]
    }
  }
}
