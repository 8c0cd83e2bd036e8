internal import Domain
internal import HTTP

/// A page of a list, or of what a search in it finds.
struct PagedSearchIfAny: Input {
  let page: Page
  /// Part of a name; nil for all.
  let text: String?

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    text = try query.optionalText("query", upTo: 255)
  }
}
