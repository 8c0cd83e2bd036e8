package import Access
internal import Ground
package import HTTP
package import Postgres

/// The files of a base, for callers who have proved their right to it.
package struct Files: Sendable {
  private let app: App
  private let base: ID<Base>

  /// Works on the files of the base.
  package init(_ app: App, of base: ID<Base>) { (self.app, self.base) = (app, base) }

  // MARK: Finding

  /// The file at a place; nil if there is none.
  package func find(_ place: FilePlace) async throws(PostgresError) -> StoredFile? {
    try await app.db.row(
      """
      select \(StoredFile.columns) from data_file as file
      where file.base_id = \(base) and file.folder = \(place.folder) and file.name = \(place.name)
      """)
  }

  /// The names of the files in a folder, and of the folders in it; a thousand of each at most.
  package func list(_ folder: FileFolder) async throws(PostgresError) -> (folders: [String], files: [String]) {
    let files: [FileEntry] = try await app.db.rows(
      """
      select name from data_file where base_id = \(base) and folder = \(folder.path) order by name limit 1000
      """)
    let inside = folder.path + "/"
    let folders: [FileEntry] = try await app.db.rows(
      """
      select distinct split_part(substr(folder, length(\(inside)::text) + 1), '/', 1) as name
      from data_file
      where base_id = \(base) and folder >= \(inside) and starts_with(folder, \(inside))
      order by name limit 1000
      """)
    return (folders.map(\.name), files.map(\.name))
  }

  /// How many bytes all files have together.
  package func size() async throws(PostgresError) -> Int64 {
    try await app.db.count(
      "select coalesce(sum(file_bytes), 0)::bigint as count from data_base where base_id = \(base)")
  }

  // MARK: Deleting

  /// Deletes the file at a place.
  package func delete(_ place: FilePlace, by writer: APITokenWriter) async throws {
    let account: ID<Account>? = if case .person(let caller) = writer.bearer.source { caller.account } else { nil }
    try await app.changeContent(as: account) { transaction in
      try await transaction.holdFiles(of: base)
      let deleted: StoredFile? = try await transaction.row(
        """
        delete from data_file as file
        where file.base_id = \(base) and file.folder = \(place.folder) and file.name = \(place.name)
        returning \(StoredFile.columns)
        """)
      guard let deleted else { throw FileError.gone }
      try await transaction.loosen(deleted)
      try await transaction.addFileBytes(-deleted.size, to: base)
      try await transaction.note(deleted, "deleted", in: base)
    }
  }

  // MARK: Reading

  /// The bytes of a file in a range, piece by piece. No connection to the database is kept from one to the next.
  package func bytes(of file: StoredFile, _ range: Range<Int64>) -> BodyStream {
    let cursor = ContentCursor(app, file, range)
    return BodyStream { try await cursor.next() }
  }
}

/// How far a content has been read.
private final class ContentCursor: @unchecked Sendable {  // Sendable: one reader at a time, on its loop's thread.
  private let app: App
  private let file: StoredFile
  private var place: Int64
  private let end: Int64

  init(_ app: App, _ file: StoredFile, _ range: Range<Int64>) {
    (self.app, self.file, place, end) = (app, file, range.lowerBound, range.upperBound)
  }

  func next() async throws -> [UInt8]? {
    guard place < end else { return nil }
    let found: ContentPiece? = try await app.db.row(
      """
      select start, bytes from data_content_piece
      where base_id = \(file.home) and content_id = \(file.content)::uuid and start <= \(place)
      order by start desc limit 1
      """)
    guard let found, found.start + Int64(found.bytes.count) > place else { throw BodyStream.Interrupted() }
    let before = Int(place - found.start)
    let count = min(Int64(found.bytes.count - before), end - place)
    place += count
    if before == 0 && count == found.bytes.count { return found.bytes }
    return Array(found.bytes[before..<before + Int(count)])
  }
}

private struct FileEntry: RowDecodable {
  let name: String
  init(_ row: Row) throws(PostgresError) { name = try row["name"] }
}

private struct ContentPiece: RowDecodable {
  let start: Int64
  let bytes: [UInt8]
  init(_ row: Row) throws(PostgresError) { (start, bytes) = (try row["start"], try row["bytes"]) }
}

extension Transaction {
  /// Makes whoever else names or deletes files of the base wait.
  func holdFiles(of base: ID<Base>) async throws(PostgresError) {
    try await run("select from data_base where base_id = \(base) for no key update")
  }

  /// Notes that a content has lost a name. If that was its last one, it is deleted some time later.
  func loosen(_ file: StoredFile) async throws(PostgresError) {
    try await run(
      """
      update data_content set loose_at = now() where base_id = \(file.home) and id = \(file.content)::uuid
      """)
  }

  /// Counts the bytes of a base's files.
  func addFileBytes(_ bytes: Int64, to base: ID<Base>) async throws(PostgresError) {
    try await run("update data_base set file_bytes = file_bytes + \(bytes) where base_id = \(base)")
  }

  /// Writes the entry of a file that was made, changed or deleted into the audit log.
  func note(_ file: StoredFile, _ event: String, in base: ID<Base>, before: Int64? = nil) async throws(PostgresError) {
    let detail = JSON.object([
      JSON.Member(name: "file", value: .string("/\(file.folder)/\(file.name)"))
    ])
    let json = PostgresJSON(JSONWriter.bytes(of: detail))
    let size: SQL = "jsonb_build_object('size', \(file.size)::bigint)"
    let (was, became): (SQL, SQL) =
      switch event {
      case "made": ("null", size)
      case "deleted": (size, "null")
      default: ("jsonb_build_object('size', \(before)::bigint)", size)
      }
    try await run("select audit_part(\(base), 'base_file', \(event), \(json)::jsonb, \(was), \(became))")
  }
}
