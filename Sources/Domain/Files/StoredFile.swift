internal import Access
package import Ground
package import Postgres

/// A file of a base.
package struct StoredFile: RowDecodable, Sendable {
  package let id: String
  package let folder: String
  package let name: String
  package let size: Int64
  /// The SHA-256.
  package let digest: [UInt8]
  package let uploaded: Timestamp
  /// The base into which the content was uploaded, and its key there.
  let home: ID<Base>
  let content: String

  /// The columns that `init(_ row:)` reads, from `data_file as file`.
  static let columns: SQL = """
    file.id::text as id, file.folder, file.name, file.size, file.digest, file.uploaded_at, file.home_id,
    file.content_id::text as content_id
    """

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    folder = try row["folder"]
    name = try row["name"]
    size = try row["size"]
    digest = try row["digest"]
    uploaded = try row["uploaded_at"]
    home = try row["home_id"]
    content = try row["content_id"]
  }
}
