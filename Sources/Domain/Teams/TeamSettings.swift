package import Access
package import Postgres

/// The settings that admins make for their teams.
package struct AllTeamSettings: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A team's settings; nil if there is no such team any more.
  package func find(of team: ID<Team>) async throws(PostgresError) -> TeamSettings? {
    try await app.db.row("select \(TeamSettings.columns) from team where id = \(team)")
  }

  /// Changes a team's settings; nil if there is no such team any more.
  package func change(
    of team: ID<Team>, to change: TeamSettingsChange, by caller: SignedIn
  ) async throws -> TeamSettings? {
    let settings: TeamSettings? = try await app.change(by: caller) {
      if change.forcesTwoFactors == true { try await $0.requireSecondFactor(of: caller) }
      return try await $0.row(
        """
        update team
        set \(change.forcesTwoFactors.assigned(to: "forces_2fa")), \(change.forcesSSO.assigned(to: "forces_sso")),
            \(change.welcomesByEmail.assigned(to: "welcomes_by_email")),
            \(change.allowsPublicLinks.assigned(to: "allows_public_links")),
            \(change.allowsExternalLinks.assigned(to: "allows_external_links")),
            \(change.letsMembersRename.assigned(to: "lets_members_rename"))
        where id = \(team)
        returning \(TeamSettings.columns)
        """)
    }
    if settings != nil { app.report(.settingsChanged(.teamSettings, team, by: caller.asker)) }
    return settings
  }
}

/// A change of a team's settings; nil leaves a setting as it is.
package struct TeamSettingsChange: Sendable {
  package var forcesTwoFactors: Bool?
  package var forcesSSO: Bool?
  package var welcomesByEmail: Bool?
  package var allowsPublicLinks: Bool?
  package var allowsExternalLinks: Bool?
  package var letsMembersRename: Bool?

  /// Changes nothing.
  package init() {}
}

/// A team's settings.
package struct TeamSettings: RowDecodable, Sendable {
  package let forcesTwoFactors: Bool
  package let forcesSSO: Bool
  package let welcomesByEmail: Bool
  package let allowsPublicLinks: Bool
  package let allowsExternalLinks: Bool
  package let letsMembersRename: Bool

  static let columns: SQL = """
    forces_2fa, forces_sso, welcomes_by_email, allows_public_links, allows_external_links, lets_members_rename
    """

  package init(_ row: Row) throws(PostgresError) {
    forcesTwoFactors = try row["forces_2fa"]
    forcesSSO = try row["forces_sso"]
    welcomesByEmail = try row["welcomes_by_email"]
    allowsPublicLinks = try row["allows_public_links"]
    allowsExternalLinks = try row["allows_external_links"]
    letsMembersRename = try row["lets_members_rename"]
  }
}

/// A team as its admins see it.
package struct TeamInfo: RowDecodable, Sendable {
  package let id: ID<Team>
  package let name: String
  package let role: String
  package let memberQuota: Int64?
  package let rowQuota: Int64?
  package let members: Int64
  package let activeMembers: Int64
  /// The rows of its live bases.
  package internal(set) var rows: Int64 = 0

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    role = try row["role"]
    memberQuota = try row["member_quota"]
    rowQuota = try row["row_quota"]
    members = try row["members"]
    activeMembers = try row["active_members"]
  }
}
