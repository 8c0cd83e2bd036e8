package import Access
package import Ground
package import Postgres

/// Statistics of the whole installation.
package struct Statistics: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// The number of accounts, groups, teams and bases.
  package func counts() async throws(PostgresError) -> InstallationCounts {
    let counts: InstallationCounts? = try await app.db.row(
      """
      select (select count(*) from account where deleted_at is null) as users,
             (select count(*) from account where is_active and deleted_at is null) as active_users,
             (select count(*) from user_group) as groups,
             (select count(*) from team) as teams,
             (select count(*) from base where deleted_at is null) as bases
      """)
    guard let counts else { throw .unexpected("no counts") }
    return counts
  }

  /// How many people were active on each day, from the first to the last. Active means that they signed in on that day
  /// (UTC).
  package func activeUsers(
    from first: Timestamp, to last: Timestamp
  ) async throws(PostgresError) -> [ActiveUsersOfDay] {
    try await app.db.rows(
      """
      select day, (
        select count(distinct account_id) from login_log
        where succeeded and at >= day and at < day + interval '1 day'
      ) as count
      from generate_series(date_trunc('day', \(first)::timestamptz, 'UTC'), \(last)::timestamptz,
                           interval '1 day') as day
      order by day
      """)
  }

  /// A page of the people who were active on a day, and how many there were.
  package func people(
    activeOn day: Timestamp, _ page: Page
  ) async throws(PostgresError) -> (people: [Person], count: Int64) {
    let active: SQL = """
      select distinct account_id from login_log
      where succeeded and at >= date_trunc('day', \(day)::timestamptz, 'UTC')
        and at < date_trunc('day', \(day)::timestamptz, 'UTC') + interval '1 day'
      """
    let count = try await app.db.count("select count(*) from (\(active)) as active")
    let people: [Person] = try await app.db.rows(
      Person.select("select * from account where id in (\(active)) order by id \(page.limit)"))
    return (people, count)
  }
}

/// The number of accounts, groups, teams and bases.
package struct InstallationCounts: RowDecodable, Sendable {
  package let users: Int64
  package let activeUsers: Int64
  package let groups: Int64
  package let teams: Int64
  /// Without those in the trash.
  package let bases: Int64

  package init(_ row: Row) throws(PostgresError) {
    users = try row["users"]
    activeUsers = try row["active_users"]
    groups = try row["groups"]
    teams = try row["teams"]
    bases = try row["bases"]
  }
}

/// How many people were active on a day.
package struct ActiveUsersOfDay: RowDecodable, Sendable {
  package let day: Timestamp
  package let count: Int64

  package init(_ row: Row) throws(PostgresError) {
    day = try row["day"]
    count = try row["count"]
  }
}
