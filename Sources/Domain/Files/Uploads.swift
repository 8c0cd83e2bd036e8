package import Access
internal import Crypto
internal import Ground
internal import Postgres

/// A file on its way into a base. Its bytes are stored as they come, each piece by itself, so that no connection to the
/// database waits for the client; and there is no file before all of them are there.
package final class Upload: @unchecked Sendable {  // Sendable: one writer at a time, on its loop's thread.
  private let app: App
  private let uploader: FileUploader
  private let content: String
  private let digest = RunningDigest()
  private var size: Int64 = 0
  private var touched: Duration

  private var base: ID<Base> { uploader.link.base }

  /// How often it says that it goes on.
  private static let touching = Duration.seconds(60)

  /// Begins an upload of at most `most` bytes, for which room is kept.
  ///
  /// - Throws: `FileError.full`, or `Refusal.notFound` where the base is gone.
  package init(_ app: App, by uploader: FileUploader, upTo most: Int64) async throws {
    (self.app, self.uploader, touched) = (app, uploader, app.uptime())
    let (link, quota) = (uploader.link, app.settings.files.ofTeam)
    let begun: NewContent? = try await app.keep(.files) { transaction in
      try await transaction.open(link.base)
      if quota > 0 { try await FileRoom(link.team, link.workspace).admit(most, upTo: quota, transaction) }
      return try await transaction.row(
        """
        insert into data_content (base_id, id, size) values (\(link.base), gen_random_uuid(), \(most))
        returning id::text as id
        """)
    }
    guard let begun else { throw FileError.tooLate }
    content = begun.id
  }

  /// Adds the next bytes. What a crash leaves of an upload is deleted later, so that only the end waits for the disk.
  package func add(_ bytes: [UInt8]) async throws {
    if app.uptime() - touched > Self.touching { try await touch() }
    let count = try await app.keep(
      .files,
      """
      with held as (
        select base_id from data_content
        where base_id = \(base) and id = \(content)::uuid and digest is null for key share
      ), hurried as (select set_config('synchronous_commit', 'off', true))
      insert into data_content_piece (base_id, content_id, start, bytes)
      select \(base)::bigint, \(content)::uuid, \(size)::bigint, \(bytes)::bytea from held, hurried
      """)
    guard count == 1 else { throw FileError.tooLate }
    size += Int64(bytes.count)
    digest.add(bytes)
  }

  private func touch() async throws {
    touched = app.uptime()
    try await app.keep(
      .files, "update data_content set loose_at = now() where base_id = \(base) and id = \(content)::uuid")
  }

  /// Makes the file: with another name, if there is one at this place already that it does not replace.
  ///
  /// - Throws: `FileError`, or `Refusal.notFound` where the link has ended meanwhile.
  package func finish(at place: FilePlace, replacing: Bool) async throws -> StoredFile {
    let (uploader, size, digest) = (try await uploader.renewed(app), size, digest.value())
    return try await app.changeContent(as: uploader.link.account) { transaction in
      try await transaction.open(base)
      try await transaction.holdFiles(of: base)
      let count = try await transaction.run(
        """
        update data_content set size = \(size), digest = \(digest), loose_at = null
        where base_id = \(base) and id = \(content)::uuid and digest is null
        """)
      guard count == 1 else { throw FileError.tooLate }
      let (file, before) = try await name(place, replacing, size, digest, transaction)
      try await transaction.addFileBytes(size - (before ?? 0), to: base)
      try await transaction.note(file, before == nil ? "made" : "changed", in: base, before: before)
      return file
    }
  }

  /// Gives the content its place. Returns also the size of the file that was replaced.
  private func name(
    _ place: FilePlace, _ replacing: Bool, _ size: Int64, _ digest: [UInt8], _ transaction: Transaction
  ) async throws -> (StoredFile, Int64?) {
    let former: StoredFile? =
      if replacing {
        try await transaction.row(
          """
          select \(StoredFile.columns) from data_file as file
          where file.base_id = \(base) and file.folder = \(place.folder) and file.name = \(place.name)
          """)
      } else { nil }
    let file: StoredFile?
    if let former {
      try await transaction.loosen(former)
      file = try await transaction.row(
        """
        update data_file as file
        set home_id = \(base), content_id = \(content)::uuid, size = \(size), digest = \(digest), uploaded_at = now(),
            named_at = now()
        where file.base_id = \(base) and file.id = \(former.id)::uuid
        returning \(StoredFile.columns)
        """)
    } else {
      file = try await transaction.row(
        """
        insert into data_file as file (base_id, id, folder, name, home_id, content_id, size, digest)
        select \(base)::bigint, gen_random_uuid(), \(place.folder)::text, free.name, \(base)::bigint, \(content)::uuid,
               \(size)::bigint, \(digest)::bytea
        from (\(free(place))) as free
        returning \(StoredFile.columns)
        """)
    }
    guard let file else { throw FileError.nameTaken }
    return (file, former?.size)
  }

  /// The name, or the first of `name(1).ending`, `name(2).ending`, … that is free.
  private func free(_ place: FilePlace) -> SQL {
    let (stem, ending) = FileName(place.name)?.parts ?? (place.name, "")
    return """
      select candidate.name
      from generate_series(0, 10000) as attempt (number)
      cross join lateral (
        select case when number = 0 then \(place.name)::text else \(stem)::text || '(' || number || ')' || \(ending)::text end
      ) as candidate (name)
      where not exists (
        select from data_file as taken
        where taken.base_id = \(base) and taken.folder = \(place.folder) and taken.name = candidate.name)
      order by number
      limit 1
      """
  }

  /// Deletes what was stored, if there is no file yet.
  package func discard() async throws {
    try await app.keep(.files) { transaction in
      let count = try await transaction.run(
        "delete from data_content where base_id = \(base) and id = \(content)::uuid and digest is null")
      guard count == 1 else { return }
      try await transaction.run(
        "delete from data_content_piece where base_id = \(base) and content_id = \(content)::uuid")
    }
  }
}

private struct NewContent: RowDecodable {
  let id: String
  init(_ row: Row) throws(PostgresError) { id = try row["id"] }
}
