public import Postgres

/// What the operator lets account tokens be, beside what a team's policy says; nil: whatever.
public struct AccountTokenLimits: Sendable {
  /// For how many days at most they count, from when their person gave the password.
  public var longestDays: Int64? { didSet { (lasts, end) = Self.conditions(longestDays, longestIdle) } }
  /// For how many seconds at most they may lie unused. A use is known when `LastUse` has written it, 70 seconds later at
  /// most unless the database was away: a token ends that much earlier, and never later.
  public var longestIdle: Int64? { didSet { (lasts, end) = Self.conditions(longestDays, longestIdle) } }
  /// How many a person may have. Whoever makes more ends those that have lain unused longest.
  public var most: Int64 = 100

  // These are in most requests, so they are put together only once, and what has no limit is no parameter.

  /// Holds for a row of `account_token as token`, beside that of its `live_account as account`, while the token counts.
  public private(set) var lasts: SQL
  /// When such a token ends, however much it is used; null: never. `token` may also be a row that was made just now.
  public private(set) var end: SQL

  /// They last, and a person may have a hundred.
  public init() { (lasts, end) = Self.conditions(nil, nil) }

  private static func conditions(_ days: Int64?, _ idle: Int64?) -> (lasts: SQL, end: SQL) {
    let days: SQL = if let days { "\(days)::integer" } else { "null::integer" }
    let idle: SQL = if let idle { "\(idle)::integer" } else { "null::integer" }
    return (
      lasts: "account_token_lasts(token, account.account_token_days, \(days), account.account_token_idle, \(idle))",
      end: """
      account_token_end(
        token.expires_at, token.proved_at, token.created_at, account.account_token_days, \(days))
      """
    )
  }
}
