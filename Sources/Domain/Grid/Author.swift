package import Access
internal import Crypto

/// Under whose name rows are written.
package struct Author: Sendable {
  /// A person, as the API names them.
  package let name: String
  /// The program that they have written it with; nil if they did it themselves.
  package let app: String?

  /// Whoever has a base token.
  package init(_ bearer: BaseTokenBearer) { (name, app) = (bearer.author, bearer.claims.appName) }
}
