internal import Access
internal import Postgres

extension Transaction {
  /// Gives a new base the files of another one: the same names for the same contents. Cells of the copy name its own
  /// files from then on.
  ///
  /// - Throws: `FileError.full`.
  func copyFiles(of source: ID<Base>, to copy: ID<Base>, quota: Int64) async throws {
    let homes: [FileHome] = try await rows("select distinct home_id from data_file where base_id = \(source)")
    guard !homes.isEmpty else { return }
    if quota > 0 { try await admitFiles(of: source, to: copy, quota) }
    for home in homes {
      // What is being deleted at this moment is not held, and not copied.
      try await run(
        """
        select from data_content
        where base_id = \(home.base) and id = any(
          array(select content_id from data_file where base_id = \(source) and home_id = \(home.base)))
        for key share
        """)
      try await run(
        """
        insert into data_file (base_id, id, folder, name, home_id, content_id, size, digest, uploaded_at)
        select \(copy)::bigint, file.id, file.folder, file.name, file.home_id, file.content_id, file.size, file.digest,
               file.uploaded_at
        from data_file as file
        where file.base_id = \(source) and file.home_id = \(home.base) and file.content_id = any(
          array(select id from data_content where base_id = \(home.base) and digest is not null))
        """)
    }
    try await run(
      """
      update data_base
      set file_bytes = (select coalesce(sum(size), 0) from data_file where base_id = \(copy)::bigint)
      where base_id = \(copy)
      """)
    try await nameOwnFiles(of: source, in: copy)
  }

  private func admitFiles(of source: ID<Base>, to copy: ID<Base>, _ quota: Int64) async throws {
    let place: PlaceOfCopy? = try await row(
      """
      select base.team_id, base.workspace_id,
             (select coalesce(sum(size), 0)::bigint from data_file where base_id = \(source)) as bytes
      from base where id = \(copy)
      """)
    guard let place else { return }
    try await FileRoom(place.team, place.workspace).admit(place.bytes, upTo: quota, self)
  }

  /// Changes the addresses of files in the cells of a copy.
  private func nameOwnFiles(of source: ID<Base>, in copy: ID<Base>) async throws(PostgresError) {
    let paths: FilePaths? = try await row(
      """
      select '/workspace/[0-9]+/asset/' || source.uuid || '/' as former,
             '/workspace/' || copy.workspace_id || '/asset/' || copy.uuid || '/' as own,
             '%/asset/' || source.uuid || '/%' as pattern
      from base as source, base as copy
      where source.id = \(source) and copy.id = \(copy)
      """)
    guard let paths else { return }
    try await run(
      """
      update data_row set cells = regexp_replace(cells::text, \(paths.former), \(paths.own), 'g')::jsonb
      where base_id = \(copy) and cells::text like \(paths.pattern)
      """)
  }
}

private struct FileHome: RowDecodable {
  let base: ID<Base>
  init(_ row: Row) throws(PostgresError) { base = try row["home_id"] }
}

private struct PlaceOfCopy: RowDecodable {
  let team: ID<Team>?
  let workspace: ID<Workspace>
  let bytes: Int64

  init(_ row: Row) throws(PostgresError) {
    team = try row["team_id"]
    workspace = try row["workspace_id"]
    bytes = try row["bytes"]
  }
}

private struct FilePaths: RowDecodable {
  let former: String
  let own: String
  let pattern: String

  init(_ row: Row) throws(PostgresError) {
    former = try row["former"]
    own = try row["own"]
    pattern = try row["pattern"]
  }
}
