package import Access
internal import Ground
internal import Postgres

/// Files that no cell of their base names. Those in custom folders are kept as long as their base.
package struct UnusedFiles: Sendable {
  private let app: App

  /// How many rows are searched at a time, and how many addresses they may have.
  private static let rows: Int64 = 500
  private static let addresses: Int64 = 20_000

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// Searches the cells of bases with files that were uploaded more than `days` days ago, each base once a day, and
  /// deletes those files that no cell has named for so long. Returns how many.
  package func delete(afterDays days: Int) async throws -> Int {
    var total = 0
    while !Task.isCancelled {
      let due: [SearchedBase] = try await app.db.rows(
        """
        select own.base_id from data_base as own
        where own.file_bytes > 0 and coalesce(own.files_seen_at, '-infinity') < now() - interval '1 day' and exists (
          select from data_file as file
          where file.base_id = own.base_id and file.named_at < now() - make_interval(days => \(days))
            and not starts_with(file.folder, 'custom'))
        order by own.base_id limit 10
        """)
      for one in due { total += try await search(one.base, days) }
      if due.isEmpty { break }
    }
    return total
  }

  private func search(_ base: ID<Base>, _ days: Int) async throws -> Int {
    let begun: SearchTime? = try await app.keep(
      .retention, "update data_base set files_seen_at = now() where base_id = \(base) returning files_seen_at",
      returning: SearchTime.self)
    guard let begun else { return 0 }
    var last = RowPlace(table: "", id: "00000000-0000-0000-0000-000000000000")
    while !Task.isCancelled {
      let page: [FoundAddress] = try await app.db.rows(
        Self.page(of: base, "(table_key, id) > (\(last.table), \(last.id)::uuid) order by table_key, id"))
      guard page.count <= Self.addresses else { return 0 }
      guard let end = page.last else { return try await deleteUnnamed(in: base, days, since: begun.time) }
      try await app.keep(.retention) { try await Self.note(page, in: base, $0) }
      last = end.place
    }
    return 0
  }

  /// The addresses of files in some rows of a base: one row for each address, and one without for each row without.
  private static func page(of base: ID<Base>, _ condition: SQL) -> SQL {
    """
    select own.table_key, own.id::text as id, left(address.parts[1], 3000) as url
    from (
      select table_key, id, cells from data_row where base_id = \(base) and \(condition) limit \(rows)
    ) as own
    left join lateral regexp_matches(
      own.cells::text,
      '/asset/[0-9A-Fa-f-]{32,36}/((?:files|images)/[0-9]{4}-[0-9]{2}/(?:(?!/asset/)(?:[^"\\\\]|\\\\.))+)', 'g') as address (parts)
      on true
    order by own.table_key, own.id limit \(addresses + 1)
    """
  }

  /// Notes that cells name files.
  private static func note(_ page: [FoundAddress], in base: ID<Base>, _ transaction: Transaction) async throws {
    let names = Array(Set(page.compactMap(\.url).flatMap(meanings)))
    for start in stride(from: 0, to: names.count, by: 1_000) {
      let batch = Array(names[start..<min(start + 1_000, names.count)])
      try await transaction.run(
        """
        update data_file set named_at = now()
        where base_id = \(base) and folder || '/' || name = any(\(batch)::text[])
        """)
    }
  }

  /// What the rest of a JSON string behind an address may mean: nobody knows where the name ends, and whether it is
  /// percent-encoded.
  static func meanings(of text: String) -> [String] {
    guard let json = try? JSON(Array("\"\(text)\"".utf8)), case .string(let whole) = json else { return [] }
    var ends = [whole.endIndex]
    for stop in ["?", "#", ")", " ", "\n", "\"", "'", "<", ">", "]"] {
      if let end = whole.firstIndex(of: Character(stop)) { ends.append(end) }
    }
    return ends.flatMap { end in
      let name = String(whole[..<end])
      return [name, percentDecoded(name)]
    }
  }

  private static func percentDecoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let pair = rest.prefix(2).compactMap(hexadecimalValue)
      if byte == UInt8(ascii: "%"), pair.count == 2 {
        bytes.append(pair[0] << 4 | pair[1])
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes.contains(0) ? text : normalized(String(decoding: bytes, as: UTF8.self))
  }

  /// Deletes what was not seen, also not in rows that were changed meanwhile.
  private func deleteUnnamed(in base: ID<Base>, _ days: Int, since begun: Timestamp) async throws -> Int {
    try await app.changeContent(as: nil, statementTime: .seconds(60)) { transaction in
      try await transaction.holdFiles(of: base)
      let changed: [FoundAddress] = try await transaction.rows(
        Self.page(of: base, "modified_at >= \(begun)::timestamptz - interval '1 minute'"))
      guard changed.count < Self.rows else { return 0 }  // tomorrow
      try await Self.note(changed, in: base, transaction)
      let deleted: [StoredFile] = try await transaction.rows(
        """
        delete from data_file as file
        where file.base_id = \(base) and file.named_at < \(begun)::timestamptz - make_interval(days => \(days))
          and not starts_with(file.folder, 'custom')
        returning \(StoredFile.columns)
        """)
      for file in deleted {
        try await transaction.loosen(file)
        try await transaction.addFileBytes(-file.size, to: base)
        try await transaction.note(file, "deleted", in: base)
      }
      return deleted.count
    }
  }
}

private struct SearchedBase: RowDecodable {
  let base: ID<Base>
  init(_ row: Row) throws(PostgresError) { base = try row["base_id"] }
}

private struct SearchTime: RowDecodable {
  let time: Timestamp
  init(_ row: Row) throws(PostgresError) { time = try row["files_seen_at"] }
}

/// Where a search has come to.
private struct RowPlace {
  let table: String
  let id: String
}

private struct FoundAddress: RowDecodable {
  let place: RowPlace
  let url: String?

  init(_ row: Row) throws(PostgresError) {
    place = RowPlace(table: try row["table_key"], id: try row["id"])
    url = try row["url"]
  }
}
