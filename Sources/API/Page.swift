internal import Domain
internal import HTTP
internal import Postgres

/// `page` from 1, `per_page` from 1 to 1000; the default is 25, or the list's own size.
extension Page: Input {
  init(_ parts: Parts) throws { self = try Page(parts.query()) }

  init(_ query: Fields, size: Int64 = 25) throws {
    self.init(
      number: try query.optionalInteger("page", 1...1_000_000) ?? 1,
      size: try query.optionalInteger("per_page", 1...1000) ?? size)
  }
}

/// A page of a list that SeaTable does not page: 1000 entries by default, so that lists of ordinary length are
/// complete, and no request costs more than one page.
struct LongPage: Input {
  let page: Page
  init(_ parts: Parts) throws { page = try Page(parts.query(), size: 1000) }
}

/// An input that names a list, and the long page of it that is requested.
struct Long<Named: Readable>: Readable {
  let of: Named
  let page: Page

  static func read(_ path: Named.Path, _ parts: Parts, _ hashing: Hashing) async throws -> Self {
    Self(of: try await Named.read(path, parts, hashing), page: try LongPage(parts).page)
  }
}
