package import Access
package import Postgres

/// What teams ask of their API tokens and base tokens, and of their people's account tokens.
package struct TokenPolicies: Sendable {
  private let app: App

  /// Those of an app's database.
  package init(_ app: App) { self.app = app }

  /// A team's policy; nil if there is no such team any more.
  package func find(of team: ID<Team>) async throws(PostgresError) -> TokenPolicy? {
    try await app.db.row("select \(TokenPolicy.columns) from team where id = \(team)")
  }

  /// Changes a team's policy, for what is made or changed from now on; what is there stays, and `violations` lists it. Nil if
  /// there is no such team any more.
  package func change(of team: ID<Team>, to change: TokenPolicyChange, by caller: SignedIn) async throws -> TokenPolicy?
  {
    try await app.change(by: caller) {
      try await $0.row(
        """
        update team
        set \(change.requiresExpiry.assigned(to: "requires_token_expiry")),
            \(change.longestDays.assigned(to: "longest_token_days")),
            \(change.longestBaseToken.assigned(to: "longest_base_token")),
            \(change.longestAccountTokenDays.assigned(to: "longest_account_token_days")),
            \(change.longestAccountTokenIdle.assigned(to: "longest_account_token_idle")),
            \(change.forbidsMemberWriting.assigned(to: "forbids_member_rw")),
            \(change.endsReusedTokens.assigned(to: "ends_reused_tokens")),
            \(change.confirmsEmailChange.assigned(to: "confirms_email_change"))
        where id = \(team)
        returning \(TokenPolicy.columns)
        """)
    }
  }

  /// A page of a team's live tokens that its policy, changed in this way, would not allow to be made today, and how many
  /// there are.
  package func violations(
    in team: ID<Team>, of change: TokenPolicyChange, _ page: Page
  ) async throws(PostgresError) -> (violations: [TokenPolicyViolation], count: Int64) {
    let broken: SQL = """
      from api_token as token
      join team on team.id = token.team_id
      join account as maker on maker.id = token.created_by
      cross join lateral (
        select token_policy_violation(
          token.expires_at, token.created_at, token.permission, not maker.is_team_admin,
          \(change.requiresExpiry.applied(to: "team.requires_token_expiry")),
          \(change.longestDays.applied(to: "team.longest_token_days")),
          \(change.forbidsMemberWriting.applied(to: "team.forbids_member_rw"))) as reason
      ) as verdict
      where token.team_id = \(team) and token.revoked_at is null and verdict.reason is not null
      """
    let count = try await app.db.count("select count(*) \(broken)")
    let violations: [TokenPolicyViolation] = try await app.db.rows(
      """
      select \(APITokenRecord.columns), token.reason
      from (select token.*, verdict.reason \(broken) order by token.id \(page.limit)) as token
      \(APITokenRecord.origin)
      order by token.id
      """)
    return (violations, count)
  }
}

/// A team's policy.
package struct TokenPolicy: RowDecodable, Sendable {
  /// Whether every API token has to expire.
  package let requiresExpiry: Bool
  /// After how many days at most; nil: whenever.
  package let longestDays: Int64?
  /// How long base tokens live at most, in seconds; nil: as long as all.
  package let longestBaseToken: Int64?
  /// For how many days at most an account token counts; nil: as long as the operator lets it.
  package let longestAccountTokenDays: Int64?
  /// For how long at most one may lie unused, in seconds; nil: as long as the operator lets it.
  package let longestAccountTokenIdle: Int64?
  /// Whether none but the team's admins make API tokens that write.
  package let forbidsMemberWriting: Bool
  /// Whether a token ends if a secret that was rotated away is shown.
  package let endsReusedTokens: Bool
  /// Whether people give their passwords to change the address that they sign in with.
  package let confirmsEmailChange: Bool

  static let columns: SQL = """
    requires_token_expiry, longest_token_days::bigint as longest_token_days,
    longest_base_token::bigint as longest_base_token, forbids_member_rw, ends_reused_tokens,
    confirms_email_change,
    longest_account_token_days::bigint as longest_account_token_days,
    longest_account_token_idle::bigint as longest_account_token_idle
    """

  package init(_ row: Row) throws(PostgresError) {
    requiresExpiry = try row["requires_token_expiry"]
    longestDays = try row["longest_token_days"]
    longestBaseToken = try row["longest_base_token"]
    longestAccountTokenDays = try row["longest_account_token_days"]
    longestAccountTokenIdle = try row["longest_account_token_idle"]
    forbidsMemberWriting = try row["forbids_member_rw"]
    endsReusedTokens = try row["ends_reused_tokens"]
    confirmsEmailChange = try row["confirms_email_change"]
  }
}

/// What is to become of a policy; nil stays as it is.
package struct TokenPolicyChange: Sendable {
  package var requiresExpiry: Bool?
  package var longestDays: Patch<Int64> = .keep
  /// In seconds.
  package var longestBaseToken: Patch<Int64> = .keep
  package var longestAccountTokenDays: Patch<Int64> = .keep
  /// In seconds.
  package var longestAccountTokenIdle: Patch<Int64> = .keep
  package var forbidsMemberWriting: Bool?
  package var endsReusedTokens: Bool?
  package var confirmsEmailChange: Bool?

  /// Nothing.
  package init() {}
}

/// A live API token that a policy would not allow to be made today.
package struct TokenPolicyViolation: RowDecodable, Sendable {
  package let token: APITokenRecord
  /// Which rule it breaks.
  package let reason: String

  package init(_ row: Row) throws(PostgresError) {
    token = try APITokenRecord(row)
    reason = try row["reason"]
  }
}
