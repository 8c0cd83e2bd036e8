package import Access
package import Postgres

/// The teams' rules for their API tokens and base tokens, and for their people's account tokens.
package struct TokenPolicies: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A team's policy; nil if there is no such team any more.
  package func find(of team: ID<Team>) async throws(PostgresError) -> TokenPolicy? {
    try await app.db.row("select \(TokenPolicy.columns) from team where id = \(team)")
  }

  /// What holds for one of a team's people; nil if there is no such team any more.
  package func effective(for member: TeamMember) async throws(PostgresError) -> EffectiveTokenPolicy? {
    let found: PolicyOfMember? = try await app.db.row(
      """
      select \(TokenPolicy.columns), account.is_team_admin
      from team join live_account as account on account.team_id = team.id
      where team.id = \(member.team) and account.id = \(member.caller.account)
      """)
    return found.map { EffectiveTokenPolicy($0, app.settings) }
  }

  /// Changes a team's policy for tokens that are made or changed from now on. Existing tokens stay; `violations` lists
  /// them. Nil if there is no such team any more.
  package func change(of team: ID<Team>, to change: TokenPolicyChange, by caller: SignedIn) async throws -> TokenPolicy?
  {
    let policy: TokenPolicy? = try await app.change(by: caller) {
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
    if policy != nil { app.report(.settingsChanged(.tokenPolicy, team, by: caller.asker)) }
    return policy
  }

  /// A page of a team's live tokens that could not be made today under its policy with this change, and how many there
  /// are.
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
  /// Whether every API token must expire.
  package let requiresExpiry: Bool
  /// The longest lifetime of an API token, in days; nil: no limit.
  package let longestDays: Int64?
  /// The longest lifetime of a base token, in seconds; nil: the general one.
  package let longestBaseToken: Int64?
  /// The longest lifetime of an account token, in days; nil: the operator's.
  package let longestAccountTokenDays: Int64?
  /// How long an account token may be unused, in seconds; nil: the operator's limit.
  package let longestAccountTokenIdle: Int64?
  /// Whether only the team's admins may make API tokens that write.
  package let forbidsMemberWriting: Bool
  /// Whether a token ends if a secret that was rotated out is shown again.
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

/// A change of a policy; nil leaves a value as it is.
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

  /// Changes nothing.
  package init() {}
}

/// A live API token that could not be made today under a policy.
package struct TokenPolicyViolation: RowDecodable, Sendable {
  package let token: APITokenRecord
  /// The rule that it breaks.
  package let reason: String

  package init(_ row: Row) throws(PostgresError) {
    token = try APITokenRecord(row)
    reason = try row["reason"]
  }
}
