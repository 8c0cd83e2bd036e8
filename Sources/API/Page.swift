internal import Access
internal import HTTP
internal import Postgres

/// Which page of a list: `page` from 1, `per_page` from 1 to 1000; where it is not said, 25 or what the list has instead.
struct Page: Input {
  let number: Int64
  let size: Int64

  init(_ parts: Parts) throws { self = try Page(parts.query()) }

  init(_ query: Fields, size: Int64 = 25) throws {
    number = try query.optionalInteger("page", 1...1_000_000) ?? 1
    self.size = try query.optionalInteger("per_page", 1...1000) ?? size
  }

  private var offset: Int64 { (number - 1) * size }

  /// The end of a statement that gives the page.
  var limit: SQL { "limit \(size) offset \(offset)" }

  /// The same with one row more, which tells whether there is a next page.
  var limitAndOneMore: SQL { "limit \(size + 1) offset \(offset)" }

  /// Cuts what `limitAndOneMore` gave.
  func cut<Element>(_ rows: [Element]) -> (rows: [Element], hasNext: Bool) {
    (Array(rows.prefix(Int(size))), rows.count > size)
  }

  /// How to read the page of a list of `count` rows without going through more than half of it: from its start, or
  /// backwards from its end.
  func window(of count: Int64) -> (isFromEnd: Bool, limit: SQL) {
    let start = min(offset, count)
    let end = min(offset + size, count)
    guard start > count / 2 else { return (false, "limit \(end - start) offset \(start)") }
    return (true, "limit \(end - start) offset \(count - end)")
  }
}

/// A page of a list that SeaTable knows no pages of: a thousand entries, so that nobody misses one of a list of ordinary
/// length, and none costs more than its page.
struct LongPage: Input {
  let page: Page
  init(_ parts: Parts) throws { page = try Page(parts.query(), size: 1000) }

  /// The end of a statement that gives the page.
  var limit: SQL { page.limit }
}

/// What names a list of which a long page is wanted.
struct Long<Named: Readable>: Readable {
  let of: Named
  let page: LongPage

  static func read(_ path: Named.Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self {
    Self(of: try await Named.read(path, parts, hashing), page: try LongPage(parts))
  }
}

extension App {
  /// The one number of a `select count(*)`.
  func count(_ sql: SQL) async throws(PostgresError) -> Int64 {
    let count: Count? = try await db.row(sql)
    return count?.count ?? 0
  }
}

private struct Count: RowDecodable {
  let count: Int64
  init(_ row: Row) throws(PostgresError) { count = try row["count"] }
}
