package import Crypto
internal import Postgres

/// An administrator's change of a person; nil leaves a value as it is.
package struct PersonChange: Sendable {
  package var email: EmailAddress?
  package var name: String?
  package var loginID: Patch<String> = .keep
  package var idInTeam: String?
  package var unit: String?
  package var role: String?
  /// In bytes.
  package var quota: Patch<Int64> = .keep
  package var mustUseTwoFactors: Bool?
  package var losesSecondFactor = false
  package var losesSessions = false
  package var isTeamAdmin: Bool?
  package var isSystemAdmin: Bool?
  package var isActive: Bool?
  package var password: PasswordHash?
  /// Whether the password was generated: then it is a first one, whoever it is for.
  package var isPasswordGenerated = false

  /// Changes nothing.
  package init() {}

  /// The assignments of an update of `account`.
  var assignments: SQL {
    let generation: SQL = losesSessions ? "generation + 1" : "generation"
    let given: SQL = isPasswordGenerated ? "now()" : "password_given_at"
    return """
      \((email?.text).assigned(to: "email")), \(name.assigned(to: "name")), \(loginID.assigned(to: "login_id")),
      \(idInTeam.assigned(to: "id_in_org")), \(unit.assigned(to: "unit")), \(role.assigned(to: "role")),
      \(quota.assigned(to: "quota_total")), \(mustUseTwoFactors.assigned(to: "forces_2fa")),
      \(isTeamAdmin.assigned(to: "is_team_admin")), \(isSystemAdmin.assigned(to: "is_system_admin")),
      \(isActive.assigned(to: "is_active")), \(password.assigned(to: "password_hash")),
      generation = \(generation), password_given_at = \(given)
      """
  }
}
