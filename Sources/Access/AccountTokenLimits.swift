public import Postgres

/// What the operator lets account tokens be, beside what a team's policy says; nil: whatever.
public struct AccountTokenLimits: Sendable {
  /// For how many days at most they count, from when their person gave the password.
  public var longestDays: Int64?
  /// For how many seconds at most they may lie unused. A use is known when `LastUse` has written it, 70 seconds later at
  /// most unless the database was away: a token ends that much earlier, and never later.
  public var longestIdle: Int64?
  /// How many a person may have. Whoever makes more ends those that have lain unused longest.
  public var most: Int64 = 100

  /// They last, and a person may have a hundred.
  public init() {}

  /// Holds for a row of `account_token as token`, beside that of its `live_account as account`, while the token counts.
  public var lasts: SQL {
    """
    account_token_lasts(
      token, account.account_token_days, \(longestDays)::integer, account.account_token_idle, \(longestIdle)::integer)
    """
  }

  /// When such a token ends, however much it is used; null: never. `token` may also be a row that was made just now.
  public var end: SQL {
    """
    account_token_end(
      token.expires_at, token.proved_at, token.created_at, account.account_token_days, \(longestDays)::integer)
    """
  }
}
