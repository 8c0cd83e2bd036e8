/// A request fails outside its operation.
enum APIError: Error, Equatable {
  /// A request with the same idempotency key is under way.
  case running
  /// The response to the first request with this idempotency key had a secret, which has been ended since.
  case ended
  /// The idempotency key was sent with a different request before.
  case otherRequest
  /// The body has a content coding, such as gzip.
  case encoded(String)
  /// There is no such path.
  case unknownPath
  /// SeaTable has this path, and the service does not offer what is there.
  case notOffered(String)
  /// The client does not accept gzip, the only coding in which a file is available.
  case needsGzip
  /// The path exists, but only for these methods.
  case methodNotAllowed(String, allowed: [String])
}
