/// What to do with a request of which only the header has arrived.
public enum HeaderVerdict: Sendable {
  /// Read the body, up to this many bytes.
  case read(upTo: Int)
  /// Call the handler at once, which takes the body, of up to this many bytes, from the request's `stream`. With
  /// `pieces`, each piece but the last has as many bytes; what is missing is waited for.
  case stream(upTo: Int, pieces: Int? = nil)
  /// Respond without reading the body.
  case answer(@Sendable () async -> Response)
  /// Ask for a response without the body. If there is none (nil), read the body, up to this many bytes.
  case ask(upTo: Int, @Sendable () async -> Response?)
}
