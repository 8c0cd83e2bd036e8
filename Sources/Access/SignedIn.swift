public import Crypto
public import HTTP
public import Postgres

/// A person with a live account token.
public struct SignedIn: Personal {
  /// `account`
  public static let name = "account"

  /// The account's key.
  public let account: ID<Account>
  /// The account's user id on the wire.
  public let user: UserID
  /// The account's team; nil if it has none.
  public let team: ID<Team>?
  /// The account token that was shown; nil if the person was proved in another way.
  public let token: ID<AccountToken>?
  /// Whether somebody else has set their password.
  let hasFirstPassword: Bool
  /// Whether they have confirmed a second factor.
  let hasSecondFactor: Bool
  /// Whether their account or their team requires a second factor, and they have none.
  let mustEnrol: Bool
  /// Whether they administer a team or the installation.
  let isAdministrator: Bool
  /// The sign-in that base tokens and temporary API tokens are made from.
  public private(set) var signIn: SignInClaims

  /// The person itself.
  public var caller: SignedIn { self }

  /// Proves that the request has a live account token.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) async throws -> SignedIn {
    try await authorise(request, app)
  }

  static func authorise(_ request: Request, _ app: App) async throws -> SignedIn {
    let hash = try Credential(request).accountToken()
    let found: SignedIn? = try await app.db.lookup(
      "select \(SignedIn.columns) from \(SignedIn.live(app)) where token.hash = \(hash.bytes)")
    guard let found else { throw Refusal.badAccountToken }
    return found
  }

  /// The columns that `init(_ row:)` reads, from `live`.
  static let columns = columns(shownBy: "token.id")

  /// The same columns from `live_account as account`, for a person who has already been proved, by an account token or
  /// without one (nil).
  static func columns(ofProved token: ID<AccountToken>?) -> SQL { columns(shownBy: "\(token)::bigint") }

  private static func columns(shownBy token: SQL) -> SQL {
    """
    account.id as account_id, account.uid as account_uid, account.team_id as account_team_id,
    account.has_first_password, account.has_second_factor, account.must_enrol,
    account.is_team_admin or account.is_system_admin as is_administrator,
    account.generation as account_generation, \(token) as account_token_id
    """
  }

  /// Live account tokens with their live accounts. Narrow it down by `token.hash`.
  static func live(_ app: App) -> SQL {
    """
    account_token as token
    join live_account as account on account.id = token.account_id and \(app.settings.accountTokens.lasts)
    """
  }

  /// A condition on a row of `live_account as account`: whether the sign-in is still valid.
  static func lasts(_ signIn: SignInClaims, _ app: App) -> SQL {
    """
    (account.generation = \(signIn.generation ?? SignInClaims.firstGeneration)
     and (\(signIn.accountToken)::bigint is null or exists (
       select from account_token as token
       where token.id = \(signIn.accountToken) and token.account_id = account.id
         and \(app.settings.accountTokens.lasts))))
    """
  }

  /// SQL that holds the caller's access until the transaction ends, or fails if the access has ended (the function
  /// `hold_caller`). An account token lasts as long as its row and its limits. Credentials derived from one also end when
  /// the account's generation changes.
  func hold(isEnding: Bool, _ limits: AccountTokenLimits) -> SQL {
    let generation = token == nil ? signIn.generation ?? SignInClaims.firstGeneration : nil
    return """
      hold_caller(\(account), \(generation), \(signIn.accountToken), \(isEnding), \(limits.longestDays)::integer,
                  \(limits.longestIdle)::integer)
      """
  }

  /// The same person with a sign-in from a derived token.
  func by(_ signIn: SignInClaims) -> SignedIn {
    var caller = self
    caller.signIn.accountToken = signIn.accountToken
    return caller
  }
}

extension SignedIn: RowDecodable {
  /// Reads `columns`.
  public init(_ row: Row) throws(PostgresError) {
    account = try row["account_id"]
    user = try row["account_uid"]
    team = try row["account_team_id"]
    token = try row["account_token_id"]
    hasFirstPassword = try row["has_first_password"]
    hasSecondFactor = try row["has_second_factor"]
    mustEnrol = try row["must_enrol"]
    isAdministrator = try row["is_administrator"]
    signIn = SignInClaims(accountToken: token?.value, generation: try row["account_generation"])
  }
}
