internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let tokenPolicyRoutes = Table(.tokenPolicy, [
  Route(.get, "/api/v2.1/org/{org_id}/admin/token-policy/",            "teamGetTokenPolicy",            as: TeamAdmin.self, showPolicy),
  Route(.put, "/api/v2.1/org/{org_id}/admin/token-policy/",            "teamUpdateTokenPolicy",         as: TeamAdmin.self, changePolicy),
  Route(.get, "/api/v2.1/org/{org_id}/admin/token-policy/violations/", "teamListTokenPolicyViolations", as: TeamAdmin.self, listViolations, from: .standby),
])

// MARK: Wire

/// 0 clears a limit.
extension TokenPolicyChange: Input {
  init(_ parts: Parts) throws { self = try TokenPolicyChange(parts.body()) }

  init(_ fields: Fields) throws {
    self.init()
    requiresExpiry = try fields.optionalBoolean("require_expiry")
    longestDays = try fields.patch("max_token_days", 0...36_500)
    longestBaseToken = try fields.patch("max_base_token_minutes", 0...4320).map { $0 * 60 }
    longestAccountTokenDays = try fields.patch("max_account_token_days", 0...36_500)
    longestAccountTokenIdle = try fields.patch("max_account_token_idle_minutes", 0...525_600).map { $0 * 60 }
    if case .set(let seconds) = longestAccountTokenIdle, !seconds.isMultiple(of: 300) {
      throw FieldsError.invalid("max_account_token_idle_minutes")
    }
    forbidsMemberWriting = try fields.optionalBoolean("forbid_member_rw")
    endsReusedTokens = try fields.optionalBoolean("end_reused_tokens")
    confirmsEmailChange = try fields.optionalBoolean("confirm_email_change")
  }
}

extension TokenPolicy: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("require_expiry", requiresExpiry)
      $0.add("max_token_days", longestDays)
      $0.add("max_base_token_minutes", longestBaseToken.map { $0 / 60 })
      $0.add("max_account_token_days", longestAccountTokenDays)
      $0.add("max_account_token_idle_minutes", longestAccountTokenIdle.map { $0 / 60 })
      $0.add("forbid_member_rw", forbidsMemberWriting)
      $0.add("end_reused_tokens", endsReusedTokens)
      $0.add("confirm_email_change", confirmsEmailChange)
    }
  }
}

extension EffectiveTokenPolicy: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("permissions", permissions.map(\.rawValue))
      $0.add("require_expiry", team.requiresExpiry)
      $0.add("max_token_days", team.longestDays)
      $0.add("max_base_token_minutes", team.longestBaseToken.map { $0 / 60 })
      $0.add("max_account_token_days", longestAccountTokenDays)
      $0.add("max_account_token_idle_minutes", longestAccountTokenIdle.map { $0 / 60 })
      $0.add("confirm_email_change", confirmsEmailChange)
    }
  }
}

/// A change of the policy to be checked before it is made; what is not given stays as it is.
private struct PolicyPreview: Input {
  let change: TokenPolicyChange
  let page: Page

  init(_ parts: Parts) throws {
    let query = try parts.query()
    (change, page) = (try TokenPolicyChange(query), try Page(query))
  }
}

extension TokenPolicyViolation: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("violation", reason)
      $0.add("token", token)
    }
  }
}

// MARK: Operations

private func showPolicy(to admin: TeamAdmin, _: NoInput, _ app: App) async throws -> TokenPolicy {
  guard let policy = try await TokenPolicies(app).find(of: admin.team) else { throw Refusal.notAdministrator }
  return policy
}

private func changePolicy(by admin: TeamAdmin, _ change: TokenPolicyChange, _ app: App) async throws -> TokenPolicy {
  guard let policy = try await TokenPolicies(app).change(of: admin.team, to: change, by: admin.caller) else {
    throw Refusal.notAdministrator
  }
  return policy
}

private func listViolations(
  of admin: TeamAdmin, _ preview: PolicyPreview, _ app: App
) async throws -> NamedList<TokenPolicyViolation> {
  let (violations, count) = try await TokenPolicies(app).violations(in: admin.team, of: preview.change, preview.page)
  return NamedList("violations", violations, count: ("total_count", count))
}
