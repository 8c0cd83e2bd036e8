internal import Access
internal import HTTP
internal import Postgres

// swift-format-ignore
let tokenPolicyRoutes = Table(.tokenPolicy, [
  Route(.get, "/api/v2.1/org/{org_id}/admin/token-policy/",            "teamGetTokenPolicy",            as: TeamAdmin.self, showPolicy),
  Route(.put, "/api/v2.1/org/{org_id}/admin/token-policy/",            "teamUpdateTokenPolicy",         as: TeamAdmin.self, changePolicy),
  Route(.get, "/api/v2.1/org/{org_id}/admin/token-policy/violations/", "teamListTokenPolicyViolations", as: TeamAdmin.self, listViolations, from: .standby),
])

// MARK: Wire

/// What is said of a policy; nil stays as it is. 0 takes a limit away.
private struct PolicyChange: Input {
  let requiresExpiry: Bool?
  let longestDays: Int64?
  let longestBaseToken: Int64?
  let forbidsMemberWriting: Bool?
  let endsReusedTokens: Bool?

  init(_ parts: Parts) throws { self = try PolicyChange(parts.body()) }

  init(_ fields: Fields) throws {
    requiresExpiry = try fields.optionalBoolean("require_expiry")
    longestDays = try fields.optionalInteger("max_token_days", 0...36_500)
    let minutes = try fields.optionalInteger("max_base_token_minutes", 0...4320)
    longestBaseToken = minutes.map { $0 * 60 }
    forbidsMemberWriting = try fields.optionalBoolean("forbid_member_rw")
    endsReusedTokens = try fields.optionalBoolean("end_reused_tokens")
  }
}

private struct Policy: RowDecodable, Output, JSONEncodable {
  let requiresExpiry: Bool
  let longestDays: Int64?
  let longestBaseToken: Int64?
  let forbidsMemberWriting: Bool
  let endsReusedTokens: Bool

  static let columns: SQL = """
    requires_token_expiry, longest_token_days::bigint as longest_token_days,
    longest_base_token::bigint as longest_base_token, forbids_member_rw, ends_reused_tokens
    """

  init(_ row: Row) throws(PostgresError) {
    requiresExpiry = try row["requires_token_expiry"]
    longestDays = try row["longest_token_days"]
    longestBaseToken = try row["longest_base_token"]
    forbidsMemberWriting = try row["forbids_member_rw"]
    endsReusedTokens = try row["ends_reused_tokens"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("require_expiry", requiresExpiry)
      $0.add("max_token_days", longestDays)
      $0.add("max_base_token_minutes", longestBaseToken.map { $0 / 60 })
      $0.add("forbid_member_rw", forbidsMemberWriting)
      $0.add("end_reused_tokens", endsReusedTokens)
    }
  }
}

/// A policy that is asked about before it is turned on: what is not said is as it is.
private struct Preview: Input {
  let change: PolicyChange
  let page: Page

  init(_ parts: Parts) throws {
    let query = try parts.query()
    (change, page) = (try PolicyChange(query), try Page(query))
  }
}

private struct Violation: RowDecodable, JSONEncodable {
  let token: TokenRecord
  let reason: String

  init(_ row: Row) throws(PostgresError) {
    token = try TokenRecord(row)
    reason = try row["reason"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("violation", reason)
      $0.add("token", token)
    }
  }
}

// MARK: Operations

private func showPolicy(to admin: TeamAdmin, _: NoInput, _ app: App) async throws -> Policy {
  let policy: Policy? = try await app.db.row("select \(Policy.columns) from team where id = \(admin.team)")
  guard let policy else { throw Refusal.notAdministrator }
  return policy
}

/// Holds for what is made or changed from now on; what is there stays, and `violations` lists it.
private func changePolicy(by admin: TeamAdmin, _ new: PolicyChange, _ app: App) async throws -> Policy {
  let policy: Policy? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      update team
      set requires_token_expiry = coalesce(\(new.requiresExpiry), requires_token_expiry),
          longest_token_days =
            case when \(new.longestDays)::bigint is null then longest_token_days else nullif(\(new.longestDays), 0) end,
          longest_base_token =
            case when \(new.longestBaseToken)::bigint is null then longest_base_token
            else nullif(\(new.longestBaseToken), 0) end,
          forbids_member_rw = coalesce(\(new.forbidsMemberWriting), forbids_member_rw),
          ends_reused_tokens = coalesce(\(new.endsReusedTokens), ends_reused_tokens)
      where id = \(admin.team)
      returning \(Policy.columns)
      """)
  }
  guard let policy else { throw Refusal.notAdministrator }
  return policy
}

private func listViolations(of admin: TeamAdmin, _ preview: Preview, _ app: App) async throws -> NamedList<Violation> {
  let new = preview.change
  let broken: SQL = """
    from api_token as token
    join team on team.id = token.team_id
    join account as maker on maker.id = token.created_by
    cross join lateral (
      select token_policy_violation(
        token.expires_at, token.created_at, token.permission, not maker.is_team_admin,
        coalesce(\(new.requiresExpiry), team.requires_token_expiry),
        case when \(new.longestDays)::integer is null then team.longest_token_days
        else nullif(\(new.longestDays)::integer, 0) end,
        coalesce(\(new.forbidsMemberWriting), team.forbids_member_rw)) as reason
    ) as verdict
    where token.team_id = \(admin.team) and token.revoked_at is null and verdict.reason is not null
    """
  let count = try await app.count("select count(*) \(broken)")
  let violations: [Violation] = try await app.db.rows(
    """
    select \(TokenRecord.columns), token.reason
    from (select token.*, verdict.reason \(broken) order by token.id \(preview.page.limit)) as token
    \(TokenRecord.origin)
    order by token.id
    """)
  return NamedList("violations", violations, count: ("total_count", count))
}
