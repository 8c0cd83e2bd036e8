package import Postgres

/// A page of a list.
package struct Page: Sendable {
  /// From 1.
  package let number: Int64
  /// The most rows that it can have.
  package let size: Int64

  package init(number: Int64, size: Int64) { (self.number, self.size) = (number, size) }

  private var offset: Int64 { (number - 1) * size }

  /// The end of a statement that selects the page. The server plans it for this page: by a general plan, which takes a page
  /// for a tenth of the table, it would read all of what is joined.
  package var limit: SQL { ("limit \(size) offset \(offset)" as SQL).plannedForValues }

  /// The same with one extra row that shows whether there is a next page.
  package var limitAndOneMore: SQL { ("limit \(size + 1) offset \(offset)" as SQL).plannedForValues }

  /// Drops the extra row that `limitAndOneMore` adds.
  package func cut<Element>(_ rows: [Element]) -> (rows: [Element], hasNext: Bool) {
    (Array(rows.prefix(Int(size))), rows.count > size)
  }

  /// How to read the page from a list of `count` rows without scanning more than half of it: from its start, or
  /// backwards from its end.
  package func window(of count: Int64) -> (isFromEnd: Bool, limit: SQL) {
    let start = min(offset, count)
    let end = min(offset + size, count)
    guard start > count / 2 else { return (false, "limit \(end - start) offset \(start)") }
    return (true, "limit \(end - start) offset \(count - end)")
  }
}

extension Database {
  /// The result of a `select count(*)`.
  package func count(_ sql: SQL) async throws(PostgresError) -> Int64 {
    let count: Count? = try await row(sql)
    return count?.count ?? 0
  }
}

private struct Count: RowDecodable {
  let count: Int64
  init(_ row: Row) throws(PostgresError) { count = try row["count"] }
}
