internal import Crypto
public import HTTP
public import Postgres

/// An account with a live account token.
public struct SignedIn: Principal {
  /// `account`
  public static let name = "account"

  /// The account's key.
  public let account: ID<Account>
  /// Its id on the wire.
  public let user: UserID
  /// Its team, if it is in one.
  public let team: ID<Team>?

  /// Proves that the request bears a live account token.
  public static func authorise(_ request: Request, _ app: App) async throws -> SignedIn {
    let hash = try Credential(request).accountToken()
    let found: SignedIn? = try await app.db.lookup(
      "select \(SignedIn.columns) from \(SignedIn.live) where token.hash = \(hash.bytes)")
    guard let found else { throw Refusal.badAccountToken }
    return found
  }

  /// What `init(_ row:)` reads.
  static let columns: SQL = "account.id as account_id, account.uid as account_uid, account.team_id as account_team_id"

  /// Live account tokens with their live accounts; to be narrowed by `token.hash`.
  static let live: SQL = "account_token as token join live_account as account on account.id = token.account_id"
}

extension SignedIn: RowDecodable {
  /// From `columns`.
  public init(_ row: Row) throws(PostgresError) {
    account = try row["account_id"]
    user = try row["account_uid"]
    team = try row["account_team_id"]
  }
}
