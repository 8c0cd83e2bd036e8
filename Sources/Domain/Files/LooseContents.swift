package import Access
internal import Postgres

/// Contents for which no name is left, and what was given up of uploads.
package struct LooseContents: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// Deletes those that have been loose for so many seconds: until then, somebody may be downloading or uploading them.
  /// Returns how many.
  package func delete(after seconds: Int64) async throws -> Int {
    var total = 0
    while !Task.isCancelled {
      let loose: [LooseContent] = try await app.db.rows(
        """
        select base_id, id::text as id from data_content
        where loose_at <= now() - make_interval(secs => \(seconds)) order by loose_at limit 100
        """)
      for content in loose {
        if Task.isCancelled { return total }
        if try await delete(content, after: seconds) { total += 1 }
      }
      if loose.count < 100 { break }
    }
    return total
  }

  /// Deletes one, unless there is a name for it. Whoever gives it a name holds it meanwhile, or finds it gone.
  private func delete(_ content: LooseContent, after seconds: Int64) async throws -> Bool {
    try await app.keep(.retention, statementTime: .seconds(60)) { transaction in
      let count = try await transaction.run(
        """
        select from data_content
        where base_id = \(content.home) and id = \(content.id)::uuid
          and loose_at <= now() - make_interval(secs => \(seconds))
        for update
        """)
      guard count == 1 else { return false }
      let named: NamedContent? = try await transaction.row(
        "select true as is_named from data_file where content_id = \(content.id)::uuid limit 1")
      guard named == nil else {
        try await transaction.run(
          "update data_content set loose_at = null where base_id = \(content.home) and id = \(content.id)::uuid")
        return false
      }
      try await transaction.run(
        "delete from data_content where base_id = \(content.home) and id = \(content.id)::uuid")
      try await transaction.run(
        "delete from data_content_piece where base_id = \(content.home) and content_id = \(content.id)::uuid")
      return true
    }
  }

  /// Deletes links that have ended.
  package func deleteEndedLinks() async throws {
    let ended: SQL = "select hash from file_link where expires_at <= now() limit 1000"
    while try await app.keep(.retention, "delete from file_link where hash in (\(ended))") > 0 {
      if Task.isCancelled { return }
    }
  }
}

private struct LooseContent: RowDecodable {
  let home: ID<Base>
  let id: String
  init(_ row: Row) throws(PostgresError) { (home, id) = (try row["base_id"], try row["id"]) }
}

private struct NamedContent: RowDecodable {
  init(_ row: Row) {}
}

extension Files {
  /// Deletes the names of all files of a base that is gone, some hundreds at a time. False if the task was cancelled.
  static func deleteAll(of base: ID<Base>, _ app: App) async throws -> Bool {
    while true {
      let deleted = try await app.keep(.retention) { transaction in
        let deleted: [StoredFile] = try await transaction.rows(
          """
          delete from data_file as file
          where file.base_id = \(base) and file.id in (select id from data_file where base_id = \(base) limit 500)
          returning \(StoredFile.columns)
          """)
        for (home, files) in Dictionary(grouping: deleted, by: \.home) {
          try await transaction.run(
            """
            update data_content set loose_at = now()
            where base_id = \(home) and id = any(\(files.map(\.content))::uuid[])
            """)
        }
        return deleted.count
      }
      if deleted == 0 { break }
      if Task.isCancelled { return false }
    }
    return true
  }
}
