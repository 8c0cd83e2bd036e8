internal import Access
internal import Postgres

/// The room that the files of a team's bases may take together; where there is no team, those of a workspace.
struct FileRoom: Sendable {
  private let owner: SQL
  private let bases: SQL

  init(_ team: ID<Team>?, _ workspace: ID<Workspace>) {
    if let team {
      owner = "select from team where id = \(team) for no key update"
      bases = "base.team_id = \(team)"
    } else {
      owner = "select from workspace where id = \(workspace) for no key update"
      bases = "base.workspace_id = \(workspace) and base.team_id is null"
    }
  }

  /// How long an upload that has stopped keeps its room.
  static let patience: SQL = "interval '1 hour'"

  /// Makes sure that there is room for so many bytes more. Until the transaction ends, nobody else gets room.
  ///
  /// - Throws: `FileError.full`.
  func admit(_ bytes: Int64, upTo quota: Int64, _ transaction: Transaction) async throws {
    try await transaction.run(owner)
    // At one moment: what has just been uploaded is either still coming or stored.
    let taken: TakenRoom? = try await transaction.row(
      """
      select coalesce(sum(bytes), 0)::bigint as bytes
      from (
        select own.file_bytes as bytes from base join data_base as own on own.base_id = base.id where \(bases)
        union all
        select own.size from base join data_content as own on own.base_id = base.id
        where \(bases) and own.digest is null and own.loose_at > now() - \(Self.patience)
      ) as part
      """)
    guard (taken?.bytes ?? 0) + bytes <= quota else { throw FileError.full(quota) }
  }
}

private struct TakenRoom: RowDecodable {
  let bytes: Int64
  init(_ row: Row) throws(PostgresError) { bytes = try row["bytes"] }
}
