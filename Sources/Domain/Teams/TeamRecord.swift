package import Access
package import Ground
package import Postgres

/// A team, in the form of all operations. Its creator is the admin that it was made with.
package struct TeamRecord: RowDecodable, Sendable {
  package let id: ID<Team>
  package let name: String
  package let role: String
  package let created: Timestamp
  package let memberQuota: Int64?
  /// The most rows that its bases may have together; nil: as many as they like.
  package let rowQuota: Int64?
  package let creator: UserID?
  package let creatorName: String
  package let creatorEmail: String
  package let counts: TeamCounts?
  /// How many rows its live bases have.
  package internal(set) var rows: Int64 = 0
  /// The admin, if a password was generated for them.
  package internal(set) var admin: Person?

  /// Selects the teams of the rows that a statement on `team` selects.
  static func select(_ rows: SQL, counted: Bool = false) -> SQL {
    """
    select team.id, team.name, team.role, team.created_at, team.member_quota::bigint as member_quota,
           team.row_quota,
           creator.uid as creator_uid, coalesce(creator.name, '') as creator_name,
           coalesce(creator.email, '') as creator_email, \(counts(counted))
    from (\(rows)) as team
    left join account as creator on creator.id = team.creator_id
    order by team.id
    """
  }

  private static func counts(_ areWanted: Bool) -> SQL {
    guard areWanted else { return "null::bigint as users, null::bigint as active_users, null::bigint as groups" }
    return """
      (select count(*) from account where account.team_id = team.id and account.deleted_at is null) as users,
      (select count(*) from account
       where account.team_id = team.id and account.deleted_at is null and account.is_active) as active_users,
      (select count(*) from user_group where user_group.team_id = team.id) as groups
      """
  }

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
    role = try row["role"]
    created = try row["created_at"]
    memberQuota = try row["member_quota"]
    rowQuota = try row["row_quota"]
    creator = try row["creator_uid"]
    creatorName = try row["creator_name"]
    creatorEmail = try row["creator_email"]
    let users: Int64? = try row["users"]
    counts =
      if let users {
        TeamCounts(users: users, activeUsers: try row["active_users"], groups: try row["groups"])
      } else { nil }
  }
}

/// The number of a team's people and groups.
package struct TeamCounts: Sendable {
  package let users: Int64
  package let activeUsers: Int64
  package let groups: Int64
}

/// The ID and the name of a team.
package struct TeamName: RowDecodable, Sendable {
  package let id: ID<Team>
  package let name: String

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    name = try row["name"]
  }
}
