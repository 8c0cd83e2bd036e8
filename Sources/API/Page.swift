internal import Domain
internal import HTTP
internal import Postgres

/// `page` from 1, `per_page` from 1 to 1000; where it is not said, 25 or what the list has instead.
extension Page: Input {
  init(_ parts: Parts) throws { self = try Page(parts.query()) }

  init(_ query: Fields, size: Int64 = 25) throws {
    self.init(
      number: try query.optionalInteger("page", 1...1_000_000) ?? 1,
      size: try query.optionalInteger("per_page", 1...1000) ?? size)
  }
}

/// A page of a list that SeaTable knows no pages of: a thousand entries, so that nobody misses one of a list of ordinary
/// length, and none costs more than its page.
struct LongPage: Input {
  let page: Page
  init(_ parts: Parts) throws { page = try Page(parts.query(), size: 1000) }
}

/// What names a list of which a long page is wanted.
struct Long<Named: Readable>: Readable {
  let of: Named
  let page: Page

  static func read(_ path: Named.Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self {
    Self(of: try await Named.read(path, parts, hashing), page: try LongPage(parts).page)
  }
}
