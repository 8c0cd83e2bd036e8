package import Access
internal import Postgres

/// What the team's policy and the operator's settings together let one of a team's people do.
package struct EffectiveTokenPolicy: Sendable {
  /// The team's policy.
  package let team: TokenPolicy
  /// What API tokens that they make may be allowed.
  package let permissions: [Permission]
  /// The longest lifetime of their account tokens, in days; nil: no limit.
  package let longestAccountTokenDays: Int64?
  /// How long their account tokens may be unused, in seconds; nil: no limit.
  package let longestAccountTokenIdle: Int64?
  /// Whether they give their password to change the address that they sign in with.
  package let confirmsEmailChange: Bool

  init(_ member: PolicyOfMember, _ settings: AppSettings) {
    team = member.policy
    permissions = team.forbidsMemberWriting && !member.isAdmin ? [.read] : [.read, .readWrite]
    longestAccountTokenDays = Self.shorter(team.longestAccountTokenDays, settings.accountTokens.longestDays)
    longestAccountTokenIdle = Self.shorter(team.longestAccountTokenIdle, settings.accountTokens.longestIdle)
    confirmsEmailChange = team.confirmsEmailChange || settings.confirmsEmailChange
  }

  private static func shorter(_ one: Int64?, _ other: Int64?) -> Int64? { [one, other].compactMap(\.self).min() }
}

/// The policy of a team, and whether one of its people administers it.
struct PolicyOfMember: RowDecodable {
  let policy: TokenPolicy
  let isAdmin: Bool

  init(_ row: Row) throws(PostgresError) {
    policy = try TokenPolicy(row)
    isAdmin = try row["is_team_admin"]
  }
}
