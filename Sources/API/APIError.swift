/// What can go wrong with a request before or beside its operation.
enum APIError: Error, Equatable {
  /// A request with the same idempotency key is under way.
  case running
  /// What the first request with this idempotency key was answered with a secret, which was ended since.
  case ended
  /// The idempotency key was sent with another request before.
  case otherRequest
  /// The body is compressed, or packed in another way.
  case encoded(String)
  /// Neither a path nor a group of paths that the service knows.
  case unknownPath
  /// The client refuses the only coding that a file is kept in.
  case needsGzip
  /// The path is known, for these methods.
  case methodNotAllowed(String, allowed: [String])
}
