package import Access
package import Crypto
package import Ground
package import Postgres

/// A person as administrators see them.
package struct Person: RowDecodable, Sendable {
  package let account: ID<Account>
  package let user: UserID
  package let team: ID<Team>?
  package let teamName: String?
  package let workspace: ID<Workspace>?
  package let email: String
  package let loginID: String
  package let name: String
  package let unit: String
  package let idInTeam: String
  package let role: String
  package let adminRole: String
  /// In bytes; nil if none was set.
  package let quota: Int64?
  package let mustUseTwoFactors: Bool
  package let hasSecondFactor: Bool
  package let isTeamAdmin: Bool
  package let isSystemAdmin: Bool
  package let isActive: Bool
  package let created: Timestamp
  package let lastLogin: Timestamp?
  /// How many rows the bases in their own workspace have, where they were counted.
  package internal(set) var rows: Int64 = 0
  /// A generated password, only in the response that shows it.
  package internal(set) var newPassword: Secret?

  /// Selects the people of the rows that a statement on `account` selects, joined only with what these rows need.
  static func select(_ rows: SQL) -> SQL {
    """
    select account.id, account.uid, account.team_id, team.name as team_name, workspace.id as workspace_id,
           account.email, coalesce(account.login_id, '') as login_id, account.name, account.unit, account.id_in_org,
           account.role, account.admin_role, account.quota_total, account.forces_2fa,
           account.totp_confirmed_at is not null as has_2fa, account.is_team_admin, account.is_system_admin,
           account.is_active, account.created_at, account.last_login_at
    from (\(rows)) as account
    left join team on team.id = account.team_id
    left join workspace on workspace.account_id = account.id
    order by account.id
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    user = try row["uid"]
    team = try row["team_id"]
    teamName = try row["team_name"]
    workspace = try row["workspace_id"]
    email = try row["email"]
    loginID = try row["login_id"]
    name = try row["name"]
    unit = try row["unit"]
    idInTeam = try row["id_in_org"]
    role = try row["role"]
    adminRole = try row["admin_role"]
    quota = try row["quota_total"]
    mustUseTwoFactors = try row["forces_2fa"]
    hasSecondFactor = try row["has_2fa"]
    isTeamAdmin = try row["is_team_admin"]
    isSystemAdmin = try row["is_system_admin"]
    isActive = try row["is_active"]
    created = try row["created_at"]
    lastLogin = try row["last_login_at"]
  }
}
