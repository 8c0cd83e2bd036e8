internal import Access
internal import Postgres

extension Transaction {
  /// Makes sure that the bases of a team may have more rows. Until the transaction ends, nobody else adds rows to them
  /// who asks, too; so this is only for teams with a quota.
  ///
  /// - Throws: `GridError.teamFull`.
  func admitRows(_ count: Int64, toBasesOf team: ID<Team>) async throws {
    let found: TeamQuota? = try await row(
      "select row_quota from team where id = \(team) and row_quota is not null for no key update")
    guard let quota = found?.rows else { return }
    let used: TeamRows? = try await row(
      """
      select coalesce(sum(own.row_count), 0)::bigint as rows
      from base join data_table as own on own.base_id = base.id
      where base.team_id = \(team) and base.deleted_at is null
      """)
    guard (used?.rows ?? 0) + count <= quota else { throw GridError.teamFull(quota) }
  }

  /// Makes sure that a copy of a base fits into the quota of its team, if there is one.
  func admitRows(ofCopyOf source: ID<Base>, to copy: ID<Base>) async throws {
    let team: TeamOfBase? = try await row(
      """
      select team.id as team, (select coalesce(sum(row_count), 0)::bigint from data_table where base_id = \(source)) as rows
      from base join team on team.id = base.team_id
      where base.id = \(copy) and team.row_quota is not null
      """)
    if let team { try await admitRows(team.rows, toBasesOf: team.team) }
  }
}

private struct TeamQuota: RowDecodable {
  let rows: Int64?
  init(_ row: Row) throws(PostgresError) { rows = try row["row_quota"] }
}

private struct TeamRows: RowDecodable {
  let rows: Int64
  init(_ row: Row) throws(PostgresError) { rows = try row["rows"] }
}

private struct TeamOfBase: RowDecodable {
  let team: ID<Team>
  let rows: Int64
  init(_ row: Row) throws(PostgresError) { (team, rows) = (try row["team"], try row["rows"]) }
}
